"""Write a trained network for prediction without torch: ONNX with int8 weights, checked against the original.

The weights of the matrix products are quantised per output channel to 7 bits in int8 (``reduce_range``), activations
per tensor to uint8 at run time. Seven bits because processors without VNNI multiply uint8 by int8 with
``VPMADDUBSW``, which adds two products in a saturating int16: 2 x 255 x 127 = 64,770 overflows 32,767, while
2 x 255 x 63 = 32,130 does not. So a bundle decides alike on old and new processors.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from transformers import PreTrainedTokenizerBase

from claimclf.backends import OnnxBackend
from claimclf.backends.onnx import GRAPH_FILE, TOKENIZER_FILE
from claimclf.calibration import Calibration
from claimclf.errors import ExportError
from claimclf.estimators.network import save_network
from claimclf.estimators.quiet import quiet

Array = npt.NDArray[Any]

REQUIRED_AGREEMENT = 0.99
"""Share of decisions on label-text pairs in which the exported graph must agree with the network."""


def write_transformer(network: nn.Module, tokenizer: PreTrainedTokenizerBase, folder: Path) -> None:
    """Write a network, its tokenizer and its int8 graph.

    Parameters
    ----------
    network : torch.nn.Module
        As made by :func:`~claimclf.estimators.network.build_network`.
    tokenizer : PreTrainedTokenizerBase
        Its tokenizer.
    folder : Path
        An existing folder.
    """
    save_network(network, folder)
    tokenizer.save_pretrained(folder)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        full = Path(scratch) / "fp32.onnx"
        export_graph(network, full)
        quantise(full, folder / GRAPH_FILE)


def check_agreement(
    folder: Path, max_length: int, texts: Sequence[str], decided: Array, calibration: Calibration
) -> float:
    """Compare the decisions of an int8 graph with those of the network it was made from.

    Parameters
    ----------
    folder : Path
        As written by :func:`write_transformer`.
    max_length : int
        Tokens that are read of a text.
    texts : sequence of str
        Normalised texts, at least one.
    decided : ndarray, shape (n_texts, n_labels)
        What the network decides on them.
    calibration : Calibration
        From logits to decisions.

    Returns
    -------
    float
        Share of equal decisions.

    Raises
    ------
    ExportError
        If the share is below :data:`REQUIRED_AGREEMENT`.
    """
    exported = OnnxBackend(folder / GRAPH_FILE, folder / TOKENIZER_FILE, max_length=max_length)
    probabilities = calibration.probabilities(exported.logits(texts).values)
    agreement = float(np.mean(decided == calibration.decide(probabilities)))
    if agreement < REQUIRED_AGREEMENT:
        raise ExportError(
            f"the int8 graph agrees with the network on {agreement:.2%} of the validation decisions; "
            f"{REQUIRED_AGREEMENT:.0%} are required, so no bundle was written"
        )
    return agreement


def export_graph(network: nn.Module, path: Path) -> None:
    """Write a network as fp32 ONNX graph with free batch size and length.

    Parameters
    ----------
    network : torch.nn.Module
        As made by :func:`~claimclf.estimators.network.build_network`.
    path : Path
        Where to.
    """
    example = torch.tensor([[101, 7592, 2088, 102], [101, 7592, 102, 0]]) % _vocabulary_size(network)
    shape = {0: torch.export.Dim("texts"), 1: torch.export.Dim("tokens")}
    with quiet():
        torch.onnx.export(
            _LogitsOnly(network).eval(),
            (example, torch.ones_like(example)),
            str(path),
            input_names=["input_ids", "attention_mask"],
            output_names=["logits"],
            dynamic_shapes={"input_ids": shape, "attention_mask": shape},
            dynamo=True,
            external_data=False,
            verbose=False,
        )


def quantise(source: Path, target: Path) -> None:
    """Quantise matrix products and embedding tables to int8.

    Parameters
    ----------
    source, target : Path
        The fp32 graph and where the int8 graph goes.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with quiet():
        quantize_dynamic(
            source,
            target,
            op_types_to_quantize=["MatMul", "Gather"],
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
        )


class _LogitsOnly(nn.Module):  # type: ignore[misc]
    """ONNX graphs return tensors, not output objects."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.network(input_ids=input_ids, attention_mask=attention_mask).logits
        return logits


def _vocabulary_size(network: nn.Module) -> int:
    embedding = next(module for module in network.modules() if isinstance(module, nn.Embedding))
    return int(embedding.num_embeddings)
