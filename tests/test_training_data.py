"""What a training run says of its data, and that it does what it says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from claimclf.checks.training_data import survey
from claimclf.data import clean, read_examples, targets
from claimclf.errors import DataError
from claimclf.estimators.pretrained import count_truncated
from claimclf.estimators.recipe import Recipe
from claimclf.records import Example

LABELS = ("money", "water")


def example(text: str, *labels: str, group: str | None = None, name: str | None = None) -> Example:
    return Example(name or text, text, labels, group or name or text)


def many(label: str, count: int, kind: str) -> list[Example]:
    return [example(f"{label} {kind} {number}", label) for number in range(count)]


TRAIN = [*many("water", 20, "learnt"), *many("money", 20, "learnt")]
HELD_OUT = [*many("water", 10, "kept"), *many("money", 10, "kept")]


def test_nothing_is_noted_of_data_in_order_and_the_counts_are_shown() -> None:
    report = survey(TRAIN, HELD_OUT, LABELS)
    assert report.notes == ()
    assert str(report).splitlines() == [
        "data: 40 texts in 40 groups to learn from, 20 in 20 held out",
        "  money          20 ( 50.0%)       10 held out",
        "  water          20 ( 50.0%)       10 held out",
        "  no label        0 (  0.0%)        0 held out",
    ]
    assert report.to_dict() == {
        "labels": {"money": 20, "water": 20},
        "held_out": {"n_texts": 20, "labels": {"money": 10, "water": 10}},
        "notes": [],
    }


def test_nothing_need_be_held_out_where_figures_come_from_cross_validation() -> None:
    report = survey([*TRAIN, *many("fog", 3, "learnt")], [], ("fog", *LABELS), calibrated_on="train")
    assert str(report).splitlines()[0] == "data: 43 texts in 43 groups to learn from"
    assert report.notes[0].startswith("few texts with a label: fog (3 to learn from); below 10")
    assert clean(TRAIN, []) == (TRAIN, [])


def test_empty_texts_are_left_out() -> None:
    train, held_out = [*TRAIN, example(" ", "water")], [*HELD_OUT, example("\u200b", "money")]
    assert survey(train, held_out, LABELS).notes == ("empty texts: 2; left out",)
    assert clean(train, held_out) == (TRAIN, HELD_OUT)


def test_texts_that_repeat_another_stay() -> None:
    again = [example("water learnt  1", "water", name="again"), example("money kept 1", "money", name="twice")]
    (note,) = survey([*TRAIN, again[0]], [*HELD_OUT, again[1]], LABELS).notes
    assert note.startswith("repeated texts: 1 to learn from and 1 held out equal another with the same labels")
    assert clean([*TRAIN, again[0]], HELD_OUT)[0] == [*TRAIN, again[0]]


def test_labels_on_which_equal_texts_disagree_are_not_known() -> None:
    train = [*TRAIN, example("Dams cost money.", "water", name="7"), example("Dams cost money.", "money", name="9")]
    report = survey(train, HELD_OUT, LABELS)
    assert report.notes[0].startswith("contradictions: 1 (7 = 9); a label on which equal texts disagree counts as not")
    assert report.train.carrying == {"money": 20, "water": 20}
    learnt, _ = clean(train, HELD_OUT)
    assert np.isnan(targets(learnt, LABELS)[-2:]).all()
    wavering = [Example("1", "Fog.", ("water",), "1"), Example("2", "Fog.", (), "2", unsure=("water",))]
    assert clean(wavering, HELD_OUT)[0] == wavering, "who wavers does not contradict"


def test_a_text_that_is_held_out_is_not_learnt_from() -> None:
    train = [*TRAIN, example("water kept 1", "water", name="copy")]
    (note,) = survey(train, HELD_OUT, LABELS).notes
    assert note == "texts on both sides: 1 to learn from are held out as well; not learnt from"
    assert clean(train, HELD_OUT) == (TRAIN, HELD_OUT)
    with pytest.raises(DataError, match="no text is left to learn from: all are empty, or held out as well"):
        survey(HELD_OUT, HELD_OUT, LABELS)
    with pytest.raises(DataError, match="no text is left that is held out: all are empty"):
        clean(TRAIN, [example("", "water")])


def test_texts_without_a_label_are_counted() -> None:
    (note,) = survey([*TRAIN, example("Tea.")], HELD_OUT, LABELS).notes
    assert note.startswith("texts without a label: 1; none applies to them")


def test_rare_labels_are_named() -> None:
    train = [*TRAIN, *many("water", 1000, "more")]
    (note,) = survey(train, HELD_OUT, LABELS).notes
    assert note == "rare labels: money (1.9%); nothing is reweighted, each label has a threshold of its own"
    (note,) = survey(train, HELD_OUT, LABELS, exclusive=True).notes
    assert note == "rare labels: money (1.9%); nothing is reweighted, the most probable label is asserted"


def test_labels_with_few_texts_are_named_and_what_comes_of_them() -> None:
    train, held_out = [*TRAIN, *many("mining", 9, "learnt")], [*HELD_OUT, example("No gold.", "mining", "money")]
    (few,) = survey(train, held_out, (*LABELS, "mining")).notes
    assert few.startswith("few texts with a label: mining (9 to learn from, 1 held out); below 10")
    none = survey(train, HELD_OUT, (*LABELS, "mining")).notes[-1]
    assert none == "not calibrated: mining; asserted where the model itself says 0.5"
    learnt = survey(train, HELD_OUT, (*LABELS, "mining"), calibrated_on="train").notes
    assert [note.split(":")[0] for note in learnt] == ["few texts with a label"]
    alone = survey(train, HELD_OUT, (*LABELS, "mining"), exclusive=True).notes
    assert alone == (
        "few texts with a label: mining (9 to learn from, 0 held out); below 10 a label's figures mean little",
    )
    every = survey(many("water", 40, "learnt"), many("water", 10, "kept"), ["water"]).notes
    assert every[0].startswith("few texts without a label: water (0 to learn from, 0 held out)")
    assert every[1].startswith("not calibrated: water")


def test_long_lists_are_cut() -> None:
    labels = [f"l{number}" for number in range(9)]
    notes = survey(TRAIN, HELD_OUT, [*LABELS, *labels]).notes
    assert notes[0] == "rare labels: l0 (0.0%), l1 (0.0%), l2 (0.0%), l3 (0.0%), l4 (0.0%) and 4 more; " + (
        "nothing is reweighted, each label has a threshold of its own"
    )


def test_texts_beyond_the_length_that_is_read_are_counted(tiny_base: Path) -> None:
    texts = ["the river rose .", "the river rose in spring , the council should repeal the ban ."]
    assert [count_truncated(str(tiny_base), texts, length) for length in (6, 5, 64)] == [1, 2, 0]
    assert survey(TRAIN, HELD_OUT, LABELS, n_truncated=2).notes == (
        "long texts: 2 go beyond max_length; the rest of them is not read",
    )


def test_no_split_parts_equal_texts_of_a_table(tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    rows = [f"{topic} {number % 15},{topic}" for topic in LABELS for number in range(60)]
    table.write_text("\n".join(["text,label", *rows]) + "\n")
    recipe = Recipe((), (), tmp_path / "out").on([table])
    train, held_out = recipe.parts()
    assert len(train) + len(held_out) == 120
    assert not {e.text for e in train} & {e.text for e in held_out}
    assert len({e.group for e in (*train, *held_out)}) == 30


@pytest.mark.parametrize("missing", ["null", "nan"])
def test_a_missing_value_is_not_an_empty_list(tmp_path: Path, missing: str) -> None:
    datasets = pytest.importorskip("datasets")
    column = {"labels": [["water"], [], None]} if missing == "null" else {"label": [1.0, 2.0, float("nan")]}
    datasets.Dataset.from_dict({"text": ["A.", "B.", "C."], **column}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(DataError, match=r"row 3: no label in column .* Label it or leave it out"):
        read_examples(tmp_path / "a.parquet", labels=None)
