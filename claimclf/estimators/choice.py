"""Choose how to learn, from many texts by cross-validation over groups, within a time that is given."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from claimclf.data import group_folds
from claimclf.decision.calibration import Calibration
from claimclf.estimators import strategies
from claimclf.estimators.options import Strategy
from claimclf.estimators.strategies import Learner
from claimclf.metrics import evaluate, paired_difference

Array = npt.NDArray[Any]
Fold = tuple[Array, Array]

_LOG = logging.getLogger(__name__)

_ENOUGH = 1000
"""Held-out texts that tell strategies apart to about a point of macro F1; no more are scored than it takes."""
_AT_MOST = 5000
"""Texts that a fold learns from: what is better with as many stays better with more."""

FEW = 500
"""Texts below which cross-validation tells chance from merit too seldom to be asked."""
FEWEST_STEPS = 100
"""Batches below which training all weights changes too little to be worth a trial."""


class Choice(NamedTuple):
    """How to learn, and why so.

    Attributes
    ----------
    strategy : {"head", "contrastive", "full"}
        What was chosen.
    reasons : tuple of str
        A sentence a line.
    rows : ndarray of int, shape (n_held_out,)
        Positions of the texts that were held out.
    logits : ndarray of float, shape (n_held_out, n_labels)
        What networks that learnt so, without the group of the text, say of each.
    """

    strategy: Strategy
    reasons: tuple[str, ...]
    rows: Array
    logits: Array


def choose(learner: Learner, strategy: Strategy | Literal["auto"], groups: Sequence[str], time_budget: float) -> Choice:
    """Cross-validate a strategy, or those that fit into the time, and keep the best.

    Contrastive learning is preferred: from fewer than :data:`FEW` texts it is taken if there is time for it, and from
    more another strategy takes its place if its macro F1 is higher by more than a standard error of the difference.

    Parameters
    ----------
    learner : Learner
        What to learn from.
    strategy : {"head", "contrastive", "full", "auto"}
        One to cross-validate, or all that fit.
    groups : sequence of str
        The group of every text.
    time_budget : float
        Seconds for the comparison. A frozen encoder with a new head takes hardly any and is always tried.

    Returns
    -------
    Choice
        Without held-out texts where there are fewer than two groups.
    """
    folds = _folds(learner.targets, groups, learner.options.seed)
    if not folds:
        none = np.zeros(0, dtype=np.intp)
        chosen: Strategy = "head" if strategy == "auto" else strategy
        reason = f"strategy: {chosen}; texts of a single group cannot be cross-validated"
        return _announced(Choice(chosen, (reason,), none, learner.targets[:0]))
    rows = np.concatenate([held_out for _, held_out in folds])
    started = strategies.clock()
    reason = f"strategy: {strategy}, as asked"
    if strategy == "auto" and len(learner.targets) < FEW and _needed(learner, "contrastive", folds) <= time_budget:
        strategy = "contrastive"
        reason = f"strategy: contrastive, as always if it fits into the time; to compare takes {FEW} texts"
    if strategy != "auto":
        return _announced(Choice(strategy, (reason,), rows, _score(learner, strategy, folds)))
    logits: dict[Strategy, Array] = {"head": _score(learner, "head", folds)}
    reasons = []
    candidates: tuple[Literal["contrastive", "full"], ...] = ("contrastive", "full")
    for candidate in candidates:
        steps = min(_steps(learner, len(train)) for train, _ in folds)
        if candidate == "full" and steps < FEWEST_STEPS:
            reasons.append(f"full: not tried; {steps} steps are too few, {FEWEST_STEPS} might do")
            continue
        needed = _needed(learner, candidate, folds)
        left = max(0.0, time_budget - (strategies.clock() - started))
        if needed <= left:
            logits[candidate] = _score(learner, candidate, folds)
        else:
            reasons.append(f"{candidate}: not tried; it takes about {needed:.1f} s, and {left:.1f} s are left")
    chosen, found = _best(logits, learner.targets[rows], [groups[row] for row in rows], learner.exclusive)
    return _announced(Choice(chosen, (*reasons, *found), rows, logits[chosen]))


def _folds(targets: Array, groups: Sequence[str], seed: int) -> list[Fold]:
    n_folds = min(len(set(groups)), max(2, min(5, len(targets) // _ENOUGH)))
    folds: list[Fold] = []
    if n_folds < 2:
        return folds
    rng = np.random.default_rng(seed)
    for train, held_out in group_folds(targets, groups, n_folds, seed):
        folds.append((rng.permutation(train)[:_AT_MOST], held_out))
        if sum(len(part) for _, part in folds) >= _ENOUGH:
            break
    return folds


def _steps(learner: Learner, n_texts: int) -> int:
    return math.ceil(n_texts / learner.options.batch_size) * learner.options.epochs


def _needed(learner: Learner, strategy: Literal["contrastive", "full"], folds: Sequence[Fold]) -> float:
    return sum(learner.seconds(strategy, len(train)) for train, _ in folds)


def _score(learner: Learner, strategy: Strategy, folds: Sequence[Fold]) -> Array:
    return np.concatenate([learner.held_out_logits(strategy, *fold) for fold in folds])


def _best(
    logits: dict[Strategy, Array], truth: Array, groups: Sequence[str], exclusive: bool
) -> tuple[Strategy, list[str]]:
    decided = {name: _decide(scores, truth, exclusive) for name, scores in logits.items()}
    labels = [str(column) for column in range(truth.shape[1])]
    macro_f1 = {
        name: evaluate(truth, decisions, labels, n_resamples=0).macro_f1.value for name, decisions in decided.items()
    }
    listed = ", ".join(f"{name} {score:.3f}" for name, score in macro_f1.items())
    measured = f"macro F1 on {len(truth):,} texts, each scored without its group: {listed}"
    preferred: Strategy = "contrastive" if "contrastive" in logits else "head"
    best = max(macro_f1, key=lambda name: np.nan_to_num(macro_f1[name]))
    if best == preferred:
        return best, [measured, f"strategy: {best}, the best of those tried"]
    gain = paired_difference(truth, decided[best], decided[preferred], groups=groups)
    if gain.value > (gain.high - gain.low) / 4:  # a standard error: the interval holds 95 %
        return best, [measured, f"strategy: {best}, better than {preferred} by {gain}"]
    return preferred, [measured, f"strategy: {preferred}; {best} is better by {gain}, which may be chance"]


def _decide(logits: Array, truth: Array, exclusive: bool) -> Array:
    calibration = Calibration.fit(logits, truth, exclusive=exclusive)
    return calibration.decide(calibration.probabilities(logits))


def _announced(choice: Choice) -> Choice:
    for reason in choice.reasons:
        _LOG.info("%s", reason)
    return choice
