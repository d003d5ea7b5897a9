"""``claimclf recalibrate``: fit a bundle's probabilities and thresholds to labelled texts."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from claimclf.bundle import load, recalibrate
from claimclf.cli.options import LABELLED
from claimclf.data import Columns, load_examples, targets
from claimclf.data.options import add_column_options, named_columns
from claimclf.text import normalise


def add_recalibrate(commands: Any) -> None:
    """Add the command.

    Parameters
    ----------
    commands : argparse subparsers
        Where to.
    """
    command = commands.add_parser("recalibrate", help="fit a bundle's probabilities and thresholds to labelled texts")
    command.add_argument("bundle", help="shipped name, folder or hub id")
    command.add_argument("files", nargs="+", metavar="FILE", help=f"{LABELLED}; it was not trained on them")
    add_column_options(command)
    command.add_argument("--out", type=Path, required=True, metavar="PATH", help="folder of the new bundle")
    command.set_defaults(run=_recalibrate)


def _recalibrate(options: argparse.Namespace) -> int:
    before = load(options.bundle)
    labels = before.labels
    loaded = load_examples(options.files, labels=labels, columns=Columns(**named_columns(options)))
    examples = [example for example in loaded if normalise(example.text)]
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
    exclusive = classifier.calibration.exclusive
    if exclusive:
        print("the most probable label is asserted")
    for column, label in enumerate(labels):
        start = "" if exclusive else f"asserted from {classifier.calibration.threshold[column]:.3f}; "
        kept = classifier.calibration.slope[column] == before.calibration.slope[column]
        note = ": too few texts, or scores that do not follow them; calibration kept as it was" if kept else ""
        print(f"  {label}: {start}{shares[column]:.1%} of the texts carry it{note}")
    return 0
