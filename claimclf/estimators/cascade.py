"""Put a static model before a transformer: what it learns is what the transformer says, so it needs no labels."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from claimclf import bundle
from claimclf.backends.onnx import GRAPH_FILE, TOKENIZER_FILE, OnnxBackend
from claimclf.backends.static import StaticModel, features
from claimclf.bundle import Classifier
from claimclf.data import group_holdout
from claimclf.errors import InputError
from claimclf.estimators.distillation import Unlabelled, halves
from claimclf.text import normalise

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
    held_out: Collection[str] = (),
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
    settles at most that share of the texts on which the transformer asserts a label, all labels together, if texts come
    from the mix of sources that the held-out groups are. Texts on which the transformer asserts nothing come out as
    there, unless a score lies so near its threshold that the texts run beside it decide.

    Parameters
    ----------
    second : Classifier
        A transformer's bundle.
    texts : sequence of Unlabelled
        As they come, as many as there are; of those that are not held out halves are learnt as well.
    path : Path
        Where the cascade goes: beside the folder of `second`, which it needs to predict.
    held_out : collection of str
        Groups to set the margin on; best those that the transformer was not trained on either. By default a fifth of
        the groups, drawn at random.
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
    behind = second.path.resolve()
    if path.resolve().parent != behind.parent or path.resolve() == behind:
        raise InputError(f"path: a cascade lies beside its second stage, in {behind.parent}")
    for name, level in (("most_missed", most_missed), ("confidence", confidence)):
        if not 0 < level < 1:
            raise InputError(f"{name}: expected a number between 0 and 1, got {level!r}")
    calibration = second.calibration
    threshold, slope, intercept = map(np.array, (calibration.threshold, calibration.slope, calibration.intercept))
    if not ((threshold > 0) & (threshold < 1) & (slope > 0)).all():
        raise InputError("second: a threshold is not between 0 and 1, or a slope not positive; recalibrate it first")
    settings = second.manifest["model"]
    tokenizer = OnnxBackend.load(behind, settings)
    learnt, unseen = _split(texts, held_out, seed)
    tokens, unseen_tokens = (
        list(tokenizer.tokenise(part, np.zeros(len(part), dtype=bool))) for part in (learnt, unseen)
    )
    shape = (tokenizer.n_tokens, n_buckets, n_dimensions, n_hidden)
    static = _distil(tokens, second.predict_proba(learnt), shape, epochs, seed)
    margins = np.log(threshold) - np.log1p(-threshold) - static.logits(unseen_tokens)
    asserted = calibration.decide(second.predict_proba(unseen)).any(axis=1)
    settled = _settled(margins.min(axis=1), np.asarray(asserted), most_missed, 1 - confidence)
    # The bundle's calibration is the transformer's: logits of both stages go through it.
    static.arrays["head"] = (static.arrays["head"] / slope).astype(np.float32)
    static.arrays["head_bias"] = ((static.arrays["head_bias"] - intercept) / slope).astype(np.float32)
    below = np.log(threshold) - np.log1p(-threshold) - settled.margin
    model = {
        "second": behind.name,
        "second_files": {name: second.manifest["files"][name] for name in (GRAPH_FILE, TOKENIZER_FILE)},
        "second_model": settings,
        "later_stages": [second.manifest["name"]],
        "n_tokens": tokenizer.n_tokens,
        "settled_below": ((below - intercept) / slope).tolist(),
    }
    manifest = bundle.Manifest(
        name=path.name,
        kind="cascade",
        labels=second.labels,
        definitions=second.parsed_manifest.definitions,
        calibration=calibration,
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


def _split(texts: Sequence[Unlabelled], held_out: Collection[str], seed: int) -> tuple[list[str], list[str]]:
    """Return distinct texts to learn from, with their halves, and others of the groups held out."""
    clean = [text._replace(text=normalise(text.text)) for text in texts if normalise(text.text)]
    if not held_out:
        groups = [text.group for text in clean]
        held_out = {groups[i] for i in group_holdout(np.zeros((len(clean), 1)), groups, 0.2, seed)[1]}
    own = [text for text in clean if text.group not in held_out]
    first = dict.fromkeys([text.text for text in own] + [half.text for text in own for half in halves(text)])
    rest = dict.fromkeys(text.text for text in clean if text.group in held_out and text.text not in first)
    if not first or not rest:
        raise InputError("held_out: expected groups of some of the texts, but not of all")
    return list(first), list(rest)


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
            f"texts: the transformer asserts a label on {n_asserted} of those held out, {missed} of them far from what "
            f"the static model expects: that cannot show that at most {most_missed:.1%} are missed; give more texts"
        )
    return best


def _distil(
    tokens: Sequence[Sequence[int]], probabilities: Array, shape: tuple[int, int, int, int], epochs: int, seed: int
) -> StaticModel:
    """Train the static model in torch on the transformer's probabilities, and round its table to int8."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    n_tokens, n_buckets, n_dimensions, n_hidden = shape
    n_rows = n_tokens + n_buckets + 1
    table = nn.EmbeddingBag(n_rows, n_dimensions, mode="mean", padding_idx=n_rows - 1)
    # Small, so that tokens which never occur add little.
    nn.init.uniform_(table.weight[:-1], -1 / n_dimensions, 1 / n_dimensions)
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
