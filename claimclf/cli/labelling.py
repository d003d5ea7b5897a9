"""Rows with predictions: those of tables, and a row for each sentence of documents."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import tee
from typing import IO

from tqdm import tqdm

from claimclf.bundle import Classifier, provenance
from claimclf.cli.journal import Journal, open_journal
from claimclf.cli.reading import is_table, read_documents, read_items
from claimclf.cli.writing import WRITERS, output
from claimclf.documents import Document, LeftOut
from claimclf.documents.exporting import Row, write_parquet
from claimclf.errors import DocumentError, InputError
from claimclf.predict import predict
from claimclf.records import Prediction

PARQUET = "parquet"
FORMATS = (*WRITERS, PARQUET)


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
    write = WRITERS.get(form) or _parquet_writer(options, classifier)
    path = options.out and options.out.with_name(f".{options.out.name}.journal")
    journal = open_journal(path, "rows", classifier)
    marked: Counter[str] = Counter()
    rows = _marked(_rows(options.files, options.column, classifier, left_out, journal), marked)
    shown: Iterator[Row] = iter(tqdm(rows, unit=" sentences", disable=not sys.stderr.isatty(), leave=False, delay=1))
    if options.labelled_only:
        shown = (row for row in shown if row["labels"] or row["referred"])
    with output(options.out, binary=form == PARQUET) as out:
        write(shown, out)
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


def _parquet_writer(options: argparse.Namespace, classifier: Classifier) -> Callable[[Iterable[Row], IO[bytes]], None]:
    if options.out is None:
        raise InputError(f"--format {PARQUET}: it is no text; say where to write it, --out labelled.{PARQUET}")
    for name in filter(is_table, options.files):
        raise InputError(f"{name}: {PARQUET} is written of documents; write jsonl or csv of a table")
    columns = Document("", (), classifier.labels, None, "", provenance(classifier)).columns()
    return lambda rows, out: write_parquet(rows, columns, out)


def _rows(names: list[str], column: str, classifier: Classifier, left_out: LeftOut, journal: Journal) -> Iterator[Row]:
    found = False
    for name in names:
        of_documents = _of_documents(name, classifier, left_out, journal)
        for row in _of_table(name, column, classifier) if is_table(name) else of_documents:
            found = True
            yield row
    if not found and left_out.unreadable:
        raise DocumentError("; ".join(map(str, left_out.unreadable)))


def _of_table(name: str, column: str, classifier: Classifier) -> Iterator[Row]:
    # The stream reads a chunk ahead, so tee holds a chunk of items at most.
    for_text, for_fields = tee(read_items(name, column))
    predictions = predict.stream((item.text for item in for_text), model=classifier)
    reserved = {field.name for field in dataclasses.fields(Prediction)} - {column}
    reserved |= {f"score_{label}" for label in classifier.labels}
    for prediction, item in zip(predictions, for_fields, strict=True):
        given = item.fields
        if not reserved.isdisjoint(given):
            given = {_free(name, reserved | given.keys() - {name}): value for name, value in given.items()}
        yield {**given, **prediction.to_dict()}


def _free(name: str, taken: Collection[str]) -> str:
    """Name a field of the input so that nothing else is called so."""
    return name if name not in taken else _free(f"given_{name}", taken)


def _of_documents(name: str, classifier: Classifier, left_out: LeftOut, journal: Journal) -> Iterator[Row]:
    for reading in read_documents(name, left_out, journal.known):
        key = reading.source, reading.sha256
        if key not in journal.known:
            rows = list(predict.labelled(reading, model=classifier).rows())
            journal.keep(key, reading.extracted.notes, rows)
            yield from rows
        else:
            yield from journal.recall(key)
