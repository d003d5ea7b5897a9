"""Precision, recall and F1 per label, with intervals over groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from claimclf.bootstrap import Interval, resampled_counts

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Report:
    """How well predictions agree with labels.

    Attributes
    ----------
    labels : tuple of str
        The label order.
    precision, recall, f1 : dict of str to Interval
        Per label.
    support : dict of str to int
        Sentences that carry the label, unsure ones left out.
    macro_f1 : Interval
        Mean of the F1 of the labels.
    n_texts, n_groups : int
        What was evaluated.
    """

    labels: tuple[str, ...]
    precision: dict[str, Interval]
    recall: dict[str, Interval]
    f1: dict[str, Interval]
    support: dict[str, int]
    macro_f1: Interval
    n_texts: int
    n_groups: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types, figures rounded to four digits, None for nan."""
        per_label = {
            label: {
                "precision": self.precision[label].to_list(),
                "recall": self.recall[label].to_list(),
                "f1": self.f1[label].to_list(),
                "support": self.support[label],
            }
            for label in self.labels
        }
        return {
            "macro_f1": self.macro_f1.to_list(),
            "labels": per_label,
            "n_texts": self.n_texts,
            "n_groups": self.n_groups,
        }

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any]) -> Report:
        """Return the report that :meth:`to_dict` wrote, as a manifest keeps it."""
        labels = entries["labels"]
        figures = {
            name: {label: Interval.from_list(entry[name]) for label, entry in labels.items()}
            for name in ("precision", "recall", "f1")
        }
        return cls(
            labels=tuple(labels),
            **figures,
            support={label: entry["support"] for label, entry in labels.items()},
            macro_f1=Interval.from_list(entries["macro_f1"]),
            n_texts=entries["n_texts"],
            n_groups=entries["n_groups"],
        )

    def __str__(self) -> str:
        width = max(map(len, (*self.labels, "macro")))
        head = f"{'':{width}}  {'precision':^22}  {'recall':^22}  {'F1':^22}  support"
        rows = [
            f"{label:{width}}  {self.precision[label]!s:22}  {self.recall[label]!s:22}  {self.f1[label]!s:22}  "
            f"{self.support[label]:7}"
            for label in self.labels
        ]
        macro = f"{'macro':{width}}  {'':22}  {'':22}  {self.macro_f1!s:22}  {self.n_texts:7} sentences"
        return "\n".join([head, *rows, f"{macro}, {self.n_groups} groups"])


def evaluate(
    truth: Array,
    predicted: Array,
    labels: Sequence[str],
    *,
    groups: Sequence[str] | Sequence[int] | None = None,
    n_resamples: int = 2000,
    seed: int = 0,
) -> Report:
    """Compare predictions with labels.

    Parameters
    ----------
    truth : ndarray of float, shape (n_texts, n_labels)
        1 where the text carries the label, 0 where not; pairs with nan are left out of every count.
    predicted : ndarray, shape (n_texts, n_labels)
        Zeros and ones.
    labels : sequence of str
        The label order of the columns.
    groups : sequence of str or int, optional
        The group of every text, the unit of the bootstrap. By default every text is its own group.
    n_resamples : int, default 2000
        Bootstrap draws; the percentiles of 2000 are stable to about 0.003.
    seed : int, default 0
        Seed of the draws.

    Returns
    -------
    Report
        A figure whose denominator is zero is nan, and the mean leaves it out.

    Examples
    --------
    >>> report = evaluate(np.array([[1.0], [1], [0]]), np.array([[1], [0], [0]]), ["tax"])
    >>> round(report.f1["tax"].value, 3), round(report.precision["tax"].value, 3)
    (0.667, 1.0)
    """
    counts = resampled_counts(_outcomes(truth, predicted), groups, n_resamples=n_resamples, seed=seed)
    figures = _figures(counts)
    per_label = {
        name: {label: Interval.of(values[:, column]) for column, label in enumerate(labels)}
        for name, values in zip(("precision", "recall", "f1"), figures, strict=True)
    }
    support = counts[0, [0, 2]].sum(axis=0)
    return Report(
        labels=tuple(labels),
        **per_label,
        support={label: int(number) for label, number in zip(labels, support, strict=True)},
        macro_f1=Interval.of(_mean(figures[2])),
        n_texts=len(truth),
        n_groups=len(truth) if groups is None else len(set(groups)),
    )


def paired_difference(
    truth: Array,
    first: Array,
    second: Array,
    *,
    groups: Sequence[str] | Sequence[int] | None = None,
    n_resamples: int = 2000,
    seed: int = 0,
) -> Interval:
    """Return macro F1 of `first` minus macro F1 of `second`, both scored on the same draws of groups.

    Parameters
    ----------
    truth, first, second : ndarray, shape (n_texts, n_labels)
        Labels, and the two predictions of zeros and ones.
    groups, n_resamples, seed
        As in :func:`evaluate`.

    Returns
    -------
    Interval
        The difference; an interval that excludes zero means that one is better on other groups like these.
    """
    macros = []
    for predicted in (first, second):
        counts = resampled_counts(_outcomes(truth, predicted), groups, n_resamples=n_resamples, seed=seed)
        macros.append(_mean(_figures(counts)[2]))
    return Interval.of(macros[0] - macros[1])


def best_f1_threshold(truth: Array, scores: Array, weight: Array | None = None) -> tuple[float, float]:
    """Find the threshold on `scores` (decide ``score >= threshold``) that gives the highest F1.

    Parameters
    ----------
    truth : ndarray, shape (n_texts,)
        Zeros and ones, at least one 1 among them, or probabilities; nan where it is not known: left out.
    scores : ndarray of float, shape (n_texts,)
        Higher means more likely.
    weight : ndarray of float, shape (n_texts,), optional
        How much each text counts, by default 1.

    Returns
    -------
    threshold : float
        Halfway between the lowest score that is asserted and the next below it, so that equal decisions do not
        hang on a rounding error.
    f1 : float
        The F1 at that threshold, in [0, 1].

    Examples
    --------
    >>> best_f1_threshold(np.array([0, 1, 1, 0]), np.array([0.0, 0.5, 0.9, 0.25]))
    (0.375, 1.0)
    """
    known = np.flatnonzero(~np.isnan(truth))
    order = known[np.argsort(-scores[known], kind="stable")]
    ranked = scores[order]
    counted = np.ones(len(ranked)) if weight is None else weight[order]
    hits = np.cumsum(truth[order] * counted)
    f1 = 2 * hits / (np.cumsum(counted) + hits[-1])
    f1[:-1][ranked[:-1] == ranked[1:]] = -1  # a threshold cannot separate equal scores
    best = int(np.argmax(f1))
    below = ranked[best + 1] if best + 1 < len(ranked) else ranked[best]
    return float(ranked[best] + below) / 2, float(f1[best])


def _outcomes(truth: Array, predicted: Array) -> Array:
    """Mark true positives, false positives and false negatives: shape (n_texts, 3, n_labels)."""
    asserted, carried, absent = predicted.astype(bool), truth == 1, truth == 0
    return np.stack([asserted & carried, asserted & absent, ~asserted & carried], axis=1)


def _figures(counts: Array) -> tuple[Array, Array, Array]:
    hits, false_alarms, misses = counts[:, 0], counts[:, 1], counts[:, 2]
    with np.errstate(invalid="ignore"):
        return (
            hits / (hits + false_alarms),
            hits / (hits + misses),
            2 * hits / (2 * hits + false_alarms + misses),
        )


def _mean(values: Array) -> Array:
    """Mean over labels, leaving out nan, nan where all are."""
    counted = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        mean: Array = np.where(counted, values, 0).sum(axis=1) / counted.sum(axis=1)
    return mean
