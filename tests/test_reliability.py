from __future__ import annotations

import json

import numpy as np
import pytest

from claimclf.reliability import reliability


@pytest.fixture
def scores() -> np.ndarray:
    return np.random.default_rng(0).beta(0.4, 2, (3_000, 1))


def found(truth, scores, **options):
    (one,) = reliability(truth, scores, ["tax"], **options)
    return one


def test_true_probabilities_have_no_error_and_all_the_skill_there_is(scores) -> None:
    truth = (np.random.default_rng(1).random(scores.shape) < scores).astype(float)
    one = found(truth, scores)
    assert one.error.value < 0.02
    assert one.error_high.value < 0.06
    assert one.error_high.value == pytest.approx(one.floor_high, abs=0.015)
    few = found(truth[:300], scores[:300])
    assert few.floor_high > 2 * one.floor_high, "fewer sentences show more error by chance"
    assert one.brier_skill.value == pytest.approx(scores.var() / (truth.mean() * (1 - truth.mean())), abs=0.04)
    assert 0 < one.brier_skill.low < one.brier_skill.high < 1
    assert sum(number for _, _, number in one.diagram) == len(scores)


def test_a_constant_guess_has_no_error_and_no_skill(scores) -> None:
    truth = (np.random.default_rng(1).random(scores.shape) < 0.1).astype(float)
    one = found(truth, np.full_like(scores, truth.mean()))
    assert one.error.value == pytest.approx(0, abs=1e-9)
    assert one.brier_skill.value == pytest.approx(0, abs=1e-9)
    assert one.log_skill.value == pytest.approx(0, abs=1e-9)
    assert one.floor_high == 0
    assert np.isnan(one.error_high.value), "no score is high, so there is nothing to say of high ones"


def test_overconfident_scores_are_found_out(scores) -> None:
    truth = (np.random.default_rng(1).random(scores.shape) < scores).astype(float)
    bold = found(truth, np.where(scores > 0.3, 0.99, 0.01))
    honest = found(truth, scores)
    assert bold.error_high.value > 0.3
    assert bold.log_skill.value < 0 < honest.log_skill.value


def test_pairs_that_nobody_knows_are_left_out() -> None:
    truth = np.array([[1.0], [0], [np.nan]] * 40)
    probabilities = np.array([[0.9], [0.1], [0.9]] * 40)
    assert found(truth, probabilities).base_rate == 0.5
    alone = found(truth[np.arange(120) % 3 < 2], probabilities[np.arange(120) % 3 < 2])
    assert found(truth, probabilities).error.value == pytest.approx(alone.error.value)
    assert found(truth, probabilities).brier_skill.value == pytest.approx(alone.brier_skill.value)


@pytest.mark.filterwarnings("error")
def test_a_label_that_nobody_is_sure_of_has_no_figures() -> None:
    figures = found(np.full((50, 1), np.nan), np.full((50, 1), 0.3)).to_dict()
    nothing = [None, None, None]
    assert (figures["base_rate"], figures["error"], figures["brier_skill"]) == (None, nothing, nothing)
    assert figures["diagram"] == []
    json.dumps(figures, allow_nan=False)


def test_intervals_are_wider_over_groups_than_over_sentences() -> None:
    rng = np.random.default_rng(3)
    groups = np.repeat(np.arange(20), 100)
    bias = rng.normal(0, 0.15, 20)[groups]
    probabilities = np.full((2000, 1), 0.4)
    truth = (rng.random(2000) < 0.4 + bias).astype(float)[:, None]
    alone, grouped = found(truth, probabilities), found(truth, probabilities, groups=list(map(str, groups)))
    assert grouped.error.high - grouped.error.low > 2 * (alone.error.high - alone.error.low)
