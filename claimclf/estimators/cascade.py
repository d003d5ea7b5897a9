"""Put a small transformer before a large one: what it learns is what the large one says, so it needs no labels."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from claimclf import bundle
from claimclf.backends.onnx import GRAPH_FILE, TOKENIZER_FILE, OnnxBackend
from claimclf.bundle import Classifier
from claimclf.data import group_holdout
from claimclf.errors import InputError
from claimclf.estimators.distillation import Unlabelled, halves
from claimclf.estimators.export import write_graph
from claimclf.estimators.pretrained import resolve_base
from claimclf.estimators.transformer import TransformerClassifier
from claimclf.numbers import check_level
from claimclf.text import normalise

Array = npt.NDArray[Any]

SIZE: Mapping[str, int] = {
    "embedding_size": 48,
    "hidden_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 512,
}
"""A fiftieth of all-MiniLM-L6-v2's products a token; the embeddings are most of its two megabytes."""

PARAMETERS: Mapping[str, Any] = {"epochs": 8, "learning_rate": 1e-3, "batch_size": 64}
"""A network that was not pretrained learns at ten times the rate."""

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
        Of `n_asserted`, those that the first stage settles as carrying nothing: the texts decided otherwise.
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
    size: Mapping[str, int] = SIZE,
    parameters: Mapping[str, Any] = PARAMETERS,
    most_changed: float = 0.01,
    confidence: float = 0.95,
    seed: int = 0,
) -> Settled:
    """Distil a transformer into a small one, find out when that can be believed, and save the two as a cascade.

    The margin comes from learn then test (Angelopoulos et al., "Learn then test", 2021, sec. 3.2: a fixed sequence with
    an exact binomial p-value) on groups that the small one was not trained on: with the confidence asked for, at most
    that share of texts are decided otherwise than by the transformer alone, if they come from the mix of sources that
    the held-out groups are. Those are texts that the first stage settles and on which the transformer asserts a label;
    others come out as there, unless a score lies so near its threshold that the texts run beside it decide.

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
    size : mapping of str to int
        Of the small transformer, by the names of :class:`transformers.ElectraConfig`, default :data:`SIZE`.
    parameters : mapping of str to object
        How it is trained, by the names of :class:`~claimclf.estimators.TransformerClassifier`, default
        :data:`PARAMETERS`.
    most_changed : float, default 0.01
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
    if second.calibration.exclusive:
        raise InputError("second: its labels exclude each other, so no sentence carries none")
    behind = second.path.resolve()
    if path.resolve().parent != behind.parent or path.resolve() == behind:
        raise InputError(f"path: a cascade lies beside its second stage, in {behind.parent}")
    for name, level in (("most_changed", most_changed), ("confidence", confidence)):
        check_level(name, level)
    calibration = second.calibration
    threshold, slope, intercept = map(np.array, (calibration.threshold, calibration.slope, calibration.intercept))
    if not ((threshold > 0) & (threshold < 1) & (slope > 0)).all():
        raise InputError("second: a threshold is not between 0 and 1, or a slope not positive; recalibrate it first")
    learnt, unseen = _split(texts, held_out, seed)
    length = second.manifest["model"]["max_length"]
    with tempfile.TemporaryDirectory(prefix="claimclf-") as scratch:
        folder = Path(scratch)
        _write_small(second, size, folder, seed)
        small = TransformerClassifier(
            base=scratch,
            labels=second.labels,
            max_length=length,
            validation_fraction=0,
            random_state=seed,
            **parameters,
        ).fit(learnt, second.predict_proba(learnt))
        _rescale(small.network_.head, slope, intercept)
        write_graph(small.network_, folder)
        first = OnnxBackend(folder / GRAPH_FILE, behind / TOKENIZER_FILE, max_length=length).logits(unseen).values
        graph = (folder / GRAPH_FILE).read_bytes()
    needed = np.log(threshold) - np.log1p(-threshold)
    margins = (needed - first * slope - intercept).min(axis=1)
    asserted = np.asarray(calibration.decide(second.predict_proba(unseen)).any(axis=1))
    settled = _settled(margins, asserted, most_changed, 1 - confidence)
    model = {
        "second": behind.name,
        "second_files": {name: second.manifest["files"][name] for name in (GRAPH_FILE, TOKENIZER_FILE)},
        "max_length": length,
        "later_stages": [second.manifest["name"]],
        "settled_below": ((needed - settled.margin - intercept) / slope).tolist(),
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
            "most_changed": most_changed,
            "confidence": confidence,
            "held_out": settled._asdict(),
        },
    )

    def write(target: Path) -> dict[str, Any]:
        (target / GRAPH_FILE).write_bytes(graph)
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


def _settled(below: Array, asserted: npt.NDArray[np.bool_], most_changed: float, risk: float) -> Settled:
    """Find the smallest margin that can be believed; `below` is how far each text is under its nearest threshold."""
    from scipy.stats import binom

    n_asserted = int(asserted.sum())
    best = None
    for margin in _MARGINS:
        missed = int((below[asserted] > margin).sum())
        if binom.cdf(missed, len(below), most_changed) > risk:
            break
        best = Settled(float(margin), float(np.mean(below > margin)), len(below), n_asserted, missed)
    if best is None:
        raise InputError(
            f"texts: of {len(below):,} held out the small one at its strictest settles {missed} on which the other "
            f"asserts a label; that cannot show that at most {most_changed:.1%} are decided otherwise; give more"
        )
    return best


def _write_small(second: Classifier, size: Mapping[str, int], folder: Path, seed: int) -> None:
    """Write a small encoder that begins with the principal components of the large one's token embeddings."""
    import torch
    from transformers import AutoModel, AutoTokenizer, ElectraConfig, ElectraModel

    base = resolve_base(second.manifest["base"]["id"]).location
    tokenizer = AutoTokenizer.from_pretrained(base)
    tokenizer.save_pretrained(folder)
    table = AutoModel.from_pretrained(base).get_input_embeddings().weight.detach().float().numpy()
    torch.manual_seed(seed)
    model = ElectraModel(ElectraConfig(vocab_size=len(table), **size))
    centred = table - table.mean(axis=0)
    components = np.linalg.eigh(centred.T @ centred)[1][:, ::-1][:, : size["embedding_size"]]
    reduced = torch.from_numpy(np.ascontiguousarray(centred @ components))
    with torch.no_grad():
        model.get_input_embeddings().weight.copy_(reduced / reduced.std())
    model.save_pretrained(folder)


def _rescale(head: Any, slope: Array, intercept: Array) -> None:
    """Give logits of calibrated probabilities the scale of the second stage's, which the bundle then calibrates."""
    import torch

    with torch.no_grad():
        head.weight /= torch.from_numpy(slope).float()[:, None]
        head.bias.copy_((head.bias - torch.from_numpy(intercept).float()) / torch.from_numpy(slope).float())
