"""Embeddings, and the sentences that a bundle keeps to show those nearest to another."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import claimclf
from claimclf.bundle import recalibrate, verify
from claimclf.bundle.examples import KeptExamples
from claimclf.errors import BundleError, ExportError, InputError
from claimclf.estimators.neighbours import keep_neighbours, spread
from claimclf.labels import LABELS
from claimclf.records import Example

FROZEN = Path(__file__).parent / "data" / "format-1" / "transformer"


def authored(texts, labels) -> list[Example]:
    rows = enumerate(zip(texts, labels, strict=True))
    return [Example(str(number), text, tuple(found), group=str(number)) for number, (text, found) in rows]


@pytest.mark.parametrize("pooling", ["first", "mean"])
def test_embeddings_are_what_the_head_of_the_network_reads(
    transformer, training_data, pooling: str, tmp_path: Path
) -> None:
    import torch
    from onnxruntime import InferenceSession

    from claimclf.estimators.export import export_graph
    from claimclf.estimators.graphs import add_embedding

    texts, labels = training_data
    fitted = transformer.set_params(pooling=pooling).fit(texts, labels)
    network = fitted.network_.eval()
    head = network.head if pooling == "mean" else network.classifier
    read: list[torch.Tensor] = []
    handle = head.register_forward_pre_hook(lambda module, inputs: read.append(inputs[0]))
    ids = fitted.tokenizer_(texts[:1], return_tensors="pt")["input_ids"]
    with torch.inference_mode():
        network(input_ids=ids)
    handle.remove()
    export_graph(network, tmp_path / "fp32.onnx")
    add_embedding(tmp_path / "fp32.onnx")
    session = InferenceSession(str(tmp_path / "fp32.onnx"))
    assert [output.name for output in session.get_outputs()] == ["logits", "embedding"]
    (embedding,) = session.run(["embedding"], {"input_ids": ids.numpy()})
    np.testing.assert_allclose(embedding, read[0].numpy(), atol=1e-4)
    quantised = claimclf.load(fitted.save(tmp_path / "bundle")).embed(texts[:1])
    assert quantised.dtype == np.float32
    np.testing.assert_allclose(quantised, embedding, atol=0.1 * np.abs(embedding).max())


def test_a_graph_of_before_is_given_embeddings_and_computes_the_same(tmp_path: Path, training_data) -> None:
    texts = training_data[0]
    before = claimclf.load(FROZEN)
    with pytest.raises(InputError, match=r"has no output 'embedding'.*keep_neighbours adds it"):
        before.embed(texts)
    labels = [prediction.labels for prediction in before.predictions(texts)]
    after = keep_neighbours(FROZEN, tmp_path / "new", authored(texts, labels))
    assert np.array_equal(after.decision_function(texts), before.decision_function(texts))
    assert len(after.embed(texts)) == len(texts)
    assert verify(after).passed
    again = keep_neighbours(after.path, after.path, authored(texts, labels))
    assert again.manifest["files"] == after.manifest["files"]


def test_logits_without_a_linear_head_have_no_embedding(tmp_path: Path) -> None:
    import onnx
    from onnx import TensorProto, helper

    from claimclf.estimators.graphs import add_embedding

    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["texts", 4]) for name in ("input", "logits")]
    graph = helper.make_graph([helper.make_node("Tanh", ["input"], ["logits"])], "g", values[:1], values[1:])
    onnx.save(helper.make_model(graph), tmp_path / "tanh.onnx")
    with pytest.raises(ExportError, match="no linear head"):
        add_embedding(tmp_path / "tanh.onnx")


def test_the_nearest_of_an_example_is_itself(bundle_with_examples: Path, training_data) -> None:
    classifier = claimclf.load(bundle_with_examples)
    texts = training_data[0]
    kept = [row["text"] for row in classifier.examples.rows]
    assert len(kept) >= 8
    for text, found in zip(kept, classifier.nearest(kept), strict=True):
        assert (found[0].text, len(found)) == (text, 3)
        assert found[0].similarity > 0.9
        assert found[0].similarity >= found[1].similarity >= found[2].similarity
        assert found[0].labels == tuple(training_data[1][texts.index(text)])
    assert [len(found) for found in classifier.nearest(texts[:2], number=100)] == [len(kept)] * 2
    assert classifier.nearest([]) == []
    with pytest.raises(InputError, match=r"texts\[1\]: an empty text has no embedding"):
        classifier.nearest(["A pact.", " "])
    with pytest.raises(InputError, match="number: expected a positive number"):
        classifier.nearest(texts, number=0)


def test_a_bundle_without_examples_says_so(transformer_bundle: Path, baseline_bundle: Path, tmp_path: Path) -> None:
    classifier = claimclf.load(transformer_bundle)
    assert classifier.embed(["A pact."]).shape == (1, 32)
    assert not classifier.keeps_examples
    with pytest.raises(InputError, match="keeps no examples"):
        classifier.nearest(["A pact."])
    with pytest.raises(InputError, match="a baseline has no embeddings"):
        claimclf.load(baseline_bundle).embed(["A pact."])
    with pytest.raises(InputError, match="none of them is authored"):
        keep_neighbours(transformer_bundle, tmp_path / "new", [])
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["examples.jsonl", "examples.safetensors"])
def test_damaged_examples_are_refused(bundle_with_examples: Path, tmp_path: Path, name: str) -> None:
    copied = Path(shutil.copytree(bundle_with_examples, tmp_path / "copied"))
    with (copied / name).open("r+b") as file:
        file.seek(-3, 2)
        file.write(b"\0")
    with pytest.raises(BundleError, match=name):
        claimclf.load(copied)
    (copied / "examples.jsonl").write_text('{"id": "1", "text": "One.", "labels": []}\n', "utf-8")
    with pytest.raises(BundleError, match="examples"):
        KeptExamples.read(copied)


def test_examples_stay_when_a_bundle_is_calibrated(bundle_with_examples: Path, tmp_path: Path, training_data) -> None:
    truth = np.array([[label in labels for label in LABELS] for labels in training_data[1]])
    changed = recalibrate(bundle_with_examples, tmp_path / "new", training_data[0], truth)
    assert changed.examples.rows == claimclf.load(bundle_with_examples).examples.rows


def test_kept_are_authored_sentences_decided_as_labelled(transformer_bundle: Path, tmp_path: Path) -> None:
    classifier = claimclf.load(transformer_bundle)
    texts = ["Congress should repeal the act.", "The pact on ports was signed again.", "She studied hydrology."]
    right = authored(texts, [prediction.labels for prediction in classifier.predictions(texts)])
    real = replace(right[0], id="real", text="Congress should repeal the ban.", how="topic")
    wavering = replace(right[0], id="unsure", text="The council should repeal the act.", unsure=("agreement",))
    wrong = replace(right[1], id="wrong", text="A pact was signed.", labels=("disinformation",))
    equal = replace(right[2], id="equal", text=" She studied  hydrology. ", group="2")
    kept = keep_neighbours(transformer_bundle, tmp_path / "new", [*right, real, wavering, wrong, equal]).examples
    assert {row["id"] for row in kept.rows} == {"0", "1", "2"}
    np.testing.assert_allclose(np.linalg.norm(kept.embeddings, axis=1), 1, atol=1e-3)


def test_every_label_and_none_are_covered_whatever_the_order() -> None:
    pool = [Example(str(n), "A text.", LABELS[:1] if n % 50 else (LABELS[n % 4],), group=str(n)) for n in range(400)]
    pool += [Example(f"n{n}", "A text.", (), group=str(n)) for n in range(20)]
    chosen = spread(pool, LABELS, 40)
    counts = {label: sum(label in example.labels for example in chosen) for label in LABELS}
    assert len(chosen) == 40
    assert counts["disinformation"] == sum("disinformation" in example.labels for example in pool)
    assert sum(not example.labels for example in chosen) >= 10
    assert spread(pool[::-1], LABELS, 40) == chosen
