"""Read and write JSONL files of records; every error names the file and the line."""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

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


def read_rows(path: str | Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Read JSON objects, one a line, empty lines skipped.

    Parameters
    ----------
    path : str or Path
        A ``.jsonl`` file in UTF-8, or the same compressed as ``.gz``.

    Yields
    ------
    line : int
        Line number, from 1.
    row : dict
        The object.

    Raises
    ------
    DataError
        If the file is missing, not UTF-8, or a line is no JSON object.
    """
    path = Path(path)
    opener: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    line = 0
    try:
        with opener(path, "rt", encoding="utf-8") as lines:
            for line, content in enumerate(lines, start=1):
                if content.strip():
                    yield line, _parse(content, path, line)
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}, after line {line}: not UTF-8 ({error.reason}); convert the file first") from error
    except (OSError, EOFError) as error:
        raise DataError(f"{path}: cannot be read ({error})") from error


def read_examples(path: str | Path, labels: Iterable[str] | None = LABELS) -> list[Example]:
    """Read labelled texts.

    Parameters
    ----------
    path : str or Path
        A JSONL file with at least ``text`` and ``labels`` (or ``label``) on each line. ``id`` defaults to the line
        number and ``group`` to the id, that is, every text a group of its own.
    labels : iterable of str, optional
        The labels that may occur, by default those of the corpus; None allows any.

    Returns
    -------
    list of Example
        In file order.

    Raises
    ------
    DataError
        With file and line, for a missing field, a wrong type, an unknown label or an id that occurs twice.
    """
    return _read(path, _example, labels)


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
    return _read(path, _reference, labels)


def write_rows(path: str | Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write JSON objects, one a line; the file appears only once it is complete.

    Parameters
    ----------
    path : str or Path
        Where to, compressed if it ends in ``.gz``; parent folders are made.
    rows : iterable of mapping
        What to write.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as file, _compressed(file) if path.suffix == ".gz" else nullcontext(file) as out:
            for row in rows:
                out.write((json.dumps(row, ensure_ascii=False) + "\n").encode())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _compressed(file: BinaryIO) -> gzip.GzipFile:
    # Without name and time in the header the same rows give the same bytes.
    return gzip.GzipFile("", "wb", fileobj=file, mtime=0)


def _parse(content: str, path: Path, line: int) -> dict[str, Any]:
    try:
        row = json.loads(content)
    except json.JSONDecodeError as error:
        raise DataError(f"{path}, line {line}: not JSON ({error.msg} at column {error.colno})") from error
    if not isinstance(row, dict):
        raise DataError(f"{path}, line {line}: expected a JSON object, got {type(row).__name__}")
    return row


class _Row:
    """One line of a file, with checked access to its fields."""

    def __init__(self, path: Path, line: int, values: dict[str, Any], allowed: frozenset[str] | None) -> None:
        self.path, self.line, self.values, self.allowed = path, line, values, allowed

    def fail(self, message: str) -> DataError:
        return DataError(f"{self.path}, line {self.line}: {message}")

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


def _read(path: str | Path, build: Callable[[_Row], Record], labels: Iterable[str] | None) -> list[Record]:
    allowed = None if labels is None else frozenset(labels)
    records, seen = [], dict[str, int]()
    for line, values in read_rows(path):
        row = _Row(Path(path), line, values, allowed)
        record = build(row)
        if record.id in seen:
            raise row.fail(f"id {record.id!r} occurs already on line {seen[record.id]}")
        seen[record.id] = line
        records.append(record)
    return records


def _common(row: _Row) -> dict[str, Any]:
    return {
        "unsure": row.labels("unsure", default=[]),
        **{name: row.get(name, kind, default=None) for name, kind in _OPTIONAL.items() if name in row.values},
    }


def _example(row: _Row) -> Example:
    name = row.get("id", str, default=str(row.line))
    single = row.get("label", str, default=None) if "labels" not in row.values else None
    return Example(
        id=name,
        text=row.get("text", str),
        labels=row.labels("labels") if single is None else (single,),
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
