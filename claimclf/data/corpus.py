"""Load labelled data, whichever of the accepted forms it has."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from claimclf.data.arrow import class_names, name_classes
from claimclf.data.columns import Columns, is_missing, label_names
from claimclf.data.examples import holds_references, read_examples, read_references
from claimclf.data.references import resolve
from claimclf.data.tables import is_jsonl
from claimclf.errors import DataError, InputTypeError, MissingExtraError
from claimclf.labels import LABELS, to_targets
from claimclf.records import Example

if TYPE_CHECKING:
    from datasets import Dataset


def load_examples(
    paths: Iterable[str | Path],
    *,
    labels: Iterable[str] | None = LABELS,
    columns: Columns | None = None,
    cache: str | Path | None = None,
    in_dev_repo: bool = True,
    licenses: Iterable[str] | None = None,
) -> list[Example]:
    """Load labelled texts from tables of texts and files of references alike.

    Parameters
    ----------
    paths : iterable of str or Path
        JSONL files, whose references are given their text from `cache`, or other tables; see
        :func:`~claimclf.data.tables.read_table`.
    labels : iterable of str, optional
        The labels that may occur, by default those of the corpus; None allows any.
    columns : Columns, optional
        What the columns are called; see :func:`~claimclf.data.examples.read_examples` for what that means for JSONL.
    cache : str or Path, optional
        Where the texts of references are, by default the user's cache folder.
    in_dev_repo : bool, default True
        False leaves out rows whose repository also gave evaluation sentences.
    licenses : iterable of str, optional
        Keep only rows that state one of these licences, word for word; a row that states none is left out. By default
        all are kept.

    Returns
    -------
    list of Example
        In the order of the files.

    Raises
    ------
    DataError
        If a file is wrong, a text is missing, an id occurs in two files, or nothing is left; if that
        is because of `licenses`, the message lists those that rows do state.
    """
    if isinstance(paths, (str, Path)):
        raise InputTypeError(f"paths: expected several, got the single {str(paths)!r}; put it into a list")
    allowed = None if labels is None else tuple(labels)
    names = list(paths)
    loaded = list(chain.from_iterable(_load_file(name, allowed, columns, cache) for name in names))
    kept = [example for example in loaded if in_dev_repo or not example.in_dev_repo]
    if licenses is not None:
        kept = _under_license(kept, tuple(licenses))
    ids = [example.id for example in loaded]
    if len(set(ids)) < len(ids):
        repeated = next(name for name in ids if ids.count(name) > 1)
        raise DataError(
            f"{', '.join(map(str, names))}: id {repeated!r} occurs in more than one file; give rows different ids"
        )
    if not kept:
        raise DataError(f"{', '.join(map(str, names)) or 'paths'}: no labelled texts found")
    return kept


def from_dataset(dataset: Dataset, text: str = "text", labels: str = "labels") -> list[Example]:
    """Take labelled texts from a Hugging Face dataset.

    Parameters
    ----------
    dataset : datasets.Dataset
        With a column of texts and one of labels, each a list of names or a single name (or class index).
    text, labels : str
        The names of the columns.

    Returns
    -------
    list of Example
        In the order of the dataset; ``group`` and ``id`` as in the columns of that name, else the row number.

    Raises
    ------
    DataError
        If a column is missing.
    """
    for column in (text, labels):
        if column not in dataset.column_names:
            raise DataError(f"dataset: column {column!r} is missing; there are {', '.join(dataset.column_names)}")
    names = class_names(dataset.features[labels])
    return [
        Example(
            id=str(position if is_missing(row.get("id")) else row["id"]),
            text=row[text],
            labels=tuple(_carried(name_classes(row[labels], names), f"dataset, row {position}: column {labels!r}")),
            group=str(position if is_missing(row.get("group")) else row["group"]),
        )
        for position, row in enumerate(dataset)
    ]


def _carried(value: Any, place: str) -> list[str]:
    try:
        return [] if is_missing(value) else label_names(value)
    except DataError as error:
        raise DataError(f"{place}: {error}") from error


def to_dataset(examples: Sequence[Example]) -> Dataset:
    """Make a Hugging Face dataset with the columns ``id``, ``text``, ``labels`` and ``group``.

    Parameters
    ----------
    examples : sequence of Example
        What to put in.

    Raises
    ------
    MissingExtraError
        Without the extra ``train``.
    """
    try:
        from datasets import Dataset
    except ImportError as error:  # the folder datasets/ of a checkout is no package and has no Dataset either
        raise MissingExtraError("A Hugging Face dataset", "train") from error
    return Dataset.from_dict(
        {
            "id": [example.id for example in examples],
            "text": [example.text for example in examples],
            "labels": [list(example.labels) for example in examples],
            "group": [example.group for example in examples],
        }
    )


def targets(examples: Sequence[Example], labels: Sequence[str] | None = LABELS) -> npt.NDArray[np.float32]:
    """Return the labels as a matrix.

    Parameters
    ----------
    examples : sequence of Example
        Labelled texts.
    labels : sequence of str, optional
        The label order of the columns, by default that of the corpus; None takes it from the examples.

    Returns
    -------
    ndarray of float32, shape (n_texts, n_labels)
        1 where the text carries the label, 0 where it does not, nan where readers wavered.
    """
    matrix, names = to_targets([example.labels for example in examples], labels)
    unsure, _ = to_targets([example.unsure for example in examples], names)
    return np.where(unsure == 1, np.float32(np.nan), matrix)


def fingerprint(examples: Iterable[Example]) -> str:
    """Return a sha256 over texts and labels, whatever their order: the training data's name in a manifest.

    Parameters
    ----------
    examples : iterable of Example
        The data.
    """
    lines = (repr((example.text, sorted(example.labels), sorted(example.unsure))) for example in examples)
    return hashlib.sha256("\n".join(sorted(lines)).encode("utf-8", "surrogatepass")).hexdigest()


def _under_license(examples: list[Example], licenses: tuple[str, ...]) -> list[Example]:
    kept = [example for example in examples if example.license in licenses]
    if not kept:
        stated = Counter(example.license for example in examples if example.license)
        known = "; ".join(f"{name} ({count})" for name, count in stated.most_common())
        raise DataError(f"licenses: no row states {' or '.join(map(repr, licenses))}; rows state: {known or 'none'}")
    return kept


def _load_file(
    source: str | Path, labels: tuple[str, ...] | None, columns: Columns | None, cache: str | Path | None
) -> list[Example]:
    if is_jsonl(source) and not (columns and columns.named) and holds_references(source):
        return resolve(read_references(source, labels), cache)
    return read_examples(source, labels, columns)
