"""The evaluation report: what it says and that it is safe to open."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import claimclf
from claimclf.bundle import recalibrate
from claimclf.data import targets
from claimclf.errors import InputError
from claimclf.evaluation import evaluate_on, reliability_on
from claimclf.labels import LABELS
from claimclf.records import Example
from claimclf.reporting import compare, render


@pytest.fixture
def examples(training_data) -> list[Example]:
    texts, labels = training_data
    return [
        Example(f"{copy}-{n}", text, tuple(row), group=f"g{n % 5}", genre="news", year=2001 + copy)
        for copy in range(6)
        for n, (text, row) in enumerate(zip(texts, labels, strict=True))
    ]


@pytest.fixture
def classifiers(baseline_bundle: Path, examples, tmp_path: Path) -> dict[str, claimclf.Classifier]:
    plain = claimclf.load(baseline_bundle)
    texts = [example.text for example in examples]
    return {"plain": plain, "kept": recalibrate(baseline_bundle, tmp_path / "b", texts, targets(examples))}


HELD_OUT = [
    {
        "id": "1",
        "group": "g",
        "labels": ["agreement"],
        "unsure": [],
        "decided": [],
        "text": "<script>alert(1)</script>",
    },
    {"id": "2", "group": "g", "labels": [], "unsure": [], "decided": ["agreement"], "text": "A false alarm."},
    {"id": "3", "group": "g", "labels": [], "unsure": ["agreement"], "decided": ["agreement"], "text": "Nobody knows."},
]


def test_the_figures_are_those_of_the_library(classifiers, examples) -> None:
    figures = compare(classifiers, examples)
    assert list(figures["models"]) == ["keywords", "plain", "kept"]
    assert figures["models"]["plain"]["report"] == evaluate_on(classifiers["plain"], examples).to_dict()
    found = {part.label: part.to_dict() for part in reliability_on(classifiers["plain"], examples)}
    assert figures["models"]["plain"]["reliability"] == found
    assert figures["models"]["plain"]["policy"] is None
    policy = figures["models"]["kept"]["policy"]
    assert set(policy["precision"]) == set(LABELS)
    assert 0 <= policy["any_referred"] <= 1
    assert list(figures["differences"]) == ["kept minus keywords", "kept minus plain"]
    carried = np.mean(["agreement" in example.labels for example in examples])
    assert figures["data"]["base_rates"]["agreement"] == pytest.approx(carried, abs=1e-3)
    assert figures["models"]["plain"]["slices"]["genre"]["news"]["n_texts"] == len(examples)
    assert (
        figures["models"]["plain"]["slices"]["years"] == {}
    )  # every span has fewer than 50 sentences, or one has more
    assert figures["models"]["keywords"]["behaviour"]["overall"][1] > 200


def test_errors_are_those_readers_agreed_on_and_are_escaped(classifiers, examples) -> None:
    rows = [{**row, "scores": dict.fromkeys(LABELS, 0.4)} for row in HELD_OUT]
    figures = compare(classifiers, examples, held_out=rows)
    assert [(error["kind"], error["text"]) for error in figures["errors"]] == [
        ("missed", "<script>alert(1)</script>"),
        ("asserted wrongly", "A false alarm."),
    ]
    page = render(figures)
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_page_is_whole_and_loads_nothing(classifiers, examples) -> None:
    page = render(compare(classifiers, examples))
    assert not re.search(r"""(src|href)\s*=|url\(|@import|https?://""", page)

    class Checker(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.open: list[str] = []

        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag not in ("meta", "line", "polyline"):
                self.open.append(tag)

        def handle_endtag(self, tag: str) -> None:
            if tag not in ("line", "polyline"):
                assert self.open.pop() == tag

    checker = Checker()
    checker.feed(page)
    assert checker.open == []
    for words in ("F1", "plain", "kept", "Slices", "Behaviour", "Policy", "sha256"):
        assert words in page


@pytest.mark.filterwarnings("error:::claimclf")
def test_what_is_not_known_is_null_and_shown_as_none(classifiers, examples) -> None:
    unsure = [
        replace(example, group="one", unsure=("agreement",), labels=tuple(set(example.labels) - {"agreement"}))
        for example in examples
    ]
    figures = compare(classifiers, unsure)
    json.dumps(figures, allow_nan=False)
    assert figures["data"]["base_rates"]["agreement"] is None
    assert figures["models"]["plain"]["report"]["macro_f1"][1:] == [None, None]
    assert "agreement none," in render(figures)


def test_nothing_to_compare_is_refused(classifiers, examples) -> None:
    with pytest.raises(InputError, match="at least one labelled sentence and one bundle"):
        compare(classifiers, [])
    with pytest.raises(InputError, match="at least one labelled sentence and one bundle"):
        compare({}, examples)


def test_the_worst_errors_come_first_and_a_dozen_are_enough(classifiers, examples) -> None:
    rows = [
        {**HELD_OUT[side], "id": f"{side}{number}", "scores": dict.fromkeys(LABELS, number / 20)}
        for side in (0, 1)
        for number in range(20)
    ]
    errors = compare(classifiers, examples, held_out=rows)["errors"]
    missed, wrong = ([e["score"] for e in errors if e["kind"] == kind] for kind in ("missed", "asserted wrongly"))
    assert missed == [number / 20 for number in range(12)]
    assert wrong == [number / 20 for number in range(19, 7, -1)]
