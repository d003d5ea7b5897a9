"""``claimclf suggest``: which texts to label next."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from claimclf.annotation import FORMATS, suggest
from claimclf.bundle import load
from claimclf.cli.options import add_column, add_task_output, check_ending
from claimclf.cli.reading import TEXT, Item, nothing_read, read_items, rows_in_files
from claimclf.cli.writing import output
from claimclf.documents import LeftOut


def add_suggest(commands: Any, model: argparse.ArgumentParser) -> None:
    """Add the command.

    Parameters
    ----------
    commands : argparse action
        What ``add_subparsers`` returned.
    model : argparse.ArgumentParser
        The options that name a bundle.
    """
    command = commands.add_parser("suggest", parents=[model], help="choose the texts to label next")
    command.add_argument("files", nargs="+", metavar="FILE", help="documents, folders, tables or -, as of predict")
    command.add_argument("--number", type=int, default=20, metavar="N", help="texts, at most (default: %(default)s)")
    add_column(command)
    command.add_argument("--labelled", nargs="+", default=[], metavar="FILE", help="texts that have labels already")
    command.add_argument("--seed", type=int, default=0, help="decides between equals (default: %(default)s)")
    add_task_output(command)
    command.set_defaults(run=_suggest)


def _suggest(options: argparse.Namespace) -> int:
    check_ending(options)
    column = options.column or TEXT
    with rows_in_files(options.files, options.column) as files, output(options.out) as out:
        items = _read(files, column)
        labelled = [item.text for item in _read(options.labelled, column)]
        found = suggest(
            [item.text for item in items],
            load(options.model, threads=options.threads),
            options.number,
            labelled=labelled,
            seed=options.seed,
            progress=sys.stderr.isatty(),
        )
        tasks = (suggestion.task(items[suggestion.position].fields) for suggestion in found)
        FORMATS[options.format](tasks, out)
    print(f"{len(found)} of {len(items)} texts", file=sys.stderr)
    return 0


def _read(names: list[str], column: str) -> list[Item]:
    left_out = LeftOut()
    items = [item for name in names for item in read_items(name, column, left_out)]
    if left_out.unreadable:
        raise nothing_read(left_out)
    return items
