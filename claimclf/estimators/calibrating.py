"""Calibrate a saved bundle, which computes a little differently from the network in training, and measure it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from claimclf import bundle
from claimclf.data import is_real, targets
from claimclf.decision import HeldOut
from claimclf.estimators.recipe import Recipe
from claimclf.metrics import Report
from claimclf.records import Example

if TYPE_CHECKING:
    from claimclf.estimators.choice import Choice


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
    logits = bundle.load(path).decision_function([example.text for example in validation])
    return calibrate_on_scores(path, recipe, validation, logits, "validation sentences, which also set the thresholds")


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
    what = "sentences, each decided by a network that learnt without its group"
    return calibrate_on_scores(path, recipe, scored, choice.logits, what)


def calibrate_on_scores(
    path: Path, recipe: Recipe, scored: Sequence[Example], logits: npt.NDArray[np.floating], what: str
) -> Trained:
    """Calibrate on scores of texts that whoever gave them did not learn from; the bundle keeps them.

    Parameters
    ----------
    path : Path
        The bundle, which is changed in place.
    recipe : Recipe
        Its labels are the bundle's.
    scored : sequence of Example
        The texts.
    logits : ndarray of float, shape (n_texts, n_labels)
        Their scores.
    what : str
        What the figures are of, for the manifest.

    Returns
    -------
    Trained
        Where the bundle is, and the figures that it keeps.
    """
    held_out = HeldOut(
        logits.astype(np.float32),
        targets(scored, recipe.labels),
        np.unique([example.group for example in scored], return_inverse=True)[1],
        np.array([example.how == "random" for example in scored]),
        np.array([is_real(example) for example in scored]),
    )
    calibrated = bundle.recalibrate_from(bundle.load(path), path, held_out, what=what)
    return Trained(path, held_out.report(calibrated.calibration, recipe.labels), what)
