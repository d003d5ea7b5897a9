"""Calibrate a saved bundle, which computes a little differently from the network in training, and measure it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from claimclf import bundle
from claimclf.data import is_real, targets
from claimclf.decision import HeldOut
from claimclf.estimators.recipe import Recipe
from claimclf.metrics import Report, evaluate
from claimclf.records import Example

if TYPE_CHECKING:
    from claimclf.estimators.choice import Choice

VALIDATION = "validation sentences"
"""What figures are of, unless cross-validation gave them."""


class Trained(NamedTuple):
    """The outcome of a run."""

    path: Path
    report: Report
    what: str


def calibrate_on_validation(path: Path, recipe: Recipe, validation: Sequence[Example]) -> Trained:
    """Calibrate the exported model, which computes a little differently, on its own scores; the bundle keeps them.

    Parameters
    ----------
    path : Path
        The bundle, which is changed in place.
    recipe : Recipe
        Its labels are the bundle's.
    validation : sequence of Example
        Texts that it did not learn from.

    Returns
    -------
    Trained
        Where the bundle is, and its figures on the texts.
    """
    truth, groups = targets(validation, recipe.labels), [example.group for example in validation]
    classifier = bundle.recalibrate(
        path,
        path,
        [example.text for example in validation],
        truth,
        groups=groups,
        at_random=[example.how == "random" for example in validation],
        real=[is_real(example) for example in validation],
    )
    decided = classifier.calibration.decide(classifier.calibration.probabilities(classifier.held_out.logits))
    return Trained(path, evaluate(truth, decided, recipe.labels, groups=groups), VALIDATION)


def calibrate_on_choice(path: Path, recipe: Recipe, train: Sequence[Example], choice: Choice) -> Trained:
    """Calibrate on what cross-validated networks say of the texts that were learnt from; the bundle keeps that.

    Parameters
    ----------
    path : Path
        The bundle, which is changed in place.
    recipe : Recipe
        Its labels are the bundle's.
    train : sequence of Example
        What it learnt from.
    choice : Choice
        What the cross-validation found.

    Returns
    -------
    Trained
        Where the bundle is, and the figures of these networks.
    """
    scored = [train[row] for row in choice.rows]
    truth, groups = targets(scored, recipe.labels), [example.group for example in scored]
    held_out = HeldOut(
        choice.logits,
        truth,
        np.unique(groups, return_inverse=True)[1],
        np.array([example.how == "random" for example in scored]),
        np.ones(len(scored), dtype=bool),
    )
    what = "sentences, each decided by a network that learnt without its group"
    classifier = bundle.recalibrate_from(bundle.load(path), path, held_out, what=what)
    decided = classifier.calibration.decide(classifier.calibration.probabilities(held_out.logits))
    return Trained(path, evaluate(truth, decided, recipe.labels, groups=groups), what)
