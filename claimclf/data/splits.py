"""Splits that never cut through a group, with the labels spread evenly."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from claimclf.errors import InputError
from claimclf.records import Example

Indices = npt.NDArray[np.intp]


def group_folds(
    targets: npt.NDArray[Any], groups: Sequence[str], n_folds: int = 5, seed: int = 0
) -> Iterator[tuple[Indices, Indices]]:
    """Split into folds by group, as alike in label combinations as whole groups allow.

    Parameters
    ----------
    targets : ndarray, shape (n_texts, n_labels)
        The labels: 1, 0 or nan.
    groups : sequence of str
        The group of every text.
    n_folds : int, default 5
        At least 2, at most the number of groups.
    seed : int, default 0
        Decides between equally good assignments.

    Yields
    ------
    train, held_out : ndarray of int
        Positions of the texts; every text is held out once.

    Raises
    ------
    InputError
        If there are fewer groups than folds.

    Examples
    --------
    >>> for train, held_out in group_folds(np.eye(4), ["a", "a", "b", "b"], n_folds=2):
    ...     print(train, held_out)
    [0 1] [2 3]
    [2 3] [0 1]
    """
    from sklearn.model_selection import GroupKFold, StratifiedGroupKFold

    n_groups = len(set(groups))
    if not 2 <= n_folds <= n_groups:
        raise InputError(f"n_folds: expected 2 to {n_groups} (the number of groups), got {n_folds}")
    combinations, frequency = np.unique(targets == 1, axis=0, return_inverse=True, return_counts=True)[1:]
    combinations = combinations.ravel()
    # A combination rarer than the folds cannot be spread over them; it counts as the most frequent one.
    stratum = np.where(frequency[combinations] < n_folds, np.argmax(frequency), combinations)
    stratified = frequency.max() >= n_folds
    folds = StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed) if stratified else GroupKFold(n_folds)
    yield from folds.split(np.zeros(len(stratum)), stratum, groups=np.asarray(groups))


def group_holdout(
    targets: npt.NDArray[Any], groups: Sequence[str], fraction: float = 0.1, seed: int = 0
) -> tuple[Indices, Indices]:
    """Hold out about `fraction` of the texts, in whole groups.

    Parameters
    ----------
    targets : ndarray, shape (n_texts, n_labels)
        The labels: 1, 0 or nan.
    groups : sequence of str
        The group of every text.
    fraction : float, default 0.1
        Share to hold out, in (0, 0.5].
    seed : int, default 0
        Seed of the assignment.

    Returns
    -------
    train, held_out : ndarray of int
        Positions of the texts.

    Raises
    ------
    InputError
        If `fraction` is out of range or there is only one group.
    """
    if not 0 < fraction <= 0.5:
        raise InputError(f"fraction: expected a number in (0, 0.5], got {fraction}")
    n_groups = len(set(groups))
    if n_groups < 2:
        raise InputError("groups: expected at least 2, to hold one out; give more groups or fraction 0")
    n_folds = min(round(1 / fraction), n_groups)
    # Folds of unequal groups differ in size; where one group is most of the texts, it is to be learnt from.
    folds = group_folds(targets, groups, n_folds, seed)
    return min(folds, key=lambda fold: abs(len(fold[1]) - fraction * len(groups)))


def is_real(example: Example) -> bool:
    """Tell a real sentence, drawn from somebody's writing, from an authored one."""
    return example.how is not None


def to_hold_out(examples: Sequence[Example]) -> list[Example]:
    """Return the texts that cross-validation scores: the real ones, or all if none is."""
    return [example for example in examples if is_real(example)] or list(examples)


def sample(examples: Sequence[Example], share: float) -> list[Example]:
    """Take a share of the texts, always the same ones: a text stays in when others come or go.

    Parameters
    ----------
    examples : sequence of Example
        The texts.
    share : float
        Of all, in (0, 1].

    Returns
    -------
    list of Example
        In the order of `examples`.

    Raises
    ------
    InputError
        If `share` is out of range.

    Examples
    --------
    >>> examples = [Example(str(number), "A text.", (), group="g") for number in range(1000)]
    >>> len(sample(examples, 0.25)), len(sample(examples, 1))
    (271, 1000)
    """
    if not 0 < share <= 1:
        raise InputError(f"share: expected a number in (0, 1], got {share}")
    limit = share * 2**64
    return [e for e in examples if int(hashlib.sha256(e.id.encode()).hexdigest()[:16], 16) < limit]
