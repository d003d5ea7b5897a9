"""Learn a policy on some of a bundle's held-out sources and try it on the others.

Many times over, with other sources each time; nothing is trained. Probabilities stay as the bundle calibrated them.

python training/policy_on_new_sources.py --model default --precision 0.95
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

import numpy as np

from claimclf.bundle import Classifier, load
from claimclf.console import reported
from claimclf.decision import Policy


def main() -> None:
    """Run the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="default", help="shipped name or folder (default: %(default)s)")
    parser.add_argument("--precision", type=float, default=0.95, help="default: %(default)s")
    parser.add_argument("--confidence", type=float, default=0.9, help="default: %(default)s")
    parser.add_argument("--share", type=float, default=0.5, help="of the sources, to learn from (default: %(default)s)")
    parser.add_argument("--draws", type=int, default=200, help="default: %(default)s")
    options = parser.parse_args()
    classifier = load(options.model)
    tried = np.array(list(try_policies(classifier, options)))
    sources = len(np.unique(classifier.held_out.group))
    print(f"{options.draws} draws of {options.share:.0%} of {sources} sources; the figures are of the other sources\n")
    print(f"{'':20}supported in   precision: mean, nine of ten draws at least   referred")
    for column, label in enumerate(classifier.labels):
        precision, referred = tried[:, column, 0], tried[:, column, 1]
        supported = ~np.isnan(precision)
        held = f"{np.nanmean(precision):.3f}, {np.nanquantile(precision, 0.1):.3f}" if supported.any() else "-"
        print(f"{label:20}{supported.mean():>12.0%}   {held:45}   {referred.mean():.1%}")
    print(f"{'any label':20}{'':12}   {'':45}   {tried[:, -1, 1].mean():.1%}")


def try_policies(classifier: Classifier, options: argparse.Namespace) -> Iterator[np.ndarray]:
    """Yield, for every draw, the precision and the share referred of each label, and the share with any referred."""
    held_out = classifier.held_out
    probabilities = classifier.calibration.probabilities(held_out.logits)
    names = np.unique(held_out.group)
    rng = np.random.default_rng(0)
    for _ in range(options.draws):
        learnt = np.isin(held_out.group, rng.choice(names, round(options.share * len(names)), replace=False))
        policy = Policy.learn(
            probabilities[learnt & held_out.real],
            held_out.truth[learnt & held_out.real],
            classifier.labels,
            precision=options.precision,
            confidence=options.confidence,
            exclusive=classifier.calibration.exclusive,
        )
        others = ~learnt & held_out.real
        asserted, referred = policy.apply(probabilities[others])
        truth = held_out.truth[others]
        counted = asserted & ~np.isnan(truth)
        right = (counted & (truth == 1)).sum(axis=0)
        precision = np.divide(right, counted.sum(axis=0), out=np.full(len(right), np.nan), where=counted.any(axis=0))
        figures = np.stack([precision, referred.mean(axis=0)], axis=1)
        yield np.vstack([figures, [np.nan, referred.any(axis=1).mean()]])


if __name__ == "__main__":
    sys.exit(reported(main))
