from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import f1_score, precision_score, recall_score

from claimclf.bootstrap import resampled_counts
from claimclf.decision.calibration import Calibration
from claimclf.metrics import best_f1_threshold, evaluate, paired_difference

rng = np.random.default_rng(0)
TRUTH = (rng.random((400, 2)) < 0.3).astype(float)
PREDICTED = np.where(rng.random((400, 2)) < 0.8, TRUTH, 1 - TRUTH).astype(int)
GROUPS = [f"g{index % 40}" for index in range(400)]


def test_figures_are_those_of_scikit_learn() -> None:
    report = evaluate(TRUTH, PREDICTED, ["a", "b"], groups=GROUPS)
    for column, label in enumerate("ab"):
        truth, predicted = TRUTH[:, column], PREDICTED[:, column]
        assert report.f1[label].value == pytest.approx(f1_score(truth, predicted))
        assert report.precision[label].value == pytest.approx(precision_score(truth, predicted))
        assert report.recall[label].value == pytest.approx(recall_score(truth, predicted))
        assert report.support[label] == truth.sum()
    assert report.macro_f1.value == pytest.approx(f1_score(TRUTH, PREDICTED, average="macro"))
    assert report.macro_f1.low < report.macro_f1.value < report.macro_f1.high


def test_unknown_pairs_are_left_out() -> None:
    truth = TRUTH.copy()
    truth[::3, 0] = np.nan
    kept = ~np.isnan(truth[:, 0])
    report = evaluate(truth, PREDICTED, ["a", "b"])
    assert report.f1["a"].value == pytest.approx(f1_score(TRUTH[kept, 0], PREDICTED[kept, 0]))
    assert report.f1["b"].value == pytest.approx(f1_score(TRUTH[:, 1], PREDICTED[:, 1]))


def test_fewer_groups_make_wider_intervals() -> None:
    blocks = np.repeat(rng.random((20, 1)) < 0.5, 20, axis=0)  # within a block all is right or all is wrong
    predicted = np.where(blocks, TRUTH, 1 - TRUTH)
    by_text = evaluate(TRUTH, predicted, ["a", "b"]).macro_f1
    by_block = evaluate(TRUTH, predicted, ["a", "b"], groups=[f"g{index // 20}" for index in range(400)]).macro_f1
    assert by_block.high - by_block.low > 2 * (by_text.high - by_text.low)


def test_one_group_has_no_interval() -> None:
    report = evaluate(TRUTH, PREDICTED, ["a", "b"], groups=["a"] * 400)
    assert report.to_dict()["macro_f1"] == [round(report.macro_f1.value, 4), None, None]
    assert str(report.f1["a"]).endswith("[none, none]")
    difference = paired_difference(TRUTH, TRUTH, PREDICTED, groups=["a"] * 400)
    assert difference.value > 0
    assert np.isnan([difference.low, difference.high]).all()


def test_a_label_nobody_carries_or_predicts_is_left_out_of_the_mean() -> None:
    truth, predicted = np.array([[1.0, 0], [1, 0]]), np.array([[1, 0], [1, 0]])
    report = evaluate(truth, predicted, ["a", "b"])
    assert np.isnan(report.f1["b"].value)
    assert report.macro_f1.value == 1


def test_paired_difference_of_equals_is_zero_and_of_better_is_positive() -> None:
    same = paired_difference(TRUTH, PREDICTED, PREDICTED, groups=GROUPS)
    assert (same.value, same.low, same.high) == (0, 0, 0)
    better = paired_difference(TRUTH, TRUTH, PREDICTED, groups=GROUPS)
    assert better.low > 0


@given(arrays(float, 12, elements=st.floats(-5, 5)), arrays(int, 12, elements=st.integers(0, 1)))
def test_no_threshold_beats_the_best(scores: np.ndarray, truth: np.ndarray) -> None:
    truth[0] = 1
    threshold, f1 = best_f1_threshold(truth, scores)
    assert f1_score(truth, scores >= threshold) == pytest.approx(f1)
    assert max(f1_score(truth, scores >= other) for other in scores) <= f1 + 1e-12


def test_calibration_mends_overconfident_logits() -> None:
    probability = rng.random(5000)
    truth = (rng.random(5000) < probability).astype(float)[:, None]
    logits = 3 * np.log(probability / (1 - probability))[:, None] + 2
    calibrated = Calibration.fit(logits, truth).probabilities(logits)[:, 0]
    assert np.abs(calibrated - probability).max() < 0.05


def test_calibration_without_both_classes_keeps_the_models_own_probabilities() -> None:
    assert Calibration.fit(np.array([[1.0], [2.0]]), np.zeros((2, 1))) == Calibration.identity(1)


def test_extreme_logits_do_not_overflow() -> None:
    assert Calibration.identity(1).probabilities(np.array([[-1e6], [1e6]])).tolist() == [[0.0], [1.0]]


def test_draws_do_not_depend_on_how_many_are_made_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = np.random.default_rng(0).integers(0, 2, (50, 3, 2))
    whole = resampled_counts(outcomes, None, n_resamples=30)
    monkeypatch.setattr("claimclf.bootstrap._TOGETHER", 101)
    assert np.array_equal(resampled_counts(outcomes, None, n_resamples=30), whole)
    assert not resampled_counts(outcomes[:0], None, n_resamples=3).any()
