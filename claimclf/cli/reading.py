"""Texts from files: the sentences of documents, the rows of tables."""

from __future__ import annotations

import io
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from claimclf.data.tables import read_table
from claimclf.documents import STANDARD_INPUT, Known, LeftOut, Reading, kind_of, places, read_all, read_bytes
from claimclf.errors import DataError, DocumentError, InputError

TEXT = "text"
"""The field or column with the text, unless another is named."""
TABLES = (".jsonl", ".jsonl.gz", ".csv", ".tsv", ".parquet")


class Item(NamedTuple):
    """A text to classify, and what its file says about it."""

    text: str
    fields: dict[str, Any]


def is_table(name: str) -> bool:
    """Say whether a file holds rows.

    Parameters
    ----------
    name : str
        Of the file.
    """
    return name.lower().endswith(TABLES)


@contextmanager
def rows_in_files(names: list[str], column: str | None = None) -> Iterator[list[str]]:
    """Put JSON lines or Parquet that come on standard input into a file: tables are told by the ending.

    Parameters
    ----------
    names : list of str
        As on the command line.
    column : str, optional
        The column of tables, if one was named: it is said that what is no table has none.

    Yields
    ------
    list of str
        The same, with that file in the place of ``-``.
    """
    given = sys.stdin.buffer if STANDARD_INPUT in names else None
    ending = _ending(given.peek(1)) if isinstance(given, io.BufferedReader) else None
    if given is None or ending is None:
        if given and column:
            print("-: read as a document, without columns; save CSV to a file that is named .csv", file=sys.stderr)
        yield names
        return
    with TemporaryDirectory(prefix="claimclf-") as folder:
        path = Path(folder, f"{STANDARD_INPUT}{ending}")
        with path.open("wb") as file:
            shutil.copyfileobj(given, file)
        try:
            yield [str(path) if name == STANDARD_INPUT else name for name in names]
        except (DataError, InputError) as error:
            raise type(error)(str(error).replace(str(path), STANDARD_INPUT)) from error


def _ending(begin: bytes) -> str | None:
    if begin.startswith(b"PAR1"):
        return ".parquet"
    return ".jsonl" if re.match(rb'(\xef\xbb\xbf)?\s*\{[^\S\n]*"', begin) else None


def read_items(name: str, column: str, left_out: LeftOut | None = None) -> Iterator[Item]:
    """Read what is to be classified.

    Parameters
    ----------
    name : str
        A document, a folder or ``.zip`` of documents, a ``.jsonl``, ``.jsonl.gz``, ``.csv``, ``.tsv`` or ``.parquet``
        file, or ``-`` for a document on standard input.
    column : str
        The field or column that holds the text, in a table.
    left_out : LeftOut, optional
        Takes down documents that cannot be read; without it the first one ends the run.

    Yields
    ------
    Item
        In file order. Sentences carry ``source``, ``sha256``, ``start``, ``end``, ``page``, ``heading`` and ``kind``;
        rows keep their fields.

    Raises
    ------
    DataError
        If a row lacks the column or a table cannot be read.
    DocumentError
        Without `left_out`, if a document cannot be read.
    """
    if is_table(name):
        for row in read_table(Path(name)):
            yield Item(_text_of(row.values, column, row.place), row.values)
        return
    for reading in read_documents(name, left_out):
        text = reading.extracted.text
        for place in places(reading.extracted):
            fields = {"source": reading.source, "sha256": reading.sha256, **place._asdict()}
            yield Item(text[place.start : place.end], fields)


def read_documents(
    name: str, left_out: LeftOut | None = None, known: Mapping[Known, tuple[str, ...]] | None = None
) -> Iterator[Reading]:
    """Read documents, one after the other.

    Parameters
    ----------
    name : str
        A document, a folder or ``.zip`` of documents, or ``-`` for a document on standard input.
    left_out : LeftOut, optional
        As in :func:`read_items`.
    known : mapping, optional
        As in :func:`claimclf.documents.read_all`.

    Yields
    ------
    Reading
        Sorted by name.
    """
    return _standard_input() if name == STANDARD_INPUT else read_all(name, left_out, known)


def nothing_read(left_out: LeftOut) -> DocumentError:
    """Say why there is nothing to go on with.

    Parameters
    ----------
    left_out : LeftOut
        What cannot be read, and what was passed over.
    """
    tables = "; name tables themselves, not their folder" if any(map(is_table, left_out.other_kinds)) else ""
    return DocumentError("; ".join(map(str, left_out.unreadable)) + tables)


def _standard_input() -> Iterator[Reading]:
    data = sys.stdin.buffer.read()
    yield read_bytes(STANDARD_INPUT, data, kind_of(data))


def _text_of(row: dict[Any, Any], column: str, place: str) -> str:
    text = row.get(column)
    if not isinstance(text, str):
        found = "missing" if column not in row else "no text"
        names = ", ".join(map(str, row)) or "none"
        raise DataError(f"{place}: field {column!r} is {found}; the line has: {names} (choose one with --column)")
    return text
