"""Where results go; predictions as a table to read, or as JSONL, CSV or Parquet to go on with."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TextIO

from claimclf.console import check_folder
from claimclf.documents.exporting import Row, open_text, write_csv, write_jsonl


@contextmanager
def output(path: Path | None, *, binary: bool = False) -> Iterator[Any]:
    """Open standard output, or a file that appears once it is complete: it may be one of those that are read.

    Parameters
    ----------
    path : Path, optional
        The file; its folder exists.
    binary : bool, default False
        Whether bytes are written.

    Yields
    ------
    text or binary stream
        Where to write.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    """
    if path is None:
        yield sys.stdout
        return
    check_folder(path)
    if path.exists() and not path.is_file():  # a pipe or a device
        with path.open("wb") if binary else open_text(path) as out:
            yield out
        return
    path = path.resolve()  # of a link what it leads to
    partial = path.with_name(f".{path.name}.partial")
    try:
        opened: IO[Any] = partial.open("wb") if binary else open_text(partial)
        with opened as out:
            yield out
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_table(rows: Iterable[Row], out: TextIO) -> None:
    """Write labels with their probabilities beside each sentence, wrapped to the terminal; referred ones with a mark.

    Parameters
    ----------
    rows : iterable of dict
        What to write.
    out : text stream
        Where to.
    """
    width = max(60, shutil.get_terminal_size((100, 24)).columns)
    margin = 24
    for row in rows:
        asserted = [f"{label} {row['scores'][label]:.2f}" for label in row["labels"]]
        doubtful = [f"{label}? {row['scores'][label]:.2f}" for label in row["referred"]]
        left = asserted + doubtful or ["-"]
        left += ["(cut)"] if row["truncated"] else []
        left += ["(not English?)"] if not row["in_scope"] else []
        right = textwrap.wrap(" ".join(row["text"].split()), width - margin) or [""]
        for number in range(max(len(left), len(right))):
            label = left[number] if number < len(left) else ""
            text = right[number] if number < len(right) else ""
            out.write(f"{label:{margin}}{text}".rstrip() + "\n")


WRITERS: dict[str, Callable[[Iterable[Row], TextIO], None]] = {
    "table": write_table,
    "jsonl": write_jsonl,
    "csv": write_csv,
}
"""How to write each format of text."""
