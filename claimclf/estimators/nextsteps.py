"""What would make a trained model better, or its figures firmer: said after every run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from claimclf.bundle import Classifier, load
from claimclf.errors import InputError
from claimclf.estimators.calibrating import Trained
from claimclf.metrics import Report

Array = npt.NDArray[Any]

_ROUGH = 0.05
"""Half the width of an interval from which a figure is called rough."""
_SURE = 0.9
"""Probability against a label from which its text should be read again."""
_PRECISIONS = (0.95, 0.9, 0.8)


def next_steps(trained: Trained) -> list[str]:
    """Say what to do next, the most useful first.

    Parameters
    ----------
    trained : Trained
        The outcome of a run. What rests on the scores of held-out texts is left out if the bundle keeps none.

    Returns
    -------
    list of str
        One finding each, with what it rests on and what to do about it. Empty if nothing was found.

    Examples
    --------
    >>> from claimclf.bundle import SHIPPED
    >>> shipped = load("default")
    >>> report = shipped.held_out.report(shipped.calibration, shipped.labels)
    >>> for step in next_steps(Trained(SHIPPED / "default", report, "held-out texts")):
    ...     print(step[:42])
    label more texts for disinformation, whose
    read 902 of the 20,161 held-out texts agai
    leave to a reader what is unsure (`claimcl
    """
    classifier, report = load(str(trained.path)), trained.report
    weakest = _weakest(report)
    try:
        held_out = classifier.held_out
    except InputError:
        return [*_on_weakest(weakest, report), *_on_size(report)]
    scores = classifier.calibration.probabilities(held_out.logits)
    taken_for = ""
    if classifier.calibration.exclusive:
        taken_for = _taken_for(weakest, report, held_out.truth, classifier.calibration.decide(scores))
    steps = [*_on_weakest(weakest, report, taken_for), *_on_size(report)]
    return [*steps, *_on_contradictions(held_out.truth, scores), _on_policies(classifier)]


def _weakest(report: Report) -> str:
    return min(report.labels, key=lambda label: np.nan_to_num(report.f1[label].value))


def _taken_for(label: str, report: Report, truth: Array, decided: Array) -> str:
    """Say which other label is asserted in the place of one, where a text has one label."""
    missed = truth[:, report.labels.index(label)] == 1
    instead = (decided[missed] * (truth[missed] == 0)).sum(axis=0)
    if not instead.any():
        return ""
    return f" (most often taken for {report.labels[int(instead.argmax())]})"


def _on_weakest(label: str, report: Report, taken_for: str = "") -> Iterator[str]:
    recall, precision = report.recall[label].value, report.precision[label].value
    if min(recall, precision) == 1:
        return
    yield (
        f"label more texts for {label}, whose F1 is the lowest: {1 - np.nan_to_num(recall):.0%} of its "
        f"{report.support[label]:,} texts are missed{taken_for}"
        + ("" if np.isnan(precision) else f", and {1 - precision:.0%} of the texts said to be {label} are not")
        + ". `claimclf suggest TEXTS --model BUNDLE --labelled TABLE` chooses some"
    )


def _on_size(report: Report) -> Iterator[str]:
    half = (report.macro_f1.high - report.macro_f1.low) / 2
    if half > _ROUGH:
        yield (
            f"do not trust the figures far: {report.n_groups:,} groups tell macro F1 to within {half:.2f}; "
            "four times as many would halve that"
        )


def _on_contradictions(truth: Array, scores: Array) -> Iterator[str]:
    against = np.where(truth == 1, 1 - scores, np.where(truth == 0, scores, 0))
    n_texts = int((against > _SURE).any(axis=1).sum())
    if n_texts:
        yield (
            f"read {n_texts:,} of the {len(truth):,} held-out texts again: the model is more than {_SURE:.0%} sure "
            "that a label of theirs is wrong, and may be right. `claimclf doubts TABLE` lists what to read"
        )


def _on_policies(classifier: Classifier) -> str:
    for precision in _PRECISIONS:
        starts = classifier.with_policy(precision).policy.assert_from  # type: ignore[union-attr]
        able = [label for label, start in zip(classifier.labels, starts, strict=True) if start is not None]
        if able:
            rest = "; for the others there is not enough data" if len(able) < len(starts) else ""
            return (
                f"leave to a reader what is unsure (`claimclf predict --precision {precision}`): at that precision "
                f"the model can assert {', '.join(able)}{rest}"
            )
    return (
        f"leave no label to the model alone: none can be asserted at a precision of {_PRECISIONS[-1]} with a guarantee"
        "; that takes more texts or a better model"
    )
