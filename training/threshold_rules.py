"""Compare ways to set thresholds, on scores of a cross-validation over sources.

Thresholds are set on a few sources drawn at random and tried on all others, many times over; nothing is trained.

python training/cross_validate.py --folds 2 --save scores.jsonl && python training/threshold_rules.py scores.jsonl
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from claimclf.console import reported
from claimclf.data import read_rows
from claimclf.errors import DataError
from claimclf.labels import LABELS, to_targets
from claimclf.metrics import best_f1_threshold, evaluate

Array = npt.NDArray[Any]


def main() -> None:
    """Run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scores", type=Path, help="what cross_validate.py saved")
    parser.add_argument("--sources", type=int, default=5, help="sources to set thresholds on (default: %(default)s)")
    parser.add_argument("--draws", type=int, default=200, help="default: %(default)s")
    options = parser.parse_args()
    rows = [row for _, row in read_rows(options.scores)]
    truth = to_targets([row["labels"] for row in rows], LABELS)[0]
    truth[to_targets([row["unsure"] for row in rows], LABELS)[0] == 1] = np.nan
    scores = np.array([[row["scores"][label] for label in LABELS] for row in rows])
    groups = np.array([row["group"] for row in rows])
    figures = compare(truth, scores, groups, options.sources, options.draws)
    if not len(figures["0.5"]):
        raise DataError(f"{options.scores}: no draw of {options.sources} sources has 10 cases of every label")
    for name, values in figures.items():
        print(f"{name:24} macro F1 {values.mean():.3f}, in nine of ten draws at least {np.quantile(values, 0.1):.3f}")
    gain = figures["half the best F1"] - figures["best on these sources"]
    print(
        f"half the best F1 is better in {np.mean(gain > 0):.0%} of {len(gain)} draws, by {gain.mean():.3f} on average"
    )


def compare(truth: Array, scores: Array, groups: Array, n_sources: int, n_draws: int) -> dict[str, Array]:
    """Return the macro F1 of every rule in every draw."""
    rng = np.random.default_rng(0)
    names = np.unique(groups)
    figures: dict[str, list[float]] = {"best on these sources": [], "half the best F1": [], "0.5": []}
    for _ in range(n_draws):
        chosen = np.isin(groups, rng.choice(names, min(n_sources, len(names) - 1), replace=False))
        if (np.nansum(truth[chosen], axis=0) < 10).any():
            continue  # nobody would calibrate on sources that hardly carry a label
        best = [best_f1_threshold(*columns) for columns in zip(truth[chosen].T, scores[chosen].T, strict=True)]
        rules = {
            "best on these sources": [cut for cut, _ in best],
            "half the best F1": [f1 / 2 for _, f1 in best],
            "0.5": [0.5] * len(LABELS),
        }
        for name, cuts in rules.items():
            report = evaluate(truth[~chosen], scores[~chosen] >= np.array(cuts), LABELS, n_resamples=0)
            figures[name].append(report.macro_f1.value)
    return {name: np.array(values) for name, values in figures.items()}


if __name__ == "__main__":
    sys.exit(reported(main))
