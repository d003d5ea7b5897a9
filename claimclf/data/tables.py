"""Rows of a table, whatever file it is in: JSONL, CSV, TSV, Parquet, a Hugging Face dataset."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from claimclf.data.arrow import dataset_rows, parquet_rows
from claimclf.data.columns import Row
from claimclf.data.jsonl import read_rows
from claimclf.errors import DataError

_LONGEST_FIELD = 2**31 - 1
"""Characters of a field in CSV; the library's own limit is shorter than many documents."""

_HUB_ID = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*(:\w+)?")


def read_table(source: str | Path) -> Iterator[Row]:
    """Read the rows of a table.

    Parameters
    ----------
    source : str or Path
        A ``.jsonl`` (perhaps ``.gz``), ``.csv``, ``.tsv`` or ``.parquet`` file, a folder that the library ``datasets``
        saved or can load (of its splits ``train``), or a hub id ``owner/name`` (``owner/name:split``, by default
        ``train``), which is then downloaded.

    Yields
    ------
    Row
        In the order of the table. Class indices of a Hugging Face dataset are given their names.

    Raises
    ------
    DataError
        If there is nothing there, or it cannot be read; in CSV also if a row has more fields than the header,
        or two columns have one name.
    MissingExtraError
        For Parquet without the extra ``tables``, for datasets without ``train``.
    """
    path = Path(source)
    kind = path.suffix.lower()
    if is_jsonl(source):
        yield from (Row(f"{path}, line {line}", row) for line, row in read_rows(path))
    elif kind in (".csv", ".tsv"):
        yield from _delimited(path, "," if kind == ".csv" else "\t")
    elif kind == ".parquet" and path.is_file():
        yield from map(Row._make, parquet_rows(path))
    elif path.is_dir():
        yield from map(Row._make, dataset_rows(source))
    elif path.exists():
        raise DataError(f"{path}: cannot read this kind of table; expected .jsonl, .csv, .tsv or .parquet")
    elif isinstance(source, str) and _HUB_ID.fullmatch(source):
        yield from map(Row._make, dataset_rows(source))
    else:
        raise DataError(f"{source}: no such file or folder, and no hub id 'owner/name'")


def is_jsonl(source: str | Path) -> bool:
    """Tell our own format from other people's tables by the name."""
    return Path(source).name.lower().endswith((".jsonl", ".jsonl.gz"))


def _delimited(path: Path, delimiter: str) -> Iterator[Row]:
    try:
        csv.field_size_limit(_LONGEST_FIELD)
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, delimiter=delimiter, strict=True)
            _check_header(f"{path}, line 1", reader.fieldnames or (), delimiter)
            for values in reader:
                place = f"{path}, line {reader.line_num}"
                if None in values:
                    raise DataError(
                        f"{place}: more fields than the header has columns; put quotation marks around text"
                    )
                yield Row(place, values)
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path}, after line {reader.line_num}: not UTF-8 ({error.reason}); save it as UTF-8 (in Excel: CSV UTF-8)"
        ) from error
    except csv.Error as error:
        raise DataError(
            f"{path}, line {reader.line_num + 1}: not CSV ({error}); quotation marks go around a whole field, and "
            "those within it are doubled"
        ) from error
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}") from error


def _check_header(place: str, names: Sequence[str], delimiter: str) -> None:
    for other, name in ((";", "a semicolon"), ("\t", "a tab")):
        if len(names) == 1 and other in names[0] and other != delimiter:
            raise DataError(f"{place}: {name} seems to separate the columns; save it with commas, or as .tsv with tabs")
    if repeated := [name for name in names if names.count(name) > 1]:
        raise DataError(f"{place}: the header has several columns {repeated[0]!r}; give each a name of its own")
