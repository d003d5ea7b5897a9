"""What a run says to do next."""

from __future__ import annotations

import numpy as np

from claimclf.bundle import SHIPPED, load
from claimclf.estimators.calibrating import Trained
from claimclf.estimators.nextsteps import next_steps
from claimclf.labels import LABELS
from claimclf.metrics import evaluate

TRUTH = np.eye(4)[[0, 1, 2, 3] * 5]


def steps(bundle: str, predicted: np.ndarray, truth: np.ndarray = TRUTH) -> list[str]:
    return next_steps(Trained(SHIPPED / bundle, evaluate(truth, predicted, LABELS), "made up"))


def test_nothing_is_left_to_do_where_all_is_right_and_no_scores_are_kept() -> None:
    assert steps("baseline", TRUTH) == []


def test_more_texts_are_asked_for_the_label_with_the_lowest_f1() -> None:
    predicted = TRUTH.copy()
    predicted[:8, 2] = 1
    said, rough = steps("baseline", predicted)
    assert said.startswith(
        "label more texts for disinformation, whose F1 is the lowest: 0% of its 5 texts are missed, and"
    )
    assert "55% of the texts said to be disinformation are not. `claimclf suggest" in said
    assert rough.startswith("do not trust the figures far: 20 groups tell macro F1 to within 0.")


def test_a_label_that_is_never_asserted_has_no_precision_to_speak_of() -> None:
    said = steps("baseline", TRUTH * [1, 0, 1, 1])[0]
    assert "texts for surveillance_tech" in said
    assert "100% of its 5 texts are missed. `claimclf suggest" in said


def test_scores_that_a_bundle_keeps_say_what_to_read_again_and_what_to_leave_to_the_model() -> None:
    again, leave = steps("default", TRUTH)
    held_out, calibration = load("default").held_out, load("default").calibration
    scores = calibration.probabilities(held_out.logits)
    sure = ((scores > 0.9) & (held_out.truth == 0)) | ((scores < 0.1) & (held_out.truth == 1))
    assert again.startswith(f"read {sure.any(axis=1).sum():,} of the {len(scores):,} held-out texts again")
    policy = load("default").with_policy(0.95).policy
    able = [label for label, start in zip(LABELS, policy.assert_from, strict=True) if start is not None]
    assert 0 < len(able) < 4, "the test below is of a policy that supports some labels"
    assert leave.startswith("leave to a reader what is unsure (`claimclf predict --precision 0.95`)")
    assert f"the model can assert {', '.join(able)}; for the others" in leave
