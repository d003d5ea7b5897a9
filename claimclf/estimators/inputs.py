"""What estimators are given to learn from, checked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from claimclf.errors import InputError
from claimclf.labels import to_targets
from claimclf.text import check_texts, normalise


class TrainingData(NamedTuple):
    """What ``fit`` was given, checked.

    Attributes
    ----------
    texts : list of str
        Normalised.
    targets : ndarray of float32, shape (n_texts, n_labels)
        1, 0 or nan; between 0 and 1 where soft labels are allowed.
    labels : tuple of str
        The label order.
    exclusive : bool
        Whether each text carries exactly one label.
    """

    texts: list[str]
    targets: npt.NDArray[np.float32]
    labels: tuple[str, ...]
    exclusive: bool

    def summary(self) -> dict[str, Any]:
        """Return what a manifest says of the data: a sha256 over texts and labels in any order, and how many."""
        rows = sorted(repr((text, row.tolist())) for text, row in zip(self.texts, self.targets, strict=True))
        digest = hashlib.sha256("\n".join(rows).encode("utf-8", "surrogatepass")).hexdigest()
        return {"data_sha256": digest, "n_texts": len(self.texts)}


def check_training_data(
    X: Iterable[str],
    y: Iterable[Any],
    labels: Sequence[str] | None,
    groups: Sequence[str] | None = None,
    *,
    exclusive: bool | None = None,
    soft: bool = False,
) -> TrainingData:
    """Check and convert what an estimator's ``fit`` is given.

    Parameters
    ----------
    X : iterable of str
        Texts.
    y : iterable
        Labels, in any form that :func:`claimclf.labels.to_targets` takes.
    labels : sequence of str, optional
        The label order.
    groups : sequence of str, optional
        The group of every text.
    exclusive : bool, optional
        Whether each text carries exactly one label; by default it does if `y` names one label a text, among several.
    soft : bool, default False
        Whether labels may be probabilities.

    Returns
    -------
    TrainingData
        Ready to learn from.

    Raises
    ------
    InputError
        If there is nothing to learn from, the lengths differ, a group has no name, or labels that exclude each other
        do not.
    """
    texts = [normalise(text) for text in check_texts(X, "X")]
    positional = isinstance(y, (np.ndarray, Set, Mapping)) or getattr(y, "ndim", 1) != 1
    given: Any = y if positional or isinstance(y, (str, bytes)) or not isinstance(y, Iterable) else list(y)
    if isinstance(given, np.ndarray) and given.ndim == 2 and given.shape[1] == 1 and given.dtype.kind not in "biuf":
        given = given[:, 0]  # a column of names
    targets, names = to_targets(given, labels, soft=soft)
    if len(texts) != len(targets):
        raise InputError(f"X and y: expected the same length, got {len(texts)} and {len(targets)}")
    if groups is not None and len(groups) != len(texts):
        raise InputError(f"X and groups: expected the same length, got {len(texts)} and {len(groups)}")
    for position, group in enumerate(() if groups is None else groups):
        if group is None or group != group:
            raise InputError(f"groups[{position}]: expected a name, got {group!r}; give a text of no group its own")
    if not len(texts):
        raise InputError("X: expected at least one text")
    if not names:
        raise InputError("y: expected at least one label")
    if exclusive is None:
        exclusive = len(names) > 1 and all(isinstance(label, str) for label in given)
    if exclusive:
        # Of a text on whose label readers differ nothing is learnt.
        wrong = np.flatnonzero(~np.isclose(targets.sum(axis=1), 1) & ~np.isnan(targets).any(axis=1))
        if len(wrong):
            raise InputError(
                f"y[{wrong[0]}]: expected exactly one label, as exclusive=True says; got {given[wrong[0]]!r}"
            )
    return TrainingData(texts, targets, names, exclusive)


def check_hard(targets: npt.NDArray[np.float32], remedy: str) -> None:
    """Refuse probabilities in the place of labels.

    Parameters
    ----------
    targets : ndarray of float32, shape (n_texts, n_labels)
        In [0, 1], or nan where not known.
    remedy : str
        What to do, for the message.

    Raises
    ------
    InputError
        With the first place that is neither 0 nor 1.
    """
    soft = np.argwhere((targets > 0) & (targets < 1))
    if len(soft):
        row, column = soft[0]
        raise InputError(
            f"y[{row}, {column}]: {targets[row, column]:.3f} is neither 0 nor 1 and cannot serve to validate; {remedy}"
        )
