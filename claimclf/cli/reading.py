"""Texts from files: sentences of a plain text, lines of JSONL, rows of CSV and TSV."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from claimclf.data.tables import read_table
from claimclf.errors import DataError
from claimclf.text import sentences

STANDARD_INPUT = "-"


class Item(NamedTuple):
    """A text to classify and what its file says about it."""

    text: str
    fields: dict[str, Any]


def read_items(name: str, column: str) -> Iterator[Item]:
    """Read what is to be classified.

    Parameters
    ----------
    name : str
        A ``.txt``, ``.md``, ``.jsonl``, ``.csv`` or ``.tsv`` file, or ``-`` for plain text on standard input.
    column : str
        The field or column that holds the text, in a table.

    Yields
    ------
    Item
        In file order. Sentences of a plain text carry ``source``, ``start`` and ``end``; rows keep their fields.

    Raises
    ------
    DataError
        If the file is missing, of another kind, not UTF-8, or a row lacks the column.
    """
    if name == STANDARD_INPUT:
        yield from _sentences(sys.stdin.read(), name)
        return
    path = Path(name)
    readers: dict[str, Callable[[Path, str], Iterator[Item]]] = {
        ".txt": _text,
        ".md": _text,
        ".jsonl": _table,
        ".csv": _table,
        ".tsv": _table,
    }
    if path.suffix.lower() not in readers:
        raise DataError(f"{path}: cannot read this kind of file; expected one of {', '.join(readers)}")
    yield from readers[path.suffix.lower()](path, column)


def _sentences(text: str, source: str) -> Iterator[Item]:
    for start, end in sentences(text):
        yield Item(text[start:end], {"source": source, "start": start, "end": end})


def _text(path: Path, column: str) -> Iterator[Item]:
    try:
        # newline="" keeps the offsets those of the file's own characters.
        with path.open(encoding="utf-8", newline="") as file:
            text = file.read()
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 ({error.reason}); convert the file first") from error
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}") from error
    yield from _sentences(text, str(path))


def _table(path: Path, column: str) -> Iterator[Item]:
    for row in read_table(path):
        yield Item(_text_of(row.values, column, row.place), row.values)


def _text_of(row: dict[Any, Any], column: str, place: str) -> str:
    text = row.get(column)
    if not isinstance(text, str):
        found = "missing" if column not in row else "no text"
        names = ", ".join(map(str, row)) or "none"
        raise DataError(f"{place}: field {column!r} is {found}; the line has: {names} (choose one with --column)")
    return text
