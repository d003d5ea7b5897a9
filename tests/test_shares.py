from __future__ import annotations

import numpy as np
import pytest

import claimclf
from claimclf.errors import InputError, InputTypeError
from claimclf.records import Prediction


def predictions(scores) -> list[Prediction]:
    return [Prediction("…", ("tax",) if s >= 0.5 else (), {"tax": float(s)}) for s in scores]


def corpus(rng: np.random.Generator, share: float, size: int = 4000):
    """Truth, and scores of a decent classifier that finds the label more often than it is there."""
    truth = rng.random(size) < share
    return truth, np.where(truth, rng.beta(6, 2, size), rng.beta(0.6, 3, size))


def test_intervals_cover_at_their_rate_where_counting_does_not() -> None:
    rng = np.random.default_rng(0)
    covered, counted, widths, alone = [], [], [], []
    for _ in range(400):
        truth, scores = corpus(rng, share=0.12)
        given = predictions(scores)
        sample = {int(i): ["tax"] if truth[i] else [] for i in rng.choice(len(truth), 200, replace=False)}
        found = claimclf.prevalence(given, sample)["tax"]
        covered.append(found.low <= truth.mean() <= found.high)
        error = 1.96 * (found.counted * (1 - found.counted) / len(truth)) ** 0.5
        counted.append(abs(found.counted - truth.mean()) <= error)
        widths.append(found.high - found.low)
        gold = np.mean([bool(labels) for labels in sample.values()])
        alone.append(2 * 1.96 * (gold * (1 - gold) / 200) ** 0.5)
    assert 0.93 <= np.mean(covered) <= 0.99
    assert np.mean(counted) < 0.1
    assert np.mean(widths) < 0.8 * np.mean(alone), "the scores must narrow what the sample alone would give"


def covers(truth, scores, n_sampled: int, trials: int) -> float:
    """Return how often the interval from a sample of one corpus holds its share."""
    rng, given = np.random.default_rng(5), predictions(scores)
    covered = []
    for _ in range(trials):
        sample = {int(i): ["tax"] if truth[i] else [] for i in rng.choice(len(truth), n_sampled, replace=False)}
        found = claimclf.prevalence(given, sample)["tax"]
        covered += [] if found.refusal else [found.low <= truth.mean() <= found.high]
    return float(np.mean(covered))


def test_intervals_cover_where_the_classifier_is_nearly_right() -> None:
    rng = np.random.default_rng(3)
    truth = rng.random(20_000) < 0.08
    asserted = truth | (rng.random(20_000) < 0.005)  # two samples in five hold none of these errors
    assert covers(truth, np.where(asserted, 0.98, 0.02), 200, trials=100) >= 0.93


def test_what_is_labelled_is_no_longer_uncertain() -> None:
    truth, scores = corpus(np.random.default_rng(4), share=0.15, size=1000)
    assert 0.91 <= covers(truth, scores, 500, trials=200) <= 0.985
    everything = claimclf.prevalence(predictions(scores), {i: ["tax"] * bool(t) for i, t in enumerate(truth)})["tax"]
    assert (everything.low, everything.high) == pytest.approx((truth.mean(), truth.mean()))


def test_more_confidence_is_wider_and_shares_stay_shares() -> None:
    rng = np.random.default_rng(1)
    truth, scores = corpus(rng, share=0.1)
    sample = {i: ["tax"] if truth[i] else [] for i in range(300)}
    narrow, wide = (claimclf.prevalence(predictions(scores), sample, confidence=c)["tax"] for c in (0.8, 0.999))
    assert wide.low < narrow.low < narrow.share < narrow.high < wide.high
    assert 0 <= wide.low < wide.high <= 1


def test_useless_scores_do_no_harm() -> None:
    rng = np.random.default_rng(2)
    truth = rng.random(2000) < 0.3
    sample = {i: ["tax"] if truth[i] else [] for i in range(400)}
    found = claimclf.prevalence(predictions(np.full(2000, 0.5)), sample)["tax"]
    assert found.share == pytest.approx(truth[:400].mean())


def test_a_label_without_enough_cases_gets_a_reason_and_no_number() -> None:
    sample = {i: ["tax"] if i < 9 else [] for i in range(150)}
    found = claimclf.prevalence(predictions(np.linspace(0, 1, 500)), sample)["tax"]
    assert (found.share, found.low, found.high) == (None, None, None)
    assert str(found) == "tax: not enough data: 9 of 150 sampled sentences carry it, 10 are needed"


@pytest.mark.parametrize(
    ("sample", "options", "error", "message"),
    [
        ({i: [] for i in range(99)}, {}, InputError, "99 sentences are too few; label at least 100, drawn at random"),
        ({i: [] for i in range(150, 300)}, {}, InputError, "no prediction 200; there are 200, counted from 0"),
        ({**{i: [] for i in range(100)}, -1: []}, {}, InputError, "no prediction -1"),
        ({i: ["taxes"] for i in range(100)}, {}, InputError, r"gold_sample\[0\]: unknown label 'taxes'"),
        (dict.fromkeys(range(100), "tax"), {}, InputError, r"gold_sample\[0\]"),
        ([["tax"]] * 100, {}, InputTypeError, "expected labels by position in predictions"),
        ({i: [] for i in range(100)}, {"confidence": 95}, InputError, "confidence: expected a number between 0 and 1"),
    ],
)
def test_what_cannot_be_estimated_is_refused(sample, options, error, message) -> None:
    with pytest.raises(error, match=message):
        claimclf.prevalence(predictions(np.linspace(0, 1, 200)), sample, **options)


def test_predictions_of_two_bundles_are_refused() -> None:
    mixed = [*predictions([0.5] * 120), Prediction("…", (), {"health": 0.1})]
    with pytest.raises(InputTypeError, match=r"predictions\[120\]: its labels are not those of predictions\[0\]"):
        claimclf.prevalence(mixed, {i: [] for i in range(100)})
    with pytest.raises(InputTypeError, match=r"predictions\[0\]: expected a Prediction, got str"):
        claimclf.prevalence(["text"], {i: [] for i in range(100)})


def test_positions_may_come_from_numpy_and_no_predictions_are_refused() -> None:
    sample = {place: ["tax"] if place < 50 else [] for place in np.arange(100)}
    assert claimclf.prevalence(predictions(np.linspace(0, 1, 200)), sample)["tax"].cases == 50
    with pytest.raises(InputError, match="predictions: expected at least one"):
        claimclf.prevalence([], sample)
