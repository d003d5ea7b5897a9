"""How a transformer is trained: the options that fine-tuning takes, and what they may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from claimclf.errors import InputError
from claimclf.numbers import check_number, check_switch

Loss = Literal["bce", "class_balanced", "focal", "asymmetric", "softmax"]
"""The last comes by itself with labels that exclude each other."""
Pooling = Literal["first", "mean"]
Strategy = Literal["head", "contrastive", "full"]
"""Ways to learn, from the fewest weights that move to the most."""
Tracker = Literal["none", "tensorboard", "mlflow"]


@dataclass(frozen=True)
class TrainingOptions:
    """How to train; the meaning of each option is in :class:`~claimclf.estimators.TransformerClassifier`.

    By `run`, a sha256 over parameters, texts and labels, a training knows its own checkpoints.
    """

    max_length: int
    epochs: int
    learning_rate: float
    batch_size: int
    weight_decay: float
    warmup: float
    patience: int
    loss: Loss
    label_smoothing: float
    contrastive_steps: int
    consistency: float
    layer_decay: float
    averaging: float
    embedding_noise: float
    freeze_embeddings: bool
    negative_share: float
    bf16: bool
    seed: int
    progress: bool
    resume: bool
    tracker: Tracker
    run: str


_NUMBERS = (
    "averaging",
    "batch_size",
    "consistency",
    "contrastive_steps",
    "embedding_noise",
    "epochs",
    "label_smoothing",
    "layer_decay",
    "learning_rate",
    "max_length",
    "negative_share",
    "patience",
    "time_budget",
    "validation_fraction",
    "warmup",
    "weight_decay",
)


def check_options(given: Mapping[str, Any]) -> None:
    """Refuse a parameter that is out of range.

    Parameters
    ----------
    given : mapping of str to object
        The parameters of :class:`~claimclf.estimators.TransformerClassifier`.

    Raises
    ------
    InputError
        With its name.
    """
    for name in _NUMBERS:
        check_number(name, given[name])
    for name in ("bf16", "freeze_embeddings", "progress", "resume"):
        check_switch(name, given[name])
    for name, low in (("epochs", 1), ("batch_size", 1), ("max_length", 8), ("patience", 1)):
        if given[name] < low:
            raise InputError(f"{name}: expected at least {low}, got {given[name]}")
    if not 0 <= given["validation_fraction"] <= 0.5:
        raise InputError(f"validation_fraction: expected a number from 0 to 0.5, got {given['validation_fraction']}")
    if given["learning_rate"] <= 0:
        raise InputError(f"learning_rate: expected a positive number, got {given['learning_rate']}")
    for name in ("consistency", "contrastive_steps", "embedding_noise", "time_budget", "weight_decay"):
        if given[name] < 0:
            raise InputError(f"{name}: expected at least 0, got {given[name]}")
    for name in ("layer_decay", "negative_share"):
        if not 0 < given[name] <= 1:
            raise InputError(f"{name}: expected a number above 0 and at most 1, got {given[name]}")
    for name in ("averaging", "label_smoothing", "warmup"):
        if not 0 <= given[name] < 1:
            raise InputError(f"{name}: expected a number from 0 to below 1, got {given[name]}")
    choices = {"strategy": (*get_args(Strategy), "auto"), "loss": get_args(Loss)[:-1], "pooling": get_args(Pooling)}
    for name, able in {**choices, "tracker": get_args(Tracker)}.items():
        if given[name] not in able:
            raise InputError(f"{name}: expected one of {', '.join(able)}, got {given[name]!r}")
    if given["strategy"] != "full" and given["pooling"] == "first":
        raise InputError(
            f"pooling: strategy={given['strategy']!r} reads the mean; set strategy='full' or pooling='mean'"
        )
    if given["contrastive_steps"] and given["pooling"] == "first":
        raise InputError("pooling: contrast reads the mean; set contrastive_steps=0 or pooling='mean'")
    if given["averaging"] and given["resume"]:
        raise InputError("resume: checkpoints hold the average, not the weights to go on from; set averaging=0")
    if given["checkpoints"] is None:
        if given["resume"]:
            raise InputError("resume: give the folder of the checkpoints to resume from as checkpoints=…")
        if given["tracker"] == "tensorboard":
            raise InputError(
                "tracker: TensorBoard's files go to the folder of the checkpoints; give it as checkpoints=…"
            )
