"""Do probabilities mean what they say? Calibration error and skill per label, with bootstrap intervals over groups.

Bins hold equally many sentences: with bins of equal width nearly all sentences, which carry nothing, share one bin
(Nguyen & O'Connor, "Posterior calibration and exploratory analysis for NLP models", EMNLP 2015). As a constant guess of
the base rate has no calibration error at all, the error is also given among scores above 0.2, and skill says how much
better than that guess the scores are (Brier, "Verification of forecasts expressed in terms of probability", 1950).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from claimclf.bootstrap import Interval, resampled_counts

Array = npt.NDArray[Any]

HIGH = 0.2
"""Scores above this are where a reader looks."""

_BINS = 10
_DRAWS = 200
_SMALLEST = 1e-6


class Reliability(NamedTuple):
    """How far the scores of one label can be taken at their word.

    Attributes
    ----------
    label : str
        The label.
    base_rate : float
        Share of the sentences that carry it; nan, as every figure, if it is not known of any.
    error : Interval
        Expected calibration error over ten bins of equally many sentences, in [0, 1]. Chance can only add to it, and a
        draw of the bootstrap adds its own: where the error is mostly chance the interval lies too high, and the value
        may be below it.
    error_high : Interval
        The same among scores above :data:`HIGH`.
    floor_high : float
        What `error_high` would be on average if each of these scores were exactly right: the fewer sentences, the
        higher (Roelofs et al., "Mitigating bias in calibration error estimation", AISTATS 2022, sec. 4).
    brier_skill, log_skill : Interval
        1 minus the Brier score, or the logarithmic loss, as a share of that of the base rate: 1 is perfect, 0 no
        better than the base rate, below 0 worse.
    diagram : list of tuple of float
        Mean score, share that carries the label and number of sentences, bin by bin.
    """

    label: str
    base_rate: float
    error: Interval
    error_high: Interval
    floor_high: float
    brier_skill: Interval
    log_skill: Interval
    diagram: list[tuple[float, float, int]]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types, None for nan; the diagram is a list of [mean score, share, number]."""
        intervals = {name: part.to_list() for name, part in self._asdict().items() if isinstance(part, Interval)}
        base_rate = None if np.isnan(self.base_rate) else round(self.base_rate, 4)
        plain = {"base_rate": base_rate, "floor_high": round(self.floor_high, 4)}
        return {**plain, **intervals, "diagram": [list(point) for point in self.diagram]}

    def __str__(self) -> str:
        return (
            f"{self.label:18} base rate {self.base_rate:.3f}  error {self.error}  above {HIGH} {self.error_high} "
            f"(if exactly right {self.floor_high:.3f})  skill: Brier {self.brier_skill}, log {self.log_skill}"
        )


def reliability(
    truth: Array,
    probabilities: Array,
    labels: Sequence[str],
    *,
    groups: Sequence[str] | None = None,
    seed: int = 0,
) -> list[Reliability]:
    """Compare probabilities with what was found.

    Parameters
    ----------
    truth : ndarray of float, shape (n_texts, n_labels)
        1 where the text carries the label, 0 where not; pairs with nan are left out.
    probabilities : ndarray of float, shape (n_texts, n_labels)
        In [0, 1].
    labels : sequence of str
        The label order of the columns.
    groups : sequence of str, optional
        The group of every text, the unit of the bootstrap; by default every text its own.
    seed : int, default 0
        Seed of the draws.

    Returns
    -------
    list of Reliability
        One a label.

    Examples
    --------
    >>> truth = np.array([[1.0], [0], [1], [0]] * 50)
    >>> (found,) = reliability(truth, np.full((200, 1), 0.75), ["tax"])
    >>> round(found.error.value, 3), round(found.brier_skill.value, 3)
    (0.25, -0.25)
    """
    names = [str(row) for row in range(len(truth))] if groups is None else list(groups)
    result = []
    for column, label in enumerate(labels):
        known = np.flatnonzero(~np.isnan(truth[:, column]))
        carried, scores = truth[known, column], probabilities[known, column].astype(float)
        units = [names[row] for row in known]
        high = np.flatnonzero(scores > HIGH)
        sums = _bin_sums(carried, scores, units, seed)
        brier, log = _skills(carried, scores, units, seed)
        result.append(
            Reliability(
                label,
                float(carried.mean()) if len(carried) else np.nan,
                Interval.of(_error(sums)),
                Interval.of(_error(_bin_sums(carried[high], scores[high], [units[i] for i in high], seed))),
                _floor(scores[high], seed),
                Interval.of(brier),
                Interval.of(log),
                [(float(s / n), float(c / n), int(n)) for n, s, c in sums[0].T if n],
            )
        )
    return result


def _bin_sums(carried: Array, scores: Array, groups: Sequence[str], seed: int) -> Array:
    """Count sentences, scores and cases by bin: shape (1 + n_resamples, 3, n_bins)."""
    if not len(scores):
        return np.zeros((1, 3, _BINS))
    member = _bins(scores)
    return resampled_counts(
        np.stack([member, member * scores[:, None], member * carried[:, None]], 1), groups, seed=seed
    )


def _bins(scores: Array) -> Array:
    """Tell which of the bins of equally many scores each is in: shape (n_scores, n_bins), of bool."""
    edges = np.quantile(scores, np.linspace(0, 1, _BINS + 1)[1:-1])
    member: Array = np.searchsorted(edges, scores, side="right")[:, None] == np.arange(_BINS)
    return member


def _floor(scores: Array, seed: int) -> float:
    if not len(scores):
        return 0.0
    carried = np.random.default_rng(seed).random((_DRAWS, len(scores))) < scores
    return float(np.abs((carried - scores) @ _bins(scores)).sum(axis=1).mean() / len(scores))


def _error(sums: Array) -> Array:
    number, scores, cases = sums[:, 0], sums[:, 1], sums[:, 2]
    with np.errstate(invalid="ignore"):
        error: Array = np.abs(scores - cases).sum(axis=1) / number.sum(axis=1)
    return error


def _skills(carried: Array, scores: Array, groups: Sequence[str], seed: int) -> tuple[Array, Array]:
    inside = np.clip(scores, _SMALLEST, 1 - _SMALLEST)
    log_loss = -(carried * np.log(inside) + (1 - carried) * np.log1p(-inside))
    parts = np.stack([np.ones_like(scores), carried, (scores - carried) ** 2, log_loss], axis=1)[:, :, None]
    number, cases, brier, log = np.moveaxis(resampled_counts(parts, groups, seed=seed)[:, :, 0], 1, 0)
    with np.errstate(invalid="ignore"):
        rate = cases / number
        rate[(rate == 0) | (rate == 1)] = np.nan  # nothing to be better than
        entropy = -(rate * np.log(rate) + (1 - rate) * np.log1p(-rate))
        return 1 - brier / number / (rate * (1 - rate)), 1 - log / number / entropy
