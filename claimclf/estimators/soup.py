"""A model soup: networks that were tuned from the same pretrained one in several runs, their weights averaged.

Wortsman et al., *Model soups: averaging weights of multiple fine-tuned models improves accuracy without increasing
inference time* (2022), sec. 2, the uniform soup: nearly as accurate as the ensemble, at the cost of one network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoTokenizer

from claimclf.bundle import Classifier, load
from claimclf.data import targets
from claimclf.decision import Calibration
from claimclf.errors import InputError
from claimclf.estimators.calibrating import Trained, calibrate_on_validation
from claimclf.estimators.network import load_network
from claimclf.estimators.pretrained import Base
from claimclf.estimators.recipe import Recipe
from claimclf.estimators.trained import NetworkClassifier
from claimclf.text import normalise


class Soup(NetworkClassifier):
    """The average of trained bundles.

    Parameters
    ----------
    bundles : sequence of str or Path
        At least two, each with ``model.safetensors``, tuned from the same base for the same labels.
    random_state : int, default 0
        Nothing is drawn at random; bundles record a seed.
    """

    _kind = "transformer"

    def __init__(self, bundles: Sequence[str | Path], *, random_state: int = 0) -> None:
        self.bundles = bundles
        self.random_state = random_state

    def fit(self, X: Sequence[str], y: Any) -> Soup:
        """Average the weights, and calibrate on texts that none of the bundles learnt from.

        Parameters
        ----------
        X : sequence of str
            Texts.
        y : ndarray of float32, shape (n_texts, n_labels)
            1, 0, or nan where not known.

        Returns
        -------
        Soup
            The estimator.

        Raises
        ------
        InputError
            If the bundles do not fit together.
        """
        parts = [load(path) for path in self.bundles]
        first = _check_alike(parts)
        settings = first.manifest["model"]
        self.max_length, self.pooling = settings["max_length"], settings["pooling"]
        networks = [load_network(part.path, len(first.labels), self.pooling) for part in parts]
        self.network_ = networks[0]
        self.network_.load_state_dict(_mean([network.state_dict() for network in networks]))
        self.tokenizer_ = AutoTokenizer.from_pretrained(first.path)
        self.base_ = Base(location="", **first.manifest["base"])
        self.classes_ = np.array(first.labels)
        self.strategy_, self.choice_ = "full", None
        self.validation_texts_ = [normalise(text) for text in X]
        self.validation_logits_ = self._logits(self.validation_texts_)
        self.calibration_ = Calibration.fit(self.validation_logits_, y, exclusive=first.calibration.exclusive)
        self.learnt_, self.metrics_ = {}, self._measured(self.validation_logits_, y, "texts that were held out")
        return self

    def _decisive_parameters(self) -> dict[str, Any]:
        return {"bundles": [Path(path).name for path in self.bundles]}


def average_bundles(recipe: Recipe, bundles: Sequence[str | Path]) -> Trained:
    """Average bundles that were trained by one recipe with several seeds, or by recipes like it, and save the result.

    Parameters
    ----------
    recipe : Recipe
        Its validation texts, which none of the bundles learnt from, calibrate the average; its output is the folder.
    bundles : sequence of str or Path
        At least two.

    Returns
    -------
    Trained
        Where the bundle is, and its figures on the validation texts.

    Raises
    ------
    InputError
        If the bundles do not fit together, or the recipe names no validation texts.
    """
    if not recipe.validation:
        raise InputError("config: name validation texts that none of the bundles learnt from")
    validation = [example for example in recipe.examples(recipe.validation) if normalise(example.text)]
    soup = Soup(bundles).fit([example.text for example in validation], targets(validation, recipe.labels))
    histories = [load(path).manifest["training"] for path in bundles]
    path = soup.save(recipe.output, training=_training_of(histories))
    return calibrate_on_validation(path, recipe, validation)


def _check_alike(parts: Sequence[Classifier]) -> Classifier:
    if len(parts) < 2:
        raise InputError(f"bundles: expected at least two to average, got {len(parts)}")
    first = parts[0]
    for part in parts:
        if not (part.path / "model.safetensors").is_file():
            raise InputError(f"bundles: {part.path} has no model.safetensors to average")
        for what, found, expected in (
            ("labels", part.labels, first.labels),
            ("base", part.manifest.get("base"), first.manifest.get("base")),
            ("model settings", _settings(part), _settings(first)),
        ):
            if found != expected:
                raise InputError(f"bundles: {part.path} has other {what} than {first.path}: {found}, not {expected}")
    return first


def _settings(part: Classifier) -> dict[str, Any]:
    return {name: part.manifest["model"].get(name) for name in ("max_length", "pooling")}


def _mean(states: Sequence[Mapping[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    return {
        name: torch.stack([state[name] for state in states]).mean(0) if value.is_floating_point() else value
        for name, value in states[0].items()
    }


def _training_of(histories: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what is true of the average: it has seen what any has seen, and not seen what none has."""
    unseen = {
        name: sorted(set.intersection(*(set(history.get(name, ())) for history in histories)))
        for name in ("left_out", "validation_groups")
    }
    return {
        **unseen,
        "in_dev_repo": any(history.get("in_dev_repo", True) for history in histories),
        "licenses": sorted({licence for history in histories for licence in history.get("licenses", ())}),
        "averaged": [
            {name: history.get(name) for name in ("parameters", "data_sha256", "n_texts", "n_soft_texts")}
            for history in histories
        ],
    }
