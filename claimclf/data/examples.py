"""Read labelled texts and references to texts; every error names the file and the line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from claimclf.data.columns import Columns, Row, is_missing
from claimclf.data.jsonl import read_rows
from claimclf.data.tables import is_jsonl, read_table
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
_KEPT: Mapping[str, type] = {**_OPTIONAL, "license": str, "unsure": list}
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
        What the columns are called. By default JSONL is taken for our own format: labels are lists, and every field
        has the type that :class:`~claimclf.records.Example` says. With columns, be it ``Columns()``, it is read as
        other tables are.

    Returns
    -------
    list of Example
        In file order.

    Raises
    ------
    DataError
        With file and line, for a missing field, a wrong type, an unknown label or an id that occurs twice; also if a
        column that was named is in no row.
    """
    ours = columns is None and is_jsonl(source)
    return _read(map(_ours, read_table(source)) if ours else _theirs(source, columns or Columns()), _example, labels)


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


def _ours(row: Row) -> Row:
    values = {name: value for name, value in row.values.items() if name not in ("group", "id") or value != ""}
    if "labels" not in values and not is_missing(values.get("label")):
        values["labels"] = [values.pop("label")]
    return row._replace(values=values)


def _theirs(source: str | Path, columns: Columns) -> Iterator[Row]:
    kept = _KEPT if is_jsonl(source) else {}
    present: dict[str, None] = {}
    for row in read_table(source):
        present |= dict.fromkeys(row.values)
        yield columns.canonical(row, kept)
    # In JSONL a row need not have all fields.
    for content, column in columns.named.items():
        if present and column not in present:
            raise DataError(f"{source}: no column {column!r} for the {content}; there are: {', '.join(present)}")


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
            if not isinstance(label, str) or not label.strip():
                raise self.fail(f"field {name!r}: expected names, got {label!r}")
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
