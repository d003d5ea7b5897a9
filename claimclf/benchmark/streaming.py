"""Memory and speed of a stream of any length, in a process of its own."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle, islice

from claimclf.benchmark.processes import apart, peak_memory
from claimclf.errors import InputError


@dataclass(frozen=True)
class Streamed:
    """What :func:`stream` found.

    Attributes
    ----------
    n_texts : int
        How many went through.
    per_second : float
        Texts a second.
    memory : float
        Highest resident memory of the process, MiB; 0 where the system does not tell.
    """

    n_texts: int
    per_second: float
    memory: float


def stream(model: str, texts: Sequence[str], n_texts: int) -> Streamed:
    """Stream texts through a model.

    Parameters
    ----------
    model : str
        A shipped name or a folder.
    texts : sequence of str
        Repeated until there are enough, each made distinct by a number.
    n_texts : int
        How many.

    Returns
    -------
    Streamed
        Of a fresh process.

    Raises
    ------
    ClaimclfError
        If the process fails; its reason goes to standard error.
    """
    if not len(texts):
        raise InputError("texts: expected at least one")
    task = {"model": model, "texts": list(texts), "n_texts": n_texts}
    return Streamed(**apart("claimclf.benchmark.streaming", task, f"{model}, {n_texts} texts"))


def _streamed(model: str, texts: list[str], n_texts: int) -> Streamed:
    from claimclf import load, predict

    classifier = load(model)
    start = time.perf_counter()
    through = sum(1 for _ in predict.stream(_numbered(texts, n_texts), model=classifier))
    return Streamed(through, through / (time.perf_counter() - start), peak_memory())


def _numbered(texts: list[str], n_texts: int) -> Iterator[str]:
    return (f"{number}: {text}" for number, text in enumerate(islice(cycle(texts), n_texts), 1))


if __name__ == "__main__":
    print(json.dumps(asdict(_streamed(**json.load(sys.stdin)))))
