"""The torch network: an encoder with a classification head."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import AutoConfig, AutoModel, AutoModelForSequenceClassification
from transformers.modeling_outputs import SequenceClassifierOutput

from claimclf.estimators.options import Pooling
from claimclf.estimators.quiet import quiet


class MeanPoolingClassifier(nn.Module):  # type: ignore[misc]
    """An encoder, the mean over its real tokens, dropout and a linear layer.

    Parameters
    ----------
    encoder : torch.nn.Module
        A transformers encoder without head.
    n_labels : int
        Number of outputs.
    """

    def __init__(self, encoder: nn.Module, n_labels: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(0.1)
        self.head = nn.Linear(encoder.config.hidden_size, n_labels)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def get_input_embeddings(self) -> nn.Module:
        """Return the token embeddings, as transformers' own networks do: the Trainer adds its noise there."""
        embeddings: nn.Module = self.encoder.get_input_embeddings()
        return embeddings

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor | None = None) -> SequenceClassifierOutput:
        """Compute logits.

        Parameters
        ----------
        input_ids : Tensor of int64, shape (n_texts, n_tokens)
            As a tokenizer returns them.
        attention_mask : Tensor of int64, shape (n_texts, n_tokens), optional
            1 for real tokens; by default all are.

        Returns
        -------
        SequenceClassifierOutput
            With ``logits`` of shape (n_texts, n_labels).
        """
        return SequenceClassifierOutput(logits=self.head(self.dropout(self.embed(input_ids, attention_mask))))

    def embed(self, input_ids: torch.Tensor, attention_mask: torch.Tensor | None = None) -> torch.Tensor:
        """Compute what the head reads.

        Parameters
        ----------
        input_ids, attention_mask
            As for :meth:`forward`.

        Returns
        -------
        Tensor of float, shape (n_texts, n_features)
            The mean over the real tokens.
        """
        states: torch.Tensor = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        if attention_mask is None:
            return states.mean(dim=1)
        weight = attention_mask.unsqueeze(-1).to(states.dtype)
        return (states * weight).sum(dim=1) / weight.sum(dim=1).clamp(min=1)


def build_network(location: str, labels: tuple[str, ...], pooling: Pooling) -> nn.Module:
    """Put a fresh head on a pretrained encoder.

    Parameters
    ----------
    location : str
        What ``from_pretrained`` is given.
    labels : tuple of str
        The label order.
    pooling : {"first", "mean"}
        What the head reads: the first token, through transformers' own class, or the mean over the tokens.

    Returns
    -------
    torch.nn.Module
        Takes ``input_ids`` and ``attention_mask``, returns an output with ``logits``.
    """
    names = dict(enumerate(labels))
    with quiet():
        if pooling == "mean":
            return MeanPoolingClassifier(AutoModel.from_pretrained(location).float(), len(labels))
        network: nn.Module = AutoModelForSequenceClassification.from_pretrained(
            location,
            num_labels=len(labels),
            problem_type="multi_label_classification",
            id2label=names,
            label2id={label: index for index, label in names.items()},
        )
    return network.float()  # transformers 5 keeps the precision of the file


def save_network(network: Any, folder: Path) -> None:
    """Write ``config.json`` and ``model.safetensors``.

    For the first-token head these are what ``AutoModelForSequenceClassification.from_pretrained`` reads.

    Parameters
    ----------
    network : torch.nn.Module
        As made by :func:`build_network`.
    folder : Path
        An existing folder.
    """
    if isinstance(network, MeanPoolingClassifier):
        from safetensors.torch import save_model

        network.encoder.config.save_pretrained(folder)
        save_model(network, str(folder / "model.safetensors"))
    else:
        with quiet():
            network.save_pretrained(folder)


def load_network(folder: Path, n_labels: int, pooling: Pooling) -> nn.Module:
    """Read what :func:`save_network` wrote.

    Parameters
    ----------
    folder : Path
        A bundle that holds ``model.safetensors``.
    n_labels : int
        Number of outputs.
    pooling : {"first", "mean"}
        As it was built.

    Returns
    -------
    torch.nn.Module
        In evaluation mode.
    """
    if pooling == "mean":
        from safetensors.torch import load_model

        network: nn.Module = MeanPoolingClassifier(AutoModel.from_config(AutoConfig.from_pretrained(folder)), n_labels)
        load_model(network, str(folder / "model.safetensors"))
    else:
        with quiet():
            network = AutoModelForSequenceClassification.from_pretrained(folder)
    return network.eval()
