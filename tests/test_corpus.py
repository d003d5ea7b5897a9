"""The corpus in ``datasets/`` keeps its promises."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from claimclf.checks import check_corpus
from claimclf.data import read_examples, read_references, read_rows
from claimclf.labels import LABELS

DATASETS = Path(__file__).parent.parent / "datasets"
SPLITS = ("train", "validation", "test")


@pytest.fixture(scope="module")
def authored():
    return {split: read_examples(DATASETS / "authored" / f"{split}.jsonl") for split in SPLITS}


def test_there_are_enough_authored_sentences_of_every_kind(authored) -> None:
    examples = list(itertools.chain.from_iterable(authored.values()))
    assert len(examples) >= 4_000
    carried = {frozenset(example.labels) for example in examples}
    for size in (0, 1, 2, 3):
        assert carried >= {frozenset(combination) for combination in itertools.combinations(LABELS, size)}


@pytest.mark.parametrize("half", ["authored", "real"])
def test_nothing_is_found_by_the_corpus_check(half: str, tmp_path: Path) -> None:
    findings = {finding.check: finding for finding in check_corpus(DATASETS / half, cache=tmp_path / "none.jsonl")}
    assert not [str(finding) for finding in findings.values() if finding.status == "failed"]
    # The texts of real sentences are not here.
    looked_at = {check for check, finding in findings.items() if finding.status == "ok"}
    assert looked_at >= {"schema", "ids", "groups", "label balance"}
    assert ("near-duplicates" in looked_at) == (half == "authored")


def test_every_reading_is_of_a_sentence_of_the_corpus(authored) -> None:
    known = {example.id for path in DATASETS.glob("contrasts/*.jsonl") for example in read_examples(path)}
    known |= {example.id for examples in authored.values() for example in examples}
    known |= {r.id for split in ("train", "validation") for r in read_references(DATASETS / "real" / f"{split}.jsonl")}
    for name in ("second-pass", "doubts"):
        assert {row["id"] for _, row in read_rows(DATASETS / "readings" / f"{name}.jsonl")} <= known


@pytest.mark.parametrize("split", ["train", "validation"])
def test_the_text_of_others_is_never_committed(split: str) -> None:
    path = DATASETS / "real" / f"{split}.jsonl"
    assert read_references(path)
    assert not any("text" in row for _, row in read_rows(path))


def test_the_folder_holds_no_python() -> None:
    assert not list(DATASETS.rglob("*.py")), "it would shadow the library of that name"


@pytest.mark.parametrize(("name", "field"), [("authored", "text"), ("contrasts", "text"), ("real", "sha256")])
def test_hugging_face_loads_the_folder_in_one_call(name: str, field: str, tmp_path: Path) -> None:
    hub = pytest.importorskip("datasets")
    loaded = hub.load_dataset(str(DATASETS), name, cache_dir=str(tmp_path))
    assert {"train", "validation"} <= set(loaded)
    assert {"id", field, "labels", "group"} <= set(loaded["train"].column_names)
