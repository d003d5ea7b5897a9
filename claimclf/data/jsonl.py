"""Read and write JSON objects, one a line; every error names the file and the line."""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any, BinaryIO

from claimclf.errors import DataError


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
        with opener(path, "rt", encoding="utf-8-sig") as lines:
            for line, content in enumerate(lines, start=1):
                if content.strip():
                    yield line, _parse(content, path, line)
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}, after line {line}: not UTF-8 ({error.reason}); convert the file first") from error
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cannot be read ({error})") from error


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
    except ValueError as error:
        raise DataError(f"{path}, line {line}: {error}") from error
    except RecursionError as error:
        raise DataError(f"{path}, line {line}: nested too deeply") from error
    if not isinstance(row, dict):
        raise DataError(f"{path}, line {line}: expected a JSON object, got {type(row).__name__}")
    return row
