"""Where results go; predictions as a table to read, or as JSONL, CSV or Parquet to go on with."""

from __future__ import annotations

import errno
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TextIO

from claimclf.console import check_folder
from claimclf.documents.exporting import Row, open_text, write_csv, write_jsonl, write_parquet


def is_file(path: Path | None) -> bool:
    """Say whether an output is a file or becomes one; other files may be kept beside it.

    Parameters
    ----------
    path : Path or None
        A pipe, a device or, as None, standard output are none.
    """
    return path is not None and (path.is_file() or not path.exists())


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
    OSError
        With the name of the output, if it cannot be written or the disk is full.
    """
    if path is None:
        yield sys.stdout
        return
    check_folder(path)
    appears = is_file(path)
    target = path.resolve()  # of a link what it leads to
    partial = target.with_name(f".{target.name}.partial") if appears else path
    try:
        opened: IO[Any] = partial.open("wb") if binary else open_text(partial)
        with opened as out:
            yield out
        if appears:
            partial.replace(target)
    except OSError as error:
        if error.filename == str(partial) or error.errno == errno.ENOSPC:
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise
    finally:
        if appears:
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


WRITERS: dict[str, Callable[[Iterable[Row], TextIO], None]] = {"table": write_table, "jsonl": write_jsonl}
"""How to write each format that takes rows as they are."""

HEADED: dict[str, Callable[[Iterable[Row], list[str], Any], None]] = {"csv": write_csv, "parquet": write_parquet}
"""How to write each format that says first which columns there are."""
