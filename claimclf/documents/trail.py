"""Read an export again, with what is needed to make it once more."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import fields
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

from claimclf.documents.exporting import Row
from claimclf.errors import DataError
from claimclf.records import Provenance, Sentence

_NEEDED = ("source", "sha256", *(field.name for record in (Sentence, Provenance) for field in fields(record)))
_FLAGS = {"true": True, "false": False}


def read_trail(path: str | Path) -> list[Row]:
    """Read an export of documents.

    Parameters
    ----------
    path : str or Path
        A ``.jsonl``, ``.csv`` or ``.html`` file that claimclf wrote.

    Returns
    -------
    list of dict
        One a sentence, as :meth:`claimclf.Document.rows` returns them.

    Raises
    ------
    DataError
        If it is none, or one of rows of a table, which belong to no document.
    """
    path = Path(path)
    try:
        readers = {".jsonl": _of_jsonl, ".csv": _of_csv, ".html": _of_html}
        reader = readers.get(path.suffix.lower())
        if reader is None:
            raise DataError(f"{path}: cannot replay this kind of file; expected one of {', '.join(readers)}")
        rows = list(reader(path.read_bytes().decode("utf-8-sig")))
    except (ValueError, csv.Error, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{path}: no export of claimclf, or damaged ({error})") from error
    if not rows:
        raise DataError(f"{path}: there is no sentence in it to replay; of an overview, replay its reports")
    for number, row in enumerate(rows, 1):
        if missing := [name for name in _NEEDED if name not in row]:
            raise DataError(
                f"{path}: sentence {number}: no {', '.join(missing)}; only exports of documents can be made again"
            )
    return rows


def _of_jsonl(text: str) -> Iterator[Row]:
    for line in filter(str.strip, text.split("\n")):
        yield {**json.loads(line)}


def _of_csv(text: str) -> Iterator[Row]:
    for row in csv.DictReader(StringIO(text, newline="")):
        scores = {name.removeprefix("score_"): float(value) for name, value in row.items() if name.startswith("score_")}
        named = {name: _names(row[name], list(scores)) for name in ("labels", "referred")}
        whole = {name: int(row[name]) for name in ("start", "end")}
        unset = {name: row[name] or None for name in ("source", "heading", "policy", "policy_sha256")}
        flags = {name: _FLAGS[row[name].lower()] for name in ("truncated", "in_scope")}
        page = int(row["page"]) if row["page"] else None
        yield {**row, **named, **whole, **unset, **flags, "page": page, "scores": scores}


def _names(written: str, labels: list[str]) -> list[str]:
    """Take a list apart, with semicolons between or, as once, spaces; labels may hold spaces, and each other."""
    found = set()
    for label in sorted(labels, key=len, reverse=True):
        written, times = re.subn(f"(?<![^; ]){re.escape(label)}(?![^; ])", ";", written)
        if times:
            found.add(label)
    unknown = written.strip("; ")
    return [label for label in labels if label in found] + [unknown] * bool(unknown)


def _of_html(text: str) -> Iterator[Row]:
    content = _Block.of(text)
    trail = json.loads(content) if content else {"sentences": []}
    head = {name: value for name, value in trail.items() if name not in ("labels", "sentences")}
    for sentence in trail["sentences"]:
        yield {**head, **sentence}


class _Block(HTMLParser):
    """Takes the trail out of a page."""

    def __init__(self) -> None:
        super().__init__()
        self._inside = False
        self._content = ""

    @classmethod
    def of(cls, text: str) -> str:
        block = cls()
        block.feed(text)
        return block._content

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script" and ("id", "trail") in attrs

    def handle_data(self, data: str) -> None:
        if self._inside:
            self._content += data

    def handle_endtag(self, tag: str) -> None:
        self._inside = False
