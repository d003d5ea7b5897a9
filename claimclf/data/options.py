"""Options of a command line that say what the columns of a table are called."""

from __future__ import annotations

import argparse
from typing import Any

_COLUMNS = {
    "text": "the texts",
    "label": "one label a text",
    "labels": "all labels of a text",
    "group": "what a text belongs to, never cut by a split",
}


def add_column_options(parser: Any) -> None:
    """Add ``--text-column``, ``--label-column``, ``--labels-column`` and ``--group-column``.

    Parameters
    ----------
    parser : argparse.ArgumentParser or group of arguments
        Where to.
    """
    for name, content in _COLUMNS.items():
        parser.add_argument(f"--{name}-column", metavar="NAME", help=f"holds {content} (default: {name})")


def named_columns(options: argparse.Namespace) -> dict[str, str]:
    """Return the columns that were named, as arguments of :class:`~claimclf.data.tables.Columns`.

    Parameters
    ----------
    options : argparse.Namespace
        What the parser returned.
    """
    given = {name: getattr(options, f"{name}_column") for name in _COLUMNS}
    return {name: column for name, column in given.items() if column is not None}
