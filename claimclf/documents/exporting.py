"""Sentences with their predictions as JSONL, CSV, Parquet, or a table of pandas."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from typing import Any, TextIO

Row = dict[str, Any]


def write_jsonl(rows: Iterable[Row], out: TextIO) -> None:
    """Write one JSON object a row.

    Parameters
    ----------
    rows : iterable of dict
        What to write.
    out : text stream
        Where to.
    """
    for row in rows:
        out.write(json.dumps(row, ensure_ascii=False) + "\n")


def write_csv(rows: Iterable[Row], out: TextIO) -> None:
    """Write a header and one line a row, lists as words with a space between.

    Parameters
    ----------
    rows : iterable of dict
        What to write; the columns are those of the first.
    out : text stream
        Where to.
    """
    writer: csv.DictWriter[str] | None = None
    for row in map(flat, rows):
        row |= {name: " ".join(value) for name, value in row.items() if isinstance(value, list)}
        if writer is None:
            writer = csv.DictWriter(out, fieldnames=list(row), extrasaction="ignore", lineterminator="\n")
            writer.writeheader()
        writer.writerow(row)


def flat(row: Row) -> Row:
    """Give each score a column of its own.

    Parameters
    ----------
    row : dict
        With ``scores`` by label.

    Examples
    --------
    >>> flat({"text": "Rabat signed.", "scores": {"agreement": 0.9}})
    {'text': 'Rabat signed.', 'score_agreement': 0.9}
    """
    scores = {f"score_{label}": score for label, score in row["scores"].items()}
    return {name: value for name, value in row.items() if name != "scores"} | scores
