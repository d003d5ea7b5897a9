"""The options that say what decides: a bundle, and a policy on top of it."""

from __future__ import annotations

import argparse
import sys

from claimclf.bundle import Classifier, load
from claimclf.errors import InputError


def add_policy(command: argparse.ArgumentParser) -> None:
    """Add the options of a policy, or of thresholds.

    Parameters
    ----------
    command : argparse.ArgumentParser
        Where to.
    """
    command.add_argument(
        "--precision", type=float, metavar="P", help="assert only at this precision, refer what is doubtful"
    )
    command.add_argument(
        "--omission", type=float, metavar="P", help="share of carriers ruled out, at most (default: 0.2)"
    )
    command.add_argument(
        "--threshold",
        action="append",
        type=_threshold,
        default=[],
        metavar="LABEL=P",
        help="assert a label from this probability; may be repeated",
    )
    command.add_argument("--confidence", type=float, metavar="P", help="probability of each guarantee (default: 0.9)")


def classifier_of(options: argparse.Namespace) -> Classifier:
    """Load the bundle, with the policy if one is asked for, which is printed.

    Parameters
    ----------
    options : Namespace
        Of the command line.

    Raises
    ------
    InputError
        If levels of a policy are given without its precision, or a threshold beside a policy.
    """
    classifier = load(options.model, threads=options.threads)
    if options.precision is None and (options.omission, options.confidence) != (None, None):
        raise InputError("--omission, --confidence: they belong to a policy, ask for one with --precision")
    if options.precision is not None:
        levels = {"omission": options.omission, "confidence": options.confidence}
        given = {name: level for name, level in levels.items() if level is not None}
        classifier = classifier.with_policy(options.precision, **given)
        print(classifier.policy, file=sys.stderr)
    return classifier.with_thresholds(dict(options.threshold)) if options.threshold else classifier


def _threshold(written: str) -> tuple[str, float]:
    label, _, probability = written.rpartition("=")
    try:
        return label, float(probability)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"expected LABEL=P, such as agreement=0.7, got {written!r}") from error
