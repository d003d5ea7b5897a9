"""Who runs: a contender loads a model and labels texts, with the settings in which it may be at its best."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from claimclf.errors import BundleError

Label = Callable[[Sequence[str]], object]
"""Labels texts; in which order the results come is not compared."""

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
        Takes a bundle that holds ``model.safetensors`` and a setting, returns a function that labels texts.
    settings : tuple of dict
        All that are tried; the first is what its users get who set nothing.
    """

    name: str
    load: Callable[..., Label]
    settings: tuple[Mapping[str, Any], ...] = ({},)


def _claimclf(bundle: Path, *, model: str = "") -> Label:
    from claimclf import load, predict

    classifier = load(model or bundle)
    return lambda texts: predict(texts, model=classifier)


def _pipeline(bundle: Path, *, batch_size: int, sort: bool, dtype: str) -> Label:
    import torch
    from transformers import AutoTokenizer, pipeline

    model = _for_transformers(bundle).to(getattr(torch, dtype))
    tokenizer = AutoTokenizer.from_pretrained(bundle)
    label = pipeline("text-classification", model=model, tokenizer=tokenizer, device="cpu", top_k=None)
    options = {"batch_size": batch_size, "truncation": True, "max_length": 256, "function_to_apply": "sigmoid"}
    return lambda texts: label(sorted(texts, key=len) if sort else list(texts), **options)


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

    def label(texts: Sequence[str]) -> list[Any]:
        ordered = sorted(texts, key=len) if sort else list(texts)
        rows = []
        with torch.inference_mode():
            for start in range(0, len(ordered), batch_size):
                batch = ordered[start : start + batch_size]
                encoded = tokenizer(batch, truncation=True, max_length=256, padding=True, return_tensors="pt")
                rows.append(torch.sigmoid(model(**encoded).logits).float().numpy())
        return rows

    return label


def _sentence_transformers(bundle: Path, *, batch_size: int, dtype: str) -> Label:
    import numpy as np
    import torch
    from sentence_transformers import SentenceTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier

    from claimclf.estimators.pretrained import resolve_base

    base = resolve_base("sentence-transformers/all-MiniLM-L6-v2").location
    model = SentenceTransformer(base, device="cpu", model_kwargs={"torch_dtype": getattr(torch, dtype)})
    # Its cost does not depend on what the head has learnt.
    width = model.get_sentence_embedding_dimension() or 384
    rng = np.random.default_rng(0)
    head = OneVsRestClassifier(LogisticRegression()).fit(rng.normal(size=(80, width)), rng.integers(0, 2, (80, 4)))
    return lambda texts: head.predict_proba(model.encode(list(texts), batch_size=batch_size))


CONTENDERS = {
    contender.name: contender
    for contender in (
        Contender("claimclf default", _claimclf),
        Contender("claimclf baseline (scikit-learn TF-IDF)", _claimclf, ({"model": "baseline"},)),
        Contender("transformers pipeline", _pipeline, tuple(_GRID)),
        Contender("plain torch", _torch, tuple(_GRID)),
        Contender(
            "sentence-transformers + logistic regression",
            _sentence_transformers,
            tuple({"batch_size": size, "dtype": dtype} for dtype in ("float32", "bfloat16") for size in (32, 8)),
        ),
    )
}
"""All contenders by name. SetFit predicts with the parts of the last, at its cost."""
