"""``claimclf replay``: make an export again and say what differs."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from claimclf.cli.options import add_threads
from claimclf.documents import STANDARD_INPUT, read_trail
from claimclf.replay import TOLERANCE, classifier_of, replay


def add_replay(commands: Any) -> None:
    """Add the command.

    Parameters
    ----------
    commands : argparse subparsers
        Where to.
    """
    command = commands.add_parser("replay", help="make an export again and say what differs")
    command.add_argument("report", metavar="REPORT", help=".jsonl, .csv or .html that predict wrote of documents")
    command.add_argument("--model", help="folder or hub id (default: the shipped bundle that the report names)")
    add_threads(command)
    command.add_argument(
        "--tolerance",
        type=float,
        default=TOLERANCE,
        metavar="D",
        help="difference of a score that counts as none (default: %(default)s)",
    )
    command.set_defaults(run=_replay)


def _replay(options: argparse.Namespace) -> int:
    rows = read_trail(options.report)
    if any(row["source"] in (None, STANDARD_INPUT) for row in rows):
        print(
            "what came from memory or standard input is compared as the export holds it; "
            "without the sentences that --labelled-only left out, scores are not quite the same",
            file=sys.stderr,
        )
    classifier = classifier_of(rows[0], options.model, options.threads)
    n_differences = 0
    for difference in replay(rows, classifier, tolerance=options.tolerance):
        print(difference)
        n_differences += 1
    if n_differences:
        return 1
    n_documents = len({(row["source"], row["sha256"]) for row in rows})
    what = f"{_counted(len(rows), 'sentence')} of {_counted(n_documents, 'document')}"
    print(f"equal: {what}, scores within {options.tolerance}")
    return 0


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + "s" * (number != 1)
