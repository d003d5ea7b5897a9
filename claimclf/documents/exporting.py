"""Sentences with their predictions as JSONL, CSV, Parquet, or a table of pandas."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any, TextIO

from claimclf.errors import DataError, MissingExtraError

Row = dict[str, Any]

_TOGETHER = 10_000
"""Rows that are written into a Parquet file at a time."""


def open_text(path: Path) -> TextIO:
    """Open a file to write text, in UTF-8 everywhere.

    Half a character, with which a post that was cut off may end, is written as its escape, which in JSON is the half
    character itself.

    Parameters
    ----------
    path : Path
        The file.
    """
    return path.open("w", encoding="utf-8", errors="backslashreplace", newline="")


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
        out.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")  # dates of Parquet are text in JSON


def write_csv(rows: Iterable[Row], columns: Sequence[str], out: TextIO) -> None:
    """Write a header and one line a row, whatever is text in quotation marks.

    ``labels`` and ``referred`` are names with a semicolon between, as tables to learn from are read; other lists, and
    mappings, are JSON.

    Parameters
    ----------
    rows : iterable of dict
        What to write.
    columns : sequence of str
        The header: those of the first row, once it is flat.
    out : text stream
        Where to.

    Raises
    ------
    DataError
        If a later row has fields that the first one lacks: they would be lost.
    """
    # Unquoted, a lone carriage return within a text would end its line.
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writeheader()
    for number, row in enumerate(map(flat, rows), 1):
        if lost := sorted(row.keys() - writer.fieldnames):
            raise DataError(f"row {number}: the first row has no {', '.join(lost)}; write jsonl instead")
        writer.writerow({name: _cell(name, value) for name, value in row.items()})


def _cell(name: str, value: Any) -> Any:
    if name in ("labels", "referred"):
        return ";".join(value)
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, (list, dict)) else value


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


def _whole(row: Row) -> Row:
    """Write half characters as :func:`open_text` does: tables of pandas and Parquet cannot hold them."""
    return {
        name: value.encode("utf-8", "backslashreplace").decode("utf-8") if isinstance(value, str) else value
        for name, value in row.items()
    }


def data_frame(rows: Iterable[Row], columns: list[str]) -> Any:
    """Make a table of pandas.

    Parameters
    ----------
    rows : iterable of dict
        What to put into it.
    columns : list of str
        Their names once they are flat.

    Returns
    -------
    pandas.DataFrame
        One row each.

    Raises
    ------
    MissingExtraError
        Without pandas.
    """
    try:
        from pandas import DataFrame
    except ImportError as error:
        raise MissingExtraError("A table of pandas", "tables") from error
    return DataFrame(list(map(_whole, map(flat, rows))), columns=columns).astype({"page": "Int64"})


def write_parquet(rows: Iterable[Row], columns: list[str], out: str | Path | IO[bytes]) -> None:
    """Write a Parquet file, in constant memory.

    Parameters
    ----------
    rows : iterable of dict
        What to write.
    columns : list of str
        Their names once they are flat.
    out : str, Path or binary stream
        Where to.

    Raises
    ------
    MissingExtraError
        Without pyarrow.
    """
    try:
        import pyarrow
        from pyarrow.parquet import ParquetWriter
    except ImportError as error:
        raise MissingExtraError("Writing Parquet", "tables") from error
    types = dict.fromkeys(("start", "end", "page"), pyarrow.int64())
    types |= dict.fromkeys(("truncated", "in_scope"), pyarrow.bool_())
    types |= dict.fromkeys(("labels", "referred"), pyarrow.list_(pyarrow.string()))
    types |= {name: pyarrow.float64() for name in columns if name.startswith("score_")}
    schema = pyarrow.schema([(name, types.get(name, pyarrow.string())) for name in columns])
    left = map(_whole, map(flat, rows))
    with ParquetWriter(out, schema) as writer:
        while together := list(islice(left, _TOGETHER)):
            writer.write_table(pyarrow.Table.from_pylist(together, schema=schema))
