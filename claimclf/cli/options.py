"""Options that several commands have."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from claimclf.annotation import FORMATS
from claimclf.errors import InputError

LABELLED = "labelled texts: JSONL, CSV, TSV, Parquet, a Hugging Face dataset"
"""What a command that learns or measures reads."""

_ENDINGS = {"jsonl": ".jsonl", "argilla": ".json", "label-studio": ".json", "doccano": ".jsonl"}


def add_threads(command: argparse.ArgumentParser) -> None:
    """Add ``--threads``.

    Parameters
    ----------
    command : argparse.ArgumentParser
        Where to.
    """
    command.add_argument("--threads", type=int, help="threads to compute with (default: one per core)")


def add_column(command: argparse.ArgumentParser) -> None:
    """Add ``--column``, None unless it is given; see :data:`claimclf.cli.reading.TEXT`.

    Parameters
    ----------
    command : argparse.ArgumentParser
        Where to.
    """
    command.add_argument("--column", metavar="NAME", help="field or column of a table with the text (default: text)")


def add_out(command: argparse.ArgumentParser) -> None:
    """Add ``--out``: None for standard output, also where ``-`` or a name of standard output is given.

    Parameters
    ----------
    command : argparse.ArgumentParser
        Where to.
    """
    command.add_argument("--out", type=_place, metavar="PATH", help="write here instead of standard output")


def add_task_output(command: argparse.ArgumentParser) -> None:
    """Add ``--format`` and ``--out`` of texts for a person to label.

    Parameters
    ----------
    command : argparse.ArgumentParser
        Where to.
    """
    command.add_argument("--format", choices=list(FORMATS), default="jsonl", help="default: %(default)s")
    add_out(command)


def check_ending(options: argparse.Namespace) -> None:
    """Refuse a file whose ending says that something else is in it.

    Parameters
    ----------
    options : Namespace
        Of a command with :func:`add_task_output`.

    Raises
    ------
    InputError
        If the ending is another than that of the format.
    """
    ending = _ENDINGS[options.format]
    if options.out and options.out.suffix.lower() not in ("", ending):
        raise InputError(f"--out {options.out}: {options.format} is written; let the name end in {ending}")


def _place(written: str) -> Path | None:
    return None if written == "-" or _is_standard_output(written) else Path(written)


def _is_standard_output(written: str) -> bool:
    """Say whether a name such as ``/dev/stdout`` leads where standard output goes, a file that must not be replaced."""
    try:
        return os.path.samestat(os.stat(written), os.fstat(sys.stdout.fileno()))  # noqa: PTH116
    except (OSError, ValueError):
        return False
