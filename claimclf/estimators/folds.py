"""Train a recipe several times, each time without a part of the repositories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed

from claimclf.bundle import Classifier, load
from claimclf.data import group_folds, is_real, targets, to_hold_out
from claimclf.errors import InputError
from claimclf.estimators.calibrating import Trained, calibrate_on_scores
from claimclf.estimators.recipe import Recipe
from claimclf.estimators.runs import keep_neighbours_of, train_transformer
from claimclf.records import Example
from claimclf.text import normalise


def train_folds(recipe: Recipe, *, n_folds: int = 2, n_jobs: int = 1) -> list[Path]:
    """Train a model for each fold of the groups of real texts, without that fold.

    Parameters
    ----------
    recipe : Recipe
        How to train. Its output is the folder of the bundles ``fold-0``, ``fold-1``, …; a bundle that is there
        already is not trained again.
    n_folds : int, default 2
        Number of models.
    n_jobs : int, default 1
        Models trained at a time, each in a process of its own.

    Returns
    -------
    list of Path
        The bundles. The manifest of each says which groups it did not see (``left_out``).

    Raises
    ------
    InputError
        If a bundle that is there already left out other groups.
    """
    held_out = to_hold_out(recipe.examples(recipe.train))
    groups = [example.group for example in held_out]
    folds = [
        replace(
            recipe,
            left_out=frozenset(groups[i] for i in fold),
            neighbours=(),
            output=recipe.output / f"fold-{number}",
        )
        for number, (_, fold) in enumerate(group_folds(targets(held_out, recipe.labels), groups, n_folds))
    ]
    missing = [fold for fold in folds if not (fold.output / "manifest.json").is_file()]
    for fold in folds:
        if fold not in missing and set(load(fold.output).manifest["training"].get("left_out", ())) != fold.left_out:
            raise InputError(f"{fold.output}: was trained without other groups; delete it or name another folder")
    Parallel(n_jobs=n_jobs)(delayed(train_transformer)(fold) for fold in missing)
    return [fold.output for fold in folds]


def calibrate_across(recipe: Recipe, folds: Sequence[str | Path]) -> Trained:
    """Calibrate the recipe's bundle on repositories that it, or models trained like it, did not see.

    The bundle itself has seen all but a few repositories, and a few say little of how scores behave on the next one.
    So probabilities, thresholds and policies rest on the scores of its siblings, as in scikit-learn's
    ``CalibratedClassifierCV(ensemble=False)``: these know less than the bundle, which errs on the side of caution.
    Each sibling's logits are shifted and stretched so that on the recipe's validation texts, which neither has seen,
    they have the mean and the spread of the bundle's; what the bundle says of those that are real counts as well.

    Parameters
    ----------
    recipe : Recipe
        Its output is the bundle, which is changed in place.
    folds : sequence of str or Path
        As trained by :func:`train_folds`, or any bundle that was trained without rows marked ``in_dev_repo`` or kept
        some of the recipe's training texts for validation.

    Returns
    -------
    Trained
        Where the bundle is, and the figures of its siblings.

    Raises
    ------
    InputError
        If a fold left nothing out.
    """
    known = [example for example in to_hold_out(recipe.examples(recipe.train)) if normalise(example.text)]
    validation = [example for example in to_hold_out(recipe.examples(recipe.validation)) if normalise(example.text)]
    unseen = [example.text for example in validation]
    bundle = load(recipe.output)
    own = bundle.decision_function(unseen)
    # Where real texts are learnt from, authored ones only serve to bring the siblings into line.
    counts = np.array([is_real(example) for example in validation]) | (not any(map(is_real, known)))
    scored = [example for example, counted in zip(validation, counts, strict=True) if counted]
    logits: list[npt.NDArray[np.floating]] = [own[counts]]
    for fold in map(load, folds):
        part = [example for example in known if example.group in _unseen_groups(fold, known)]
        if not part:
            raise InputError(f"folds: {fold.path} left out none of the recipe's training texts")
        foreign = fold.decision_function(unseen)
        stretch = own.std(axis=0) / foreign.std(axis=0)
        raw = fold.decision_function([example.text for example in part])
        logits.append((raw - foreign.mean(axis=0)) * stretch + own.mean(axis=0))
        scored += part
    what = "sentences of repositories that the model which decided them had not seen"
    trained = calibrate_on_scores(recipe.output, recipe, scored, np.concatenate(logits), what)
    keep_neighbours_of(recipe, recipe.output)
    return trained


def _unseen_groups(fold: Classifier, known: Sequence[Example]) -> set[str]:
    training = fold.manifest["training"]
    of_dev = {example.group for example in known if example.in_dev_repo}
    left_out = {*training.get("left_out", ()), *training.get("validation_groups", ())}
    return left_out | (set() if training.get("in_dev_repo", True) else of_dev)
