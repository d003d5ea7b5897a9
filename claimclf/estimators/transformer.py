"""Teach a pretrained encoder to classify texts.

Longer than other modules because each of its thirty options is explained here, and nowhere else.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal

import numpy as np

from claimclf.bundle.manifest import plain
from claimclf.data import group_holdout
from claimclf.decision.calibration import Calibration
from claimclf.errors import MissingExtraError
from claimclf.estimators.base import Array
from claimclf.estimators.inputs import TrainingData, check_hard, check_training_data
from claimclf.estimators.options import Loss, Pooling, Strategy, Tracker, TrainingOptions, check_options
from claimclf.estimators.pretrained import hashed, resolve_base
from claimclf.estimators.trained import NetworkClassifier

DEFAULT_BASE = "sentence-transformers/all-MiniLM-L6-v2"


class TransformerClassifier(NetworkClassifier):
    """A pretrained encoder with a linear head, and probabilities calibrated on texts that were held out.

    Parameters
    ----------
    strategy : {"full", "contrastive", "head", "auto"}, default "full"
        What is learnt. ``full``: all weights together. ``contrastive``: the encoder, so that texts with like labels lie
        together, then the head by logistic regression; for eight texts a label to a few hundred. ``head``: nothing but
        the head. ``auto``: from few texts ``contrastive``, from many what is best in cross-validation over groups, see
        :func:`~claimclf.estimators.choice.choose`. All but ``full`` learn from every text, and are calibrated by
        cross-validation.
    time_budget : float, default 300
        Seconds that ``auto`` may take to choose; training comes after. What does not fit is not tried.
    labels : sequence of str, optional
        The label order; by default taken from ``y`` (see :func:`claimclf.labels.to_targets`). Names that hold a word
        are learnt from as texts by every strategy but ``full``: call labels by what they mean.
    exclusive : bool, optional
        Whether each text carries exactly one label, and gets one; by default it does if ``y`` names one label a text.
        The loss is then softmax cross-entropy, whatever `loss` says.
    base : str, default "sentence-transformers/all-MiniLM-L6-v2"
        Hub id or folder of the pretrained encoder; see :func:`~claimclf.estimators.pretrained.resolve_base` for how
        it is found offline.
    pooling : {"mean", "first"}, default "mean"
        What the head reads: the mean over the tokens, or the first token, which keeps the model loadable by
        transformers' own classes. The mean is better by far on sentence encoders (``training/README.md``).
    max_length : int, default 256
        Tokens read of a text; hardly a sentence is longer, and short batches do not pay for it.
    epochs : int, default 4
        Passes over the data, at most.
    learning_rate : float, default 1e-4
        Peak, after warm-up; then linear to zero. Small encoders want more than the usual 2e-5.
    batch_size : int, default 16
        Texts per step.
    weight_decay : float, default 0.01
        AdamW's.
    warmup : float, default 0.1
        Share of the steps in which the learning rate rises.
    patience : int, default 2
        Epochs without a better validation macro F1 before training stops.
    loss : {"bce", "class_balanced", "focal", "asymmetric"}, default "bce"
        What is minimised; see :func:`~claimclf.estimators.objective.pair_losses`.
    label_smoothing : float, default 0
        How far targets are moved towards 0.5, in [0, 1): 0.1 makes 0.95 of a 1.
    contrastive_steps : int, default 0
        Batches by which texts with like labels are first drawn together, see :mod:`claimclf.estimators.contrast`.
    consistency : float, default 0
        Weight of the disagreement between two dropout masks (R-Drop); above 0 training takes twice as long.
    layer_decay : float, default 1
        Factor of the learning rate from one layer to the next one below, in (0, 1].
    averaging : float, default 0
        Weight of the past in a moving average of the weights, which is what is kept, in [0, 1); 0: no average.
    embedding_noise : float, default 0
        Strength of uniform noise on the embeddings while training (Jain et al., *NEFTune*, 2023; 5 is usual).
    freeze_embeddings : bool, default False
        Leave the token embeddings as pretrained.
    negative_share : float, default 1
        Share of the texts without any label (or probability of at least 0.5) that an epoch shows, every epoch another
        one, in (0, 1].
    validation_fraction : float, default 0.1
        Share of the groups that the strategy ``full`` holds out when ``fit`` gets no validation texts. 0 holds none
        out: no early stopping, no calibration, thresholds at 0.5.
    bf16 : bool, optional
        Train in bfloat16 mixed precision; by default where the processor multiplies it in hardware.
    checkpoints : str or Path, optional
        Folder for checkpoints, kept after training; by default a temporary one.
    resume : bool, default False
        Go on from the last checkpoint in `checkpoints`, which must be of the same texts, labels and parameters.
    progress : bool, default False
        Show a progress bar.
    tracker : {"none", "tensorboard", "mlflow"}, default "none"
        Where losses and scores of the strategy ``full`` are shown as it goes on: TensorBoard reads them from the folder
        ``runs`` in `checkpoints`, MLflow from where its own settings say. Its package must be installed.
    random_state : int, default 0
        Seed of the head, the order of the texts, dropout and the held-out groups.

    Attributes
    ----------
    strategy_ : {"full", "contrastive", "head"}
        What was learnt.
    choice_ : Choice or None
        Why, and what cross-validated networks say; None where nothing was cross-validated.
    history_ : list of dict
        Loss and validation macro F1 as training went on; empty unless all weights were trained.

    Notes
    -----
    For scikit-learn's own scorers see :class:`~claimclf.estimators.BaselineClassifier`.

    Examples
    --------
    >>> texts = ["Rates rose again.", "The dam leaks.", "The bank lent less.", "A well ran dry."]
    >>> clf = TransformerClassifier(strategy="head").fit(texts, ["money", "water", "money", "water"])
    >>> clf.classes_[clf.predict(["Rain filled the lake."])[0] == 1].tolist()
    ['water']
    """

    _kind = "transformer"

    def __init__(
        self,
        *,
        labels: Sequence[str] | None = None,
        exclusive: bool | None = None,
        strategy: Strategy | Literal["auto"] = "full",
        time_budget: float = 300,
        base: str = DEFAULT_BASE,
        pooling: Pooling = "mean",
        max_length: int = 256,
        epochs: int = 4,
        learning_rate: float = 1e-4,
        batch_size: int = 16,
        weight_decay: float = 0.01,
        warmup: float = 0.1,
        patience: int = 2,
        loss: Loss = "bce",
        label_smoothing: float = 0.0,
        contrastive_steps: int = 0,
        consistency: float = 0.0,
        layer_decay: float = 1.0,
        averaging: float = 0.0,
        embedding_noise: float = 0.0,
        freeze_embeddings: bool = False,
        negative_share: float = 1.0,
        validation_fraction: float = 0.1,
        bf16: bool | None = None,
        checkpoints: str | Path | None = None,
        resume: bool = False,
        progress: bool = False,
        tracker: Tracker = "none",
        random_state: int = 0,
    ) -> None:
        self.labels = labels
        self.exclusive = exclusive
        self.strategy = strategy
        self.time_budget = time_budget
        self.base = base
        self.pooling = pooling
        self.max_length = max_length
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.weight_decay = weight_decay
        self.warmup = warmup
        self.patience = patience
        self.loss = loss
        self.label_smoothing = label_smoothing
        self.contrastive_steps = contrastive_steps
        self.consistency = consistency
        self.layer_decay = layer_decay
        self.averaging = averaging
        self.embedding_noise = embedding_noise
        self.freeze_embeddings = freeze_embeddings
        self.negative_share = negative_share
        self.validation_fraction = validation_fraction
        self.bf16 = bf16
        self.checkpoints = checkpoints
        self.resume = resume
        self.progress = progress
        self.tracker = tracker
        self.random_state = random_state

    def fit(
        self,
        X: Iterable[str],
        y: Iterable[Any],
        groups: Sequence[str] | None = None,
        validation: tuple[Sequence[str], Iterable[Any]] | None = None,
    ) -> TransformerClassifier:
        """Train and calibrate; of the strategy ``full`` keep the best epoch.

        Parameters
        ----------
        X : iterable of str
            Texts.
        y : iterable of str, iterable of collections of str, or matrix of shape (n_texts, n_labels)
            Labels. A matrix may hold nan where they are not known and, unless a part of it is to be held out, another
            model's probabilities, from which the strategy ``full`` alone can learn.
        groups : sequence of str, optional
            The group of every text, by default each its own; held-out texts are whole groups.
        validation : tuple of texts and labels, optional
            Texts for early stopping, calibration and thresholds, instead of a part of `X`.

        Returns
        -------
        TransformerClassifier
            The fitted estimator.

        Raises
        ------
        InputError
            If there is nothing to learn from, the lengths differ or a parameter is out of range.
        MissingExtraError
            Without the extra ``train``.
        """
        try:
            import torch
            from transformers import AutoTokenizer

            from claimclf.estimators.choice import choose
            from claimclf.estimators.finetuning import encode
            from claimclf.estimators.network import build_network
            from claimclf.estimators.strategies import Learner
        except ImportError as error:
            raise MissingExtraError("TransformerClassifier", "train") from error

        self.check_parameters()
        data = check_training_data(X, y, self.labels, groups, exclusive=self.exclusive, soft=True)
        units = list(map(str, range(len(data.texts)))) if groups is None else list(groups)
        train, held_out, unseen = self._parts(data, units, validation)
        self.learnt_ = data._replace(texts=train[0], targets=train[1]).summary()
        self.base_ = resolve_base(self.base)
        self.classes_ = np.array(data.labels)
        torch.manual_seed(self.random_state)
        self.tokenizer_ = AutoTokenizer.from_pretrained(self.base_.location, use_fast=True)
        network = build_network(self.base_.location, data.labels, self.pooling)
        self.base_ = hashed(self.base_)
        learner = Learner(
            network, self.tokenizer_, *train, data.exclusive, self._options(data, held_out), tuple(data.labels)
        )
        if self.strategy == "auto" or (self.strategy != "full" and validation is None):
            self.choice_ = choose(learner, self.strategy, units, self.time_budget)
            self.strategy_ = self.choice_.strategy
        else:
            self.choice_, self.strategy_ = None, self.strategy
        validation_data = encode(self.tokenizer_, *held_out, self.max_length) if held_out[0] else None
        with self._checkpoint_folder() as folder:
            self.network_, self.history_ = learner.learn(self.strategy_, Path(folder), validation_data)
        self._calibrate(train, held_out, unseen, data.exclusive)
        return self

    def check_parameters(self) -> None:
        """Refuse a parameter that is out of range; ``fit`` does so first.

        Raises
        ------
        InputError
            With its name.
        """
        super().check_parameters()
        check_options(self.get_params())

    def _parts(
        self,
        data: TrainingData,
        groups: list[str],
        validation: tuple[Sequence[str], Iterable[Any]] | None,
    ) -> tuple[tuple[list[str], Array], tuple[list[str], Array], list[str] | None]:
        """Return the texts and targets to train on, those to validate on, and the groups of what figures will be of."""
        texts, targets = data.texts, data.targets
        if self.strategy != "full":
            check_hard(targets, "give whole labels, or strategy='full'")
        if validation is not None:
            held_out = check_training_data(*validation, data.labels, exclusive=data.exclusive)
            return (texts, targets), (held_out.texts, held_out.targets), None
        if self.strategy != "full" or not self.validation_fraction:
            return (texts, targets), ([], targets[:0]), groups
        check_hard(targets, "give texts and labels as validation=…, or validation_fraction=0")
        parts = group_holdout(targets, groups, self.validation_fraction, self.random_state)
        learnt, kept = (([texts[i] for i in part], targets[part]) for part in parts)
        return learnt, kept, [groups[i] for i in parts[1]]

    def _calibrate(
        self,
        train: tuple[list[str], Array],
        held_out: tuple[list[str], Array],
        groups: list[str] | None,
        exclusive: bool,
    ) -> None:
        """Fit probabilities and thresholds to scores of texts that the network, or others like it, did not see."""
        choice = self.choice_ if not held_out[0] else None
        if choice is not None:
            held_out = [train[0][row] for row in choice.rows], train[1][choice.rows]
            groups = [groups[row] for row in choice.rows] if groups else None
        self.validation_texts_, truth = held_out
        self.validation_logits_ = self._logits(self.validation_texts_) if self.validation_texts_ else truth
        logits = choice.logits if choice is not None else self.validation_logits_
        self.calibration_ = Calibration.fit(logits, truth, exclusive=exclusive)
        how = (
            "texts that were held out" if choice is None else "texts, each decided by a network that learnt without it"
        )
        self.metrics_ = self._measured(logits, truth, how, groups)

    def _options(self, data: TrainingData, held_out: tuple[list[str], Array]) -> Any:
        from claimclf.estimators.finetuning import bf16_in_hardware

        validated = data._replace(texts=held_out[0], targets=held_out[1]).summary()
        parameters = {**self._decisive_parameters(), "labels": data.labels, "exclusive": data.exclusive}
        run = json.dumps(plain([parameters, self.base_.sha256, self.learnt_, validated]))
        special: dict[str, Any] = {
            "bf16": bf16_in_hardware() if self.bf16 is None else self.bf16,
            "seed": self.random_state,
            "run": hashlib.sha256(run.encode()).hexdigest(),
            **({"loss": "softmax"} if data.exclusive else {}),
        }
        names = {option.name for option in fields(TrainingOptions)} - set(special)
        return TrainingOptions(**special, **{name: getattr(self, name) for name in names})

    def _checkpoint_folder(self) -> Any:
        if self.checkpoints is None:
            return tempfile.TemporaryDirectory(prefix="claimclf-")
        return nullcontext(self.checkpoints)

    def _decisive_parameters(self) -> dict[str, Any]:
        incidental = {"checkpoints", "resume", "progress", "tracker"}
        return {name: value for name, value in self.get_params().items() if name not in incidental}
