"""Read labelled texts and references to texts; every error names the file and the line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from claimclf.data.jsonl import read_rows
from claimclf.data.tables import Columns, Row, is_jsonl, read_table
from claimclf.errors import DataError
from claimclf.labels import LABELS
from claimclf.records import Example, Reference

Record = TypeVar("Record", Example, Reference)

_OPTIONAL: Mapping[str, type] = {
    "genre": str,
    "region": str,
    "source": str,
    "year": int,
    "how": str,
    "round": int,
    "in_dev_repo": bool,
}
_SHA256 = re.compile(r"[0-9a-f]{64}")
_COMMIT = re.compile(r"[0-9a-f]{40}")


def read_examples(
    source: str | Path, labels: Iterable[str] | None = LABELS, columns: Columns | None = None
) -> list[Example]:
    """Read labelled texts.

    Parameters
    ----------
    source : str or Path
        A table, see :func:`~claimclf.data.tables.read_table`, with a column of texts and one of labels. ``id`` defaults
        to the name of the file and the line, and ``group`` to the id, that is, every text a group of its own.
    labels : iterable of str, optional
        The labels that may occur, by default those of the corpus; None allows any.
    columns : Columns, optional
        What the columns are called, by default as in our own format.

    Returns
    -------
    list of Example
        In file order.

    Raises
    ------
    DataError
        With file and line, for a missing field, a wrong type, an unknown label or an id that occurs twice.
    """
    canonical = partial((columns or Columns()).canonical, strict=is_jsonl(source))
    rows = map(canonical, read_table(source))
    return _read(rows, _example, labels)


def read_references(path: str | Path, labels: Iterable[str] | None = LABELS) -> list[Reference]:
    """Read references to texts.

    Parameters
    ----------
    path : str or Path
        A JSONL file with the fields of :class:`~claimclf.records.Reference`.
    labels : iterable of str, optional
        The labels that may occur, by default those of the corpus; None allows any.

    Returns
    -------
    list of Reference
        In file order.

    Raises
    ------
    DataError
        With file and line, for a missing field, a wrong type, an unknown label or an id that occurs twice.
    """
    return _read(read_table(path), _reference, labels)


def holds_references(path: str | Path) -> bool:
    """Tell a file of references from one of texts by its first row."""
    first: dict[str, Any] = next((row for _, row in read_rows(path)), {})
    return "sha256" in first and "text" not in first


class _Row:
    """A row with checked access to its fields."""

    def __init__(self, row: Row, allowed: frozenset[str] | None) -> None:
        self.place, self.values = row
        self.allowed = allowed

    def fail(self, message: str) -> DataError:
        return DataError(f"{self.place}: {message}")

    def get(self, name: str, kind: type, default: Any = ...) -> Any:
        value = self.values.get(name)
        if value is None:
            if default is ...:
                present = ", ".join(self.values) or "none"
                raise self.fail(f"field {name!r} is missing; the line has: {present}")
            return default
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.fail(f"field {name!r}: expected {kind.__name__}, got {type(value).__name__}")
        return value

    def hex(self, name: str, pattern: re.Pattern[str]) -> str:
        value: str = self.get(name, str)
        if not pattern.fullmatch(value):
            raise self.fail(f"field {name!r}: expected {pattern.pattern}, got {value!r}")
        return value

    def labels(self, name: str, default: Any = ...) -> tuple[str, ...]:
        values = self.get(name, list, default)
        for label in values:
            if not isinstance(label, str):
                raise self.fail(f"field {name!r}: expected strings, got {label!r}")
            if self.allowed is not None and label not in self.allowed:
                raise self.fail(f"unknown label {label!r}; expected one of {', '.join(sorted(self.allowed))}")
        return tuple(values)


def _read(rows: Iterable[Row], build: Callable[[_Row], Record], labels: Iterable[str] | None) -> list[Record]:
    allowed = None if labels is None else frozenset(labels)
    records, seen = [], dict[str, str]()
    for values in rows:
        row = _Row(values, allowed)
        record = build(row)
        if record.id in seen:
            raise row.fail(f"id {record.id!r} occurs already in {seen[record.id]}")
        seen[record.id] = row.place
        records.append(record)
    return records


def _common(row: _Row) -> dict[str, Any]:
    return {
        "unsure": row.labels("unsure", default=[]),
        **{name: row.get(name, kind, default=None) for name, kind in _OPTIONAL.items() if name in row.values},
    }


def _example(row: _Row) -> Example:
    name = row.get("id", str, default=Path(row.place).name)
    return Example(
        id=name,
        text=row.get("text", str),
        labels=row.labels("labels"),
        group=row.get("group", str, default=name),
        license=row.get("license", str, default=None),
        **_common(row),
    )


def _reference(row: _Row) -> Reference:
    start, end = row.get("start", int), row.get("end", int)
    if not 0 <= start < end:
        raise row.fail(f"expected 0 <= start < end, got start {start} and end {end}")
    return Reference(
        **{name: row.get(name, str) for name in ("id", "repo", "path", "license", "group")},
        commit=row.hex("commit", _COMMIT),
        sha256=row.hex("sha256", _SHA256),
        start=start,
        end=end,
        labels=row.labels("labels"),
        **_common(row),
    )
