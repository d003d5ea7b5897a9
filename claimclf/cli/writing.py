"""Where results go; predictions as a table to read, or as JSONL or CSV to go on with."""

from __future__ import annotations

import csv
import errno
import json
import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from claimclf.records import Prediction

Labelled = tuple[Prediction, dict[str, Any]]


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
    rows : iterable of Prediction and fields
        What to write.
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


def write_jsonl(rows: Iterable[Labelled], out: TextIO) -> None:
    """Write one JSON object a text: the fields of its file, then the prediction.

    Parameters
    ----------
    rows : iterable of Prediction and fields
        What to write.
    out : text stream
        Where to.
    """
    for prediction, fields in rows:
        out.write(json.dumps({**fields, **prediction.to_dict()}, ensure_ascii=False) + "\n")


def write_csv(rows: Iterable[Labelled], out: TextIO) -> None:
    """Write one row a text: the fields of its file, then the prediction with a column for each score.

    Parameters
    ----------
    rows : iterable of Prediction and fields
        What to write; the columns are those of the first.
    out : text stream
        Where to.
    """
    writer: csv.DictWriter[str] | None = None
    for row in map(_flat, rows):
        if writer is None:
            writer = csv.DictWriter(out, fieldnames=list(row), extrasaction="ignore", lineterminator="\n")
            writer.writeheader()
        writer.writerow(row)


def _flat(row: Labelled) -> dict[str, Any]:
    prediction, fields = row
    entries = prediction.to_dict()
    scores = {f"score_{label}": score for label, score in entries.pop("scores").items()}
    lists = {name: " ".join(value) for name, value in entries.items() if isinstance(value, list)}
    return {**fields, **entries, **lists, **scores}


WRITERS = {"table": write_table, "jsonl": write_jsonl, "csv": write_csv}
"""How to write each format."""
