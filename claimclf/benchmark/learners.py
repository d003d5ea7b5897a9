"""Who learns from few texts, or from all: each trains, and says which labels it would assert.

Run as a module, it trains one in a process of its own.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Decide = Callable[[Sequence[str]], Array]
"""Returns zeros and ones, one row a text, one column a label."""


class Lesson(NamedTuple):
    """What to learn from.

    Attributes
    ----------
    texts : list of str
        Texts.
    truth : ndarray of float32, shape (n_texts, n_labels)
        Zeros and ones.
    labels : list of str
        What the columns are called.
    exclusive : bool
        Whether each text carries exactly one label.
    base : str
        Hub id or folder of the pretrained encoder.
    seed : int
        For those who take one.
    """

    texts: list[str]
    truth: Array
    labels: list[str]
    exclusive: bool
    base: str
    seed: int


def _ours(strategy: str) -> Callable[[Lesson], Decide]:
    from claimclf.estimators import TransformerClassifier

    import_module("claimclf.estimators.choice")  # what fit imports: the clock is for training

    def train(lesson: Lesson) -> Decide:
        estimator = TransformerClassifier(
            strategy=strategy,  # type: ignore[arg-type]
            labels=lesson.labels,
            exclusive=lesson.exclusive,
            base=lesson.base,
            random_state=lesson.seed,
        ).fit(lesson.texts, lesson.truth)
        if estimator.choice_:
            print(*estimator.choice_.reasons, sep="\n", file=sys.stderr)
        return estimator.predict

    return train


def _frozen() -> Callable[[Lesson], Decide]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier

    from claimclf.benchmark.peers import encoder

    def train(lesson: Lesson) -> Decide:
        model = encoder("float32", lesson.base)
        line = LogisticRegression(max_iter=1000)
        head = line if lesson.exclusive else OneVsRestClassifier(line)
        head.fit(model.encode(lesson.texts), lesson.truth.argmax(axis=1) if lesson.exclusive else lesson.truth)
        return lambda texts: _indicator(head.predict(model.encode(list(texts))), lesson)

    return train


def _setfit() -> Callable[[Lesson], Decide]:
    import_module("setfit")
    from claimclf.benchmark.peers import fit_setfit

    def train(lesson: Lesson) -> Decide:
        labels = lesson.truth.argmax(axis=1).tolist() if lesson.exclusive else lesson.truth.astype(int).tolist()
        several = None if lesson.exclusive else "one-vs-rest"
        with tempfile.TemporaryDirectory() as folder:
            model = fit_setfit(lesson.texts, labels, Path(folder), several, base=lesson.base, seed=lesson.seed)
        return lambda texts: _indicator(model.predict(list(texts), as_numpy=True), lesson)

    return train


def _trainer() -> Callable[[Lesson], Decide]:
    from claimclf.benchmark.training import fit_plain

    def train(lesson: Lesson) -> Decide:
        score = fit_plain(lesson.texts, lesson.truth, base=lesson.base, exclusive=lesson.exclusive, seed=lesson.seed)

        def decide(texts: Sequence[str]) -> Array:
            logits = score(texts)
            return _indicator(logits.argmax(axis=1) if lesson.exclusive else logits >= 0, lesson)

        return decide

    return train


def _indicator(said: Any, lesson: Lesson) -> Array:
    found = np.asarray(said)
    return np.eye(lesson.truth.shape[1])[found.astype(int)] if lesson.exclusive else found


LEARNERS: dict[str, Callable[[], Callable[[Lesson], Decide]]] = {
    **{f"claimclf {strategy}": partial(_ours, strategy) for strategy in ("auto", "head", "contrastive", "full")},
    "frozen + logistic regression": _frozen,
    "SetFit": _setfit,
    "transformers.Trainer": _trainer,
}
"""All by name; called, each imports what it needs and returns what trains. None has settings of its own but SetFit's
twenty pairs a text in one epoch (Tunstall et al., *Efficient few-shot learning without prompts*, 2022, sec. 4)."""


def train_here(name: str, lesson: Lesson, unseen: Sequence[str], threads: int) -> dict[str, Any]:
    """Train in this process, and decide on texts that were not learnt from.

    Parameters
    ----------
    name : str
        A key of :data:`LEARNERS`.
    lesson : Lesson
        What to learn from.
    unseen : sequence of str
        What to decide on.
    threads : int
        That torch may use.

    Returns
    -------
    dict
        ``decided``, the columns of the labels asserted of each text; ``seconds`` and ``cpu_seconds``, of the clock and
        of the processor, from the pretrained encoder on the disk to the trained classifier, imports excluded.
    """
    import torch

    torch.set_num_threads(threads)
    train = LEARNERS[name]()
    start, cpu_start = time.perf_counter(), time.process_time()
    decide = train(lesson)
    spent = {"seconds": time.perf_counter() - start, "cpu_seconds": time.process_time() - cpu_start}
    decided = [np.flatnonzero(row).tolist() for row in decide(unseen)]
    return {"decided": decided, **{name: round(value, 2) for name, value in spent.items()}}


if __name__ == "__main__":
    given = json.load(sys.stdin)
    truth = np.array(given["lesson"].pop("truth"), dtype=np.float32)
    found = train_here(given["name"], Lesson(truth=truth, **given["lesson"]), given["unseen"], given["threads"])
    print("\n" + json.dumps(found))
