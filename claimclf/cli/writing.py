"""Where results go; predictions as a table to read, or as JSONL or CSV to go on with."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from claimclf.documents.exporting import write_csv, write_jsonl
from claimclf.records import Prediction

Row = dict[str, Any]
Labelled = tuple[Prediction, Row]
"""A prediction, and the whole row that is written of it."""


@contextmanager
def output(path: Path | None) -> Iterator[TextIO]:
    """Open standard output, or a file that appears once it is complete: it may be one of those that are read.

    Parameters
    ----------
    path : Path, optional
        The file; its folder exists.

    Yields
    ------
    text stream
        Where to write.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    """
    if path is None:
        yield sys.stdout
        return
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("w", encoding="utf-8", newline="") as out:
            yield out
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_table(rows: Iterable[Labelled], out: TextIO) -> None:
    """Write labels with their probabilities beside each sentence, wrapped to the terminal; referred ones with a mark.

    Parameters
    ----------
    rows : iterable of Prediction and row
        What to write; the prediction is enough for it.
    out : text stream
        Where to.
    """
    width = max(60, shutil.get_terminal_size((100, 24)).columns)
    margin = 24
    for prediction, _ in rows:
        asserted = [f"{label} {prediction.scores[label]:.2f}" for label in prediction.labels]
        doubtful = [f"{label}? {prediction.scores[label]:.2f}" for label in prediction.referred]
        left = asserted + doubtful or ["-"]
        left += ["(cut)"] if prediction.truncated else []
        left += ["(not English?)"] if not prediction.in_scope else []
        right = textwrap.wrap(" ".join(prediction.text.split()), width - margin) or [""]
        for row in range(max(len(left), len(right))):
            label = left[row] if row < len(left) else ""
            text = right[row] if row < len(right) else ""
            out.write(f"{label:{margin}}{text}".rstrip() + "\n")


WRITERS: dict[str, Callable[[Iterable[Labelled], TextIO], None]] = {
    "table": write_table,
    "jsonl": lambda labelled, out: write_jsonl((row for _, row in labelled), out),
    "csv": lambda labelled, out: write_csv((row for _, row in labelled), out),
}
"""How to write each format."""
