"""The four labels, and the way between collections of labels and matrices.

A text may carry any number of labels, often none, so every function here treats the empty collection as normal.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from typing import Any

import numpy as np
import numpy.typing as npt

from claimclf.errors import InputError, InputTypeError

DEFINITIONS: Mapping[str, str] = {
    "agreement": "Two or more parties conclude, negotiate, offer, renew, carry out, suspend or leave an arrangement "
    "to work together.",
    "surveillance_tech": "Technology watches, tracks, identifies, intercepts or filters people or their "
    "communications.",
    "disinformation": "False, misleading or propagandistic information is made, spread, coordinated, exposed, "
    "measured or countered, or somebody is accused of that.",
    "policy_advice": "Somebody recommends, urges, demands or warns against a course of action for a government, "
    "institution or company.",
}
"""One-sentence definition of each label; ``datasets/guidelines.md`` holds the full rules."""

LABELS: tuple[str, ...] = tuple(DEFINITIONS)
"""The labels in the order that every matrix, manifest and ``Prediction`` of the shipped bundles uses."""


def to_targets(
    y: Iterable[Any], labels: Sequence[str] | None = None, *, soft: bool = False
) -> tuple[npt.NDArray[np.float32], tuple[str, ...]]:
    """Turn any accepted form of labels into a matrix.

    Parameters
    ----------
    y : iterable of str, iterable of collections of str, or array of shape (n_texts, n_labels)
        One label a text, a collection of labels a text (possibly empty), or a matrix of zeros and ones, with nan where
        nobody knows.
    labels : sequence of str, optional
        The label order of the columns. By default the corpus order if `y` names nothing but labels of the corpus,
        else the names in `y` sorted; for a matrix ``label_0``, ``label_1``, …
    soft : bool, default False
        Whether a matrix may hold probabilities.

    Returns
    -------
    targets : ndarray of float32, shape (n_texts, n_labels)
        1 where the text carries the label, 0 where it does not, nan where it is not known; between if `soft`.
    labels : tuple of str
        The label order of the columns.

    Raises
    ------
    InputError
        If a label is empty or not among `labels`, two of `labels` are equal, or a matrix holds anything but 0, 1 and
        nan, or numbers between if `soft`.
    InputTypeError
        If an element is neither a string nor a collection of strings.

    Examples
    --------
    >>> to_targets([["policy_advice", "agreement"], []])[0].tolist()
    [[1.0, 0.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0]]
    >>> to_targets(["tax", "health", "tax"])[1]
    ('health', 'tax')
    """
    if labels is not None and (isinstance(labels, str) or len(set(labels)) < len(labels) or "" in set(labels)):
        raise InputError(f"labels: expected different names in a list, got {labels!r}")
    if isinstance(y, np.ndarray) and y.ndim == 2 and y.dtype.kind in "biuf":
        return _checked_matrix(y, labels, soft)
    if isinstance(y, (Set, Mapping)):
        raise InputTypeError(f"y: expected labels in the order of the texts, got a {type(y).__name__}")
    if isinstance(y, (str, bytes)):
        raise InputTypeError(f"y: expected labels for each text, got the single {type(y).__name__} {y!r}")
    if not isinstance(y, np.ndarray) and getattr(y, "ndim", 1) != 1:
        raise InputTypeError(f"y: expected a matrix of numpy, got {type(y).__name__}; use its to_numpy() or toarray()")
    if not isinstance(y, Iterable):
        raise InputTypeError(f"y: expected labels for each text, got {y!r}")
    rows = list(y)
    if rows and all(isinstance(row, (list, tuple, np.ndarray)) and _is_numeric(row) for row in rows):
        if len(set(map(len, rows))) > 1:
            raise InputError("y: the rows of a matrix differ in length")
        return _checked_matrix(np.asarray(rows), labels, soft)
    collections = [_as_collection(row, position) for position, row in enumerate(rows)]
    if unnamed := [position for position, row in enumerate(collections) if "" in row]:
        raise InputError(f"y[{unnamed[0]}]: an empty name is no label; leave the text out, or give [] if none applies")
    names = tuple(labels) if labels is not None else _default_order(collections)
    column = {name: index for index, name in enumerate(names)}
    targets = np.zeros((len(rows), len(names)), dtype=np.float32)
    for position, collection in enumerate(collections):
        for label in collection:
            if label not in column:
                raise InputError(f"y[{position}]: unknown label {label!r}; expected one of {', '.join(names)}")
            targets[position, column[label]] = 1
    return targets, names


def from_indicator(indicator: npt.NDArray[Any], labels: Sequence[str]) -> list[tuple[str, ...]]:
    """Name the labels of every row, in label order.

    Parameters
    ----------
    indicator : ndarray, shape (n_texts, n_labels)
        Nonzero where the text carries the label.
    labels : sequence of str
        The label order of the columns.

    Returns
    -------
    list of tuple of str
        One tuple a row, empty where the row carries nothing.

    Examples
    --------
    >>> from_indicator(np.array([[0, 1], [0, 0]]), ["health", "tax"])
    [('tax',), ()]
    """
    return [tuple(label for label, carried in zip(labels, row, strict=True) if carried) for row in indicator]


def _default_order(collections: Iterable[Collection[str]]) -> tuple[str, ...]:
    found = {label for collection in collections for label in collection}
    return LABELS if found <= set(LABELS) else tuple(sorted(found))


def _as_collection(row: Any, position: int) -> Collection[str]:
    if isinstance(row, str):
        return (row,)
    if isinstance(row, (list, tuple, set, frozenset, np.ndarray)) and all(isinstance(label, str) for label in row):
        return list(row)
    raise InputTypeError(f"y[{position}]: expected a label or a collection of labels, got {row!r}")


def _is_numeric(row: Any) -> bool:
    return len(row) > 0 and all(isinstance(value, (int, float, np.number, np.bool_)) for value in row)


def _checked_matrix(
    matrix: npt.NDArray[Any], labels: Sequence[str] | None, soft: bool
) -> tuple[npt.NDArray[np.float32], tuple[str, ...]]:
    names = tuple(labels) if labels is not None else tuple(f"label_{index}" for index in range(matrix.shape[1]))
    if matrix.shape[1] != len(names):
        raise InputError(f"y has {matrix.shape[1]} columns but there are {len(names)} labels: {', '.join(names)}")
    targets = matrix.astype(np.float32)
    allowed = (targets >= 0) & (targets <= 1) if soft else (targets == 0) | (targets == 1)
    wrong = np.argwhere(~allowed & ~np.isnan(targets))
    if len(wrong):
        row, column = wrong[0]
        expected = "a number from 0 to 1 or nan" if soft else "0, 1 or nan"
        raise InputError(f"y[{row}, {column}]: expected {expected}, got {matrix[row, column]!r}")
    return targets, names
