"""Learning from few texts: each strategy, and how one is chosen."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.base import clone

import claimclf
from claimclf import TransformerClassifier
from claimclf.errors import InputError
from claimclf.estimators import choice, contrast, strategies
from claimclf.estimators.contrast import contrast_loss
from claimclf.estimators.heads import LinearHead
from claimclf.labels import LABELS, to_targets

TEXTS = ["The pact was signed.", "A pact on ports.", "Cameras match faces.", "Faces in the market.", "It was repealed."]
TOPICS = ["pact", "pact", "faces", "faces", "other"]


@pytest.fixture
def estimator(tiny_base: Path, monkeypatch: pytest.MonkeyPatch) -> TransformerClassifier:
    monkeypatch.setattr(choice, "FEWEST_STEPS", 1)
    monkeypatch.setattr(choice, "FEW", 0)
    return TransformerClassifier(
        base=str(tiny_base), strategy="auto", max_length=32, epochs=1, batch_size=4, bf16=False
    )


@pytest.mark.parametrize("strategy", ["head", "contrastive", "auto"])
@pytest.mark.parametrize("exclusive", [False, True], ids=["any number", "exclusive"])
def test_every_strategy_gives_a_bundle_that_predicts_as_the_estimator(
    estimator, training_data, strategy: str, exclusive: bool, tmp_path: Path
) -> None:
    texts, labels = (TEXTS * 2, TOPICS * 2) if exclusive else training_data
    fitted = estimator.set_params(strategy=strategy).fit(texts, labels)
    assert fitted.calibration_.exclusive is exclusive
    loaded = claimclf.load(fitted.save(tmp_path / "mine"))
    assert np.array_equal(loaded.predict(texts), fitted.predict(texts))
    assert loaded.manifest["training"]["strategy"] == fitted.strategy_
    assert loaded.manifest["training"]["reasons"] == list(fitted.choice_.reasons)
    assert fitted.choice_.reasons[-1].startswith(f"strategy: {fitted.strategy_}")
    assert fitted.choice_.reasons[-1] in (tmp_path / "mine" / "README.md").read_text("utf-8")


def test_a_contrast_brings_texts_with_like_labels_together(
    estimator, training_data, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contrast, "_PASSES", 50)  # a tiny random encoder moves little in ten
    texts, labels = training_data
    alike = to_targets(labels, LABELS)[0]
    alike = (alike @ alike.T > 0)[~np.eye(len(texts), dtype=bool)]
    gaps = []
    for strategy in ("head", "contrastive"):
        fitted = clone(estimator).set_params(strategy=strategy).fit(texts, labels)
        encoded = fitted.tokenizer_(texts, padding=True, return_tensors="pt", return_token_type_ids=False)
        with torch.inference_mode():
            directions = torch.nn.functional.normalize(fitted.network_.embed(**encoded), dim=1).numpy()
        cosines = (directions @ directions.T)[~np.eye(len(texts), dtype=bool)]
        gaps.append(cosines[alike].mean() - cosines[~alike].mean())
    assert gaps[1] > 1.1 * gaps[0]


def test_a_contrast_takes_soft_labels_for_what_is_likelier(estimator, training_data) -> None:
    texts, labels = training_data
    matrix = to_targets(labels, LABELS)[0].astype(float)
    contrasted = estimator.set_params(strategy="full", labels=LABELS, contrastive_steps=3, learning_rate=1e-20)
    sure, unsure = (
        clone(contrasted).fit(texts, each, validation=(texts, labels)).network_.encoder.state_dict()
        for each in (matrix, 0.1 + 0.8 * matrix)
    )
    assert all(torch.allclose(sure[name], unsure[name], rtol=0, atol=1e-9) for name in sure)


def test_what_a_label_is_called_is_learnt_from(estimator) -> None:
    texts = [f"{what} fell on the hills." for what in ("Rain", "Snow", "Hail", "Sleet")]
    for names in (("harbour pilots", "tax_on_salt"), ("1", "2")):
        fitted = clone(estimator).set_params(strategy="head").fit(texts, [names[0], names[1]] * 2)
        probabilities = fitted.predict_proba(["harbour pilots", "tax on salt"])
        told = probabilities[0, 0] > 0.5 > probabilities[1, 0]
        assert bool(told) is (names[0] != "1")


@pytest.mark.parametrize("strategy", ["head", "full"])
def test_figures_have_intervals_over_groups(estimator, training_data, strategy: str) -> None:
    texts, labels = training_data
    groups = [f"source {row // 3}" for row in range(len(texts))]
    fitted = estimator.set_params(strategy=strategy, validation_fraction=0.5).fit(texts, labels, groups)
    assert fitted.metrics_["n_texts"] == len(fitted.validation_texts_)
    group_of = dict(zip(texts, groups, strict=True))
    assert fitted.metrics_["n_groups"] == len({group_of[text] for text in fitted.validation_texts_})
    given = estimator.set_params(strategy=strategy).fit(texts, labels, groups, validation=(texts[:4], labels[:4]))
    assert given.metrics_["n_groups"] == 4


def test_the_choice_says_what_was_tried_and_how_good_it_was(estimator, training_data) -> None:
    fitted = estimator.fit(*training_data)
    measured, chosen = fitted.choice_.reasons
    assert measured.startswith("macro F1 on 12 texts, each scored without its group: head 0.")
    assert "contrastive" in measured
    assert "full" in measured
    assert chosen.startswith(f"strategy: {fitted.strategy_}")
    assert sorted(fitted.choice_.rows) == list(range(12))


def test_from_few_texts_contrastive_learning_is_taken_unasked(
    estimator, training_data, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choice, "FEW", 13)
    fitted = estimator.fit(*training_data)
    assert fitted.strategy_ == "contrastive"
    assert fitted.choice_.reasons == (
        "strategy: contrastive, as always if it fits into the time; to compare takes 13 texts",
    )
    assert sorted(fitted.choice_.rows) == list(range(12))
    assert estimator.set_params(time_budget=0).fit(*training_data).strategy_ == "head"


def test_without_time_the_head_alone_is_trained_and_the_rest_is_named(estimator, training_data) -> None:
    fitted = estimator.set_params(time_budget=0).fit(*training_data)
    assert fitted.strategy_ == "head"
    assert [reason.split(";")[0] for reason in fitted.choice_.reasons[:2]] == [
        "contrastive: not tried",
        "full: not tried",
    ]
    assert "0.0 s are left" in fitted.choice_.reasons[0]


def test_all_weights_are_not_tried_where_they_would_hardly_move(
    estimator, training_data, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choice, "FEWEST_STEPS", 3)
    fitted = estimator.fit(*training_data)
    assert fitted.choice_.reasons[0] == "full: not tried; 2 steps are too few, 3 might do"


def test_the_clock_decides_what_is_tried(estimator, training_data, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter(range(1000))
    monkeypatch.setattr(strategies, "clock", lambda: float(next(ticks)))
    # A second a tick: a step of twelve texts takes one, so a text takes 1/12, and a fold 10 times 6 of them.
    fitted = estimator.set_params(time_budget=12).fit(*training_data)
    assert fitted.choice_.reasons[0] == "contrastive: not tried; it takes about 10.0 s, and 9.0 s are left"
    assert "full 0." in fitted.choice_.reasons[1]


def test_two_texts_a_class_are_enough(estimator) -> None:
    fitted = estimator.fit(TEXTS[:4], TOPICS[:4])
    assert fitted.choice_.reasons[0].startswith("macro F1 on 4 texts")
    assert fitted.predict(TEXTS[:4]).sum() == 4


def test_a_single_group_is_not_cross_validated(estimator) -> None:
    fitted = estimator.fit(TEXTS, TOPICS, groups=["a"] * 5)
    assert fitted.choice_.reasons == ("strategy: head; texts of a single group cannot be cross-validated",)
    assert fitted.calibration_.slope == (1.0,) * 3


def test_groups_are_held_out_whole(estimator, training_data, monkeypatch: pytest.MonkeyPatch) -> None:
    groups, seen = [f"g{number // 2}" for number in range(12)], []
    monkeypatch.setattr(
        strategies.Learner,
        "held_out_logits",
        lambda self, _, train, held: seen.append((train, held)) or self.targets[held],
    )
    estimator.set_params(strategy="head").fit(*training_data, groups=groups)
    assert sorted(row for _, held_out in seen for row in held_out) == list(range(12))
    for train, held_out in seen:
        assert not {groups[row] for row in train} & {groups[row] for row in held_out}


def test_validation_texts_calibrate_in_the_place_of_folds(estimator, training_data) -> None:
    fitted = estimator.set_params(strategy="head").fit(*training_data, validation=(TEXTS[:2], [["agreement"], []]))
    assert fitted.choice_ is None
    assert fitted.validation_texts_ == TEXTS[:2]


@pytest.mark.parametrize("strategy", ["head", "contrastive", "auto"])
def test_what_is_not_known_is_left_out(estimator, training_data, strategy: str) -> None:
    texts, labels = training_data
    matrix = to_targets(labels, LABELS)[0].astype(float)
    matrix[:3, 0], matrix[:, 1] = np.nan, np.nan
    unknown = clone(estimator).set_params(strategy=strategy, labels=LABELS).fit(texts, matrix)
    assert np.isfinite(unknown.predict_proba(texts)).all()
    zeros = clone(unknown).fit(texts, np.nan_to_num(matrix))
    assert not np.array_equal(unknown.predict_proba(texts), zeros.predict_proba(texts))


def test_a_text_is_sought_among_the_others_by_the_labels_in_common() -> None:
    alone, known = torch.eye(3)[[0, 0, 1]], torch.ones(3, 3)
    steep = 1 / 0.3  # the distance of what is alike and what is not
    found = math.log(1 + math.exp(-steep))
    assert contrast_loss(torch.ones(3, 2), alone, known) == pytest.approx(math.log(2)), "two to guess among"
    assert contrast_loss(alone, alone, known) == pytest.approx(found)
    none = alone * torch.tensor([0.0, 1, 1])
    assert contrast_loss(alone, none, known) == pytest.approx(found), "none is a kind of its own"
    both = alone + torch.eye(3)[[2, 2, 0]] * torch.tensor([1.0, 0, 0])
    third = found + steep / 3  # two thirds are sought at hand, a third at a distance
    assert contrast_loss(alone, both, known) == pytest.approx((2 * third + math.log(2)) / 3)


def test_labels_that_are_not_known_of_both_texts_do_not_count() -> None:
    labels, known = torch.tensor([[0.0, 1], [0, 0], [1, 0]]), torch.ones(3, 2)
    apart = torch.tensor([[1.0, 0], [1, 0], [0, 1]])
    assert contrast_loss(apart, labels, known) == 0, "no two are alike"
    known[1, 1] = 0
    assert contrast_loss(apart, labels, known) == pytest.approx(math.log(1 + math.exp(-1 / 0.3)))
    assert contrast_loss(apart, labels, torch.eye(3)[:, :2]) == 0, "nothing is known of both"


def test_a_multinomial_head_knows_classes_that_nobody_showed() -> None:
    features, targets = np.array([[1.0, 0], [1, 0.1], [0, 1], [0.1, 1]]), np.eye(3)[[0, 0, 2, 2]]
    head = LinearHead.fit(features, targets, exclusive=True)
    assert head.logits(features).argmax(axis=1).tolist() == [0, 0, 2, 2]
    single = LinearHead.fit(features[:2], targets[:2], exclusive=True)
    assert single.logits(features).argmax(axis=1).tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"strategy": "best"}, "strategy: expected one of head, contrastive, full, auto, got 'best'"),
        ({"time_budget": -1}, "time_budget: expected at least 0, got -1"),
        ({"pooling": "first"}, "pooling: strategy='auto' reads the mean; set strategy='full' or pooling='mean'"),
        ({"tracker": "paper"}, "tracker: expected one of none, tensorboard, mlflow, got 'paper'"),
        ({"tracker": "tensorboard"}, "tracker: TensorBoard's files go to the folder of the checkpoints"),
    ],
)
def test_parameters_out_of_range_are_refused(estimator, training_data, parameters, message: str) -> None:
    with pytest.raises(InputError, match=message):
        estimator.set_params(**parameters).fit(*training_data)


def test_probabilities_are_for_the_full_strategy_alone(estimator) -> None:
    with pytest.raises(InputError, match=r"y\[0, 1\]: 0.500 is neither 0 nor 1 .* or strategy='full'"):
        estimator.fit(["a", "b"], np.array([[1, 0.5], [0, 1]]))


def test_a_tracker_that_is_not_installed_is_named(
    estimator, training_data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finetuning = sys.modules["claimclf.estimators.finetuning"]
    monkeypatch.setattr(finetuning, "is_tensorboard_available", lambda: False)
    estimator.set_params(strategy="full", tracker="tensorboard", checkpoints=tmp_path)
    with pytest.raises(InputError, match="tracker: the package tensorboard is not installed: pip install tensorboard"):
        estimator.fit(*training_data)
