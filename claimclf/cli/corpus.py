"""``claimclf corpus check``: what is wrong with labelled data before a model learns it."""

from __future__ import annotations

import argparse
import json
from typing import Any

from claimclf.checks import check_corpus
from claimclf.labels import LABELS


def add_corpus(commands: Any) -> None:
    """Add the command.

    Parameters
    ----------
    commands : argparse action
        What ``add_subparsers`` returned.
    """
    parser = commands.add_parser("corpus", help="look into labelled data")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    check = actions.add_parser("check", help="find what makes a model look better than it is; exit code 1 if anything")
    check.add_argument("path", metavar="PATH", help="folder with one JSONL file per split, or one file")
    check.add_argument("--against", nargs="+", default=[], metavar="FILE", help="JSONL texts kept for evaluation")
    check.add_argument("--any-label", action="store_true", help="take the labels from the data")
    check.add_argument("--cache", help="where the texts of references are (default: the user's cache folder)")
    check.add_argument("--json", action="store_true", help="print JSON, with every detail")
    check.set_defaults(run=_check)


def _check(options: argparse.Namespace) -> int:
    labels = None if options.any_label else LABELS
    findings = []
    for finding in check_corpus(options.path, labels=labels, against=options.against, cache=options.cache):
        findings.append(finding)
        if not options.json:
            print(finding, flush=True)
    if options.json:
        print(json.dumps([finding.to_dict() for finding in findings], indent=2, ensure_ascii=False))
    return int(any(finding.status == "failed" for finding in findings))
