"""Time a contender in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from claimclf.benchmark.contenders import CONTENDERS
from claimclf.errors import ClaimclfError, InputError

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
    contender: str, setting: dict[str, Any], bundle: Path, texts: Sequence[str], started: float | None = None
) -> Measurement:
    """Measure in this process.

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
    started : float, optional
        When the process started, by the clock of :func:`time.time`; by default now.

    Returns
    -------
    Measurement
        Of the texts after the first 264.
    """
    begin = time.time() if started is None else started
    label = CONTENDERS[contender].load(bundle, **setting)
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
    return Measurement(contender, setting, len(bulk), len(bulk) / seconds, rate, median, worst, cold, _peak_memory())


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
    for name in names:
        settings = CONTENDERS[name].settings
        tried = [_apart(name, dict(setting), bundle, texts[: needed + probe]) for setting in settings]
        in_bulk = max(tried, key=lambda found: found.per_second).setting
        alone = max(tried, key=lambda found: found.one_by_one).setting
        smallest = texts[: needed + min(sizes)]
        best += [_apart(name, in_bulk, bundle, texts[: needed + size]) for size in sizes]
        single.append(_apart(name, alone, bundle, smallest))
        default.append(_apart(name, dict(settings[0]), bundle, smallest))
    return Race(best, single, default)


def _apart(name: str, setting: dict[str, Any], bundle: Path, texts: Sequence[str]) -> Measurement:
    task = {"contender": name, "setting": setting, "bundle": str(bundle), "texts": list(texts), "started": time.time()}
    command = [sys.executable, "-W", "ignore", "-m", "claimclf.benchmark.measuring"]
    done = subprocess.run(command, input=json.dumps(task), stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise ClaimclfError(f"{name}, {setting}: could not be measured; the reason is above")
    return Measurement(**json.loads(done.stdout.splitlines()[-1]))


def _peak_memory() -> float:
    status = Path("/proc/self/status")
    lines = status.read_text("utf-8").splitlines() if status.is_file() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)


if __name__ == "__main__":
    given = json.load(sys.stdin)
    print(json.dumps(asdict(measure(**{**given, "bundle": Path(given["bundle"])}))))
