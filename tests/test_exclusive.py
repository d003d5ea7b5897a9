"""Labels that exclude each other: one per text, from training through the bundle to policies and priors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import claimclf
from claimclf import BaselineClassifier, TransformerClassifier
from claimclf.cli.main import main
from claimclf.decision import Calibration, Policy, estimate_prior
from claimclf.errors import InputError

TEXTS = [
    "The dam leaks.",
    "Rates rose again.",
    "A vaccine was approved.",
    "Rain filled the lake.",
    "The bank lent less.",
]
TOPICS = ["water", "money", "health", "water", "money"]


@pytest.fixture(params=["baseline", "transformer"])
def estimator(request: pytest.FixtureRequest, overfit):
    if request.param == "baseline":
        return BaselineClassifier(calibration_folds=2)
    return TransformerClassifier(base=str(request.getfixturevalue("tiny_base")), **overfit)


def test_one_label_a_text_means_one_label_a_prediction(estimator, tmp_path: Path) -> None:
    estimator.fit(TEXTS * 4, TOPICS * 4)
    unseen = ["Nobody has ever seen this.", "The bank leaks.", "x"]
    assert (estimator.predict(unseen).sum(axis=1) == 1).all()
    np.testing.assert_allclose(estimator.predict_proba(unseen).sum(axis=1), 1)
    loaded = claimclf.load(estimator.save(tmp_path / "topics"))
    assert loaded.manifest["exclusive"] is True
    found = claimclf.predict([*unseen, ""], model=loaded)
    assert [len(prediction.labels) for prediction in found] == [1, 1, 1, 0]
    np.testing.assert_allclose([sum(prediction.scores.values()) for prediction in found], [1, 1, 1, 0])
    assert "| asserted from |" not in (tmp_path / "topics" / "README.md").read_text("utf-8")


def test_what_y_looks_like_decides_unless_said_otherwise(estimator) -> None:
    collections = [[topic] for topic in TOPICS] * 4
    assert not estimator.fit(TEXTS * 4, collections).calibration_.exclusive
    assert estimator.set_params(exclusive=True).fit(TEXTS * 4, collections).calibration_.exclusive
    assert not estimator.set_params(exclusive=False).fit(TEXTS * 4, TOPICS * 4).calibration_.exclusive
    with pytest.raises(InputError, match=r"y\[1\]: expected exactly one label, as exclusive=True says; got \[\]"):
        estimator.set_params(exclusive=True).fit(TEXTS[:2], [["water"], []])


def test_a_temperature_gives_the_probabilities_that_were_true() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(scale=2, size=(20_000, 3))
    chance = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    truth = np.eye(3)[(chance.cumsum(axis=1) > rng.random((20_000, 1))).argmax(axis=1)]
    overconfident = Calibration.fit(logits * 3, truth, exclusive=True)
    np.testing.assert_allclose(overconfident.probabilities(logits * 3), chance, atol=0.02)


def test_a_policy_never_asserts_two_and_may_assert_none() -> None:
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet([0.3, 0.3, 0.3], size=4000)
    truth = np.eye(3)[(probabilities.cumsum(axis=1) > rng.random((4000, 1))).argmax(axis=1)]
    policy = Policy.learn(probabilities, truth, ["a", "b", "c"], precision=0.4, exclusive=True)
    asserted = policy.apply(probabilities).asserted.sum(axis=1)
    assert asserted.max() == 1
    assert asserted.min() == 0
    otherwise = Policy.learn(probabilities, truth, ["a", "b", "c"], precision=0.4).apply(probabilities)
    assert otherwise.asserted.sum(axis=1).max() > 1


def test_shares_of_another_corpus_add_up() -> None:
    rng = np.random.default_rng(0)
    carried = rng.choice(3, size=5000, p=[0.7, 0.2, 0.1])
    likelihood = np.full((5000, 3), 0.1) + 0.7 * np.eye(3)[carried]  # what equal shares would make of it
    found = estimate_prior(likelihood, np.full(3, 1 / 3), exclusive=True)
    assert found.sum() == pytest.approx(1, abs=1e-3)
    np.testing.assert_allclose(found, [0.7, 0.2, 0.1], atol=0.16)
    assert found.argmax() == 0


def test_a_prior_moves_probabilities_that_still_add_up(tmp_path: Path) -> None:
    path = BaselineClassifier(calibration_folds=2).fit(TEXTS * 4, TOPICS * 4).save(tmp_path / "topics")
    truth = np.array([[topic == label for label in ("health", "money", "water")] for topic in TOPICS * 4], dtype=float)
    loaded = claimclf.bundle.recalibrate(path, path, TEXTS * 4, truth)
    moved = loaded.with_prior({"health": 0.9})
    before, after = loaded.predict_proba(["The bank leaks."]), moved.predict_proba(["The bank leaks."])
    assert after[0, 0] > before[0, 0]
    np.testing.assert_allclose(after.sum(axis=1), 1)
    with pytest.raises(InputError, match=r"exclude each other, but the shares add up to 1\.2"):
        loaded.with_prior({"health": 0.6, "money": 0.6})
    with pytest.raises(InputError, match=r"exclude each other, but the shares add up to 0\.3"):
        loaded.with_prior({"health": 0.1, "money": 0.1, "water": 0.1})


def test_recalibrate_by_command_says_how_exclusive_labels_are_decided(tmp_path: Path, capsys) -> None:
    path = BaselineClassifier(calibration_folds=2).fit(TEXTS * 4, TOPICS * 4).save(tmp_path / "topics")
    table = tmp_path / "a.csv"
    rows = [f'"{text}",{topic}' for text, topic in zip(TEXTS, TOPICS, strict=True)]
    table.write_text("\n".join(["body,topic", *rows * 4]) + "\n", "utf-8")
    named = ["--text-column", "body", "--label-column", "topic"]
    assert main(["recalibrate", str(path), str(table), *named, "--out", str(tmp_path / "out")]) == 0
    out = capsys.readouterr().out
    assert "the most probable label is asserted" in out
    assert "asserted from" not in out


def test_texts_between_two_labels_are_suggested_first() -> None:
    from claimclf.annotation import suggest

    estimator = BaselineClassifier(calibration_folds=2).fit(TEXTS * 4, TOPICS * 4)
    unlabelled = [
        "The bank fills the lake with rain and rates rise.",
        "The dam leaks again.",
        "The bank lent less again.",
    ]
    (first,) = suggest(unlabelled, estimator, 1)
    assert first.text == unlabelled[0]
