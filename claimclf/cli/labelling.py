"""Rows with predictions: those of tables, and a row for each sentence of documents."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import chain, tee

from tqdm import tqdm

from claimclf.bundle import Classifier, provenance
from claimclf.cli.journal import Journal, open_journal
from claimclf.cli.reading import TEXT, is_table, nothing_read, read_documents, read_items
from claimclf.cli.writing import HEADED, WRITERS, is_file, output
from claimclf.documents import LeftOut
from claimclf.documents.exporting import Row, flat
from claimclf.errors import InputError
from claimclf.predict import predict
from claimclf.records import Prediction, beside

PARQUET = "parquet"
FORMATS = (*WRITERS, *HEADED)


def write_rows(options: argparse.Namespace, form: str, classifier: Classifier, left_out: LeftOut) -> None:
    """Write a row for each sentence or row of a table.

    What is finished of documents is kept in a hidden file beside the output until that is complete, and not done again
    by the same command.

    Parameters
    ----------
    options : Namespace
        Of the command line.
    form : str
        The format.
    classifier : Classifier
        What to predict with.
    left_out : LeftOut
        Takes down documents that cannot be read.

    Raises
    ------
    DocumentError
        If no document can be read.
    InputError
        If Parquet is asked of a table or for standard output.
    """
    if form == PARQUET:
        _check_parquet(options)
    path = options.out.with_name(f".{options.out.name}.journal") if is_file(options.out) else None
    journal = open_journal(path, "rows", classifier)
    rows = _rows(options.files, options.column or TEXT, classifier, left_out, journal)
    first = next(rows, None)
    columns = list(flat(first or _of_nothing(classifier)))
    read = chain([first] if first else [], rows)
    shown: Iterator[Row] = iter(tqdm(read, unit=" sentences", disable=not sys.stderr.isatty(), leave=False, delay=1))
    if options.labelled_only:
        shown = (row for row in shown if row["labels"] or row["referred"])
    marked: Counter[str] = Counter()
    shown = _marked(shown, marked)
    with output(options.out, binary=form == PARQUET) as out:
        if form in HEADED:
            HEADED[form](shown, columns, out)
        else:
            WRITERS[form](shown, out)
    journal.finish()
    for mark, count in marked.items():
        print(f"{count:,} of the texts {mark}; their rows say so", file=sys.stderr)


def _marked(rows: Iterable[Row], marked: Counter[str]) -> Iterator[Row]:
    for row in rows:
        if row["truncated"]:
            marked["are longer than the model reads"] += 1
        if not row["in_scope"] and row.get("kind") != "heading":  # a word or two is hardly told
            marked["are not English"] += 1
        yield row


def _check_parquet(options: argparse.Namespace) -> None:
    if options.out is None:
        raise InputError(f"--format {PARQUET}: it is no text; say where to write it, --out labelled.{PARQUET}")
    for name in filter(is_table, options.files):
        raise InputError(f"{name}: {PARQUET} is written of documents; write jsonl or csv of a table")


def _rows(names: list[str], column: str, classifier: Classifier, left_out: LeftOut, journal: Journal) -> Iterator[Row]:
    found = False
    for name in names:
        of_documents = _of_documents(name, classifier, left_out, journal)
        for row in _of_table(name, column, classifier) if is_table(name) else of_documents:
            found = True
            yield row
    if not found and left_out.unreadable:
        raise nothing_read(left_out)


def _of_table(name: str, column: str, classifier: Classifier) -> Iterator[Row]:
    # The stream reads a chunk ahead, so tee holds a chunk of items at most.
    for_text, for_fields = tee(read_items(name, column))
    predictions = predict.stream((item.text for item in for_text), model=classifier)
    trail = asdict(provenance(classifier))
    nothing = _of_nothing(classifier)
    reserved = {*nothing, *flat(nothing)} - {column}
    for prediction, item in zip(predictions, for_fields, strict=True):
        given = item.fields if reserved.isdisjoint(item.fields) else beside(item.fields, reserved)
        yield {**given, **prediction.to_dict(), **trail}


def _of_nothing(classifier: Classifier) -> Row:
    """Return the row of a table without fields of its own."""
    prediction = Prediction("", (), dict.fromkeys(classifier.labels, 0.0))
    return {**prediction.to_dict(), **asdict(provenance(classifier))}


def _of_documents(name: str, classifier: Classifier, left_out: LeftOut, journal: Journal) -> Iterator[Row]:
    for reading in read_documents(name, left_out, journal.known):
        key = reading.source, reading.sha256
        if key not in journal.known:
            rows = list(predict.labelled(reading, model=classifier).rows())
            journal.keep(key, reading.extracted.notes, rows)
            yield from rows
        else:
            yield from journal.recall(key)
