"""What makes prediction fast must not change what is predicted."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import claimclf
from claimclf.backends import OnnxBackend
from claimclf.backends.cascade import CascadeBackend
from claimclf.errors import BundleError, ClaimclfError, InputError

WORDS = ["the", "two", "ministries", "signed", "a", "pact", "congress", "should", "repeal", "cameras", "match", "faces"]


def texts_of_all_lengths(number: int) -> list[str]:
    rng = np.random.default_rng(0)
    return [" ".join(rng.choice(WORDS, size=rng.integers(1, 25))) for _ in range(number)]


def test_texts_of_all_lengths_come_back_in_their_order(transformer_bundle: Path) -> None:
    classifier = claimclf.load(transformer_bundle)
    texts = texts_of_all_lengths(300)
    one_by_one = np.concatenate([classifier.predict_proba([text]) for text in texts])
    # Activations are quantised with those that run beside them, so scores are close, not equal.
    np.testing.assert_allclose(classifier.predict_proba(texts), one_by_one, atol=0.05)


def test_equal_texts_are_computed_once(transformer_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    computed: list[str] = []
    score = OnnxBackend.logits

    def counted(self: OnnxBackend, texts: list[str]):
        computed.extend(texts)
        return score(self, texts)

    monkeypatch.setattr(OnnxBackend, "logits", counted)
    texts = ["The pact was signed.", "", "Cameras match faces.", " The pact  was signed. "] * 50
    predictions = claimclf.predict(texts, model=claimclf.load(transformer_bundle))
    assert sorted(computed) == ["Cameras match faces.", "The pact was signed."]
    assert [p.text for p in predictions] == texts
    assert len({p.labels for p in predictions[::4]} | {p.labels for p in predictions[3::4]}) == 1
    assert all(p.scores == predictions[2].scores for p in predictions[2::4])


@pytest.fixture
def exported(tmp_path: Path):
    """Export a random encoder, return the graph as exported and as rewritten, with the operators of the latter."""
    import onnx
    import torch

    from claimclf.estimators.export import export_graph
    from claimclf.estimators.graphs import rewrite_for_processors
    from claimclf.estimators.network import MeanPoolingClassifier

    def export(encoder: object) -> tuple[Path, Path, set[str]]:
        torch.manual_seed(0)
        export_graph(MeanPoolingClassifier(encoder, 4), tmp_path / "exported.onnx")
        rewrite_for_processors(tmp_path / "exported.onnx", tmp_path / "rewritten.onnx")
        nodes = onnx.load(tmp_path / "rewritten.onnx").graph.node
        return tmp_path / "exported.onnx", tmp_path / "rewritten.onnx", {node.op_type for node in nodes}

    return export


def outputs(graphs: tuple[Path, ...]) -> list[np.ndarray]:
    from onnxruntime import InferenceSession

    ids = np.random.default_rng(0).integers(5, 90, size=(3, 17))
    return [InferenceSession(str(graph)).run(None, {"input_ids": ids})[0] for graph in graphs]


SMALL = {
    "vocab_size": 100,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    "initializer_range": 0.3,
}


def test_a_rewritten_bert_computes_the_same_with_faster_operators(exported) -> None:
    from transformers import BertConfig, BertModel

    *graphs, operators = exported(BertModel(BertConfig(**SMALL)).eval())
    before, after = outputs(graphs)
    np.testing.assert_allclose(after, before, atol=0.02)
    assert "InstanceNormalization" in operators
    assert "LayerNormalization" not in operators


def test_attention_with_relative_positions_is_not_fused_away(exported) -> None:
    from transformers import MPNetConfig, MPNetModel

    *graphs, operators = exported(MPNetModel(MPNetConfig(**SMALL)).eval())
    before, after = outputs(graphs)
    np.testing.assert_allclose(after, before, atol=0.02)
    assert "Attention" not in operators


SMALLEST = {
    "size": {
        "embedding_size": 8,
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 16,
    },
    "parameters": {"epochs": 4, "learning_rate": 3e-3, "batch_size": 32},
}


@pytest.fixture(scope="module")
def cascade(tiny_transformer, training_data, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from claimclf.estimators.cascade import train_cascade
    from claimclf.estimators.distillation import Unlabelled

    folder = tmp_path_factory.mktemp("cascade")
    second = claimclf.load(tiny_transformer.save(folder / "second"))
    texts = texts_of_all_lengths(1500)
    asked = [Unlabelled(str(i), text, f"group {i % 10}") for i, text in enumerate(texts)]
    train_cascade(second, asked, folder / "fast", most_changed=0.1, **SMALLEST)
    return folder / "fast"


def test_a_cascade_says_which_stage_decided_and_misses_little(cascade: Path) -> None:
    texts = [*texts_of_all_lengths(2000)[1500:], ""]
    fast = claimclf.predict(texts, model=cascade)
    second = claimclf.predict(texts, model=cascade.parent / "second")
    assert {p.model for p in fast} == {"fast", "second"}
    assert all(not p.labels for p in fast if p.model == "fast")
    asserted = [(f, s) for f, s in zip(fast, second, strict=True) if s.labels]
    assert asserted
    assert np.mean([f.labels == s.labels for f, s in asserted]) >= 0.8


def test_a_cascade_without_its_second_stage_says_so(cascade: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(cascade, tmp_path / "fast")
    with pytest.raises(BundleError, match=r"where model\.onnx is missing"):
        claimclf.load(tmp_path / "fast")
    shutil.copytree(cascade.parent / "second", tmp_path / "second")
    with (tmp_path / "second" / "model.onnx").open("ab") as graph:
        graph.write(b"x")
    with pytest.raises(BundleError, match="was made for another"):
        claimclf.load(tmp_path / "fast")


def test_a_cascade_is_not_made_of_too_little(cascade: Path, baseline_bundle: Path, training_data) -> None:
    from claimclf.estimators.cascade import train_cascade
    from claimclf.estimators.distillation import Unlabelled

    second = claimclf.load(cascade.parent / "second")
    few = [Unlabelled(str(i), text, str(i)) for i, text in enumerate(training_data[0])]
    with pytest.raises(InputError, match="decided otherwise; give more"):
        train_cascade(second, few, cascade.parent / "new", **SMALLEST)
    with pytest.raises(InputError, match="beside its second stage"):
        train_cascade(second, few, cascade / "new")
    with pytest.raises(InputError, match="expected a transformer's bundle, got a baseline"):
        train_cascade(claimclf.load(baseline_bundle), few, baseline_bundle.parent / "new")
    with pytest.raises(InputError, match="beside its second stage"):
        train_cascade(second, few, second.path)
    with pytest.raises(InputError, match="most_changed: expected a number between 0 and 1, got 5"):
        train_cascade(second, few, cascade.parent / "new", most_changed=5)


def test_a_cascade_is_not_calibrated_apart_from_its_second_stage(cascade: Path, tmp_path: Path) -> None:
    from claimclf.bundle import recalibrate

    with pytest.raises(InputError, match="recalibrate that"):
        recalibrate(cascade, tmp_path / "new", ["A text."], np.zeros((1, 4)))
    with pytest.raises(InputError, match="take the second stage"):
        claimclf.load(cascade).with_prior({"agreement": 0.1})


def test_thresholds_of_a_cascade_may_only_rise(cascade: Path) -> None:
    clf, text = claimclf.load(cascade), "Oro and Veldania signed a pact on ports."
    stored = clf.calibration.threshold[0]
    higher = clf.with_thresholds({"agreement": 1.0})
    assert higher.predict([text])[0, 0] == 0
    assert higher.with_thresholds({"agreement": stored}).predict([text])[0, 0] == clf.predict([text])[0, 0]
    with pytest.raises(InputError, match=r"thresholds\['agreement'\]: .* for a lower one take the second stage, '"):
        clf.with_thresholds({"agreement": stored / 2})


def test_contenders_are_measured_in_processes_of_their_own(
    transformer_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from claimclf.benchmark import arithmetic, macro_f1, plot, race, table

    ours, baseline = "claimclf default", "claimclf baseline (scikit-learn TF-IDF)"
    folders = {ours: transformer_bundle, baseline: transformer_bundle}
    found = race(folders, texts_of_all_lengths(400), [60], probe=20)
    assert [measured.contender for measured in found.best] == [ours, baseline]
    for measured in found.best + found.default:
        assert measured.per_second > 0
        assert 0 < measured.p50 <= measured.p99
        assert measured.memory > 10
    assert json.dumps(found.to_dict())
    scores = macro_f1(folders, ["Oslo and Kyiv signed a pact.", "It rained."], np.array([[1, 0, 0, 0], [0, 0, 0, 0]]))
    assert scores[baseline] == 0.25
    lines = table(found, scores, beside=baseline).splitlines()
    row = next(line for line in lines if line.startswith(f"| {baseline} | best"))
    assert "| 1.0 |" in row
    assert row.endswith("| 0.250 |")
    monkeypatch.setattr("claimclf.benchmark.limits._SIZE", 64)
    done = arithmetic(found, texts_of_all_lengths(60), transformer_bundle).splitlines()
    assert done[0].startswith("a text costs 0.00 GFLOP")  # of a tiny network
    assert [line.split(",")[0] for line in done[1:]] == [ours]
    plot(found, scores, tmp_path / "race.svg")
    assert baseline in (tmp_path / "race.svg").read_text("utf-8")
    with pytest.raises(InputError, match="264 more than the largest size"):
        race({ours: transformer_bundle}, texts_of_all_lengths(300), [60])


def test_what_measures_loads_nothing_that_a_contender_does_without() -> None:
    code = "import sys, claimclf.benchmark; print({'sklearn', 'scipy', 'pandas', 'torch'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_contender_that_fails_is_named(tmp_path: Path) -> None:
    from claimclf.benchmark import race

    with pytest.raises(ClaimclfError, match=r"fastText, \{\}: could not be measured"):
        race({"fastText": tmp_path}, texts_of_all_lengths(400), [60])


def test_a_stream_is_measured_whatever_its_length(baseline_bundle: Path) -> None:
    from claimclf.benchmark import stream

    found = stream(str(baseline_bundle), ["One text.", "Another one."], 700)
    assert found.n_texts == 700
    assert found.per_second > 0
    assert found.memory > 10


@pytest.mark.parametrize("name", ["transformers pipeline", "plain torch"])
def test_peers_run_the_encoder_of_the_bundle(transformer_bundle: Path, name: str) -> None:
    from claimclf.benchmark import CONTENDERS

    contender = CONTENDERS[name]
    texts = ["The pact was signed, they said in Oslo.", "Rain.", "Cameras match faces."]
    plain = contender.load(transformer_bundle, batch_size=1, sort=False, dtype="float32")(texts)
    together = contender.load(transformer_bundle, batch_size=2, sort=True, dtype="float32")(texts)
    assert plain.shape == (3, 4)
    if name == "plain torch":  # The pipeline orders labels by their score.
        np.testing.assert_allclose(plain, together, atol=1e-5)


def test_a_peer_is_trained_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from claimclf.benchmark import PEERS, prepare
    from claimclf.benchmark.peers import Peer

    trained = []
    monkeypatch.setitem(PEERS, "spaCy textcat", Peer(lambda *given: trained.append(given), lambda folder: None))
    places = [prepare("spaCy textcat", ["A text."], np.zeros((1, 4)), tmp_path) for _ in range(2)]
    assert places[0] == places[1]
    assert len(trained) == 1


def test_a_peer_that_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from claimclf.benchmark import prepare

    monkeypatch.setitem(sys.modules, "setfit", None)
    with pytest.raises(InputError, match=r"^SetFit: .*setfit.*\[peers\]"):
        prepare("SetFit", ["A text.", "Another."], np.array([[1, 0, 0, 1], [0, 1, 1, 0]]), tmp_path)


@pytest.mark.slow
def test_embeddings_under_a_linear_head_learn(tmp_path: Path) -> None:
    from claimclf.benchmark import PEERS, prepare

    texts = ["The two states signed a pact.", "It rained all day."] * 4
    truth = np.array([[1, 0], [0, 1]] * 4)
    name = "sentence-transformers + logistic regression"
    label = PEERS[name].load(prepare(name, texts, truth, tmp_path))
    assert (label(texts) > 0.5).astype(int).tolist() == truth.tolist()


class Stage:
    """Stands for a network: the text is a number, the logit a function of it."""

    def __init__(self, value) -> None:
        self.value = value

    def tokenise(self, texts, truncated):
        for position, text in enumerate(texts):
            truncated[position] = text == "13"
            yield [int(text)]

    def score(self, tokens, output="logits"):
        for position, ids in tokens:
            yield [position], np.array([[self.value(ids[0])]], dtype=np.float32)


def test_a_cascade_passes_on_what_is_not_settled_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("claimclf.backends.cascade._CHUNK", 7)
    stages = Stage(float), Stage(lambda number: 100 + number)
    found = CascadeBackend(*stages, np.array([10.0])).logits([str(number) for number in range(20)])
    assert found.stage.tolist() == [0] * 10 + [1] * 10
    assert found.values[:, 0].tolist() == [*range(10), *range(110, 120)]
    assert np.flatnonzero(found.truncated).tolist() == [13]


def test_more_texts_than_are_scored_at_a_time_are_all_scored(baseline_bundle: Path, monkeypatch) -> None:
    classifier, texts = claimclf.load(baseline_bundle), texts_of_all_lengths(40)
    whole = classifier.predict_proba(texts)
    monkeypatch.setattr("claimclf.bundle.loaded._CHUNK", 7)
    np.testing.assert_allclose(classifier.predict_proba(texts), whole, atol=1e-6)
