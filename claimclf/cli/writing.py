"""Predictions as a table to read, or as JSONL or CSV to go on with."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Callable, Iterable
from typing import Any, TextIO

from claimclf.documents.exporting import write_csv, write_jsonl
from claimclf.records import Prediction

Row = dict[str, Any]
Labelled = tuple[Prediction, Row]
"""A prediction, and the whole row that is written of it."""


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
