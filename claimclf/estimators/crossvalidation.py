"""Cross-validation over groups: every text is decided by a model that saw nothing of its source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed
from sklearn.base import clone
from tqdm import tqdm

from claimclf.data import group_folds, read_rows, targets
from claimclf.errors import DataError
from claimclf.estimators.base import TextClassifier
from claimclf.labels import LABELS, from_indicator
from claimclf.metrics import Report, evaluate
from claimclf.records import Example


class CrossValidation(NamedTuple):
    """What the held-out models say of every text, and how good it is.

    Attributes
    ----------
    probabilities : ndarray of float, shape (n_texts, n_labels)
        Calibrated, in [0, 1].
    decisions : ndarray of int8, shape (n_texts, n_labels)
        1 where the label is asserted.
    report : Report
        With intervals over groups.
    """

    probabilities: npt.NDArray[np.float64]
    decisions: npt.NDArray[np.int8]
    report: Report


def cross_validate(
    estimator: TextClassifier,
    examples: Sequence[Example],
    *,
    train: Sequence[Example] | None = None,
    labels: Sequence[str] = LABELS,
    n_folds: int = 5,
    seed: int = 0,
    n_jobs: int = 1,
    progress: bool = False,
) -> CrossValidation:
    """Train once per fold, decide the held-out texts, and evaluate them all together.

    Parameters
    ----------
    estimator : TextClassifier
        Is cloned for every fold; calibration and thresholds come from the training part of the fold.
    examples : sequence of Example
        Labelled texts to be decided; the folds are made of their groups.
    train : sequence of Example, optional
        What is learnt from, by default `examples`; in every fold without the texts of held-out groups.
    labels : sequence of str
        The label order, by default that of the corpus.
    n_folds : int, default 5
        Number of folds.
    seed : int, default 0
        Seed of the folds; the same seed and `examples` give the same folds whatever is learnt from.
    n_jobs : int, default 1
        Folds trained at a time, each in a process of its own that shares the cores. Small networks keep two cores
        busier as two processes than as one with two threads; results may differ in the last digits.
    progress : bool, default False
        Show a progress bar.

    Returns
    -------
    CrossValidation
        In the order of `examples`.
    """
    truth = targets(examples, labels)
    groups = [example.group for example in examples]
    folds = list(group_folds(truth, groups, n_folds, seed))
    outcomes = Parallel(n_jobs=n_jobs)(
        delayed(_held_out)(
            clone(estimator).set_params(labels=tuple(labels)),
            _without(examples if train is None else train, {groups[i] for i in held_out}),
            [examples[i].text for i in held_out],
        )
        for _, held_out in tqdm(folds, unit=" folds", disable=not progress, leave=False)
    )
    probabilities, decisions = np.zeros(truth.shape), np.zeros(truth.shape, dtype=np.int8)
    for (_, held_out), outcome in zip(folds, outcomes, strict=True):
        probabilities[held_out], decisions[held_out] = outcome
    return CrossValidation(probabilities, decisions, evaluate(truth, decisions, labels, groups=groups))


def held_out_rows(
    examples: Sequence[Example], outcome: CrossValidation, labels: Sequence[str] = LABELS
) -> Iterator[dict[str, Any]]:
    """Lay out what the held-out models said, one row a text, without the text.

    Parameters
    ----------
    examples : sequence of Example
        As given to :func:`cross_validate`.
    outcome : CrossValidation
        What it returned.
    labels : sequence of str
        The label order.

    Yields
    ------
    dict
        ``id``, ``group``, ``labels`` and ``unsure`` as judged by readers, ``scores`` by label, ``decided``.
    """
    decided = from_indicator(outcome.decisions, labels)
    for example, scores, names in zip(examples, outcome.probabilities.round(5).tolist(), decided, strict=True):
        yield {
            "id": example.id,
            "group": example.group,
            "labels": list(example.labels),
            "unsure": list(example.unsure),
            "scores": dict(zip(labels, scores, strict=True)),
            "decided": list(names),
        }


def read_held_out(path: Path, examples: Sequence[Example], labels: Sequence[str] = LABELS) -> CrossValidation:
    """Read what :func:`held_out_rows` laid out, and evaluate it against the labels of `examples`.

    Parameters
    ----------
    path : Path
        The rows as JSONL.
    examples : sequence of Example
        As given to :func:`cross_validate`.
    labels : sequence of str
        The label order.

    Returns
    -------
    CrossValidation
        In the order of `examples`.

    Raises
    ------
    DataError
        If the rows are of other texts.
    """
    rows = [row for _, row in read_rows(path)]
    if [row["id"] for row in rows] != [example.id for example in examples]:
        raise DataError(f"{path}: holds scores of other texts; remove it")
    probabilities = np.array([[row["scores"][label] for label in labels] for row in rows])
    decisions = np.array([[label in row["decided"] for label in labels] for row in rows], dtype=np.int8)
    groups = [example.group for example in examples]
    return CrossValidation(
        probabilities, decisions, evaluate(targets(examples, labels), decisions, labels, groups=groups)
    )


def _without(examples: Sequence[Example], groups: set[str]) -> list[Example]:
    return [example for example in examples if example.group not in groups]


def _held_out(estimator: Any, train: list[Example], texts: list[str]) -> tuple[Any, Any]:
    """Train on one part and return probabilities and decisions on the other."""
    estimator.fit(
        [example.text for example in train],
        targets(train, estimator.labels),
        groups=[example.group for example in train],
    )
    probabilities = estimator.predict_proba(texts)
    return probabilities, estimator.calibration_.decide(probabilities)
