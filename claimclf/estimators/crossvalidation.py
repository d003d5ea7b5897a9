"""Cross-validation over groups: every text is decided by a model that saw nothing of its source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.base import clone

from claimclf.data import group_folds, targets
from claimclf.estimators.base import TextClassifier
from claimclf.labels import LABELS
from claimclf.metrics import Report, evaluate
from claimclf.records import Example


class CrossValidation(NamedTuple):
    """Held-out decisions on every text, and how good they are."""

    decisions: npt.NDArray[np.int8]
    report: Report


def cross_validate(
    estimator: TextClassifier,
    examples: Sequence[Example],
    *,
    extra: Sequence[Example] = (),
    labels: Sequence[str] = LABELS,
    n_folds: int = 5,
    seed: int = 0,
) -> CrossValidation:
    """Train once per fold, decide the held-out texts, and evaluate them all together.

    Parameters
    ----------
    estimator : TextClassifier
        Is cloned for every fold; calibration and thresholds come from the training part of the fold.
    examples : sequence of Example
        Labelled texts; the folds are made of their groups.
    extra : sequence of Example
        Trained on in every fold and never evaluated.
    labels : sequence of str
        The label order, by default that of the corpus.
    n_folds : int, default 5
        Number of folds.
    seed : int, default 0
        Seed of the folds; the same seed gives the same folds to every estimator.

    Returns
    -------
    CrossValidation
        Decisions in the order of `examples`, and the report with intervals over groups.
    """
    truth = targets(examples, labels)
    groups = [example.group for example in examples]
    decisions = np.zeros(truth.shape, dtype=np.int8)
    for train, held_out in group_folds(truth, groups, n_folds, seed):
        learned = [*(examples[i] for i in train), *extra]
        model: Any = clone(estimator).set_params(labels=tuple(labels))
        model.fit([e.text for e in learned], targets(learned, labels), groups=[e.group for e in learned])
        decisions[held_out] = model.predict([examples[i].text for i in held_out])
    return CrossValidation(decisions, evaluate(truth, decisions, labels, groups=groups))
