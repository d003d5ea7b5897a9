"""``claimclf doubts``: which labels are probably wrong."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from claimclf.annotation import FORMATS
from claimclf.bundle import load
from claimclf.checks.doubts import Doubt, label_doubts, require_cleanlab
from claimclf.cli.options import LABELLED, add_task_output, check_ending
from claimclf.cli.writing import output
from claimclf.data import Columns, group_equal_texts, load_examples
from claimclf.data.options import add_column_options, named_columns
from claimclf.errors import InputError
from claimclf.labels import to_targets
from claimclf.records import Example


def add_doubts(commands: Any) -> None:
    """Add the command.

    Parameters
    ----------
    commands : argparse action
        What ``add_subparsers`` returned.
    """
    command = commands.add_parser("doubts", help="list labels that are probably wrong, the most doubtful first")
    command.add_argument("tables", nargs="+", metavar="TABLE", help=LABELLED)
    add_column_options(command)
    command.add_argument(
        "--folds",
        type=int,
        default=5,
        metavar="N",
        help="baselines, each trained without a part (default: %(default)s)",
    )
    command.add_argument("--seed", type=int, default=0, help="of the folds (default: %(default)s)")
    command.add_argument("--model", metavar="BUNDLE", help="ask this bundle, which did not learn from these texts")
    add_task_output(command)
    command.set_defaults(run=_doubts)


def _doubts(options: argparse.Namespace) -> int:
    check_ending(options)
    if not 0 <= options.seed < 2**32:
        raise InputError(f"--seed {options.seed}: expected a whole number from 0 to {2**32 - 1}")
    require_cleanlab()
    columns = Columns(**named_columns(options))
    with output(options.out) as out:
        if options.model:
            classifier = load(options.model)
            examples = load_examples(options.tables, labels=classifier.labels, columns=columns)
            probabilities = classifier.predict_proba(example.text for example in examples)
            doubts = label_doubts(examples, probabilities, classifier.labels)
        else:
            examples = group_equal_texts(load_examples(options.tables, labels=None, columns=columns))
            doubts = _by_cross_validation(examples, options.folds, options.seed)
        FORMATS[options.format]((doubt.task() for doubt in doubts), out)
    print(f"{len(doubts)} doubtful labels of {len(examples)} texts", file=sys.stderr)
    return 0


def _by_cross_validation(examples: Sequence[Example], n_folds: int, seed: int) -> list[Doubt]:
    # No other command trains, and none should load what trains.
    from claimclf.estimators import BaselineClassifier
    from claimclf.estimators.crossvalidation import cross_validate

    labels = to_targets([example.labels for example in examples])[1]
    outcome = cross_validate(
        BaselineClassifier(), examples, labels=labels, n_folds=n_folds, seed=seed, progress=sys.stderr.isatty()
    )
    return label_doubts(examples, outcome.probabilities, labels)
