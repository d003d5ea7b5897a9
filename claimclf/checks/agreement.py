"""How far two readers of the same texts agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from claimclf.bootstrap import Interval, resampled_counts

Array = npt.NDArray[Any]


class Agreement(NamedTuple):
    """The agreement on one label, with 95 % bootstrap intervals over groups.

    Attributes
    ----------
    label : str
        The label.
    first, second : int
        Texts on which each reader found it.
    f1 : Interval
        F1 of one reader against the other; it does not matter which.
    kappa : Interval
        Cohen's kappa: agreement beyond chance (Cohen, "A coefficient of agreement for nominal scales", 1960).
    """

    label: str
    first: int
    second: int
    f1: Interval
    kappa: Interval

    def __str__(self) -> str:
        return f"{self.label:18} {self.first:6} {self.second:6}  F1 {self.f1}  kappa {self.kappa}"


def reader_agreement(
    first: Array, second: Array, labels: Sequence[str], groups: Sequence[str] | None = None, seed: int = 0
) -> list[Agreement]:
    """Compare two readings.

    Parameters
    ----------
    first, second : ndarray, shape (n_texts, n_labels)
        1 where the reader found the label, 0 where not.
    labels : sequence of str
        The label order of the columns.
    groups : sequence of str, optional
        The group of every text, the unit of the bootstrap; by default every text its own.
    seed : int, default 0
        Seed of the draws.

    Returns
    -------
    list of Agreement
        One a label.

    Examples
    --------
    >>> (found,) = reader_agreement(np.array([[1], [1], [0], [0]]), np.array([[1], [0], [0], [0]]), ["tax"])
    >>> round(found.f1.value, 3), found.kappa.value
    (0.667, 0.5)
    """
    one, other = first.astype(bool), second.astype(bool)
    cells = np.stack([one & other, one & ~other, ~one & other, ~one & ~other], axis=1)
    both, only_first, only_second, neither = np.moveaxis(resampled_counts(cells, groups, seed=seed), 1, 0)
    total = both + only_first + only_second + neither
    by_chance = (both + only_first) * (both + only_second) + (neither + only_first) * (neither + only_second)
    with np.errstate(invalid="ignore"):
        f1 = 2 * both / (2 * both + only_first + only_second)
        expected = by_chance / total**2
        kappa = ((both + neither) / total - expected) / (1 - expected)
    return [
        Agreement(
            label,
            int(first[:, column].sum()),
            int(second[:, column].sum()),
            Interval.of(f1[:, column]),
            Interval.of(kappa[:, column]),
        )
        for column, label in enumerate(labels)
    ]
