"""Policies, priors and recalibration, through bundles; guarantees on simulated scores."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import claimclf
from claimclf.bundle import recalibrate
from claimclf.cli.main import main
from claimclf.decision import HELD_OUT_FILE, Calibration, HeldOut, Policy, adjusted, estimate_prior
from claimclf.errors import InputError
from claimclf.labels import LABELS
from claimclf.metrics import best_f1_threshold

ONE = ["tax"]


def simulated(n: int, seed: int, base_rate: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """Draw logits of a decent, perfectly calibrated one-label model, and the truth."""
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < base_rate
    # Two normal distributions of variance 4 whose means are 4 apart have a log likelihood ratio of x.
    logits = rng.normal(np.where(truth, 2.0, -2.0), 2.0) + np.log(base_rate / (1 - base_rate))
    return logits[:, None], truth[:, None].astype(float)


def sigmoid(logits: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logits))


@pytest.mark.parametrize(("n_texts", "supported"), [(500, 0.5), (1500, 0.8)])
def test_guarantees_hold_as_often_as_promised(n_texts: int, supported: float) -> None:
    fresh_logits, fresh = simulated(200_000, seed=999)
    scores = sigmoid(fresh_logits)[:, 0]
    broken = {"precision": 0, "omission": 0}
    asserted = 0
    trials = 200
    for seed in range(trials):
        logits, truth = simulated(n_texts, seed)
        policy = Policy.learn(sigmoid(logits), truth, ONE, precision=0.9, omission=0.1, confidence=0.9)
        start, below = policy.assert_from[0], policy.rule_out_below[0]
        if start is not None:
            asserted += 1
            broken["precision"] += fresh[scores >= start, 0].mean() < 0.9
        broken["omission"] += (scores[fresh[:, 0] == 1] < below).mean() > 0.1
    # Of 200 at most 20 may fail in expectation; 33 is three standard deviations above that.
    assert broken["precision"] <= 33
    assert broken["omission"] <= 33
    assert asserted >= supported * trials


def test_guarantees_are_not_bought_by_asserting_nothing() -> None:
    fresh_logits, fresh = simulated(200_000, seed=999)
    scores, carried = sigmoid(fresh_logits)[:, 0], fresh[:, 0] == 1
    grid = np.linspace(0.01, 0.99, 99)
    assertable = min(t for t in grid if carried[scores >= t].mean() >= 0.9)
    omittable = max(t for t in grid if (scores[carried] < t).mean() <= 0.1)
    logits, truth = simulated(5000, seed=1)
    policy = Policy.learn(sigmoid(logits), truth, ONE, precision=0.9, omission=0.1)
    assert policy.assert_from[0] == pytest.approx(assertable, abs=0.1)
    assert policy.rule_out_below[0] == pytest.approx(omittable, abs=0.05)


def test_errors_among_the_very_highest_scores_do_not_end_the_search() -> None:
    scores = np.linspace(1, 0, 4000)[:, None]
    truth = (scores > 0.5).astype(float)
    truth[:60:10] = 0  # one in ten of the sixty highest is wrong, and none of the two thousand that follow
    assert Policy.learn(scores, truth, ONE, precision=0.95).assert_from[0] == pytest.approx(0.5, abs=0.03)


def test_too_little_data_is_said_and_nothing_is_asserted() -> None:
    logits, truth = simulated(60, seed=0)
    policy = Policy.learn(sigmoid(logits), truth, ONE, precision=0.99)
    assert policy.assert_from == (None,)
    assert "not enough data to assert at precision 0.99" in str(policy)
    assert not policy.apply(np.array([[1.0]])).asserted.any()
    assert policy.apply(np.array([[1.0]])).referred.all()


def test_unknown_pairs_do_not_count() -> None:
    logits, truth = simulated(3000, seed=2)
    padded = np.concatenate([truth, np.full((500, 1), np.nan)])
    with_unknown = Policy.learn(sigmoid(np.concatenate([logits, np.full((500, 1), 9.0)])), padded, ONE)
    assert with_unknown == Policy.learn(sigmoid(logits), truth, ONE)


@pytest.mark.parametrize("level", [{"precision": 1.0}, {"omission": 0.0}, {"confidence": 1.5}])
def test_levels_are_checked(level: dict[str, float]) -> None:
    with pytest.raises(InputError, match=f"{next(iter(level))}: expected a number between 0 and 1"):
        Policy.learn(np.zeros((3, 1)), np.zeros((3, 1)), ONE, **level)


@cache
def learnt() -> Policy:
    logits, truth = simulated(2000, seed=3)
    return Policy.learn(sigmoid(logits), truth, ONE)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_no_pair_is_both_asserted_and_referred(values: list[float]) -> None:
    policy, given = learnt(), np.array(values)[:, None]
    asserted, referred = policy.apply(given)
    assert not (asserted & referred).any()
    (assert_from,), (rule_out_below,) = policy.assert_from, policy.rule_out_below
    assert np.array_equal(asserted, given >= (np.inf if assert_from is None else assert_from))
    assert np.array_equal(asserted | referred, given >= rule_out_below)


def test_thresholds_are_half_the_best_f1_and_near_the_best_for_other_texts() -> None:
    logits, truth = simulated(3000, seed=7)
    calibration = Calibration.fit(logits, truth)
    probabilities = calibration.probabilities(logits)[:, 0]
    assert calibration.threshold[0] == pytest.approx(best_f1_threshold(truth[:, 0], probabilities)[1] / 2, abs=1e-3)
    fresh_logits, fresh = simulated(50_000, seed=8)
    decided = calibration.decide(calibration.probabilities(fresh_logits))[:, 0]
    reached = 2 * (decided * fresh[:, 0]).sum() / (decided.sum() + fresh.sum())
    assert reached > best_f1_threshold(fresh[:, 0], fresh_logits[:, 0])[1] - 0.005


@pytest.mark.parametrize(("n_labels", "most"), [(1, 11 / 12), (3, 0.999)], ids=["sigmoid", "softmax"])
def test_few_texts_that_are_all_right_give_no_certainty(n_labels: int, most: float) -> None:
    truth = np.tile(np.eye(max(2, n_labels))[:, :n_labels], (10, 1))
    logits = 4 * truth - 2
    calibration = Calibration.fit(logits, truth, exclusive=n_labels > 1)
    found = calibration.probabilities(logits)
    assert calibration.threshold[0] <= 11 / 24 + 1e-6, "nor does their F1 of 1"
    assert 0.9 < found.max() <= most + 1e-6
    assert found.min() >= (1 - most) / 2


def test_shares_are_estimated_from_unlabelled_texts() -> None:
    logits, _ = simulated(20_000, seed=4, base_rate=0.05)
    at_half = sigmoid(logits - np.log(0.05 / 0.95))  # as a model calibrated where half the texts carry the label
    assert estimate_prior(at_half, np.array([0.5]))[0] == pytest.approx(0.05, abs=0.01)


def test_shares_of_labels_that_exclude_each_other_add_up_to_one() -> None:
    found = estimate_prior(np.array([[0.999, 0.0005, 0.0005]] * 50), np.full(3, 1 / 3), exclusive=True)
    assert found.sum() == pytest.approx(1, abs=1e-12)
    assert found[0] > 0.99


def test_another_prior_gives_the_probabilities_and_decisions_of_that_corpus() -> None:
    logits, truth = simulated(4000, seed=5, base_rate=0.5)
    held_out = HeldOut(logits, truth, np.arange(4000), np.zeros(4000, dtype=bool), np.ones(4000, dtype=bool))
    calibration = Calibration.fit(logits, truth)
    rare = adjusted(calibration, held_out, np.array([0.05]))
    fresh_logits, fresh = simulated(50_000, seed=6, base_rate=0.05)
    fresh_logits = fresh_logits - np.log(0.05 / 0.95)
    assert rare.probabilities(fresh_logits).mean() == pytest.approx(fresh.mean(), abs=0.01)

    def f1(decided: np.ndarray) -> float:
        return 2 * (decided * fresh).sum() / (decided.sum() + fresh.sum())

    before = f1(calibration.decide(calibration.probabilities(fresh_logits)))
    assert f1(rare.decide(rare.probabilities(fresh_logits))) > before + 0.05
    assert adjusted(calibration, held_out, np.array([np.nan])) == calibration


@pytest.fixture
def labelled(training_data) -> tuple[list[str], np.ndarray]:
    texts, labels = training_data
    truth = np.array([[float(label in row) for label in LABELS] for row in labels])
    return texts * 20, np.tile(truth, (20, 1))


@pytest.fixture
def held_out_bundle(baseline_bundle: Path, labelled, tmp_path: Path) -> claimclf.Classifier:
    texts, truth = labelled
    at_random = [position % 2 == 0 for position in range(len(texts))]
    return recalibrate(baseline_bundle, tmp_path / "copy", texts, truth, at_random=at_random)


def test_a_policy_asserts_refers_and_rules_out(held_out_bundle, labelled) -> None:
    texts, _ = labelled
    guarded = held_out_bundle.with_policy(precision=0.8, confidence=0.8)
    assert held_out_bundle.policy is None
    for prediction in guarded.predictions([*texts[:12], ""]):
        assert not set(prediction.labels) & set(prediction.referred)
    assert guarded.predictions([""])[0].referred == ()
    never = held_out_bundle.with_policy(precision=0.999)
    assert not never.predict(texts[:12]).any()
    assert any(prediction.referred for prediction in never.predictions(texts[:12]))
    assert claimclf.predict(texts[0], model=never).referred == never.predictions(texts[:1])[0].referred


def test_a_prior_moves_probabilities_and_is_not_applied_twice(held_out_bundle, labelled) -> None:
    texts, _ = labelled
    rare = held_out_bundle.with_prior({"agreement": 0.01})
    assert (rare.predict_proba(texts)[:, 0] < held_out_bundle.predict_proba(texts)[:, 0]).all()
    assert np.array_equal(rare.predict_proba(texts)[:, 1:], held_out_bundle.predict_proba(texts)[:, 1:])
    again = rare.with_prior({"policy_advice": 0.02}).with_prior({"agreement": 0.01})
    assert again.prior == {"agreement": 0.01, "policy_advice": 0.02}
    assert np.array_equal(again.predict_proba(texts)[:, :3], rare.predict_proba(texts)[:, :3])
    assert set(held_out_bundle.with_prior(texts=texts).prior) == set(LABELS)


def test_refusals_name_the_remedy(held_out_bundle, baseline_bundle: Path) -> None:
    for wrong, message in [
        (lambda: held_out_bundle.with_prior(), "either shares by label or texts"),
        (lambda: held_out_bundle.with_prior({"tax": 0.1}), "unknown label 'tax'"),
        (lambda: held_out_bundle.with_prior({"agreement": 1.0}), "between 0 and 1"),
        (lambda: held_out_bundle.with_prior({"agreement": 0.1}).with_policy(), "no guarantee holds"),
        (lambda: held_out_bundle.with_policy().with_prior({"agreement": 0.1}), "no policy holds"),
    ]:
        with pytest.raises(InputError, match=message):
            wrong()


def test_a_bundle_without_scores_says_how_to_get_them(baseline_bundle: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bare"
    shutil.copytree(baseline_bundle, folder)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    manifest["files"].pop(HELD_OUT_FILE, None)
    (folder / HELD_OUT_FILE).unlink(missing_ok=True)
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(InputError, match="claimclf recalibrate"):
        claimclf.load(folder).with_policy()


def test_recalibration_checks_its_input(baseline_bundle: Path, labelled, tmp_path: Path) -> None:
    texts, truth = labelled
    with pytest.raises(InputError, match="at least one labelled text"):
        recalibrate(baseline_bundle, tmp_path / "b", [], truth[:0])
    with pytest.raises(InputError, match=r"truth: expected shape"):
        recalibrate(baseline_bundle, tmp_path / "b", texts, truth[:-1])
    with pytest.raises(InputError, match=r"texts\[1\]: an empty text"):
        recalibrate(baseline_bundle, tmp_path / "b", [texts[0], " "], truth[:2])
    with pytest.raises(InputError, match="groups, at_random, real: expected 240 entries"):
        recalibrate(baseline_bundle, tmp_path / "b", texts, truth, groups=texts[:3])


def test_a_label_without_cases_keeps_its_calibration(baseline_bundle: Path, labelled, tmp_path: Path) -> None:
    texts, truth = labelled
    without = truth[:, 1] == 0
    kept = [text for text, chosen in zip(texts, without, strict=True) if chosen]
    before = claimclf.load(baseline_bundle).calibration
    after = recalibrate(baseline_bundle, tmp_path / "b", kept, truth[without])
    for part in ("slope", "intercept", "threshold"):
        assert getattr(after.calibration, part)[1] == getattr(before, part)[1]
    assert after.calibration.slope[0] != before.slope[0]
    with pytest.raises(InputError, match="at least one text that is not empty"):
        after.with_prior(texts=[" "])


@pytest.mark.parametrize("why", ["too few", "calibrated on others", "against the scores"])
def test_a_prior_does_not_move_what_was_calibrated_elsewhere(
    why: str, baseline_bundle: Path, labelled, tmp_path: Path
) -> None:
    texts, truth = labelled
    if why == "too few":
        truth[np.flatnonzero(truth[:, 1] == 1)[9:], 1] = 0
    elif why == "calibrated on others":
        truth[:120] = 0
    else:
        truth[:, 1] = 1 - truth[:, 1]
    after = recalibrate(baseline_bundle, tmp_path / "b", texts, truth, refit=why != "calibrated on others")
    assert after.calibration.slope[1] == claimclf.load(baseline_bundle).calibration.slope[1]
    with pytest.raises(InputError, match=r"prior\['surveillance_tech'\]: too few .* at least 10 of each"):
        after.with_prior({"surveillance_tech": 0.1})
    if why == "calibrated on others":
        with pytest.raises(InputError, match="no label was calibrated on the held-out texts"):
            after.with_prior(texts=texts)
    else:
        assert "surveillance_tech" not in after.with_prior(texts=texts).prior


def test_policies_rest_on_real_texts_alone(baseline_bundle: Path, labelled, tmp_path: Path) -> None:
    texts, truth = labelled
    wrong = 1 - truth  # as if everything that was written for the purpose were mislabelled
    both = recalibrate(
        baseline_bundle,
        tmp_path / "both",
        texts * 2,
        np.concatenate([truth, wrong]),
        real=[True] * len(texts) + [False] * len(texts),
        refit=False,
    )
    alone = recalibrate(baseline_bundle, tmp_path / "alone", texts, truth, refit=False)
    assert both.with_policy().policy == alone.with_policy().policy


def test_scores_are_kept_and_decisions_may_stay(baseline_bundle: Path, labelled, tmp_path: Path) -> None:
    texts, truth = labelled
    before = claimclf.load(baseline_bundle)
    kept = recalibrate(baseline_bundle, tmp_path / "kept", texts, truth, refit=False)
    assert kept.calibration == before.calibration
    assert np.array_equal(kept.held_out.logits, before.decision_function(texts))
    assert before.decision_function([]).shape == (0, len(LABELS))
    assert kept.held_out.base_rates() == pytest.approx(truth.mean(axis=0))
    assert np.isnan(kept.held_out.base_rates(at_random=True)).all()
    assert claimclf.bundle.verify(kept).passed
    refitted = recalibrate(kept.path, kept.path, texts, truth)
    assert refitted.calibration != before.calibration
    assert refitted.manifest["metrics"]["n_texts"] == len(texts)
    assert kept.manifest["metrics"] == before.manifest["metrics"]
    assert claimclf.bundle.verify(refitted).passed


def test_recalibrate_and_predict_by_command(baseline_bundle: Path, training_data, tmp_path: Path, capsys) -> None:
    texts, labels = training_data
    file = tmp_path / "gold.jsonl"
    rows = [{"text": text, "labels": row} for text, row in zip(texts, labels, strict=True)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows * 20), "utf-8")
    out = tmp_path / "mine"
    assert main(["recalibrate", str(baseline_bundle), str(file), "--out", str(out)]) == 0
    assert "recalibrated on 240 texts" in capsys.readouterr().out
    assert main(["info", str(out)]) == 0
    assert "held-out scores of 240 texts" in capsys.readouterr().out
    text = tmp_path / "report.txt"
    text.write_text("\n\n".join(texts), "utf-8")
    assert main(["predict", str(text), "--model", str(out), "--precision", "0.999"]) == 0
    printed = capsys.readouterr()
    assert "not enough data to assert" in printed.err
    assert "agreement?" in printed.out


def test_thresholds_of_ones_own_decide_and_are_replayed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clf, text = claimclf.load(), "Oro and Veldania signed a pact on ports."
    assert clf.predict([text])[0, 0] == 1
    strict = clf.with_thresholds({"agreement": 1.0})
    assert strict.predict([text])[0, 0] == 0
    assert strict.predict_proba([text]).tolist() == clf.predict_proba([text]).tolist()
    lenient = strict.with_thresholds({"agreement": 0.0})
    assert lenient.predict(["A river.", " "]).tolist() == [[1, 0, 0, 0], [0, 0, 0, 0]]
    (tmp_path / "a.txt").write_text(text, "utf-8")
    out = tmp_path / "a.jsonl"
    assert main(["predict", str(tmp_path / "a.txt"), "--threshold", "agreement=1", "--out", str(out)]) == 0
    row = json.loads(out.read_text("utf-8"))
    assert (row["labels"], json.loads(row["policy"])) == ([], {"thresholds": {"agreement": 1.0}})
    assert main(["replay", str(out)]) == 0
    rare = clf.with_prior({"agreement": 0.01}).with_thresholds({"agreement": 1.0})
    rare.with_thresholds({"policy_advice": 1.0})  # adds to the first
    claimclf.predict.document(tmp_path / "a.txt", model=rare).to_jsonl(out)
    assert main(["replay", str(out)]) == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda clf: clf.with_thresholds({"treaty": 0.5}), "thresholds: unknown label 'treaty'"),
        (
            lambda clf: clf.with_thresholds({"agreement": 1.5}),
            r"thresholds\['agreement'\]: expected a number from",
        ),
        (lambda clf: clf.with_thresholds({"agreement": "0.5"}), r"thresholds\['agreement'\]: expected a number from 0"),
        (lambda clf: clf.with_policy(0.8).with_thresholds({"agreement": 0.5}), "with_thresholds: a policy decides"),
        (lambda clf: clf.with_thresholds({"agreement": 0.5}).with_policy(0.8), "with_policy: no guarantee holds"),
        (lambda clf: clf.with_thresholds({"agreement": 0.5}).with_prior({"agreement": 0.1}), "choose others after it"),
    ],
)
def test_thresholds_that_cannot_be_are_refused(change, message: str) -> None:
    with pytest.raises(InputError, match=message):
        change(claimclf.load())
