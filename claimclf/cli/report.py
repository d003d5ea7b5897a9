"""``claimclf predict --out report.html``: a report of a document, or an overview that leads to those of many."""

from __future__ import annotations

import argparse
import sys
from itertools import chain, islice
from pathlib import Path

from tqdm import tqdm

from claimclf.bundle import Classifier
from claimclf.cli.journal import open_journal
from claimclf.cli.reading import is_table, nothing_read, read_documents
from claimclf.cli.writing import output
from claimclf.documents import LeftOut
from claimclf.documents.report import Overview
from claimclf.errors import InputError
from claimclf.predict import predict


def write_report(options: argparse.Namespace, classifier: Classifier, left_out: LeftOut) -> None:
    """Write the report of one document, or reports of many and the overview that leads to them.

    Which reports are finished is kept in a hidden file among them until all are, and they are not written again by the
    same command.

    Parameters
    ----------
    options : Namespace
        Of the command line.
    classifier : Classifier
        What to predict with.
    left_out : LeftOut
        Takes down documents that cannot be read.

    Raises
    ------
    DocumentError
        If no document can be read.
    InputError
        If a file is a table, the reports would lie among the documents, or there are many and nowhere to put them.
    """
    if options.labelled_only:
        raise InputError("--labelled-only: a report shows the whole text; choose in it what to see")
    for name in options.files:
        if is_table(name):
            raise InputError(f"{name}: a report in HTML is of documents; write jsonl or csv of a table")
        if options.out and Path(name).is_dir() and options.out.resolve().is_relative_to(Path(name).resolve()):
            raise InputError(f"--out {options.out}: lies in {name}, where the next run would take it for a document")
    overview = Overview(options.out) if options.out else None
    journal = open_journal(overview.folder / ".journal" if overview else None, "reports", classifier)
    read = chain.from_iterable(read_documents(name, left_out, journal.known) for name in options.files)
    readings = iter(tqdm(read, unit=" documents", disable=not sys.stderr.isatty(), delay=1))
    first = list(islice(readings, 2))
    if not first:
        raise nothing_read(left_out)
    many = len(first) > 1 or left_out.unreadable or journal.known or any(Path(name).is_dir() for name in options.files)
    if not many:
        page = predict.labelled(first[0], model=classifier).to_html()
        with output(options.out) as out:
            out.write(page)
        return
    if overview is None:
        raise InputError("--format html: the reports of many documents need a place; say --out overview.html")
    for reading in chain(first, readings):
        key = reading.source, reading.sha256
        if key in journal.known:
            overview.take(journal.recall(key))
        else:
            row = overview.add(predict.labelled(reading, model=classifier))
            journal.keep(key, reading.extracted.notes, row)
    overview.write(left_out)
    journal.finish()
