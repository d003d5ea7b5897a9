"""Write a trained network for prediction without torch: ONNX with int8 weights, checked against the original.

Texts of equal length run together, so the graph knows no padding: its one input is ``input_ids``. Its outputs are
``logits`` and ``embedding``, the pooled vector that the head reads.

Two schemes are tried in turn, and the first that decides as the network does is kept:

- *dynamic*: weights of the matrix products per output channel in 7 of the 8 bits (``reduce_range``), activations per
  tensor to uint8 at run time. Seven bits because processors without VNNI multiply uint8 by int8 with ``VPMADDUBSW``,
  which adds two products in a saturating int16: 2 x 255 x 127 = 64,770 overflows 32,767, while 2 x 255 x 63 = 32,130
  does not. So a bundle decides alike on old and new processors.
- *weights only*: weights in 8 bits with a scale for each block of 32, activations in fp32: slower, closer, and it
  multiplies in floating point, where nothing saturates.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import PreTrainedTokenizerBase

from claimclf.backends.onnx import GRAPH_FILE, LOGITS
from claimclf.errors import ExportError
from claimclf.estimators.graphs import add_embedding, rewrite_for_processors
from claimclf.estimators.network import save_network
from claimclf.estimators.quiet import quiet

REQUIRED_AGREEMENT = 0.995
"""Share of decisions on label-text pairs in which the exported graph must agree with the network."""


def write_transformer(
    network: nn.Module,
    tokenizer: PreTrainedTokenizerBase,
    folder: Path,
    agreement: Callable[[Path], float] | None = None,
) -> dict[str, Any]:
    """Write a network, its tokenizer and its int8 graph.

    Parameters
    ----------
    network : torch.nn.Module
        As made by :func:`~claimclf.estimators.network.build_network`.
    tokenizer : PreTrainedTokenizerBase
        Its tokenizer.
    folder : Path
        An existing folder.
    agreement : callable, optional
        Returns the share of decisions in which the graph in the folder agrees with the network. Without it the first
        scheme is kept unchecked.

    Returns
    -------
    dict
        The scheme that was kept and its agreement, for the manifest.

    Raises
    ------
    ExportError
        If no scheme reaches :data:`REQUIRED_AGREEMENT`.
    """
    save_network(network, folder)
    tokenizer.save_pretrained(folder)
    return write_graph(network, folder, agreement)


def write_graph(network: nn.Module, folder: Path, agreement: Callable[[Path], float] | None = None) -> dict[str, Any]:
    """Write nothing but the int8 graph; otherwise as :func:`write_transformer`.

    Parameters
    ----------
    network, folder, agreement
        See there.

    Returns
    -------
    dict
        See there.
    """
    shares = {}
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        full, rewritten = Path(scratch) / "fp32.onnx", Path(scratch) / "rewritten.onnx"
        export_graph(network, full)
        rewrite_for_processors(full, rewritten)
        for scheme, quantise in SCHEMES.items():
            with quiet():
                quantise(rewritten, folder / GRAPH_FILE)
            add_embedding(folder / GRAPH_FILE)
            if agreement is None:
                return {"quantisation": scheme}
            shares[scheme] = agreement(folder)
            if shares[scheme] >= REQUIRED_AGREEMENT:
                return {"quantisation": scheme, "agreement_with_fp32": shares[scheme]}
    found = ", ".join(f"{share:.2%} ({scheme})" for scheme, share in shares.items())
    raise ExportError(
        f"the int8 graph agrees with the network on {found} of the validation decisions; "
        f"{REQUIRED_AGREEMENT:.0%} are required, so no bundle was written"
    )


def export_graph(network: nn.Module, path: Path) -> None:
    """Write a network as fp32 ONNX graph with free batch size and length.

    Parameters
    ----------
    network : torch.nn.Module
        As made by :func:`~claimclf.estimators.network.build_network`.
    path : Path
        Where to.
    """
    vocabulary = network.get_input_embeddings().num_embeddings
    example = torch.tensor([[101, 7592, 2088, 102], [101, 7592, 2003, 102]]) % vocabulary
    shape = {0: torch.export.Dim("texts"), 1: torch.export.Dim("tokens")}
    with quiet():
        torch.onnx.export(
            _LogitsOnly(network).eval(),
            (example,),
            str(path),
            input_names=["input_ids"],
            output_names=[LOGITS],
            dynamic_shapes={"input_ids": shape},
            dynamo=True,
            external_data=False,
            verbose=False,
        )


def _quantise_dynamic(source: Path, target: Path) -> None:
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        source,
        target,
        op_types_to_quantize=["MatMul", "Attention"],
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT, "MatMulConstBOnly": True},
    )


def _quantise_weights(source: Path, target: Path) -> None:
    import onnx
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    products = MatMulNBitsQuantizer(onnx.load(source), bits=8, block_size=32, is_symmetric=True, accuracy_level=1)
    products.process()
    products.model.save_model_to_file(str(target))


SCHEMES: dict[str, Callable[[Path, Path], None]] = {"dynamic": _quantise_dynamic, "weights only": _quantise_weights}
"""Ways to quantise an fp32 graph, fastest first."""


class _LogitsOnly(nn.Module):  # type: ignore[misc]
    """ONNX graphs return tensors, not output objects."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.network(input_ids=input_ids).logits
        return logits
