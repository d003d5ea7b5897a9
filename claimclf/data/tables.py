"""Rows of a table, whatever file it is in: JSONL, CSV, TSV, Parquet, a Hugging Face dataset."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from claimclf.data.arrow import dataset_rows, parquet_rows
from claimclf.data.jsonl import read_rows
from claimclf.errors import DataError

_LONGEST_FIELD = 2**31 - 1
"""Characters of a field in CSV; the library's own limit is shorter than many documents."""

_HUB_ID = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*(:\w+)?")


class Row(NamedTuple):
    """A row: where it stands, for messages (``labels.csv, line 7``), and its fields."""

    place: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Columns:
    """Which columns of other people's tables hold what.

    Attributes
    ----------
    text : str, default "text"
        The text.
    label : str, default "label"
        The one label of a text; a row where it is empty has not been labelled.
    labels : str, default "labels"
        All labels of a text: a list or names with `separator` between them; an empty one means that none applies, a
        missing value that the row has not been labelled. Looked for first.
    group, id : str, default "group", "id"
        May be missing; see :class:`~claimclf.records.Example`.
    separator : str, default ";"
        See `labels`.
    """

    text: str = "text"
    label: str = "label"
    labels: str = "labels"
    group: str = "group"
    id: str = "id"
    separator: str = ";"

    def canonical(self, row: Row, *, strict: bool = True) -> Row:
        """Give the columns our names, and labels their form.

        Parameters
        ----------
        row : Row
            As read from a table.
        strict : bool, default True
            Our own format: labels are lists and other fields mean what :class:`~claimclf.records.Example` says. False
            splits strings at `separator`, takes numbers for names and leaves other fields out.

        Returns
        -------
        Row
            With ``text``, ``labels`` as a list, ``group`` and ``id``, as far as there are such columns.

        Raises
        ------
        DataError
            If not `strict` and a text has not been labelled.

        Examples
        --------
        >>> row = Row("a.csv, line 2", {"body": "The dam is safe.", "topics": "water; safety", "page": "7"})
        >>> Columns(text="body", labels="topics").canonical(row, strict=False).values
        {'text': 'The dam is safe.', 'labels': ['water', 'safety']}
        """
        if self.text not in row.values and (self.text != "text" or not strict):
            raise DataError(
                f"{row.place}: column {self.text!r} is missing; the row has: {', '.join(row.values) or 'none'}"
            )
        names = {getattr(self, name): name for name in ("text", "label", "labels", "group", "id")}
        # A column that is called as ours are, where another was named in its place, is not meant.
        meant = {
            column: value for column, value in row.values.items() if column in names or column not in names.values()
        }
        values = {names.get(column, column): value for column, value in meant.items()}
        if not strict:
            values = {name: self._converted(name, value) for name, value in values.items() if name in names.values()}
            if values["labels"] is None if "labels" in values else not values.get("label"):
                found = ", ".join(row.values) or "none"
                raise DataError(
                    f"{row.place}: no label in column {self.labels!r} or {self.label!r}; the row has: {found}. "
                    "Label it or leave it out"
                )
        single = values.pop("label", None)
        if "labels" not in values and single is not None:
            values["labels"] = [single]
        return row._replace(values=values)

    def _converted(self, name: str, value: Any) -> Any:
        if value is None or value != value:  # nan is how tables write a missing value
            return None
        if name == "labels":
            parts = value if isinstance(value, list) else str(value).split(self.separator)
            return [part.strip() for part in map(str, parts) if part.strip()]
        return value if name == "text" else str(value).strip()


def read_table(source: str | Path) -> Iterator[Row]:
    """Read the rows of a table.

    Parameters
    ----------
    source : str or Path
        A ``.jsonl`` (perhaps ``.gz``), ``.csv``, ``.tsv`` or ``.parquet`` file, a folder that the library ``datasets``
        saved or can load, or a hub id ``owner/name`` (``owner/name:split``, by default ``train``), which is then
        downloaded.

    Yields
    ------
    Row
        In the order of the table. Class indices of a Hugging Face dataset are given their names.

    Raises
    ------
    DataError
        If there is nothing there, or it cannot be read; in CSV also if a row has more fields than the header.
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
            for values in reader:
                place = f"{path}, line {reader.line_num}"
                if None in values:
                    raise DataError(f"{place}: more fields than the header has columns")
                yield Row(place, values)
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 ({error.reason}); convert the file first") from error
    except csv.Error as error:
        raise DataError(f"{path}: not CSV ({error})") from error
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}") from error
