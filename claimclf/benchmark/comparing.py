"""Tables of who learnt how much from public sets, and in which time.

The time is the processor's: what else runs on a machine hardly changes it as long as each learner has one thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from claimclf.benchmark.fewshot import Row
from claimclf.benchmark.publicsets import read_set
from claimclf.bootstrap import Interval
from claimclf.metrics import paired_difference


def compare(rows: Sequence[Row], folder: Path, ours: str) -> str:
    """Lay out mean macro F1 and training time of every set, and the differences to ours.

    Parameters
    ----------
    rows : sequence of dict
        As :func:`~claimclf.benchmark.fewshot.compete` returns them.
    folder : Path
        Of the sets.
    ours : str
        The learner to which the others are compared.

    Returns
    -------
    str
        Markdown. Intervals of 95 % are over test texts, the same for all draws of a set.
    """
    sets, learners = (list(dict.fromkeys(row[name] for row in rows)) for name in ("set", "learner"))
    peers = [name for name in learners if name != ours]
    lines = [
        "| set | texts | " + " | ".join(f"{name}: macro F1 | CPU s" for name in learners) + " |",
        "|---|---|" + "---|---|" * len(learners),
    ]
    cells = {
        (name, who): [row for row in rows if (row["set"], row["learner"]) == (name, who)]
        for name in sets
        for who in learners
    }
    figures = {
        key: [(row["macro_f1"], row["cpu_seconds"], row["n_texts"]) for row in found] for key, found in cells.items()
    }
    means = {key: np.mean(found, axis=0) for key, found in figures.items()}
    for name in sets:
        scores = (f"{means[name, who][0]:.3f} | {means[name, who][1]:.1f}" for who in learners)
        lines.append(f"| {name} | {means[name, ours][2]:.0f} | " + " | ".join(scores) + " |")
    average = {who: np.mean([means[name, who] for name in sets], axis=0) for who in learners}
    lines.append(
        "| mean | | " + " | ".join(f"{average[who][0]:.3f} | {average[who][1]:.1f}" for who in learners) + " |"
    )
    if not peers:
        return "\n".join(lines)
    lines += [
        "",
        f"| {ours} beside | " + " | ".join(f"{name}: difference | CPU time" for name in peers) + " |",
        "|---|" + "---|---|" * len(peers),
    ]
    gains = {(name, who): _gain(cells[name, ours], cells[name, who], folder / name) for name in sets for who in peers}
    for name in sets:
        parts = (f"{gains[name, who]} | {means[name, ours][1] / means[name, who][1]:.2f}" for who in peers)
        lines.append(f"| {name} | " + " | ".join(parts) + " |")
    total = (
        f"{_mean([gains[name, who] for name in sets])} | {average[ours][1] / average[who][1]:.2f}" for who in peers
    )
    return "\n".join([*lines, "| mean | " + " | ".join(total) + " |"])


def _gain(first: Sequence[Row], second: Sequence[Row], folder: Path) -> Interval:
    """Return the mean difference in macro F1, with the interval of that over all draws taken together."""
    from sklearn.preprocessing import MultiLabelBinarizer  # here: the processes that are measured import this package

    data = read_set(folder)
    n_test = len(first[0]["decided"])
    groups = [str(text) for text in range(n_test)] * len(first)
    matrix = MultiLabelBinarizer(classes=range(len(data.labels))).fit_transform
    decided = (np.concatenate([matrix(row["decided"]) for row in rows]) for rows in (first, second))
    spread = paired_difference(np.tile(data.test.truth[:n_test], (len(first), 1)), *decided, groups=groups)
    value = float(np.mean([row["macro_f1"] for row in first]) - np.mean([row["macro_f1"] for row in second]))
    return Interval(value, value + spread.low - spread.value, value + spread.high - spread.value)


def _mean(gains: Sequence[Interval]) -> Interval:
    """Return the mean over sets, whose errors are independent."""
    value = float(np.mean([gain.value for gain in gains]))
    half = float(np.sqrt(sum((gain.high - gain.low) ** 2 for gain in gains))) / 2 / len(gains)
    return Interval(value, value - half, value + half)
