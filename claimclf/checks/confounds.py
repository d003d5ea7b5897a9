"""Traits from which a model could guess a label without reading: frequency, length, a single word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from claimclf.checks.findings import Finding, judge
from claimclf.data import targets
from claimclf.records import Example

LENGTH_AUC = 0.7
"""How well length may tell a label: the area under the ROC curve, 0.5 by chance. Long sentences hold more claims, so
some effect is in the nature of things; at 0.7 a length alone would be a weak classifier."""

GIVEAWAY_PRECISION = 0.95
GIVEAWAY_RECALL = 0.2
"""A word gives a label away if it means the label this surely and stands in this share of its texts."""

MIN_SHARE, MAX_SHARE = 0.02, 0.5
"""Between these shares of the texts every label should lie."""


def check_balance(splits: Mapping[str, Sequence[Example]], labels: Sequence[str]) -> Finding:
    """Look for labels that are missing from a split, or too rare or too frequent to learn.

    Parameters
    ----------
    splits : mapping of str to sequence of Example
        The corpus.
    labels : sequence of str
        The labels.
    """
    details, failed = [], False
    for split, examples in splits.items():
        counts = Counter(label for example in examples for label in set(example.labels) - set(example.unsure))
        for label in labels:
            share = counts[label] / len(examples)
            within = MIN_SHARE <= share <= MAX_SHARE
            failed |= not within
            details.append(f"{split} {label}: {counts[label]} ({share:.1%}){'' if within else ' !'}")
        none = sum(not example.labels for example in examples)
        several = sum(len(example.labels) > 1 for example in examples)
        details.append(f"{split} none: {none} ({none / len(examples):.1%}), several: {several}")
    return judge("label balance", failed, f"each label in {MIN_SHARE:.0%} to {MAX_SHARE:.0%} of a split", details)


def check_length(examples: Sequence[Example], labels: Sequence[str]) -> Finding:
    """Measure how well the number of words alone tells each label.

    Parameters
    ----------
    examples : sequence of Example
        The corpus.
    labels : sequence of str
        The labels.
    """
    from sklearn.metrics import roc_auc_score

    lengths = np.array([len(example.text.split()) for example in examples])
    areas = {}
    for label, column in zip(labels, targets(examples, labels).T, strict=True):
        known = ~np.isnan(column)
        if len(np.unique(column[known])) == 2:
            areas[label] = float(roc_auc_score(column[known], lengths[known]))
    if not areas:
        return Finding("length", "not run", "no label that some texts carry and others do not")
    failed = any(max(area, 1 - area) > LENGTH_AUC for area in areas.values())
    details = [f"{label}: {area:.2f}" for label, area in areas.items()]
    return judge("length", failed, f"area under the ROC curve of length alone (allowed {LENGTH_AUC})", details)


def check_giveaways(examples: Sequence[Example], labels: Sequence[str]) -> Finding:
    """Look for single words that tell a label.

    Parameters
    ----------
    examples : sequence of Example
        The corpus.
    labels : sequence of str
        The labels.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    vectorizer = CountVectorizer(binary=True, min_df=min(5, len(examples)))
    try:
        present = vectorizer.fit_transform([example.text for example in examples])
    except ValueError:  # no word is frequent enough
        return Finding("giveaway words", "not run", "no word stands in five texts")
    words = vectorizer.get_feature_names_out()
    truth = targets(examples, labels)
    details, failed = [], False
    for label, column in zip(labels, truth.T, strict=True):
        precision, recall = _told(present, column)
        guilty = np.flatnonzero((precision >= GIVEAWAY_PRECISION) & (recall >= GIVEAWAY_RECALL))
        failed |= len(guilty) > 0
        lift = (precision - np.nanmean(column)) * recall
        strongest = guilty if len(guilty) else np.argsort(-lift)[:1]
        details += [f"{label}: {words[w]} (precision {precision[w]:.2f}, recall {recall[w]:.2f})" for w in strongest]
    limits = f"precision {GIVEAWAY_PRECISION} at recall {GIVEAWAY_RECALL}"
    return judge("giveaway words", failed, f"none may reach {limits}; the strongest of each label:", details)


def _told(present: npt.NDArray[np.int64], column: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float64], ...]:
    """Precision and recall of every word, taken as a rule for the label."""
    known = np.flatnonzero(~np.isnan(column))
    with_word = np.asarray(present[known].sum(axis=0)).ravel()
    hits = np.asarray(present[known].T @ column[known]).ravel()
    return hits / np.maximum(with_word, 1), hits / max(1.0, float(column[known].sum()))
