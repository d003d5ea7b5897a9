"""``claimclf predict --out report.html``: a report of a document, or an overview that leads to those of many."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from tqdm import tqdm

from claimclf.bundle import Classifier
from claimclf.cli.reading import TABLES, read_documents
from claimclf.documents import Document, LeftOut
from claimclf.documents.report import Overview
from claimclf.errors import DocumentError, InputError
from claimclf.predict import predict


def write_report(options: argparse.Namespace, classifier: Classifier, left_out: LeftOut) -> None:
    """Write the report of one document, or reports of many and the overview that leads to them.

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
        if Path(name).suffix.lower() in TABLES:
            raise InputError(f"{name}: a report in HTML is of documents; write jsonl or csv of a table")
        if options.out and Path(name).is_dir() and options.out.resolve().is_relative_to(Path(name).resolve()):
            raise InputError(f"--out {options.out}: lies in {name}, where the next run would take it for a document")
    bar = tqdm(
        _documents(options.files, classifier, left_out), unit=" documents", disable=not sys.stderr.isatty(), delay=1
    )
    documents = iter(bar)
    first = list(islice(documents, 2))
    if not first:
        raise DocumentError("; ".join(map(str, left_out.unreadable)))
    alone = len(first) == 1 and not left_out.unreadable and not any(Path(name).is_dir() for name in options.files)
    if alone and options.out is None:
        sys.stdout.write(first[0].to_html() or "")
    elif alone:
        first[0].to_html(options.out)
    elif options.out is None:
        raise InputError("--format html: the reports of many documents need a place; say --out overview.html")
    else:
        overview = Overview(options.out)
        for document in chain(first, documents):
            overview.add(document)
        overview.write(left_out)


def _documents(names: list[str], classifier: Classifier, left_out: LeftOut) -> Iterator[Document]:
    for name in names:
        for reading in read_documents(name, left_out):
            yield predict.labelled(reading, model=classifier)
