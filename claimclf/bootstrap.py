"""Intervals by the bootstrap over groups.

Sentences of one source resemble each other, so the bootstrap draws whole groups (repositories, documents), not
sentences: Efron & Tibshirani, *An Introduction to the Bootstrap* (1993), ch. 13 (percentile interval), applied to
clusters as in Davison & Hinkley, *Bootstrap Methods and their Application* (1997), sec. 3.8.

Over few groups such intervals are too narrow, as is known of clusters (Cameron, Gelbach & Miller, "Bootstrap-based
improvements for inference with clustered errors", *Review of Economics and Statistics* 90, 2008). Of macro F1 on draws
from the nineteen sources of the shipped bundle, "95 %" held the figure of all nineteen 75 to 81 times in 100 with five
sources and 84 to 88 times with fifteen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_TOGETHER = 10**7
"""Numbers that are drawn at a time; more would only take memory."""


@dataclass(frozen=True)
class Interval:
    """A figure with its 95 % percentile interval, all in [0, 1] (or [-1, 1] for a difference); nan where not known."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Array) -> Interval:
        """Make an interval of a figure, the first value, and its bootstrap draws, the others; nan is left out."""
        draws = values[1:][~np.isnan(values[1:])]
        low, high = np.quantile(draws, [0.025, 0.975]) if len(draws) else (np.nan, np.nan)
        return cls(float(values[0]), float(low), float(high))

    def to_list(self) -> list[float | None]:
        """Return figure, low and high for JSON: rounded to four digits, None for nan."""
        return [None if np.isnan(figure) else round(figure, 4) for figure in (self.value, self.low, self.high)]

    @classmethod
    def from_list(cls, figures: Sequence[float | None]) -> Interval:
        """Return the interval that :meth:`to_list` wrote."""
        return cls(*(np.nan if figure is None else figure for figure in figures))

    def __str__(self) -> str:
        value, low, high = ("none" if np.isnan(part) else f"{part:.3f}" for part in (self.value, self.low, self.high))
        return f"{value} [{low}, {high}]"


def resampled_counts(
    outcomes: Array, groups: Sequence[str] | Sequence[int] | None, *, n_resamples: int = 2000, seed: int = 0
) -> Array:
    """Count outcomes over all texts, and again over draws of groups.

    Parameters
    ----------
    outcomes : ndarray of bool or float, shape (n_texts, n_outcomes, n_labels)
        What happened to each text; floats are added up.
    groups : sequence of str or int, optional
        The group of every text, by default each its own.
    n_resamples : int, default 2000
        Bootstrap draws.
    seed : int, default 0
        Seed of the draws.

    Returns
    -------
    ndarray of float, shape (1 + n_resamples, n_outcomes, n_labels)
        The counts over all texts first, then those of the draws; nan if there is one group, which shows no spread.
    """
    index = np.arange(len(outcomes)) if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
    counts = np.zeros((int(index.max(initial=-1)) + 1, *outcomes.shape[1:]))
    np.add.at(counts, index, outcomes)
    n_groups = len(counts)
    found = np.zeros((1 + n_resamples, *outcomes.shape[1:]))
    found[0] = counts.sum(axis=0)
    rng, together = np.random.default_rng(seed), max(1, _TOGETHER // max(1, n_groups))
    if n_groups == 1:
        found[1:] = np.nan
    for first in range(1, 1 + n_resamples if n_groups > 1 else 0, together):
        part = found[first : first + together]
        draws = rng.multinomial(n_groups, np.full(n_groups, 1 / n_groups), size=len(part))
        part[:] = np.einsum("rg,gcl->rcl", draws, counts)
    return found
