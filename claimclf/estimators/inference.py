"""Logits of a torch network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from transformers import PreTrainedTokenizerBase

_BATCH = 64


def torch_logits(
    network: nn.Module,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    max_length: int,
    *,
    bf16: bool = False,
) -> npt.NDArray[Any]:
    """Score texts in order of length.

    Parameters
    ----------
    network : torch.nn.Module
        In evaluation mode, on the CPU.
    tokenizer : PreTrainedTokenizerBase
        Its tokenizer.
    texts : sequence of str
        Normalised texts, at least one.
    max_length : int
        Tokens that are read of a text.
    bf16 : bool, default False
        Multiply in bfloat16: several times faster where the processor can, and good to two or three digits.

    Returns
    -------
    ndarray of float32, shape (n_texts, n_labels)
        Logits, in the order of `texts`.
    """
    order = np.argsort([len(text) for text in texts], kind="stable")
    rows: list[npt.NDArray[Any]] = []
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        for start in range(0, len(order), _BATCH):
            batch = [texts[position] for position in order[start : start + _BATCH]]
            encoded = tokenizer(batch, truncation=True, max_length=max_length, padding=True, return_tensors="pt")
            output = network(input_ids=encoded["input_ids"], attention_mask=encoded["attention_mask"])
            rows.append(output.logits.float().numpy())
    logits = np.concatenate(rows)
    result = np.empty_like(logits)
    result[order] = logits
    return result
