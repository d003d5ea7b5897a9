"""Adjust probabilities to a corpus in which labels are rarer or more common than where the model was calibrated.

Saerens, Latinne & Decaestecker, "Adjusting the outputs of a classifier to new a priori probabilities" (2002), sec. 2:
what a text that carries a label looks like stays the same, only how many do changes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from claimclf.decision.calibration import MIN_CASES, Calibration
from claimclf.decision.heldout import HeldOut
from claimclf.metrics import best_f1_threshold

Array = npt.NDArray[Any]

_STEPS = 200
_TOLERANCE = 1e-7
_LEAST = 1e-6

_SOLVER = 0.01
"""How far the solver of the sigmoid may stop from its best intercept, as a share of the cases."""


def log_odds_shift(base_rate: Array, prior: Array) -> Array:
    """Compute what to add to the log-odds of a label (their eq. 2.4).

    Parameters
    ----------
    base_rate : ndarray of float, shape (n_labels,)
        Share of the calibration texts that carry the label, in (0, 1).
    prior : ndarray of float, shape (n_labels,)
        Share of the new corpus, in (0, 1).

    Returns
    -------
    ndarray of float, shape (n_labels,)
        The shift.

    Examples
    --------
    >>> log_odds_shift(np.array([0.5]), np.array([0.1])).round(3)
    array([-2.197])
    """
    shift: Array = np.log(prior / (1 - prior)) - np.log(base_rate / (1 - base_rate))
    return shift


def adjustable(calibration: Calibration, held_out: HeldOut) -> npt.NDArray[np.bool_]:
    """Tell which labels have probabilities that hold at the base rates of the held-out texts: a prior can move these.

    A sigmoid that was fitted to these texts expects as many to carry the label as do, to within one text: that is the
    condition of its best intercept. One that was kept because they are too few, or fitted to others, need not.

    Parameters
    ----------
    calibration : Calibration
        As it is saved.
    held_out : HeldOut
        What it should have been fitted on.

    Returns
    -------
    ndarray of bool, shape (n_labels,)
        Of exclusive labels, which a temperature leaves at the base rates of training, all that some but not all of the
        texts carry: it is taken for granted that these are drawn as those were.
    """
    known, carried = ~np.isnan(held_out.truth), np.nansum(held_out.truth, axis=0, dtype=np.float64)
    fewer = np.minimum(carried, known.sum(axis=0) - carried)
    if calibration.exclusive:
        return np.asarray(fewer > 0)
    expected = np.where(known, calibration.probabilities(held_out.logits), 0).sum(axis=0)
    return np.asarray((fewer >= MIN_CASES) & (np.abs(expected - carried) <= 1 + _SOLVER * fewer))


def adjusted(calibration: Calibration, held_out: HeldOut, prior: Array) -> Calibration:
    """Adjust a calibration to a corpus with other base rates.

    Parameters
    ----------
    calibration : Calibration
        Fitted on the held-out texts, see :func:`adjustable`.
    held_out : HeldOut
        What it was fitted on.
    prior : ndarray of float, shape (n_labels,)
        Share of the new corpus that carries each label, in (0, 1); nan leaves a label as it is, or of exclusive labels
        gives it its part of what the others leave.

    Returns
    -------
    Calibration
        Its probabilities are those of the new corpus; its thresholds are set as by :meth:`Calibration.fit`, on held-out
        texts that are weighted so that every label is as common among them as there.
    """
    base_rate = held_out.base_rates()
    if calibration.exclusive:
        given = np.where(np.isnan(prior), 0, prior)
        left = (1 - given.sum()) / max(base_rate[np.isnan(prior)].sum(), _LEAST)
        shares = np.where(np.isnan(prior), base_rate * left, prior)
        shift = np.log(np.maximum(shares, _LEAST)) - np.log(np.maximum(base_rate, _LEAST))
        moved = np.array(calibration.intercept) + shift
        return replace(calibration, intercept=tuple(moved.tolist()))
    intercept, threshold = list(calibration.intercept), list(calibration.threshold)
    for column in np.flatnonzero(~np.isnan(prior)):
        intercept[column] += float(log_odds_shift(base_rate[column], prior[column]))
        truth = held_out.truth[:, column]
        weight = np.where(truth == 1, prior[column] / base_rate[column], (1 - prior[column]) / (1 - base_rate[column]))
        threshold[column] = best_f1_threshold(truth, held_out.logits[:, column], weight)[1] / 2
    return Calibration(calibration.slope, tuple(intercept), tuple(threshold))


def estimate_prior(probabilities: Array, base_rate: Array, *, exclusive: bool = False) -> Array:
    """Estimate from unlabelled texts how common each label is, by expectation maximisation (their sec. 2.2).

    Parameters
    ----------
    probabilities : ndarray of float, shape (n_texts, n_labels)
        Calibrated at `base_rate`, in [0, 1].
    base_rate : ndarray of float, shape (n_labels,)
        Share of the calibration texts that carry the label, in (0, 1).
    exclusive : bool, default False
        Whether each text carries exactly one label.

    Returns
    -------
    ndarray of float, shape (n_labels,)
        The shares, in (0, 1).

    Examples
    --------
    >>> scores = np.array([[0.9]] * 30 + [[0.1]] * 70)
    >>> estimate_prior(scores, np.array([0.5])).round(2)
    array([0.25])
    """
    likelihood = probabilities / base_rate
    odds = probabilities / (1 - np.clip(probabilities, None, 1 - 1e-9)) * (1 - base_rate) / base_rate

    def updated(prior: Array) -> Array:
        if not exclusive:
            scaled = odds * prior / (1 - prior)
            return _clipped((scaled / (1 + scaled)).mean(axis=0))
        joint = likelihood * prior
        shares = _clipped((joint / joint.sum(axis=1, keepdims=True)).mean(axis=0))
        return np.asarray(shares / shares.sum())

    prior = base_rate
    for _ in range(_STEPS):
        previous, prior = prior, updated(prior)
        if np.abs(prior - previous).max() < _TOLERANCE:
            break
    return prior


def _clipped(shares: Array) -> Array:
    return np.asarray(np.clip(shares, _LEAST, 1 - _LEAST))
