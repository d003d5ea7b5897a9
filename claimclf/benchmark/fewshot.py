"""Let learners learn from the same draws of public sets, each in a fresh process; a run goes on where it stopped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from claimclf.benchmark.learners import LEARNERS
from claimclf.benchmark.processes import apart
from claimclf.benchmark.publicsets import PublicSet, draw, read_set
from claimclf.data import read_rows, write_rows
from claimclf.metrics import evaluate

Row = dict[str, Any]

_KEY = ("set", "shots", "draw", "learner", "base", "threads", "n_test")


def compete(
    folder: Path,
    sets: Sequence[str],
    learners: Sequence[str],
    out: Path,
    *,
    shots: int | None,
    n_draws: int = 3,
    n_test: int | None = 1500,
    base: str,
    threads: int,
) -> list[Row]:
    """Train all on every draw, and write a row for each as soon as it is known.

    Parameters
    ----------
    folder : Path
        Holds a folder for each set, see :func:`~claimclf.benchmark.publicsets.read_set`.
    sets : sequence of str
        Their names.
    learners : sequence of str
        Keys of :data:`~claimclf.benchmark.learners.LEARNERS`.
    out : Path
        JSONL, compressed if it ends in ``.gz``. What it holds already is not computed again.
    shots : int, optional
        Texts a label; by default all training texts, so that draws differ in the seed of the training alone.
    n_draws : int, default 3
        Draws of each set.
    n_test : int, optional
        Test texts to decide on, the first of the set; None for all.
    base : str
        Pretrained encoder of all.
    threads : int
        Of every process.

    Returns
    -------
    list of dict
        The rows of this competition: ``set``, ``draw``, ``learner``, ``shots`` and ``n_test`` (0 for all), ``n_texts``,
        ``macro_f1``, ``seconds``, ``cpu_seconds`` and ``decided``, the columns of the labels asserted of each test
        text.
    """
    done = {_key(row): row for _, row in read_rows(out)} if out.exists() else {}
    rows = []
    asked = [(name, number, learner) for name in sets for number in range(n_draws) for learner in learners]
    read: dict[str, PublicSet] = {}
    for name, number, learner in tqdm(asked, unit="training"):
        asked_for = (name, shots or 0, number, learner, base, threads, n_test or 0)
        head = dict(zip(_KEY, asked_for, strict=True))
        if _key(head) not in done:
            if name not in read:
                read = {name: read_set(folder / name)}
            done[_key(head)] = _trained(head, read[name])
            write_rows(out, done.values())
        rows.append(done[_key(head)])
    return rows


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in _KEY)


def _trained(head: Row, data: PublicSet) -> Row:
    from sklearn.preprocessing import MultiLabelBinarizer  # here: the processes that are measured import this package

    train = draw(data.train, head["shots"], head["draw"]) if head["shots"] else data.train
    test = data.test.take(slice(head["n_test"] or None))
    lesson = {
        "texts": train.texts,
        "truth": train.truth.astype(int).tolist(),
        "labels": list(data.labels),
        "exclusive": data.exclusive,
        "base": head["base"],
        "seed": head["draw"],
    }
    task = {"name": head["learner"], "lesson": lesson, "unseen": test.texts, "threads": head["threads"]}
    found = apart("claimclf.benchmark.learners", task, f"{head['learner']} on {head['set']}")
    decided = MultiLabelBinarizer(classes=range(len(data.labels))).fit_transform(found["decided"])
    report = evaluate(test.truth, decided, data.labels, n_resamples=0)
    return {**head, "n_texts": len(train.texts), "macro_f1": round(report.macro_f1.value, 4), **found}


def learners_by_default(full: bool) -> Iterator[str]:
    """Return whom to compare: with few texts, or with all training texts."""
    without = {"claimclf head", "claimclf contrastive", "claimclf full"}
    without |= {"SetFit", "frozen + logistic regression"} if full else {"transformers.Trainer"}
    return (name for name in LEARNERS if name not in without)
