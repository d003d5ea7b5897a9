"""Which texts to label next, which labels to read again, and the files that annotation tools import."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import claimclf
from claimclf.annotation import FORMATS, suggest
from claimclf.cli.main import main
from claimclf.data import load_examples
from claimclf.decision import Calibration
from claimclf.errors import DataError, InputError, InputTypeError
from claimclf.records import Task
from claimclf.text import normalise

NOUNS = ["orchard", "glacier", "violin", "harbour", "walnut", "lantern", "compass", "meadow", "anvil", "ferry"]
VERBS = ["burned", "vanished", "stood empty", "was sold", "grew", "froze", "lay hidden", "changed hands"]
DISTINCT = [f"The {noun} {verb}" for number, noun in enumerate(NOUNS) for verb in VERBS[number % 4 :: 4]]


class Known:
    """A classifier whose probabilities are written down: by text, one for each label."""

    def __init__(self, scores: dict[str, list[float]], thresholds: tuple[float, ...]) -> None:
        self.scores = scores
        self.classes_ = np.array([f"label_{column}" for column in range(len(thresholds))])
        self.calibration_ = Calibration((1.0,) * len(thresholds), (0.0,) * len(thresholds), thresholds)

    def predict_proba(self, texts: list[str]) -> np.ndarray:
        return np.array([self.scores[text] for text in texts])


class Length:
    """A classifier that finds a label in short texts and another in long ones."""

    classes_ = np.array(["short", "long"])
    calibration_ = Calibration.identity(2)

    def predict_proba(self, texts: list[str]) -> np.ndarray:
        length = np.array([len(text) for text in texts])
        return np.stack([1 / (1 + length), 1 - 1 / (1 + length)], axis=1)


texts = st.lists(st.one_of(st.sampled_from(DISTINCT), st.text(max_size=12)), max_size=30)


@settings(max_examples=40)
@given(texts, texts, st.integers(1, 12), st.integers(0, 3))
def test_suggestions_are_few_distinct_new_and_the_same_again(pool, labelled, number, seed) -> None:
    found = suggest(pool, Length(), number, labelled=labelled, seed=seed)
    assert len(found) <= number
    assert [pool[suggestion.position] for suggestion in found] == [suggestion.text for suggestion in found]
    suggested = [normalise(suggestion.text) for suggestion in found]
    assert len(set(suggested)) == len(suggested)
    assert not {"", *map(normalise, labelled)} & set(suggested)
    assert found or labelled or not any(map(normalise, pool))
    assert found == suggest(pool, Length(), number, labelled=labelled, seed=seed)


def test_the_texts_nearest_to_the_threshold_of_a_label_come_first() -> None:
    scores = {text: [probability] for text, probability in zip(DISTINCT, np.linspace(0.01, 0.99, 20), strict=True)}
    for threshold in (0.1, 0.5, 0.9):
        found = suggest(DISTINCT, Known(scores, (threshold,)), 3)
        assert all(abs(suggestion.probability - threshold) < 0.3 for suggestion in found)
        assert found[0].probability == pytest.approx(threshold, abs=0.03)
        assert found[0].predicted == (("label_0",) if found[0].probability >= threshold else ())


def test_a_rare_label_gets_its_turn() -> None:
    """Of one label the model is unsure everywhere, of the other on two texts."""
    scores = {text: [0.5, 0.3 if text in DISTINCT[7:9] else 0.0001] for text in DISTINCT}
    found = suggest(DISTINCT, Known(scores, (0.5, 0.3)), 6)
    assert [suggestion.label for suggestion in found] == ["label_1", "label_0"] * 3
    assert DISTINCT[7] in {suggestion.text for suggestion in found} or DISTINCT[8] in {s.text for s in found}


def test_texts_that_nearly_equal_each_other_are_not_all_suggested() -> None:
    alike = [f"Minister {number} signed the very same fisheries agreement with Iceland." for number in range(40)]
    scores = {text: [0.5] for text in alike} | {text: [0.9] for text in DISTINCT}
    found = suggest([*alike, *DISTINCT], Known(scores, (0.5,)), 5)
    assert len(found) == 5
    assert [suggestion.text in alike for suggestion in found] == [True, False, False, False, False]
    found = suggest([*alike, *DISTINCT], Known(scores, (0.5,)), 5, labelled=[alike[3].upper()])
    assert not any(suggestion.text in alike for suggestion in found)


def test_among_equally_uncertain_texts_the_unlike_come_first_and_the_seed_decides() -> None:
    near = ["A pact on ports was signed in Oslo.", "A pact on ports was signed by Lima, too.", "Snow closed the pass."]
    known = Known({text: [0.5] for text in near}, (0.5,))
    orders = {tuple(near.index(found.text) for found in suggest(near, known, 3, seed=seed)) for seed in range(20)}
    assert len(orders) > 1
    assert all(2 in order[:2] for order in orders)


def test_bundles_and_estimators_suggest_alike(training_data, baseline_bundle: Path) -> None:
    estimator = claimclf.BaselineClassifier(labels=claimclf.LABELS, calibration_folds=2).fit(*training_data)
    from_bundle = suggest(DISTINCT, claimclf.load(baseline_bundle), 6)
    assert [found.text for found in from_bundle] == [found.text for found in suggest(DISTINCT, estimator, 6)]
    assert {found.label for found in from_bundle} == set(claimclf.LABELS)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"texts": "A text."}, InputTypeError, "texts: expected a sequence of strings"),
        ({"texts": ["A text.", None]}, InputTypeError, r"texts\[1\]: expected a string, got None"),
        ({"labelled": "A text."}, InputTypeError, "labelled: expected a sequence of strings"),
        ({"number": 0}, InputError, "number: expected a positive number, got 0"),
        ({"number": 2.5}, InputTypeError, "number: expected a whole number, got 2.5"),
        ({"classifier": "default"}, InputTypeError, "classifier: expected a loaded bundle or a fitted estimator, got"),
        ({"classifier": claimclf.BaselineClassifier()}, InputTypeError, "got BaselineClassifier; fit or load it"),
    ],
)
def test_what_cannot_be_used_is_named(arguments, error, message) -> None:
    with pytest.raises(error, match=message):
        suggest(**{"texts": DISTINCT, "classifier": Length(), **arguments})


UNLABELLED = Task("Ёlka.", None, ("tax",), {"label": "tax", "probability": 0.48}, {"id": 7, "page": 3})
LABELLED = Task("A.", ("tax", "health"), (), {"label": "tax", "given": True, "probability": 0.1}, {"id": "a"})
AGAIN = Task("A.", ("tax", "health"), (), {"label": "water", "given": False, "probability": 0.8}, {"id": "a"})
EMPTY = Task("B.", (), (), {"label": "tax", "given": False, "probability": 0.9})


def written(form: str) -> str:
    out = io.StringIO()
    FORMATS[form]([UNLABELLED, LABELLED, AGAIN, EMPTY], out)
    return out.getvalue()


def test_our_own_format_has_a_row_for_every_reason() -> None:
    rows = [json.loads(line) for line in written("jsonl").splitlines()]
    assert rows[0] == {"id": 7, "page": 3, "text": "Ёlka.", "labels": None, "label": "tax", "probability": 0.48}
    assert [row["label"] for row in rows] == ["tax", "tax", "water", "tax"]
    assert rows[2]["labels"] == ["tax", "health"]


def test_argilla_records_name_fields_suggestions_and_metadata() -> None:
    assert json.loads(written("argilla")) == [
        {
            "id": "7",
            "fields": {"text": "Ёlka."},
            "metadata": {"label": "tax", "probability": 0.48},
            "suggestions": {"labels": {"value": ["tax"], "type": "model"}},
        },
        {
            "id": "a",
            "fields": {"text": "A."},
            "metadata": {"label": "tax", "given": True, "probability": 0.1},
            "suggestions": {"labels": {"value": ["tax", "health"], "type": "human"}},
        },
        {"fields": {"text": "B."}, "metadata": {"label": "tax", "given": False, "probability": 0.9}},
    ]


def test_label_studio_tasks_hold_data_and_predictions() -> None:
    tasks = json.loads(written("label-studio"))
    assert [task["data"]["text"] for task in tasks] == ["Ёlka.", "A.", "B."]
    assert tasks[0]["data"]["probability"] == 0.48
    (prediction,) = tasks[1]["predictions"]
    assert prediction["result"] == [
        {"from_name": "labels", "to_name": "text", "type": "choices", "value": {"choices": ["tax", "health"]}}
    ]
    assert tasks[2]["predictions"] == []


def test_doccano_gets_no_label_that_nobody_gave() -> None:
    rows = [json.loads(line) for line in written("doccano").splitlines()]
    assert rows[0] == {"id": 7, "text": "Ёlka.", "label": [], "about": "tax", "probability": 0.48}
    assert [row["label"] for row in rows] == [[], ["tax", "health"], []]


def write(path: Path, rows: list[dict]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def test_suggest_writes_rows_to_fill_in(tmp_path: Path, baseline_bundle: Path, capsys) -> None:
    pool = write(tmp_path / "pool.jsonl", [{"body": text, "n": n} for n, text in enumerate(DISTINCT)])
    done = write(tmp_path / "done.jsonl", [{"body": text} for text in DISTINCT[:10]])
    to_do = tmp_path / "to-do.jsonl"
    arguments = ["--model", str(baseline_bundle), "--column", "body", "--labelled", str(done), "--number", "4"]
    assert main(["suggest", str(pool), *arguments, "--out", str(to_do)]) == 0
    assert capsys.readouterr().err == "4 of 20 texts\n"
    rows = [json.loads(line) for line in to_do.read_text("utf-8").splitlines()]
    assert [row["text"] for row in rows] == [DISTINCT[row["n"]] for row in rows]
    assert all(row["n"] >= 10 and 0 <= row["probability"] <= 1 for row in rows)
    assert {row["label"] for row in rows} == set(claimclf.LABELS)
    with pytest.raises(DataError, match="line 1: field 'labels' is missing"):
        load_examples([to_do])
    write(to_do, [{**row, "labels": ["agreement"]} for row in rows])
    assert [example.labels for example in load_examples([to_do])] == [("agreement",)] * 4
    assert main(["suggest", str(pool), *arguments, "--format", "argilla"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 4


def test_suggest_says_what_is_wrong(tmp_path: Path, baseline_bundle: Path, capsys) -> None:
    pool = write(tmp_path / "pool.jsonl", [{"body": "A text."}])
    arguments = ["suggest", str(pool), "--model", str(baseline_bundle)]
    assert main(arguments) == 1
    assert "line 1: field 'text' is missing" in capsys.readouterr().err
    assert main([*arguments, "--column", "body", "--number", "0"]) == 2
    assert "number: expected a positive number" in capsys.readouterr().err
    assert main([*arguments, "--column", "body", "--out", str(tmp_path / "no" / "such.jsonl")]) == 1
    assert "No such file or directory" in capsys.readouterr().err
    empty = tmp_path / "e.txt"
    empty.touch()
    assert main(["suggest", str(empty), "--model", str(baseline_bundle)]) == 1
    assert "an empty file" in capsys.readouterr().err


WATER = ["dam", "lake", "river", "well", "canal", "spring"]
MONEY = ["loan", "bond", "tax", "rate", "bank", "budget"]
ENDS = ["surprised the council", "was in the news", "worried the mayor", "pleased nobody", "took years", "ran over"]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Seventy-two texts about water or money, three of them under the wrong heading."""
    rows = [
        f"The {noun} {end},{topic},{noun}"
        for topic, nouns in (("water", WATER), ("money", MONEY))
        for noun in nouns
        for end in (f"of the {other} {end}" for other, end in zip(nouns, ENDS, strict=True))
    ]
    for position in (3, 20, 50):
        text, topic, noun = rows[position].split(",")
        rows[position] = f"{text},{'money' if topic == 'water' else 'water'},{noun}"
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(["body,topic,noun", *rows]) + "\n", "utf-8")
    return path


COLUMNS = ["--text-column", "body", "--label-column", "topic"]


def test_doubts_are_the_labels_that_contradict_the_others(table: Path, capsys) -> None:
    assert main(["doubts", str(table), *COLUMNS, "--group-column", "noun", "--folds", "3"]) == 0
    captured = capsys.readouterr()
    rows = [json.loads(line) for line in captured.out.splitlines()]
    assert captured.err == f"{len(rows)} doubtful labels of 72 texts\n"
    assert {row["id"] for row in rows[:6]} == {f"mine.csv, line {line}" for line in (5, 22, 52)}
    assert all(row["given"] == (row["label"] in row["labels"]) for row in rows)
    assert rows[0]["group"] in WATER + MONEY


def test_a_bundle_that_knows_better_doubts_as_well(table: Path, tmp_path: Path, capsys) -> None:
    lines = [line.split(",") for line in table.read_text("utf-8").splitlines()[1:]]
    truth = ["water" if noun in WATER else "money" for _, _, noun in lines]
    bundle = claimclf.BaselineClassifier(calibration_folds=2).fit([text for text, _, _ in lines], truth)
    bundle.save(tmp_path / "bundle")
    assert main(["doubts", str(table), *COLUMNS, "--model", str(tmp_path / "bundle")]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {row["id"] for row in rows} == {f"mine.csv, line {line}" for line in (5, 22, 52)}
    assert main(["doubts", str(table), *COLUMNS, "--model", "baseline"]) == 1
    assert "mine.csv, line 2: unknown label 'water'; expected one of agreement" in capsys.readouterr().err


def test_doubts_say_what_is_wrong(table: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    assert main(["doubts", str(table), "--text-column", "body"]) == 1
    assert "no label in column 'labels' or 'label'" in capsys.readouterr().err
    assert main(["doubts", str(table), *COLUMNS, "--group-column", "noun", "--folds", "20"]) == 2
    assert "n_folds: expected 2 to 12 (the number of groups), got 20" in capsys.readouterr().err
    monkeypatch.setitem(__import__("sys").modules, "cleanlab.filter", None)
    assert main(["doubts", str(table), *COLUMNS]) == 1
    assert "needs the extra 'corpus'" in capsys.readouterr().err
