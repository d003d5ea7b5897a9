"""Rows of Parquet files and of Hugging Face datasets, numbers that stand for classes by their names."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from claimclf.errors import DataError, MissingExtraError

Placed = tuple[str, dict[str, Any]]
"""Where a row stands, for messages, and its fields."""


def parquet_rows(path: Path) -> Iterator[Placed]:
    """Read a Parquet file, a batch of rows at a time.

    Parameters
    ----------
    path : Path
        The file.

    Yields
    ------
    tuple of str and dict
        Where a row stands, and its fields.

    Raises
    ------
    DataError
        If it cannot be read.
    MissingExtraError
        Without the extra ``tables``.
    """
    try:
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise MissingExtraError("Reading Parquet", "tables") from error
    try:
        with ParquetFile(path) as file:
            # Where the library ``datasets`` wrote the file it says there what the numbers stand for.
            written = json.loads((file.schema_arrow.metadata or {}).get(b"huggingface", b"{}"))
            features = written.get("info", {}).get("features", {})
            names = {column: class_names(kind) for column, kind in features.items()}
            rows = (row for batch in file.iter_batches() for row in batch.to_pylist())
            for number, values in enumerate(rows, start=1):
                known = {
                    column: None if value != value else value for column, value in values.items()
                }  # nan is no JSON
                yield f"{path}, row {number}", _named(known, names)
    except (OSError, ValueError) as error:  # pyarrow's own are among these
        raise DataError(f"{path}: cannot be read as a table ({error})") from error


def dataset_rows(source: str | Path) -> Iterator[Placed]:
    """Read a Hugging Face dataset.

    Parameters
    ----------
    source : str or Path
        A folder, of whose splits ``train`` is read, or a hub id, which is then downloaded; ``:split`` after that names
        another one.

    Yields
    ------
    tuple of str and dict
        Where a row stands, and its fields.

    Raises
    ------
    DataError
        If it cannot be read, or has no such split.
    MissingExtraError
        Without the extra ``train``.

    Warns
    -----
    UserWarning
        If a saved dataset has further splits.
    """
    try:
        from datasets import DatasetDict, load_dataset, load_from_disk
    except ImportError as error:  # the folder datasets/ of a checkout is no package and has no Dataset either
        raise MissingExtraError("Reading Hugging Face datasets", "train") from error
    path = Path(source)
    name, _, split = (str(source), "", "") if path.is_dir() else str(source).partition(":")
    try:
        if (path / "state.json").is_file() or (path / "dataset_dict.json").is_file():
            table = load_from_disk(str(path))
        else:
            table = load_dataset(name, split=split or "train")
    except Exception as error:  # the library raises its own, pyarrow's, fsspec's and the hub's errors alike
        raise DataError(f"{source}: cannot be read as a table ({error})") from error
    if isinstance(table, DatasetDict):
        splits = ", ".join(table)
        if "train" not in table:
            raise DataError(f"{source}: no split 'train'; there are: {splits}. Name the folder of one of them")
        if len(table) > 1:
            warnings.warn(f"{source}: only the split 'train' of {splits} is read", stacklevel=2)
        table = table["train"]
    names = {column: class_names(kind) for column, kind in table.features.items()}
    for number, values in enumerate(table, start=1):
        yield f"{source}, row {number}", _named(values, names)


def class_names(kind: Any) -> list[str] | None:
    """Return what the numbers in a column of a Hugging Face dataset stand for.

    Parameters
    ----------
    kind : feature of ``datasets``, or the same as JSON
        Of a column; a list of classes counts as its classes.

    Returns
    -------
    list of str or None
        None where numbers are numbers.
    """
    if isinstance(kind, Mapping):
        inner, names = kind.get("feature"), kind.get("names") if kind.get("_type") == "ClassLabel" else None
    else:
        inner, names = getattr(kind, "feature", None), kind.names if hasattr(kind, "int2str") else None
    return class_names(inner) if inner is not None else names


def _named(values: Mapping[str, Any], names: Mapping[str, list[str] | None]) -> dict[str, Any]:
    return {column: name_classes(value, names.get(column)) for column, value in values.items()}


def name_classes(value: Any, names: Sequence[str] | None) -> Any:
    """Put names in the place of numbers; -1 is how ``datasets`` writes that a class is not known.

    Parameters
    ----------
    value : int, list of int or other
        Of a row.
    names : sequence of str, optional
        Of the classes.

    Examples
    --------
    >>> name_classes([1, -1], ["tax", "health"]), name_classes(-1, ["tax"]), name_classes(7, None)
    (['health'], None, 7)
    """
    if names is None or value is None:
        return value
    if isinstance(value, list):
        return [names[number] for number in value if number is not None and number >= 0]
    return names[value] if value >= 0 else None
