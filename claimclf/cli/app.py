"""``claimclf app``: serve the page and the endpoints."""

from __future__ import annotations

import argparse
import math
import socket
import sys
from ipaddress import ip_address
from typing import Any

from claimclf.cli.deciding import add_policy, classifier_of
from claimclf.errors import InputError, MissingExtraError

MOST_CONNECTIONS = 32
"""At once; each may hold a document in memory."""


def add_app(commands: Any, model: argparse.ArgumentParser) -> None:
    """Add the command.

    Parameters
    ----------
    commands : argparse subparsers
        Where to.
    model : argparse.ArgumentParser
        The options that name a bundle.
    """
    command = commands.add_parser("app", parents=[model], help="a page to drop documents on, and the same over HTTP")
    add_policy(command)
    command.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine alone)")
    command.add_argument("--port", type=int, default=8000, help="0 for any that is free (default: %(default)s)")
    command.add_argument(
        "--allowed-host", action="append", default=[], metavar="NAME", help="name that others call this machine by"
    )
    command.add_argument("--largest", type=float, default=20, metavar="MB", help="of a document (default: %(default)s)")
    command.set_defaults(run=_app)


def _app(options: argparse.Namespace) -> int:
    try:
        import uvicorn

        from claimclf.app import LOOPBACK, make_app
    except ImportError as error:
        raise MissingExtraError("The app", "app") from error
    if not 0 < options.largest < math.inf:
        raise InputError(f"--largest {options.largest}: expected a positive number of MB")
    app = make_app(classifier_of(options), largest=int(options.largest * 2**20), hosts=[*LOOPBACK, *_names(options)])
    listening = _listen(options.host, options.port)
    address = f"http://{_in_address(options.host)}:{listening.getsockname()[1]}/"
    print(f"{address} (Ctrl-C ends it)", file=sys.stderr, flush=True)
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, limit_concurrency=MOST_CONNECTIONS, timeout_graceful_shutdown=5
    )
    uvicorn.Server(config).run(sockets=[listening])
    return 0


def _names(options: argparse.Namespace) -> list[str]:
    """Return the names that the app answers to, and say so if it is open to other machines."""
    try:
        address = ip_address(options.host)
    except ValueError:
        address = None
    if options.host == "localhost" or (address and address.is_loopback):
        return [_in_address(options.host), *options.allowed_host]
    if address and address.is_unspecified and not options.allowed_host:
        raise InputError(f"--host {options.host}: say by which name or address others call it, with --allowed-host")
    print(f"{options.host}: open to other machines, without password or encryption", file=sys.stderr)
    return [*options.allowed_host, *([] if address and address.is_unspecified else [_in_address(options.host)])]


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port < 2**16:
        raise InputError(f"--port {port}: expected a number from 0 to 65535")
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise InputError(f"--host {host} --port {port}: {error.strerror}") from error
