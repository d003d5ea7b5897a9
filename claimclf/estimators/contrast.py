"""Move an encoder until texts with like labels lie together.

Reimers & Gurevych, *Sentence-BERT* (2019), sec. 3, regress the cosine of pairs; Tunstall et al., *Efficient few-shot
learning without prompts* (2022), do so before they train a linear head (SetFit). Here a step compares every text of a
batch with every other, so that a batch of n texts costs n passes through the encoder and not n².
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from transformers import DataCollatorWithPadding, PreTrainedTokenizerBase, get_linear_schedule_with_warmup

from claimclf.estimators.network import MeanPoolingClassifier
from claimclf.estimators.optimisation import freeze_embeddings

BATCH = 64
"""Texts that a step compares with each other."""
_PASSES = 30
"""Times that each text is seen, at most; also the least number of steps."""
_MOST_STEPS = 300
"""With many texts the encoder has moved far enough before it has seen each of them thirty times."""
_LEARNING_RATE = 1e-4
_WARMUP = 0.1
"""Share of the steps in which the learning rate rises; then linear to zero."""


def contrast_steps(n_texts: int) -> int:
    """Return how many batches `n_texts` texts are learnt in.

    Parameters
    ----------
    n_texts : int
        To learn from.

    Examples
    --------
    >>> [contrast_steps(n_texts) for n_texts in (16, 256, 5000)]
    [30, 120, 300]
    """
    return min(_MOST_STEPS, max(_PASSES, math.ceil(_PASSES * n_texts / BATCH)))


def contrast(
    network: MeanPoolingClassifier,
    tokenizer: PreTrainedTokenizerBase,
    tokens: Sequence[Mapping[str, Any]],
    targets: npt.NDArray[Any],
    *,
    steps: int,
    seed: int,
    bf16: bool,
) -> None:
    """Fine-tune the encoder in place; token embeddings stay as pretrained.

    Parameters
    ----------
    network : MeanPoolingClassifier
        Its head stays as it is.
    tokenizer : PreTrainedTokenizerBase
        Pads the batches.
    tokens : sequence of mapping
        ``input_ids`` and ``attention_mask`` of each text.
    targets : ndarray of float32, shape (n_texts, n_labels)
        1, 0, or nan where not known.
    steps : int
        Number of batches.
    seed : int
        Of the draws.
    bf16 : bool
        Whether to multiply in bfloat16.
    """
    known, carried = torch.tensor(~np.isnan(targets)).float(), torch.tensor(np.nan_to_num(targets)).float()
    freeze_embeddings(network)
    learnt = [weights for weights in network.encoder.parameters() if weights.requires_grad]
    optimiser = torch.optim.AdamW(learnt, lr=_LEARNING_RATE, fused=True)
    schedule = get_linear_schedule_with_warmup(optimiser, round(_WARMUP * steps), steps)
    collate, rng = DataCollatorWithPadding(tokenizer), np.random.default_rng(seed)
    network.train()
    for _ in range(steps):
        rows = rng.choice(len(tokens), min(BATCH, len(tokens)), replace=False)
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            embedded = network.embed(**collate([dict(tokens[row]) for row in rows]))
        loss = contrast_loss(embedded.float(), carried[rows], known[rows])
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(learnt, 1.0)
        optimiser.step()
        schedule.step()
    network.eval()


def contrast_loss(embedded: torch.Tensor, carried: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """Compare every cosine with the share of labels in common, pairs with and without any weighing the same.

    Parameters
    ----------
    embedded : Tensor of float, shape (n_texts, n_features)
        Of a batch.
    carried, known : Tensor of float, shape (n_texts, n_labels)
        Zeros and ones: whether a text carries a label, and whether that is known. Of a pair only labels count that are
        known of both.

    Returns
    -------
    Tensor of float, shape ()
        Mean squared difference; the share in common is that of the labels that either carries, and 1 if neither carries
        any: texts without a label are a kind of their own.
    """
    common = carried @ carried.T
    either = carried @ known.T + known @ carried.T - common
    alike = torch.where(either == 0, 1.0, common / either.clamp(min=1))
    pairs = (known @ known.T > 0) & ~torch.eye(len(carried), dtype=torch.bool)
    directions = nn.functional.normalize(embedded, dim=1)
    error = (directions @ directions.T - alike) ** 2
    kinds = error[pairs & (alike > 0)], error[pairs & (alike == 0)]
    return sum((kind.mean() / 2 for kind in kinds if len(kind)), start=error.sum() * 0)
