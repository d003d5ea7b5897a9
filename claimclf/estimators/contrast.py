"""Move an encoder until texts with like labels lie together.

Tunstall et al., *Efficient few-shot learning without prompts* (2022), regress the cosine of pairs before they train a
linear head (SetFit). Here the loss is that of Khosla et al., *Supervised contrastive learning* (2020), sec. 3.2, for
any number of labels: a step compares every text of a batch with every other, so that n texts cost n passes through the
encoder and not n². How the numbers below were chosen: ``training/README.md``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from transformers import DataCollatorWithPadding, PreTrainedTokenizerBase, get_linear_schedule_with_warmup

from claimclf.estimators.network import MeanPoolingClassifier
from claimclf.estimators.optimisation import freeze_embeddings

BATCH = 64
"""Texts that a step compares with each other."""
_PASSES = 10
"""Times that each text is seen, at most; also the least number of steps."""
_MOST_STEPS = 300
"""With many texts the encoder has moved far enough before it has seen each of them ten times."""
_TEMPERATURE = 0.3
"""Of the cosines; at the 0.1 of Khosla et al. a few texts are told apart by what is chance."""
_LEARNING_RATE = 2e-4
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
    [10, 40, 300]
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
    network.eval()  # dropout would only slow down so short a training
    for _ in range(steps):
        rows = rng.choice(len(tokens), min(BATCH, len(tokens)), replace=False)
        rows = np.array(sorted(rows, key=lambda row: len(tokens[row]["input_ids"])))
        # Quarters of like length need little padding. Backward, the fused attention takes twice as long as the plain.
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16), sdpa_kernel(SDPBackend.MATH):
            batches = [collate([dict(tokens[row]) for row in part]) for part in np.array_split(rows, 4) if len(part)]
            embedded = torch.cat([network.embed(**batch) for batch in batches])
        loss = contrast_loss(embedded.float(), carried[rows], known[rows])
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(learnt, 1.0)
        optimiser.step()
        schedule.step()


def contrast_loss(embedded: torch.Tensor, carried: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """Ask of every text which others of the batch are like it.

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
        Cross-entropy between the softmax over cosines and what the others have in common with the text: of the labels
        that either carries the share that both carry, and 1 if neither carries any, for texts without a label are a
        kind of their own. With one label a text it is the loss of Khosla et al. 0 where no text is like another.
    """
    common = carried @ carried.T
    either = carried @ known.T + known @ carried.T - common
    alike = torch.where(either == 0, 1.0, common / either.clamp(min=1))
    pairs = (known @ known.T > 0) & ~torch.eye(len(carried), dtype=torch.bool)
    directions = nn.functional.normalize(embedded, dim=1)
    scores = (directions @ directions.T / _TEMPERATURE).masked_fill(~pairs, -1e4)  # finite: a row may hold no pair
    sought = alike * pairs
    able = sought.sum(dim=1) > 0
    told = -(sought * scores.log_softmax(dim=1)).sum(dim=1)[able] / sought.sum(dim=1)[able]
    return told.sum() / max(1, len(told))
