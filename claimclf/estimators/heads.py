"""Linear heads by logistic regression."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

Array = npt.NDArray[Any]

_SURE = 10.0
"""A constant score on the side that was seen where there is nothing to tell apart, as strong as a clear decision."""


class LinearHead(NamedTuple):
    """Weights that turn features into logits.

    Attributes
    ----------
    weights : ndarray of float32, shape (n_labels, n_features)
        A row for each label.
    bias : ndarray of float32, shape (n_labels,)
        What is added.
    """

    weights: Array
    bias: Array

    @classmethod
    def fit(cls, features: Array, targets: Array, *, exclusive: bool) -> LinearHead:
        """Fit one regression for each label, or a single multinomial one for labels that exclude each other.

        Parameters
        ----------
        features : ndarray of float, shape (n_texts, n_features)
            Embeddings. Encoders are pretrained to be read by direction; the length, nearly constant, joins the weights.
        targets : ndarray of float, shape (n_texts, n_labels)
            1, 0, or nan where not known: such pairs, or texts if labels exclude each other, teach nothing.
        exclusive : bool
            Whether each text carries exactly one label.

        Returns
        -------
        LinearHead
            For features as they were given.
        """
        scale = float(np.linalg.norm(features, axis=1).mean()) or 1.0
        lines = _multinomial(features / scale, targets) if exclusive else _one_by_one(features / scale, targets)
        weights, bias = (np.asarray(part, dtype=np.float32) for part in lines)
        return cls(weights / np.float32(scale), bias)

    def logits(self, features: Array) -> Array:
        """Return logits of shape (n_texts, n_labels)."""
        scores: Array = features @ self.weights.T + self.bias
        return scores


def fit_line(features: Any, column: Array, C: float = 1.0) -> tuple[Array, float]:
    """Fit a logistic regression of one label against the rest.

    Parameters
    ----------
    features : ndarray or sparse matrix, shape (n_texts, n_features)
        Of the texts.
    column : ndarray of float, shape (n_texts,)
        1, 0 or nan, which is left out.
    C : float, default 1
        Inverse of the L2 penalty.

    Returns
    -------
    weights : ndarray of float, shape (n_features,)
        All zero if texts with the label, or without it, are missing.
    bias : float
        The offset.
    """
    known = ~np.isnan(column)
    if len(np.unique(column[known])) < 2:
        return np.zeros(features.shape[1]), _SURE if column[known].any() else -_SURE
    model = LogisticRegression(C=C, max_iter=1000).fit(features[known], column[known])
    return model.coef_[0], float(model.intercept_[0])


def _one_by_one(features: Array, targets: Array) -> tuple[Any, Any]:
    weights, bias = zip(*(fit_line(features, column) for column in targets.T), strict=True)
    return weights, bias


def _multinomial(features: Array, targets: Array) -> tuple[Array, Array]:
    rows = np.flatnonzero(np.nansum(targets, axis=1) == 1)
    carried = np.nanargmax(targets[rows], axis=1) if len(rows) else rows
    present = np.unique(carried)
    weights, bias = np.zeros((targets.shape[1], features.shape[1])), np.full(targets.shape[1], -_SURE)
    if len(present) < 2:
        bias[present] = _SURE
        return weights, bias
    model = LogisticRegression(max_iter=1000).fit(features[rows], carried)
    coef, intercept = model.coef_, model.intercept_
    if len(present) == 2:  # scikit-learn keeps the difference of the two
        coef, intercept = np.concatenate([-coef, coef]) / 2, np.concatenate([-intercept, intercept]) / 2
    weights[present], bias[present] = coef, intercept
    return weights, bias
