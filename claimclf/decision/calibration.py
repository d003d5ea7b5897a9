"""From logits to probabilities to decisions: two numbers and a threshold per label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from claimclf.errors import BundleError
from claimclf.metrics import best_f1_threshold

Array = npt.NDArray[Any]

MIN_CASES = 10
"""Texts with a label, and without it, that a new calibration of it takes."""


@dataclass(frozen=True)
class Calibration:
    """Platt's sigmoid and a decision threshold for each label; or, of labels that exclude each other, a softmax.

    ``probability = 1 / (1 + exp(-(slope * logit + intercept)))``, decided by ``probability >= threshold``: Platt,
    *Probabilistic outputs for support vector machines* (1999), sec. 2.1, with the targets of sec. 2.2, a little short
    of 0 and 1. Exclusive labels share the slope, the inverse of a temperature (Guo et al., *On calibration of modern
    neural networks*, 2017, sec. 4.2), and the most probable one is asserted.

    Attributes
    ----------
    slope, intercept : tuple of float
        One per label. Slope 1 and intercept 0 leave the model's own sigmoid or softmax as it is.
    threshold : tuple of float
        One per label, in [0, 1].
    exclusive : bool
        Whether a text carries exactly one of the labels.

    Examples
    --------
    >>> calibration = Calibration.identity(2)
    >>> calibration.decide(calibration.probabilities(np.array([[0.0, -3.0]])))
    array([[1, 0]], dtype=int8)
    """

    slope: tuple[float, ...]
    intercept: tuple[float, ...]
    threshold: tuple[float, ...]
    exclusive: bool = False

    def __post_init__(self) -> None:
        for name in ("slope", "intercept", "threshold"):
            if not all(np.isfinite(value) for value in getattr(self, name)):
                raise BundleError(f"calibration: {name} must be finite, got {getattr(self, name)}")

    @classmethod
    def identity(cls, n_labels: int, *, exclusive: bool = False) -> Calibration:
        """Leave the model's probabilities as they are and decide at 0.5, or for the most probable label.

        Parameters
        ----------
        n_labels : int
            Number of labels.
        exclusive : bool, default False
            Whether a text carries exactly one of them.
        """
        return cls((1.0,) * n_labels, (0.0,) * n_labels, (0.0 if exclusive else 0.5,) * n_labels, exclusive)

    @classmethod
    def fit(
        cls, logits: Array, truth: Array, fallback: Calibration | None = None, *, exclusive: bool = False
    ) -> Calibration:
        """Fit on texts that the model was not trained on.

        Parameters
        ----------
        logits : ndarray of float, shape (n_texts, n_labels)
            The model's output.
        truth : ndarray of float, shape (n_texts, n_labels)
            Zeros and ones; pairs with nan are left out.
        fallback : Calibration, optional
            What a label keeps of which there are fewer than :data:`MIN_CASES` texts with or without it, or on which the
            scores do not rise with the truth. By default the model's own probabilities and 0.5, and two texts will do.
        exclusive : bool, default False
            Whether a text carries exactly one of the labels.

        Returns
        -------
        Calibration
            Thresholds are half the highest F1 that these texts allow, counted by the targets of the fit: with
            calibrated probabilities no other has a higher expected F1 (Lipton, Elkan & Naryanaswamy, *Optimal
            thresholding of classifiers to maximize F1 measure*, 2014, theorem 1), and on other sources it does better
            than the threshold that happened to be best here (``training/README.md``).
        """
        if exclusive or (fallback and fallback.exclusive):
            return cls._fit_temperature(logits, truth, fallback)
        known = ~np.isnan(truth)
        kept = fallback or cls.identity(truth.shape[1])
        fitted = [
            _fit_label(logits[known[:, column], column], truth[known[:, column], column], MIN_CASES if fallback else 1)
            or (kept.slope[column], kept.intercept[column], kept.threshold[column])
            for column in range(truth.shape[1])
        ]
        slope, intercept, threshold = zip(*fitted, strict=True)
        return cls(slope, intercept, threshold)

    @classmethod
    def _fit_temperature(cls, logits: Array, truth: Array, fallback: Calibration | None) -> Calibration:
        from scipy.optimize import minimize_scalar
        from scipy.special import log_softmax

        n_labels = truth.shape[1]
        rows = np.flatnonzero(np.nansum(truth, axis=1) == 1)
        if len(rows) < (MIN_CASES if fallback else 1):
            return fallback or cls.identity(n_labels, exclusive=True)
        scores, carried = logits[rows].astype(np.float64), np.nanargmax(truth[rows], axis=1)

        def loss(log_slope: float) -> float:
            own = log_softmax(np.exp(log_slope) * scores, axis=1)[np.arange(len(rows)), carried]
            # A normal prior around the network's own slope: where every text is right no finite one would be best.
            return -float(own.mean()) + log_slope**2 / (2 * len(rows))

        slope = float(np.exp(minimize_scalar(loss, bounds=(-4, 4), method="bounded").x))
        return cls((slope,) * n_labels, (0.0,) * n_labels, (0.0,) * n_labels, exclusive=True)

    def probabilities(self, logits: Array) -> Array:
        """Turn logits into calibrated probabilities.

        Parameters
        ----------
        logits : ndarray of float, shape (n_texts, n_labels)
            The model's output.

        Returns
        -------
        ndarray of float64, shape (n_texts, n_labels)
            In [0, 1]; the rows of exclusive labels add up to 1.
        """
        scaled = logits.astype(np.float64) * np.array(self.slope) + np.array(self.intercept)
        if self.exclusive:
            raised = np.exp(scaled - scaled.max(axis=1, keepdims=True, initial=-np.inf))
            softmax: Array = raised / raised.sum(axis=1, keepdims=True)
            return softmax
        logistic: Array = 0.5 * (1 + np.tanh(scaled / 2))  # in a form that cannot overflow
        return logistic

    def decide(self, probabilities: Array) -> npt.NDArray[np.int8]:
        """Compare probabilities with the thresholds.

        Parameters
        ----------
        probabilities : ndarray of float, shape (n_texts, n_labels)
            As returned by :meth:`probabilities`.

        Returns
        -------
        ndarray of int8, shape (n_texts, n_labels)
            1 where the label is asserted. Of exclusive labels one is, unless the text is empty and all are 0.
        """
        if self.exclusive:
            best = probabilities.argmax(axis=1)[:, None] == np.arange(probabilities.shape[1])
            asserted: npt.NDArray[np.int8] = (best & (probabilities > 0)).astype(np.int8)
            return asserted
        return (probabilities >= np.array(self.threshold)).astype(np.int8)


def _fit_label(logits: Array, truth: Array, least: int) -> tuple[float, float, float] | None:
    """Return slope, intercept and threshold, or None if the texts cannot show them."""
    from sklearn.linear_model import LogisticRegression

    if min((truth == 1).sum(), (truth == 0).sum()) < least:
        return None
    # Every text counts a little for the other class (Platt, sec. 2.2), so that few of them do not claim certainty.
    carried = truth == 1
    targets = np.where(carried, (carried.sum() + 1) / (carried.sum() + 2), 1 / ((~carried).sum() + 2))
    # Scaled, so that the solver's tolerance does not depend on the range of the logits; C large: no shrinkage.
    scale = float(np.std(logits)) or 1.0
    platt = LogisticRegression(C=1e6, tol=1e-8, max_iter=1000).fit(
        np.tile(logits / scale, 2)[:, None], np.repeat([1, 0], len(truth)), np.concatenate([targets, 1 - targets])
    )
    slope, intercept = float(platt.coef_[0, 0]) / scale, float(platt.intercept_[0])
    if slope <= 0:
        return None
    probabilities = Calibration((slope,), (intercept,), (0.5,)).probabilities(logits[:, None])[:, 0]
    return slope, intercept, best_f1_threshold(targets, probabilities)[1] / 2
