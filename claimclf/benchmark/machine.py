"""Which machine the figures are of."""

from __future__ import annotations

import platform
from pathlib import Path

from claimclf.backends.onnx import cores
from claimclf.bundle.store import versions


def describe() -> str:
    """Return processor, cores and versions in a line.

    Examples
    --------
    >>> "Python" in describe()
    True
    """
    libraries = ", ".join(map(" ".join, versions().items()))
    return f"{_processor()}, {cores()} cores, {platform.system()}, Python {platform.python_version()}, {libraries}"


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text("utf-8").splitlines() if told.is_file() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()
