"""Time a contender in a process of its own."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from claimclf.benchmark.contenders import CONTENDERS
from claimclf.benchmark.processes import apart, peak_memory
from claimclf.errors import InputError

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
        Seconds from the start of the process to the first text labelled.
    memory : float
        Highest resident memory of the process, MiB; 0 where the system does not tell.
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
    """What :func:`race` found.

    Attributes
    ----------
    best : list of Measurement
        For each contender and size, at the setting that is fastest in bulk.
    single : list of Measurement
        For each contender, at the setting that is fastest with one text at a time, with the smallest size in bulk.
    default : list of Measurement
        For each contender, as its users get it who set nothing, with the smallest size.
    """

    best: list[Measurement]
    single: list[Measurement]
    default: list[Measurement]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {name: [asdict(found) for found in getattr(self, name)] for name in ("best", "single", "default")}


def measure(
    contender: str, setting: dict[str, Any], folder: Path, texts: Sequence[str], started: float | None = None
) -> Measurement:
    """Measure in this process.

    Parameters
    ----------
    contender : str
        A key of :data:`~claimclf.benchmark.contenders.CONTENDERS`.
    setting : dict
        For its ``load``.
    folder : Path
        For its ``load``.
    texts : sequence of str
        Distinct, more than the 264 that warm up and show the latency.
    started : float, optional
        When the process started, by the clock of :func:`time.time`; by default now.

    Returns
    -------
    Measurement
        Of the texts after the first 264.
    """
    begin = time.time() if started is None else started
    label = CONTENDERS[contender].load(folder, **setting)
    label(texts[:1])
    cold = time.time() - begin
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
    rate = len(single) / sum(single)
    return Measurement(contender, setting, len(bulk), len(bulk) / seconds, rate, median, worst, cold, peak_memory())


def race(folders: Mapping[str, Path], texts: Sequence[str], sizes: Sequence[int], probe: int = 300) -> Race:
    """Let contenders run in turn, each in fresh processes: all settings on a few texts, then the best on every size.

    Parameters
    ----------
    folders : mapping of str to Path
        For the ``load`` of each contender, by keys of :data:`~claimclf.benchmark.contenders.CONTENDERS`.
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

    Raises
    ------
    InputError
        If there are too few texts.
    ClaimclfError
        If a contender fails: the message names it.
    """
    needed = _WARM_UP + _SINGLE
    if len(texts) < needed + max(sizes):
        raise InputError(
            f"texts: expected {needed + max(sizes)}, {needed} more than the largest size, got {len(texts)}"
        )
    best, single, default = [], [], []
    for name, folder in folders.items():
        settings = CONTENDERS[name].settings
        tried = [_apart(name, dict(setting), folder, texts[: needed + probe]) for setting in settings]
        in_bulk = max(tried, key=lambda found: found.per_second).setting
        alone = max(tried, key=lambda found: found.one_by_one).setting
        smallest = texts[: needed + min(sizes)]
        best += [_apart(name, in_bulk, folder, texts[: needed + size]) for size in sizes]
        single.append(_apart(name, alone, folder, smallest))
        default.append(_apart(name, dict(settings[0]), folder, smallest))
    return Race(best, single, default)


def _apart(name: str, setting: dict[str, Any], folder: Path, texts: Sequence[str]) -> Measurement:
    task = {"contender": name, "setting": setting, "folder": str(folder), "texts": list(texts), "started": time.time()}
    return Measurement(**apart("claimclf.benchmark.measuring", task, f"{name}, {setting}"))


if __name__ == "__main__":
    given = json.load(sys.stdin)
    print(json.dumps(asdict(measure(**{**given, "folder": Path(given["folder"])}))))
