"""What the columns of other people's tables hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from claimclf.errors import DataError

_CONTENTS = ("text", "label", "labels", "group", "id")


class Row(NamedTuple):
    """A row: where it stands, for messages (``labels.csv, line 7``), and its fields."""

    place: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Columns:
    """Which columns of other people's tables hold what; one that is named must be in every table.

    Attributes
    ----------
    text : str, optional
        The text, by default ``text``.
    label : str, optional
        The one label of a text, by default ``label``; a row where it is empty has not been labelled.
    labels : str, optional
        All labels of a text, by default ``labels``: a list or names with `separator` between them; an empty one means
        that none applies, a missing value that the row has not been labelled. Looked for before `label`, unless that
        alone is named.
    group, id : str, optional
        By default ``group`` and ``id``; may be missing or empty, see :class:`~claimclf.records.Example`.
    separator : str, default ";"
        See `labels`.
    """

    text: str | None = None
    label: str | None = None
    labels: str | None = None
    group: str | None = None
    id: str | None = None
    separator: str = ";"

    @property
    def named(self) -> dict[str, str]:
        """The columns that were named, by what they hold."""
        given = {name: getattr(self, name) for name in _CONTENTS}
        return {name: column for name, column in given.items() if column is not None}

    def canonical(self, row: Row, kept: Mapping[str, type] | None = None) -> Row:
        """Give the columns our names, and labels their form.

        Parameters
        ----------
        row : Row
            As read from a table.
        kept : mapping of str to type, optional
            Further fields, which stay where they are of this type. All others are left out.

        Returns
        -------
        Row
            With ``text``, ``labels`` as a list, ``group`` and ``id``, as far as there are such columns.

        Raises
        ------
        DataError
            If there is no text, it has not been labelled, or what stands for a label is no name.

        Examples
        --------
        >>> row = Row("a.csv, line 2", {"body": "The dam is safe.", "topics": "water; safety", "page": "7"})
        >>> Columns(text="body", labels="topics").canonical(row).values
        {'text': 'The dam is safe.', 'labels': ['water', 'safety']}
        """
        place, given = row
        column = {name: name for name in _CONTENTS} | self.named
        if column["text"] not in given:
            present = ", ".join(given) or "none"
            raise DataError(f"{place}: column {column['text']!r} is missing; the row has: {present}")
        values = {name: value for name, value in given.items() if isinstance(value, (kept or {}).get(name, ()))}
        values |= {"text": given[column["text"]], "labels": self._labels(row)}
        for name in ("group", "id"):
            if not is_missing(given.get(column[name])):
                values[name] = str(given[column[name]]).strip()
        return Row(place, values)

    def _labels(self, row: Row) -> list[str]:
        place, given = row
        # If one of the two is named, the other is not meant.
        columns = {name: self.named[name] for name in ("labels", "label") if name in self.named}
        columns = columns or {"labels": "labels", "label": "label"}
        content, column = next(((name, column) for name, column in columns.items() if column in given), ("", ""))
        value = given.get(column)
        if is_missing(value) and (content == "label" or not isinstance(value, str)):
            asked = " or ".join(map(repr, columns.values()))
            present = ", ".join(given) or "none"
            raise DataError(f"{place}: no label in column {asked}; the row has: {present}. Label it or leave it out")
        try:
            return label_names(value, self.separator if content == "labels" else None)
        except DataError as error:
            raise DataError(f"{place}: column {column!r}: {error}") from error


def label_names(value: Any, separator: str | None = None) -> list[str]:
    """Read the names of labels.

    Parameters
    ----------
    value : list, str or number
        Of one text.
    separator : str, optional
        Stands between names in a string; by default a string is one name.

    Raises
    ------
    DataError
        If it is a list written as text, or a list that holds anything but names.

    Examples
    --------
    >>> label_names("water; safety", ";"), label_names(["water"]), label_names(3)
    (['water', 'safety'], ['water'], ['3'])
    """
    if isinstance(value, (list, Mapping)):
        if wrong := [name for name in value if not isinstance(name, str) or isinstance(value, Mapping)]:
            raise DataError(
                f"expected a list of names, got {value!r}, with {wrong[0]!r}; name the labels that apply, nothing else"
            )
        names = list(value)
    else:
        text = str(value).strip()
        if text.startswith("[") and text.endswith("]"):
            raise DataError(
                f"{text!r} is a list that was written as text; put ';' between the names instead, or save the table as "
                "JSONL or Parquet"
            )
        names = [text] if separator is None else text.split(separator)
    return [name.strip() for name in names if name.strip()]


def is_missing(value: Any) -> bool:
    """Tell an empty cell; tables write nan where a number is missing."""
    return value is None or value != value or (isinstance(value, str) and not value.strip())
