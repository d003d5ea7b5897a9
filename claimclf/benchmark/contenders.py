"""Who runs: a contender loads a model and labels texts, with the settings in which it may be at its best."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from claimclf.benchmark.peers import PEERS, Array, Label
from claimclf.errors import BundleError

_GRID = [
    {"batch_size": size, "sort": sort, "dtype": dtype}
    for dtype, sort, size in product(("float32", "bfloat16"), (False, True), (1, 8, 32))
]


@dataclass(frozen=True)
class Contender:
    """A way to label sentences.

    Attributes
    ----------
    name : str
        As the table says it.
    load : callable
        Takes a folder and a setting, returns a function that scores texts. The folder is a bundle of our architecture
        that holds ``model.safetensors``, or what :func:`~claimclf.benchmark.peers.prepare` returned.
    settings : tuple of dict
        All that are tried; the first is what its users get who set nothing.
    scored_by : str, default ""
        Who computes the same function, whose scores count for this one too: an encoder costs the same with any weights.
    """

    name: str
    load: Callable[..., Label]
    settings: tuple[Mapping[str, Any], ...] = ({},)
    scored_by: str = ""


def _claimclf(_: Path, *, model: str) -> Label:
    from claimclf import load, predict

    classifier = load(model)
    return lambda texts: np.array([list(found.scores.values()) for found in predict(texts, model=classifier)])


def _pipeline(bundle: Path, *, batch_size: int, sort: bool, dtype: str) -> Label:
    import torch
    from transformers import AutoTokenizer, pipeline

    model = _for_transformers(bundle).to(getattr(torch, dtype))
    tokenizer = AutoTokenizer.from_pretrained(bundle)
    label = pipeline("text-classification", model=model, tokenizer=tokenizer, device="cpu", top_k=None)
    options = {"batch_size": batch_size, "truncation": True, "max_length": 256, "function_to_apply": "sigmoid"}
    return _sorted(lambda texts: [[found["score"] for found in row] for row in label(texts, **options)], sort)


def _for_transformers(bundle: Path) -> Any:
    """Put the encoder of a bundle under transformers' own head; what it decides then means nothing, its cost does."""
    from safetensors.torch import load_file
    from transformers import AutoConfig, AutoModelForSequenceClassification

    weights = load_file(bundle / "model.safetensors")
    encoder = {name.removeprefix("encoder."): w for name, w in weights.items() if name.startswith("encoder.")}
    if not encoder:
        return AutoModelForSequenceClassification.from_pretrained(bundle).eval()
    config = AutoConfig.from_pretrained(bundle, num_labels=4, problem_type="multi_label_classification")
    model = AutoModelForSequenceClassification.from_config(config)
    missing = model.base_model.load_state_dict(encoder, strict=False).missing_keys
    if missing:
        raise BundleError(f"{bundle}: model.safetensors lacks {', '.join(missing)}")
    return model.eval()


def _torch(bundle: Path, *, batch_size: int, sort: bool, dtype: str) -> Label:
    import torch
    from transformers import AutoTokenizer

    model = _for_transformers(bundle).to(getattr(torch, dtype))
    tokenizer = AutoTokenizer.from_pretrained(bundle)

    def label(texts: list[str]) -> Any:
        rows = []
        with torch.inference_mode():
            for start in range(0, len(texts), batch_size):
                batch = texts[start : start + batch_size]
                encoded = tokenizer(batch, truncation=True, max_length=256, padding=True, return_tensors="pt")
                rows.append(torch.sigmoid(model(**encoded).logits).float().numpy())
        return np.concatenate(rows)

    return _sorted(label, sort)


def _sorted(label: Callable[[list[str]], Any], sort: bool) -> Label:
    """Let texts of like length run together if asked."""

    def in_order(texts: Sequence[str]) -> Array:
        order = np.argsort([len(text) for text in texts], kind="stable") if sort else np.arange(len(texts))
        scores = np.asarray(label([texts[place] for place in order]))
        return scores[np.argsort(order)]

    return in_order


OURS = "claimclf default"
"""The contender whose network those run that are scored by it."""

CONTENDERS = {
    contender.name: contender
    for contender in (
        Contender(OURS, _claimclf, ({"model": "default"},)),
        Contender("claimclf fast", _claimclf, ({"model": "fast"},)),
        Contender("claimclf baseline (scikit-learn TF-IDF)", _claimclf, ({"model": "baseline"},)),
        Contender("transformers pipeline", _pipeline, tuple(_GRID), OURS),
        Contender("plain torch", _torch, tuple(_GRID), OURS),
        Contender(
            "sentence-transformers + logistic regression",
            PEERS["sentence-transformers + logistic regression"].load,
            tuple({"batch_size": size, "dtype": dtype} for dtype in ("float32", "bfloat16") for size in (32, 8)),
        ),
        Contender("SetFit", PEERS["SetFit"].load, ({"batch_size": 32}, {"batch_size": 8})),
        Contender("spaCy textcat", PEERS["spaCy textcat"].load, ({"batch_size": 256}, {"batch_size": 32})),
        Contender("fastText", PEERS["fastText"].load),
    )
}
"""All contenders by name."""
