"""``claimclf push``: upload a bundle to the Hugging Face Hub."""

from __future__ import annotations

import argparse
from typing import Any

from claimclf.bundle import load


def add_push(commands: Any) -> None:
    """Add the command.

    Parameters
    ----------
    commands : argparse subparsers
        Where to.
    """
    command = commands.add_parser("push", help="upload a bundle to the Hugging Face Hub, as 'hf auth login' allows")
    command.add_argument("bundle", help="shipped name, folder or hub id")
    command.add_argument("repository", metavar="OWNER/NAME", help="made if it does not exist; @BRANCH may follow")
    command.add_argument(
        "--private", action="store_true", default=None, help="make it private (default: as the owner's settings say)"
    )
    command.add_argument("--message", help="of the commit (default: names the bundle)")
    command.set_defaults(run=_push)


def _push(options: argparse.Namespace) -> int:
    classifier = load(options.bundle)
    print(classifier.push_to_hub(options.repository, private=options.private, commit_message=options.message))
    return 0
