"""Logits and embeddings of a torch network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from transformers import PreTrainedTokenizerBase

from claimclf.estimators.network import MeanPoolingClassifier

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
    return _rows(lambda **batch: network(**batch).logits, tokenizer, texts, max_length, bf16)


def torch_embeddings(
    network: MeanPoolingClassifier,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    max_length: int,
    *,
    bf16: bool = False,
) -> npt.NDArray[Any]:
    """Return what the head reads, shape (n_texts, n_features); otherwise as :func:`torch_logits`.

    Parameters
    ----------
    network, tokenizer, texts, max_length, bf16
        See there.
    """
    return _rows(network.embed, tokenizer, texts, max_length, bf16)


def _rows(
    compute: Callable[..., torch.Tensor],
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    max_length: int,
    bf16: bool,
) -> npt.NDArray[Any]:
    order = np.argsort([len(text) for text in texts], kind="stable")
    rows: list[npt.NDArray[Any]] = []
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        for start in range(0, len(order), _BATCH):
            batch = [texts[position] for position in order[start : start + _BATCH]]
            encoded = tokenizer(batch, truncation=True, max_length=max_length, padding=True, return_tensors="pt")
            output = compute(input_ids=encoded["input_ids"], attention_mask=encoded["attention_mask"])
            rows.append(output.float().numpy())
    found = np.concatenate(rows)
    result = np.empty_like(found)
    result[order] = found
    return result
