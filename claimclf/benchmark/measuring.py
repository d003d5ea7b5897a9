"""Time a contender in a process of its own."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from claimclf.benchmark.contenders import CONTENDERS

_WARM_UP = 64
_SINGLE = 200
"""Texts labelled one by one for the latency."""


@dataclass(frozen=True)
class Measurement:
    """How fast a contender is at one setting.

    Attributes
    ----------
    contender : str
        Its name.
    setting : dict
        Of those it has.
    n_texts : int
        How many were labelled in bulk.
    per_second : float
        Texts labelled a second, given all at once.
    one_by_one : float
        Texts labelled a second, given one at a time.
    p50, p99 : float
        Milliseconds for one text.
    cold : float
        Seconds from nothing imported to the first text labelled.
    memory : float
        Highest resident memory of the process, MiB.
    """

    contender: str
    setting: dict[str, Any]
    n_texts: int
    per_second: float
    one_by_one: float
    p50: float
    p99: float
    cold: float
    memory: float


@dataclass(frozen=True)
class Race:
    """What :func:`race` found: a measurement at the best setting and at the default, for each contender and size."""

    best: list[Measurement]
    default: list[Measurement]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {name: [asdict(found) for found in getattr(self, name)] for name in ("best", "default")}


def measure(contender: str, setting: dict[str, Any], bundle: Path, texts: Sequence[str]) -> Measurement:
    """Measure in this process; cold start counts only if nothing was imported before.

    Parameters
    ----------
    contender : str
        A key of :data:`~claimclf.benchmark.contenders.CONTENDERS`.
    setting : dict
        For its ``load``.
    bundle : Path
        Holds ``model.safetensors``.
    texts : sequence of str
        Distinct, more than the 264 that warm up and show the latency.

    Returns
    -------
    Measurement
        Of the texts after the first 264.
    """
    start = time.perf_counter()
    label = CONTENDERS[contender].load(bundle, **setting)
    label(texts[:1])
    cold = time.perf_counter() - start
    label(texts[:_WARM_UP])
    single = []
    for text in texts[_WARM_UP : _WARM_UP + _SINGLE]:
        start = time.perf_counter()
        label([text])
        single.append(time.perf_counter() - start)
    bulk = texts[_WARM_UP + _SINGLE :]
    start = time.perf_counter()
    label(bulk)
    seconds = time.perf_counter() - start
    median, worst = (np.quantile(single, [0.5, 0.99]) * 1000).tolist()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rate = len(single) / sum(single)
    return Measurement(contender, setting, len(bulk), len(bulk) / seconds, rate, median, worst, cold, memory)


def race(names: Iterable[str], bundle: Path, texts: Sequence[str], sizes: Sequence[int], probe: int = 300) -> Race:
    """Let contenders run in turn, each in fresh processes: all settings on a few texts, then the best on every size.

    Parameters
    ----------
    names : iterable of str
        Keys of :data:`~claimclf.benchmark.contenders.CONTENDERS`.
    bundle : Path
        Holds ``model.safetensors``.
    texts : sequence of str
        Distinct, at least 264 more than the largest size.
    sizes : sequence of int
        How many texts to label in bulk.
    probe : int, default 300
        How many texts each setting gets to show itself.

    Returns
    -------
    Race
        Measurements.
    """
    best, default = [], []
    needed = _WARM_UP + _SINGLE
    for name in names:
        settings = CONTENDERS[name].settings
        tried = [_apart(name, dict(setting), bundle, texts[: needed + probe]) for setting in settings]
        fastest = max(tried, key=lambda found: found.per_second).setting
        for size in sizes:
            best.append(_apart(name, fastest, bundle, texts[: needed + size]))
        default.append(_apart(name, dict(settings[0]), bundle, texts[: needed + sizes[0]]))
    return Race(best, default)


def _apart(name: str, setting: dict[str, Any], bundle: Path, texts: Sequence[str]) -> Measurement:
    task = json.dumps({"contender": name, "setting": setting, "bundle": str(bundle), "texts": list(texts)})
    command = [sys.executable, "-W", "ignore", "-m", "claimclf.benchmark.measuring"]
    done = subprocess.run(command, input=task, stdout=subprocess.PIPE, text=True, check=True)
    return Measurement(**json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    given = json.load(sys.stdin)
    found = measure(given["contender"], given["setting"], Path(given["bundle"]), given["texts"])
    print(json.dumps(asdict(found)))
