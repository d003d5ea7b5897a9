"""Put a static model before a transformer: what it learns is what the transformer says, so it needs no labels."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from claimclf import bundle
from claimclf.backends.onnx import GRAPH_FILE, OnnxBackend
from claimclf.backends.static import StaticModel, features
from claimclf.bundle import Classifier
from claimclf.data import group_holdout
from claimclf.errors import InputError
from claimclf.estimators.distillation import Unlabelled, halves

Array = npt.NDArray[Any]

_MARGINS = np.linspace(8, 0, 161)
"""How far below its threshold, in calibrated logits, the first stage must see every label; tried from the strictest."""


class Settled(NamedTuple):
    """How the first stage does on texts of groups that it was not trained on.

    Attributes
    ----------
    margin : float
        In calibrated logits.
    share : float
        Of the texts that it settles.
    n_texts, n_asserted : int
        Texts, and those on which the transformer asserts a label.
    missed : int
        Of `n_asserted`, those that the first stage settles as carrying nothing.
    """

    margin: float
    share: float
    n_texts: int
    n_asserted: int
    missed: int


def train_cascade(
    second: Classifier,
    texts: Sequence[Unlabelled],
    path: Path,
    *,
    n_dimensions: int = 32,
    n_buckets: int = 2**15,
    n_hidden: int = 128,
    epochs: int = 10,
    most_missed: float = 0.01,
    confidence: float = 0.95,
    seed: int = 0,
) -> Settled:
    """Distil a transformer into a static model, find out when it can be believed, and save the two as a cascade.

    The margin comes from learn then test (Angelopoulos et al., "Learn then test", 2021, sec. 3.2: a fixed sequence with
    an exact binomial p-value) on groups that the static model was not trained on: with the confidence asked for, it
    misses at most that share of the texts, from sources like these, on which the transformer asserts a label. Texts on
    which the transformer asserts nothing cannot come out otherwise than there, so at least as large a share of all
    decisions is the transformer's own.

    Parameters
    ----------
    second : Classifier
        A transformer's bundle.
    texts : sequence of Unlabelled
        As they come, as many as there are; a fifth of their groups is held out, of the others halves are learnt, too.
    path : Path
        Where the cascade goes: beside the folder of `second`, which it needs to predict.
    n_dimensions, n_buckets, n_hidden : int
        Size of the static model: of an embedding, of the table for pairs of tokens, of the hidden layer.
    epochs : int, default 10
        Passes over the texts.
    most_missed : float, default 0.01
        See above.
    confidence : float, default 0.95
        See above.
    seed : int, default 0
        Of the initial weights, the order of the texts and the held-out groups.

    Returns
    -------
    Settled
        On the held-out groups.

    Raises
    ------
    InputError
        If `second` is no transformer, the folders are not side by side, or the texts cannot support the guarantee.
    """
    if second.parsed_manifest.kind != "transformer":
        raise InputError(f"second: expected a transformer's bundle, got a {second.parsed_manifest.kind}")
    if path.resolve().parent != second.path.resolve().parent:
        raise InputError(f"path: a cascade lies beside its second stage, in {second.path.parent}")
    settings = second.manifest["model"]
    tokenizer = OnnxBackend.load(second.path, settings)
    learnt, held_out = _split([text for text in texts if text.text], seed)
    tokens, held_out_tokens = (
        list(tokenizer.tokenise(part, np.zeros(len(part), dtype=bool))) for part in (learnt, held_out)
    )
    n_tokens = 1 + max(max(ids) for ids in tokens + held_out_tokens)
    static = _distil(tokens, second.predict_proba(learnt), n_tokens, n_dimensions, n_buckets, n_hidden, epochs, seed)
    threshold = np.log(np.array(second.calibration.threshold)) - np.log1p(-np.array(second.calibration.threshold))
    below = (threshold - static.logits(held_out_tokens)).min(axis=1)
    asserted = second.calibration.decide(second.predict_proba(held_out)).any(axis=1)
    settled = _settled(below, asserted, most_missed, 1 - confidence)
    slope, intercept = np.array(second.calibration.slope), np.array(second.calibration.intercept)
    # The bundle's calibration is the transformer's: logits of both stages go through it.
    static.arrays["head"] = (static.arrays["head"] / slope).astype(np.float32)
    static.arrays["head_bias"] = ((static.arrays["head_bias"] - intercept) / slope).astype(np.float32)
    graph = (second.path / GRAPH_FILE).read_bytes()
    model = {
        "second": second.path.name,
        "second_sha256": hashlib.sha256(graph).hexdigest(),
        "second_model": settings,
        "later_stages": [second.manifest["name"]],
        "n_tokens": n_tokens,
        "settled_below": ((threshold - settled.margin - intercept) / slope).tolist(),
    }
    manifest = bundle.Manifest(
        name=path.name,
        kind="cascade",
        labels=second.labels,
        definitions=second.parsed_manifest.definitions,
        calibration=second.calibration,
        model=model,
        training={
            "n_texts": len(learnt),
            "seed": seed,
            "most_missed": most_missed,
            "confidence": confidence,
            "held_out": settled._asdict(),
        },
    )

    def write(folder: Path) -> dict[str, Any]:
        static.save(folder)
        return {}

    bundle.save(manifest, write, path)
    return settled


def _split(texts: Sequence[Unlabelled], seed: int) -> tuple[list[str], list[str]]:
    """Return texts to learn from, with their halves, and texts of other groups."""
    nothing_known = np.zeros((len(texts), 1))
    learnt, held_out = group_holdout(nothing_known, [text.group for text in texts], 0.2, seed)
    parts = [half for i in learnt for half in halves(texts[i])]
    return [*(texts[i].text for i in learnt), *(part.text for part in parts)], [texts[i].text for i in held_out]


def _settled(below: Array, asserted: npt.NDArray[np.bool_], most_missed: float, risk: float) -> Settled:
    """Find the smallest margin that can be believed; `below` is how far each text is under its nearest threshold."""
    from scipy.stats import binom

    n_asserted = int(asserted.sum())
    best = None
    for margin in _MARGINS:
        missed = int((below[asserted] > margin).sum())
        if binom.cdf(missed, n_asserted, most_missed) > risk:
            break
        best = Settled(float(margin), float(np.mean(below > margin)), len(below), n_asserted, missed)
    if best is None:
        raise InputError(
            f"texts: the transformer asserts a label on {n_asserted} of those held out, too few to show that at most "
            f"{most_missed:.1%} are missed; give more texts"
        )
    return best


def _distil(
    tokens: Sequence[Sequence[int]],
    probabilities: Array,
    n_tokens: int,
    n_dimensions: int,
    n_buckets: int,
    n_hidden: int,
    epochs: int,
    seed: int,
) -> StaticModel:
    """Train the static model in torch on the transformer's probabilities, and round its table to int8."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    n_rows = n_tokens + n_buckets + 1
    table = nn.EmbeddingBag(n_rows, n_dimensions, mode="mean", padding_idx=n_rows - 1)
    hidden = nn.Linear(n_dimensions, n_hidden)
    head = nn.Linear(n_hidden, probabilities.shape[1])
    parameters = [*table.parameters(), *hidden.parameters(), *head.parameters()]
    optimiser = torch.optim.Adam(parameters, lr=3e-3)
    batch_size = 512
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=5e-3, total_steps=epochs * -(-len(tokens) // batch_size)
    )
    order = np.random.default_rng(seed)
    for _ in range(epochs):
        for batch in np.array_split(order.permutation(len(tokens)), -(-len(tokens) // batch_size)):
            rows, offsets = map(torch.from_numpy, features([tokens[i] for i in batch], n_tokens, n_rows))
            logits = head(torch.relu(hidden(table(rows, offsets))))
            loss = nn.functional.binary_cross_entropy_with_logits(
                logits, torch.from_numpy(probabilities[batch]).float()
            )
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    weights = table.weight.detach().numpy()
    scale = np.maximum(np.abs(weights).max(axis=0), np.finfo(np.float32).tiny) / 127
    arrays = {
        "table": np.rint(weights / scale).astype(np.int8),
        "scale": scale.astype(np.float32),
        "hidden": hidden.weight.detach().numpy().T.copy(),
        "hidden_bias": hidden.bias.detach().numpy(),
        "head": head.weight.detach().numpy().T.copy(),
        "head_bias": head.bias.detach().numpy(),
    }
    return StaticModel(arrays, n_tokens)
