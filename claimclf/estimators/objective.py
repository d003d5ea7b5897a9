"""What training minimises: a loss for labels that are only partly known, and agreement between two dropout masks."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.utils.data import DataLoader, Sampler
from transformers import Trainer

from claimclf.estimators.options import Loss

UNKNOWN = -1.0
"""Stands for nan in the targets of a batch: nan times zero would still be nan in the loss."""


def pair_losses(logits: torch.Tensor, targets: torch.Tensor, loss: Loss) -> torch.Tensor:
    """Compute the loss of every pair of text and label.

    Parameters
    ----------
    logits : Tensor of float, shape (n_texts, n_labels)
        The network's output.
    targets : Tensor of float, shape (n_texts, n_labels)
        In [0, 1]; soft targets are probabilities of another model.
    loss : {"bce", "class_balanced", "focal", "asymmetric", "softmax"}
        Binary cross-entropy (``class_balanced``: weighted afterwards, see :func:`class_weights`); the same weighted by
        how far the probability is from the target, squared (Lin et al., *Focal loss for dense object detection*, 2017,
        sec. 3); or by its fourth power where the target is nearer to 0
        and the probability, less 0.05, is counted (Ridnik et al., *Asymmetric loss for multi-label classification*,
        2021, sec. 2). ``softmax`` is the cross-entropy of labels that exclude each other, times their number: the mean
        over all pairs is the usual mean over texts.

    Returns
    -------
    Tensor of float, shape (n_texts, n_labels)
        Not reduced.
    """
    if loss in ("bce", "class_balanced"):
        return nn.functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    if loss == "softmax":
        return -targets * nn.functional.log_softmax(logits, dim=1) * logits.shape[1]
    if loss == "focal":
        entropy = nn.functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
        return entropy * (torch.sigmoid(logits) - targets).abs() ** 2
    probability = torch.sigmoid(logits)
    shifted = (probability - 0.05).clamp(min=0)
    positive = targets * nn.functional.logsigmoid(logits)
    negative = (1 - targets) * torch.log1p(-shifted.clamp(max=1 - 1e-6)) * shifted**4
    return -(positive + negative)


def class_weights(targets: npt.NDArray[np.float32], beta: float = 0.9999) -> torch.Tensor:
    """Weigh what is rare by how many texts it is worth when each new one says less than the last.

    Cui et al., *Class-balanced loss based on effective number of samples* (2019), sec. 3 and 4, with carried and not
    carried as the two classes of every label.

    Parameters
    ----------
    targets : ndarray of float32, shape (n_texts, n_labels)
        In [0, 1], or -1 where not known; counted as carried from 0.5 on.
    beta : float, default 0.9999
        How little a text takes from the next one, in [0, 1); the largest that the paper tries.

    Returns
    -------
    Tensor of float, shape (2, n_labels)
        Of not carried and of carried; the mean over the known pairs of a label is 1.

    Examples
    --------
    >>> class_weights(np.array([[1.0], [0.0], [0.0], [0.0]], dtype=np.float32)).mul(3).round().tolist()
    [[2.0], [6.0]]
    """
    counts = np.stack([((targets >= 0) & (targets < 0.5)).sum(axis=0), (targets >= 0.5).sum(axis=0)])
    weights = (1 - beta) / (1 - beta ** np.maximum(counts, 1))
    mean = (weights * counts).sum(axis=0) / np.maximum(counts.sum(axis=0), 1)
    return torch.tensor(weights / np.where(mean > 0, mean, 1), dtype=torch.float32)


def disagreement(first: torch.Tensor, second: torch.Tensor, *, exclusive: bool = False) -> torch.Tensor:
    """Compute how far two outputs for the same batch are apart, as a symmetric Kullback-Leibler divergence.

    Wu et al., *R-Drop: regularized dropout for neural networks* (2021), sec. 2, with a Bernoulli variable per label.

    Parameters
    ----------
    first, second : Tensor of float, shape (n_texts, n_labels)
        Logits under two dropout masks.
    exclusive : bool, default False
        Whether the labels are one variable.

    Returns
    -------
    Tensor of float, shape (n_texts, n_labels)
        At least 0.
    """
    if exclusive:
        one, other = nn.functional.log_softmax(first, dim=1), nn.functional.log_softmax(second, dim=1)
        return (one.exp() - other.exp()) * (one - other) * first.shape[1] / 2
    # KL(p, q) + KL(q, p) of two Bernoulli variables is (p - q) times the difference of their logits.
    return (torch.sigmoid(first) - torch.sigmoid(second)) * (first - second) / 2


class MaskedTrainer(Trainer):  # type: ignore[misc]
    """A Trainer whose loss leaves out pairs that are not known.

    Parameters
    ----------
    loss : {"bce", "class_balanced", "focal", "asymmetric", "softmax"}
        See :func:`pair_losses`.
    weights : Tensor of float, shape (2, n_labels), optional
        See :func:`class_weights`; by default all pairs weigh the same.
    smoothing : float
        How far targets are moved towards 0.5, or towards equal shares of labels that exclude each other; in [0, 1).
    consistency : float
        Weight of :func:`disagreement`; above 0 every batch is computed twice.
    sampler : torch.utils.data.Sampler
        Draws the training texts.
    **options
        The Trainer's.
    """

    def __init__(
        self,
        *,
        loss: Loss,
        smoothing: float,
        consistency: float,
        sampler: Sampler[int],
        weights: torch.Tensor | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._loss, self._smoothing, self._consistency = loss, smoothing, consistency
        self._sampler, self._weights = sampler, weights

    def get_train_dataloader(self) -> DataLoader[Any]:
        """Return batches of the texts that the sampler draws."""
        loader: DataLoader[Any] = DataLoader(
            self.train_dataset,
            batch_size=self.args.train_batch_size,
            sampler=self._sampler,
            collate_fn=self.data_collator,
        )
        return self.accelerator.prepare(loader)

    def compute_loss(
        self, model: nn.Module, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Compute the mean loss of the known pairs of a batch.

        Parameters
        ----------
        model : torch.nn.Module
            The network.
        inputs : dict
            A batch with ``labels``.
        return_outputs : bool, default False
            Whether the outputs come with the loss.
        num_items_in_batch : object, optional
            Ignored: the mean is taken over pairs.
        """
        targets = inputs.pop("labels")
        known = targets != UNKNOWN
        even = 1 / targets.shape[1] if self._loss == "softmax" else 0.5
        targets = torch.lerp(targets.clamp(min=0), torch.full_like(targets, even), self._smoothing)
        outputs = model(**inputs)
        logits = outputs["logits"].float()
        losses = pair_losses(logits, targets, self._loss)
        if self._consistency and model.training:
            again = model(**inputs)["logits"].float()
            losses = (losses + pair_losses(again, targets, self._loss)) / 2
            losses = losses + self._consistency * disagreement(logits, again, exclusive=self._loss == "softmax")
        if self._weights is not None:
            absent, carried = self._weights.to(losses.device)
            losses = losses * torch.where(targets >= 0.5, carried, absent)
        loss = (losses * known).sum() / known.sum().clamp(min=1)
        return (loss, outputs) if return_outputs else loss
