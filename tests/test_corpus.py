"""The corpus in ``datasets/`` keeps its promises."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from claimclf.data import read_examples, read_references, read_rows
from claimclf.labels import LABELS

DATASETS = Path(__file__).parent.parent / "datasets"
SPLITS = ("train", "validation", "test")


@pytest.fixture(scope="module")
def authored():
    return {split: read_examples(DATASETS / "authored" / f"{split}.jsonl") for split in SPLITS}


def test_there_are_enough_authored_sentences_of_every_kind(authored) -> None:
    examples = list(itertools.chain.from_iterable(authored.values()))
    assert len(examples) >= 600
    carried = {frozenset(example.labels) for example in examples}
    for size in (0, 1, 2, 3):
        assert carried >= {frozenset(combination) for combination in itertools.combinations(LABELS, size)}


def test_no_group_is_cut_by_a_split(authored) -> None:
    groups = [{example.group for example in authored[split]} for split in SPLITS]
    assert not any(first & second for first, second in itertools.combinations(groups, 2))
    real = [{r.group for r in read_references(DATASETS / "real" / f"{s}.jsonl")} for s in ("train", "validation")]
    assert not real[0] & real[1]


def test_no_two_authored_sentences_are_equal_but_for_names_and_numbers(authored) -> None:
    def skeleton(text: str) -> str:
        without_names = re.sub(r"(?<!^)\b[A-Z][\w’'-]*(?:\s+[A-Z][\w’'-]*)*|\d[\d.,]*", "_", text)
        return re.sub(r"\W+", " ", without_names).lower()

    skeletons = [skeleton(example.text) for example in itertools.chain.from_iterable(authored.values())]
    assert len(set(skeletons)) == len(skeletons)


@pytest.mark.parametrize("split", ["train", "validation"])
def test_the_text_of_others_is_never_committed(split: str) -> None:
    path = DATASETS / "real" / f"{split}.jsonl"
    assert read_references(path)
    assert not any("text" in row for _, row in read_rows(path))


def test_the_folder_holds_no_python() -> None:
    assert not list(DATASETS.rglob("*.py")), "it would shadow the library of that name"


@pytest.mark.parametrize(("name", "field"), [("authored", "text"), ("real", "sha256")])
def test_hugging_face_loads_the_folder_in_one_call(name: str, field: str, tmp_path: Path) -> None:
    hub = pytest.importorskip("datasets")
    loaded = hub.load_dataset(str(DATASETS), name, cache_dir=str(tmp_path))
    assert {"train", "validation"} <= set(loaded)
    assert {"id", field, "labels", "group"} <= set(loaded["train"].column_names)
