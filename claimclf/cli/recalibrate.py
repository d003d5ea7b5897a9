"""``claimclf recalibrate``: fit a bundle's probabilities and thresholds to labelled texts."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from claimclf.bundle import load, recalibrate
from claimclf.data import load_examples, targets


def add_recalibrate(commands: Any) -> None:
    """Add the command.

    Parameters
    ----------
    commands : argparse subparsers
        Where to.
    """
    command = commands.add_parser("recalibrate", help="fit a bundle's probabilities and thresholds to labelled texts")
    command.add_argument("bundle", help="shipped name, folder or hub id")
    command.add_argument("files", nargs="+", metavar="FILE", help="JSONL of texts that it was not trained on")
    command.add_argument("--out", type=Path, required=True, metavar="PATH", help="folder of the new bundle")
    command.set_defaults(run=_recalibrate)


def _recalibrate(options: argparse.Namespace) -> int:
    labels = load(options.bundle).labels
    examples = [example for example in load_examples(options.files, labels=labels) if example.text.strip()]
    classifier = recalibrate(
        options.bundle,
        options.out,
        [example.text for example in examples],
        targets(examples, labels),
        groups=[example.group for example in examples],
        at_random=[example.how == "random" for example in examples],
    )
    shares = classifier.held_out.base_rates()
    print(f"{options.out}: recalibrated on {len(examples)} texts")
    for label, share, threshold in zip(labels, shares, classifier.calibration.threshold, strict=True):
        print(f"  {label}: asserted from {threshold:.3f}; {share:.1%} of the texts carry it")
    return 0
