"""Do torch, fp32 ONNX and int8 ONNX decide alike?"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from transformers import AutoTokenizer

from claimclf.backends import OnnxBackend
from claimclf.backends.onnx import TOKENIZER_FILE
from claimclf.bundle import load
from claimclf.errors import InputError
from claimclf.estimators.export import export_graph
from claimclf.estimators.inference import torch_logits
from claimclf.estimators.network import load_network
from claimclf.text import normalise


def parity(bundle: str | Path, texts: Sequence[str]) -> dict[str, float]:
    """Compare the decisions of a bundle's three forms.

    Parameters
    ----------
    bundle : str or Path
        A trained bundle, with ``model.safetensors``.
    texts : sequence of str
        Sentences.

    Returns
    -------
    dict of str to float
        Share of label-text pairs decided alike, for each pair of forms.

    Raises
    ------
    InputError
        If the bundle holds no network.
    """
    classifier = load(bundle)
    settings = classifier.manifest["model"]
    if not (classifier.path / "model.safetensors").is_file():
        raise InputError(f"bundle: {classifier.path} has no model.safetensors to compare with")
    network = load_network(classifier.path, len(classifier.labels), settings["pooling"])
    tokenizer = AutoTokenizer.from_pretrained(classifier.path)
    normalised = [normalise(text) for text in texts]
    logits = {"torch fp32": torch_logits(network, tokenizer, normalised, settings["max_length"])}
    with tempfile.TemporaryDirectory() as scratch:
        graph = Path(scratch) / "fp32.onnx"
        export_graph(network, graph)
        exported = OnnxBackend(graph, classifier.path / TOKENIZER_FILE, max_length=settings["max_length"])
        logits["onnx fp32"] = exported.logits(normalised).values
    decisions = {
        name: classifier.calibration.decide(classifier.calibration.probabilities(values))
        for name, values in logits.items()
    }
    decisions["onnx int8"] = classifier.predict(normalised)
    names = list(decisions)
    return {
        f"{first} = {second}": float(np.mean(decisions[first] == decisions[second]))
        for position, first in enumerate(names)
        for second in names[position + 1 :]
    }
