"""Learners that learn from the same draws of public sets."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from claimclf.benchmark import LEARNERS, compare, compete, fewshot, learners_by_default
from claimclf.benchmark.learners import Lesson, train_here
from claimclf.benchmark.publicsets import draw, read_set
from claimclf.errors import ClaimclfError, DataError

TEXTS = {"water": ["The river rose in spring.", "The river.", "In spring."], "law": ["Repeal the act.", "The ban."]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, field in (("topics", "label"), ("several", "labels")):
        rows = [
            {"text": text, field: label if field == "label" else [label]}
            for label, texts in TEXTS.items()
            for text in texts
        ]
        if field == "labels":
            rows.append({"text": "The river act.", "labels": ["law", "water"]})
        (tmp_path / "sets" / name).mkdir(parents=True)
        for part in ("train", "test"):
            lines = "".join(json.dumps(row) + "\n" for row in rows)
            (tmp_path / "sets" / name / f"{part}.jsonl").write_text(lines, "utf-8")
    return tmp_path / "sets"


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Train in this process; return who was asked to."""
    asked: list[str] = []

    def apart(module: str, task: dict, what: str) -> dict:
        assert module == "claimclf.benchmark.learners"
        asked.append(what)
        task = json.loads(json.dumps(task))
        lesson = Lesson(truth=np.array(task["lesson"].pop("truth"), dtype=np.float32), **task["lesson"])
        return train_here(task["name"], lesson, task["unseen"], torch.get_num_threads())

    monkeypatch.setattr(fewshot, "apart", apart)
    return asked


def test_a_draw_takes_as_many_of_each_label_as_there_are(folder: Path) -> None:
    data = read_set(folder / "topics")
    assert (data.labels, data.exclusive) == (("law", "water"), True)
    assert not read_set(folder / "several").exclusive
    assert draw(data.train, 1, seed=0).truth.sum(axis=0).tolist() == [1, 1]
    assert draw(data.train, 9, seed=0).truth.sum(axis=0).tolist() == [2, 3]
    assert {draw(data.train, 1, seed).texts[0] for seed in range(20)} == set(TEXTS["water"])
    (folder / "topics" / "test.jsonl").write_text('{"label": "law"}\n', "utf-8")
    with pytest.raises(DataError, match="a row has no 'text'"):
        read_set(folder / "topics")


def test_a_competition_is_written_down_compared_and_not_run_twice(
    folder: Path, here: list[str], tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learners = ["claimclf head", "transformers.Trainer"]
    options = {"shots": 2, "n_draws": 1, "n_test": 4, "base": str(tiny_base), "threads": 1}
    out = tmp_path / "rows.jsonl"
    rows = compete(folder, ["several", "topics"], learners, out, **options)
    assert here == [f"{who} on {name}" for name in ("several", "topics") for who in learners]
    assert [len(row["decided"]) for row in rows] == [4] * 4
    assert {len(labels) for labels in rows[2]["decided"]} == {1}
    assert compete(folder, ["several", "topics"], learners, out, **options) == rows
    assert len(here) == len(out.read_text("utf-8").splitlines()) == 4
    shown = compare(rows, folder, learners[0])
    assert f"| topics | 4 | {rows[2]['macro_f1']:.3f} | {rows[2]['cpu_seconds']:.1f} |" in shown
    gain = rows[2]["macro_f1"] - rows[3]["macro_f1"]
    assert f"| topics | {gain:.3f} [" in shown
    monkeypatch.setattr(fewshot, "apart", lambda *_: (_ for _ in ()).throw(ClaimclfError("stopped")))
    with pytest.raises(ClaimclfError, match="stopped"):
        compete(folder, ["topics"], learners, out, **{**options, "shots": None})
    assert compete(folder, ["topics"], learners, out, **options) == rows[2:]


def test_whom_to_compare_depends_on_how_many_texts_there_are() -> None:
    assert list(learners_by_default(full=False)) == ["claimclf auto", "frozen + logistic regression", "SetFit"]
    assert list(learners_by_default(full=True)) == ["claimclf auto", "transformers.Trainer"]
    assert set(learners_by_default(full=True)) < set(LEARNERS)
