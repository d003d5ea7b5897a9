"""The minimal pairs that ship with the package, and how the shipped bundles fare on them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

import claimclf
from claimclf.behaviour import behaviour, read_pairs
from claimclf.checks.duplicates import check_equal, check_overlap, check_templates
from claimclf.cli.main import main
from claimclf.data import read_examples
from claimclf.errors import DataError, InputError
from claimclf.evaluation import KeywordRule, Never
from claimclf.records import Example

DATASETS = Path(__file__).parent.parent / "datasets"


@pytest.fixture(scope="module")
def pairs():
    return read_pairs()


def test_the_suite_has_what_it_promises(pairs) -> None:
    per_label = Counter(pair.label for pair in pairs)
    assert set(per_label) == set(claimclf.LABELS)
    assert min(per_label.values()) >= 60
    flips = Counter(pair.label for pair in pairs if pair.flips)
    assert all(2 * flips[label] >= per_label[label] for label in per_label)
    keeps = {pair.kind for pair in pairs if not pair.flips}
    assert keeps == {
        "denial", "report", "hypothesis", "quotation", "names", "order", "typos", "case", "addition",
    }  # fmt: skip
    assert len({pair.id for pair in pairs}) == len(pairs)


def test_no_sentence_of_the_suite_is_learnt_from(pairs) -> None:
    texts = [text for pair in pairs for text in pair.texts]
    for path in sorted([*DATASETS.glob("authored/*.jsonl"), *DATASETS.glob("contrasts/*.jsonl")]):
        finding = check_overlap(read_examples(path), "the suite", texts)
        assert finding.status == "ok", str(finding)


def test_no_pair_repeats_another(pairs) -> None:
    firsts = [Example(pair.id, pair.texts[0], (), pair.id) for pair in pairs]
    assert check_equal({"suite": firsts}).summary.startswith("0 repeated")
    assert check_templates(firsts).status == "ok"


def test_a_pair_passes_only_if_both_sides_are_right(pairs) -> None:
    assert behaviour(Never(), pairs).overall.passed == sum(pair.carried == (False, False) for pair in pairs)
    assert behaviour(Never(["agreement"]), pairs).overall.total == sum(pair.label == "agreement" for pair in pairs)


def test_what_cannot_be_asked_is_refused(pairs, tmp_path: Path, capsys) -> None:
    with pytest.raises(InputError, match=r"none asks of a label of this decider \(tax\)"):
        behaviour(Never(["tax"]), pairs)
    (tmp_path / "pairs.jsonl").write_text('{"id": "1", "label": "agreement", "kind": "x", "first": "A."}\n')
    with pytest.raises(DataError, match=r"line 1: a field of a pair is missing or wrong \('second'\)"):
        read_pairs(tmp_path / "pairs.jsonl")
    assert main(["evaluate", "--behaviour", "--calibration"]) == 2
    assert "evaluate --calibration: name a FILE" in capsys.readouterr().err


def test_the_default_is_far_above_the_rules(pairs) -> None:
    default, baseline, keywords = (
        behaviour(decider, pairs) for decider in (claimclf.load("default"), claimclf.load("baseline"), KeywordRule())
    )
    # The release gate; a bundle that passes fewer pairs than this is not shipped.
    assert default.overall.share >= 0.85
    assert min(rate.share for rate in default.kinds.values()) >= 0.375
    assert default.overall.share > baseline.overall.share > 2 * keywords.overall.share
    assert {len(pair.failed) for pair in (default, baseline)} == {
        outcome.overall.total - outcome.overall.passed for outcome in (default, baseline)
    }


def test_the_command_line_prints_rates_beside_the_rules(baseline_bundle, capsys) -> None:
    assert main(["evaluate", "--behaviour", "--model", str(baseline_bundle)]) == 0
    out = capsys.readouterr().out
    assert "keywords" in out
    assert "policy_advice: aim_without_step" in out
    assert main(["evaluate", "--behaviour", "--json", "--model", "baseline"]) == 0
    figures = json.loads(capsys.readouterr().out)["behaviour"]
    assert figures["none"]["overall"][1] == figures["baseline"]["overall"][1] >= 240
    assert main(["evaluate"]) == 2
    assert "name a FILE of labelled texts, or --behaviour" in capsys.readouterr().err
