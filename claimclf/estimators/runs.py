"""Run a recipe: train, save, measure."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from claimclf.checks.training_data import DataReport, survey
from claimclf.data import clean, fingerprint, is_real, targets
from claimclf.errors import DataError
from claimclf.estimators.base import TextClassifier
from claimclf.estimators.baseline import BaselineClassifier
from claimclf.estimators.calibrating import Trained, calibrate_on_choice, calibrate_on_validation
from claimclf.estimators.neighbours import keep_neighbours
from claimclf.estimators.pretrained import count_truncated
from claimclf.estimators.recipe import Recipe
from claimclf.estimators.softlabels import SoftLabels
from claimclf.estimators.transformer import TransformerClassifier
from claimclf.metrics import Report, evaluate
from claimclf.records import Example
from claimclf.text import normalise

_LOG = logging.getLogger(__name__)


def train_transformer(recipe: Recipe, soft: SoftLabels | None = None) -> Trained:
    """Train as the recipe says and save the bundle.

    Parameters
    ----------
    recipe : Recipe
        The run. Its validation texts decide when to stop, calibrate, and set the thresholds. Where it names none, a
        strategy other than ``full`` learns from all texts, and cross-validated networks take their place.
    soft : SoftLabels, optional
        What another model says of the training texts and of others.

    Returns
    -------
    Trained
        Where the bundle is, and its figures on texts that were held out.
    """
    estimator = make_estimator(TransformerClassifier, recipe.labels, recipe.parameters).set_params(progress=True)
    crossed = estimator.strategy != "full" and not recipe.validation
    given = _load(recipe, hold_out=not crossed)
    texts = [normalise(example.text) for part in given for example in part]
    n_truncated = count_truncated(estimator.base, texts, estimator.max_length)
    basis: Literal["train", "held_out"] = "train" if crossed else "held_out"
    exclusive = bool(estimator.exclusive)
    report = _announced(
        survey(*given, recipe.labels, calibrated_on=basis, n_truncated=n_truncated, exclusive=exclusive)
    )
    train, validation = cleaned = clean(*given)
    held_out = [example.text for example in validation], targets(validation, recipe.labels)
    _fit(recipe, estimator, train, soft, validation=None if crossed else held_out)
    provenance = {**_provenance(recipe, *cleaned, report), **_provenance_of(soft)}
    path = estimator.save(recipe.output, training=provenance, definitions=recipe.definitions or None)
    if crossed:
        trained = calibrate_on_choice(path, recipe, train, estimator.choice_)
    else:
        trained = calibrate_on_validation(path, recipe, validation)
    keep_neighbours_of(recipe, path)
    return trained


def train_baseline(recipe: Recipe) -> Trained:
    """Train the baseline as the recipe says and save the bundle.

    Parameters
    ----------
    recipe : Recipe
        The run. Calibration is by cross-validation within the training texts. Where it names no validation texts, all
        are learnt from, and the figures are of that cross-validation too.

    Returns
    -------
    Trained
        Where the bundle is, and its figures on texts that were held out.
    """
    estimator = make_estimator(BaselineClassifier, recipe.labels, recipe.parameters)
    crossed = not recipe.validation and estimator.calibration_folds >= 2
    given = _load(recipe, hold_out=not crossed)
    exclusive = bool(estimator.exclusive)
    report = _announced(survey(*given, recipe.labels, calibrated_on="train", exclusive=exclusive))
    train, held_out = clean(*given)
    _fit(recipe, estimator, train)
    provenance, definitions = _provenance(recipe, train, held_out, report), recipe.definitions or None
    if crossed:
        path = estimator.save(recipe.output, training=provenance, definitions=definitions)
        return Trained(path, Report.from_dict(estimator.metrics_), estimator.metrics_["what"])
    decided = estimator.predict([example.text for example in held_out])
    measured = evaluate(
        targets(held_out, recipe.labels), decided, recipe.labels, groups=[example.group for example in held_out]
    )
    what = "validation sentences"
    metrics = {**measured.to_dict(), "what": what}
    path = estimator.save(recipe.output, training=provenance, metrics=metrics, definitions=definitions)
    return Trained(path, measured, what)


def keep_neighbours_of(recipe: Recipe, path: Path) -> None:
    """Let a bundle, when it is calibrated, keep some of the recipe's neighbours, if it names any.

    Parameters
    ----------
    recipe : Recipe
        The run.
    path : Path
        The bundle, which is changed in place.
    """
    if recipe.neighbours:
        keep_neighbours(path, path, recipe.examples(recipe.neighbours))


def make_estimator(
    kind: type[TextClassifier], labels: tuple[str, ...], parameters: Mapping[str, Any]
) -> TextClassifier:
    """Make an estimator.

    Parameters
    ----------
    kind : type
        Its class.
    labels : tuple of str
        The label order.
    parameters : mapping
        Of its constructor.

    Returns
    -------
    TextClassifier
        Not fitted.

    Raises
    ------
    DataError
        If it has no such parameter.
    InputError
        If one is out of range.
    """
    if "labels" in parameters:
        raise DataError("parameters: labels are an entry of the recipe, or those of the table, and no parameter")
    unknown = set(parameters) - set(kind().get_params())
    if unknown:
        raise DataError(f"parameters: {kind.__name__} has no {', '.join(sorted(unknown))}")
    estimator = kind(labels=labels, **parameters)
    estimator.check_parameters()
    return estimator


def _load(recipe: Recipe, *, hold_out: bool = True) -> tuple[list[Example], list[Example]]:
    train, held_out = recipe.parts() if hold_out else (recipe.learnt(), [])
    if not hold_out and len({example.group for example in train if normalise(example.text)}) < 2:
        raise DataError("train: expected texts of at least two groups, to say how good the model is")
    _check_licenses(recipe, [*train, *held_out])
    return train, held_out


def _announced(report: DataReport) -> DataReport:
    _LOG.info("%s", report)
    return report


def _fit(
    recipe: Recipe,
    estimator: Any,
    train: list[Example],
    soft: SoftLabels | None = None,
    **fit_arguments: Any,
) -> None:
    soft = soft or SoftLabels({}, [], np.zeros((0, len(recipe.labels))))
    estimator.fit(
        [*(example.text for example in train), *soft.texts],
        np.concatenate([soft.targets(train, recipe.labels), soft.probabilities]),
        groups=[*(example.group for example in train), *soft.texts],
        **fit_arguments,
    )


def _provenance(recipe: Recipe, train: list[Example], validation: list[Example], report: DataReport) -> dict[str, Any]:
    return {
        "data_sha256": fingerprint(train),
        "n_texts": len(train),
        "n_groups": len({example.group for example in train}),
        "validation_groups": sorted({example.group for example in validation if is_real(example)}),
        "in_dev_repo": recipe.in_dev_repo,
        **({"left_out": sorted(recipe.left_out)} if recipe.left_out else {}),
        "licenses": sorted({example.license or "none stated" for example in train}),
        "data": report.to_dict(),
    }


def _provenance_of(soft: SoftLabels | None) -> dict[str, Any]:
    return {} if soft is None else {"n_soft_texts": len(soft.texts), **soft.origin}


def _check_licenses(recipe: Recipe, examples: Sequence[Example]) -> None:
    """Refuse a licence that no row states: probably a slip of the pen."""
    for name in set(recipe.licenses or ()) - {example.license for example in examples}:
        raise DataError(f"licenses: no row states {name!r}, word for word")
