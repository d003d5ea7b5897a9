"""Rewrite an exported graph into operators that onnxruntime computes fast on a processor.

A profile of all-MiniLM-L6-v2 with int8 matrix products shows where the time goes: ``LayerNormalization`` adds up one
number at a time and takes a third of it, while ``InstanceNormalization`` over the same rows is vectorised and takes a
tenth of that; ``QAttention`` replaces a dozen operators a layer, several of which only move data.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx_ir as ir
from onnx_ir.passes import common as passes
from onnxscript.optimizer import optimize
from onnxscript.rewriter import pattern, rewrite
from onnxscript.rewriter.ort_fusions import shape_optimization
from onnxscript.rewriter.ort_fusions.attention import fuse_attention
from onnxscript.rewriter.ort_fusions.mha import fuse_mha1, fuse_mha2
from onnxscript.rewriter.ort_fusions.mha_bias import fuse_mha_bias
from onnxscript.rewriter.ort_fusions.sdpa import fuse_sdpa

from claimclf.backends.onnx import EMBEDDING, LOGITS
from claimclf.errors import ExportError

_LARGEST_FOLDED = 2**24
"""Numbers in a tensor that is computed beforehand: the joined weights of queries, keys and values."""

_WEIGHTS_OF_ATTENTION = 3
"""Inputs of the fused operator: the states, the joined weights, the joined biases; a mask would follow."""

_TOLERANCE = 1e-3
"""Largest difference of a logit between a graph and its rewritten form."""

_PRODUCTS = ("Gemm", "MatMul", "MatMulInteger", "MatMulNBits")
"""Operators that a linear head becomes, as exported or quantised."""


def rewrite_for_processors(source: Path, target: Path) -> None:
    """Rewrite an fp32 graph: fused attention, vectorised normalisation, token embeddings in int8 with a scale per row.

    Attention is fused only where that changes nothing: the fused operator knows no relative positions, as MPNet has. A
    graph that differs even without it stays as it was, but for the embeddings.

    Parameters
    ----------
    source, target : Path
        ONNX files with the one input ``input_ids``; the first is read, the second written.
    """
    expected = _logits(source)
    for changes in ((_fuse_attention, _hasten_normalisation), (_hasten_normalisation,), ()):
        model = ir.load(source)
        for change in changes:
            change(model)
        ir.save(model, target)
        if np.allclose(_logits(target), expected, atol=_TOLERANCE):
            break
    model = ir.load(target)
    rewrite(model, [_INT8_EMBEDDING])
    ir.save(model, target)


def add_embedding(path: Path) -> None:
    """Make the pooled vector that the head reads a second output, ``embedding``; nothing more is computed for it.

    Parameters
    ----------
    path : Path
        An ONNX file whose first output is ``logits``, quantised or not; it is changed in place.

    Raises
    ------
    ExportError
        If the logits are not the product of a linear head.
    """
    model = ir.load(path)
    logits = model.graph.outputs[0]
    embedding = _read_by_head(logits)
    if embedding is None:
        raise ExportError(f"{path}: no linear head computes the logits, so there is nothing that it reads")
    embedding.name = EMBEDDING
    embedding.dtype = ir.DataType.FLOAT
    embedding.shape = ir.Shape([logits.shape[0] if logits.shape else "texts", "features"])
    if embedding not in model.graph.outputs:
        model.graph.outputs.append(embedding)
    passes.NameFixPass()(model)  # exported token embeddings may be called so too; outputs keep their names
    ir.save(model, path)


def _read_by_head(logits: ir.Value) -> ir.Value | None:
    """Go back from the logits, past bias and scales, to the head's product and what it multiplies."""
    node = logits.producer()
    while node is not None and node.op_type not in _PRODUCTS:
        computed = (value.producer() for value in node.inputs if value is not None)
        node = next((producer for producer in computed if producer is not None), None)
    if node is None:
        return None
    read = node.inputs[0]
    quantised = read.producer() if read is not None else None
    if quantised is not None and quantised.op_type == "DynamicQuantizeLinear":
        return quantised.inputs[0]
    return read


def _logits(graph: Path) -> npt.NDArray[np.float32]:
    """Compute the logits of an example in which tokens repeat at other places."""
    from onnxruntime import InferenceSession

    session = InferenceSession(str(graph), providers=["CPUExecutionProvider"])
    (logits,) = session.run([LOGITS], {"input_ids": np.array([[1, 2, 3, 4, 2, 1], [2, 2, 4, 1, 3, 1]], dtype=np.int64)})
    values: npt.NDArray[np.float32] = logits
    return values


def _fuse_attention(model: ir.Model) -> None:
    passes.ShapeInferencePass()(model)
    optimize(model)
    shape_optimization.rules.apply_to_model(model)
    optimize(model)
    fuse_sdpa(model, apply_shape_inference=True)
    if fuse_mha1(model) + fuse_mha2(model):
        fuse_mha_bias(model)
        fuse_attention(model)
        for node in model.graph:
            if node.op_type == "Attention":
                # Texts of equal length need no mask, and onnxruntime quantises neither masks nor sizes that are given.
                node.resize_inputs(_WEIGHTS_OF_ATTENTION)
                node.attributes.pop("qkv_hidden_sizes", None)
        optimize(model, input_size_limit=_LARGEST_FOLDED, output_size_limit=_LARGEST_FOLDED)


def _hasten_normalisation(model: ir.Model) -> None:
    rewrite(model, [_FAST_NORMALISATION])


def _normalisation(op: Any, x: Any, scale: Any, bias: Any) -> Any:
    return op.LayerNormalization(x, scale, bias, _outputs=["normalised"])


def _is_of_tokens(context: Any, x: Any, normalised: Any, **_: Any) -> bool:
    axis = normalised.producer().attributes.get_int("axis", -1)
    return axis in (-1, 2) and (x.shape is None or len(x.shape) == 3)


def _fast_normalisation(op: Any, x: Any, scale: Any, bias: Any, normalised: Any) -> Any:
    epsilon = normalised.producer().attributes.get_float("epsilon", 1e-5)
    n_tokens = op.Shape(x, start=1, end=2)
    ones, zeros = (op.ConstantOfShape(n_tokens, value=ir.tensor([number])) for number in (1.0, 0.0))
    return op.Add(op.Mul(op.InstanceNormalization(x, ones, zeros, epsilon=epsilon), scale), bias)


def _embedding(op: Any, table: Any, ids: Any) -> Any:
    return op.Gather(table, ids)


def _is_table(context: Any, table: Any, **_: Any) -> bool:
    values = table.const_value
    return values is not None and values.dtype == ir.DataType.FLOAT and len(values.shape) == 2 and values.shape[1] > 1


def _int8_embedding(op: Any, table: Any, ids: Any) -> Any:
    values = table.const_value.numpy()
    scales = np.maximum(np.abs(values).max(axis=1, keepdims=True), np.finfo(np.float32).tiny) / np.float32(127)
    rounded = op.initializer(ir.tensor(np.rint(values / scales).astype(np.int8)), name=f"{table.name}.int8")
    scale = op.initializer(ir.tensor(scales.astype(np.float32)), name=f"{table.name}.scale")
    return op.Mul(op.Cast(op.Gather(rounded, ids), to=ir.DataType.FLOAT), op.Gather(scale, ids))


_FAST_NORMALISATION = pattern.RewriteRule(_normalisation, _fast_normalisation, _is_of_tokens)
_INT8_EMBEDDING = pattern.RewriteRule(_embedding, _int8_embedding, _is_table)
