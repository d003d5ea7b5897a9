"""Run a module of this package in a fresh process, so that nothing is warm and memory is its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from claimclf.errors import ClaimclfError


def apart(module: str, task: Mapping[str, Any], what: str) -> dict[str, Any]:
    """Give a task to a module that reads JSON from standard input and prints JSON in its last line.

    Parameters
    ----------
    module : str
        Its name.
    task : mapping
        Plain JSON types.
    what : str
        For the message if it fails.

    Returns
    -------
    dict
        What it printed.

    Raises
    ------
    ClaimclfError
        If it fails; the reason goes to standard error.
    """
    command = [sys.executable, "-W", "ignore", "-m", module]
    done = subprocess.run(command, input=json.dumps(task), stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise ClaimclfError(f"{what}: could not be measured; the reason is above")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def peak_memory() -> float:
    """Return the highest resident memory of this process so far, MiB; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    lines = status.read_text("utf-8").splitlines() if status.is_file() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)
