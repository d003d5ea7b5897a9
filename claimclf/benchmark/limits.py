"""How near to its limit a machine runs a transformer: multiplications a second against the most that it does."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from claimclf.benchmark.contenders import CONTENDERS, OURS
from claimclf.benchmark.measuring import Race

_SIZE = 2048
"""Rows and columns of the matrices whose product shows the peak; more do not raise it."""
_TRIALS = 5


def arithmetic(race: Race, texts: Sequence[str], bundle: Path) -> str:
    """Say what the products of a text cost, what the processor can do, and what those did who ran the transformer.

    Parameters
    ----------
    race : Race
        Its contenders in bulk.
    texts : sequence of str
        That were labelled.
    bundle : Path
        As for :func:`cost`.

    Returns
    -------
    str
        A line for the peaks and one for each contender and size.
    """
    size, able = cost(texts, bundle), peaks()
    most = ", ".join(f"{peak:,.0f} in {name} ({peak / size:,.0f} texts)" for name, peak in able.items())
    lines = [f"a text costs {size:.2f} GFLOP in the mean; GFLOP a second, at most: {most}"]
    for found in race.best:
        if found.contender == OURS or CONTENDERS[found.contender].scored_by == OURS:
            name = found.setting.get("dtype", "int8")
            done = found.per_second * size
            lines.append(f"{found.contender}, {found.n_texts:,} texts: {done:,.0f}, {done / able[name]:.0%} of {name}")
    return "\n".join(lines)


def cost(texts: Sequence[str], bundle: Path) -> float:
    """Return what a text costs in the mean, in GFLOP: two a multiplication and addition.

    Counted are the products with the layers' weights and those of attention, which are nearly all of it (Kaplan et al.,
    *Scaling laws for neural language models*, 2020, table 1).

    Parameters
    ----------
    texts : sequence of str
        Texts.
    bundle : Path
        Holds the tokenizer and ``config.json`` of its encoder.
    """
    from tokenizers import Tokenizer

    config = json.loads((bundle / "config.json").read_text("utf-8"))
    hidden, inner, layers = (config[name] for name in ("hidden_size", "intermediate_size", "num_hidden_layers"))
    tokenizer = Tokenizer.from_file(str(bundle / "tokenizer.json"))
    tokenizer.no_padding()
    lengths = np.array([len(found) for found in tokenizer.encode_batch(list(texts))], dtype=np.float64)
    weights = 4 * hidden**2 + 2 * hidden * inner
    return float(np.mean(2 * layers * (lengths * weights + 2 * lengths**2 * hidden))) / 1e9


def peaks() -> dict[str, float]:
    """Measure the most that this processor multiplies, on all cores, in GFLOP a second.

    Returns
    -------
    dict of str to float
        ``float32`` and ``bfloat16``, by torch; ``int8``, by onnxruntime.
    """
    import torch

    products: dict[str, Callable[[], Any]] = {"int8": _int8_product()}
    for dtype in (torch.float32, torch.bfloat16):
        matrix = torch.randn(_SIZE, _SIZE).to(dtype)
        products[str(dtype).removeprefix("torch.")] = partial(torch.matmul, matrix, matrix)
    return {name: 2 * _SIZE**3 / _fastest(product) / 1e9 for name, product in products.items()}


def _int8_product() -> Callable[[], Any]:
    import onnxruntime
    from onnx import TensorProto, helper

    rng = np.random.default_rng(0)
    weights = rng.integers(-63, 64, (_SIZE, _SIZE), dtype=np.int8)  # seven bits, as in a bundle
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["left", "right"], ["product"])],
        "product",
        [helper.make_tensor_value_info("left", TensorProto.UINT8, [_SIZE, _SIZE])],
        [helper.make_tensor_value_info("product", TensorProto.INT32, [_SIZE, _SIZE])],
        [helper.make_tensor("right", TensorProto.INT8, weights.shape, weights.tobytes(), raw=True)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    left = {"left": rng.integers(0, 256, (_SIZE, _SIZE), dtype=np.uint8)}
    return lambda: session.run(None, left)


def _fastest(product: Callable[[], Any]) -> float:
    product()
    spent = []
    for _ in range(_TRIALS):
        start = time.perf_counter()
        product()
        spent.append(time.perf_counter() - start)
    return min(spent)
