"""One run at a time on one output."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from claimclf.cli.writing import is_file
from claimclf.errors import ClaimclfError

_WINDOWS = sys.platform == "win32"
_HELD = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)


@contextmanager
def alone(path: Path | None) -> Iterator[None]:
    """Refuse to run while another run writes the same file.

    The operating system holds the lock, on a hidden file beside the output: it ends with the process, however that
    ends, and a file that a killed process left behind holds nothing.

    Parameters
    ----------
    path : Path or None
        The output; its folder exists. Standard output, as None, pipes and devices are never refused.

    Yields
    ------
    None
        While the run is the only one.

    Raises
    ------
    ClaimclfError
        If there is another.
    OSError
        With the name of the output, if nothing can be written beside it.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, alone(Path(folder, "a.csv")), alone(Path(folder, "a.csv")):
    ...     pass
    Traceback (most recent call last):
    claimclf.errors.ClaimclfError: --out a.csv: another run is writing it; wait until it ends, or write elsewhere
    """
    if path is None or not is_file(path):
        yield
        return
    lock = path.with_name(f".{path.name}.lock")
    try:
        with _opened(lock, path) as file:
            if not (_locked(file) and _is(file, lock)):
                raise ClaimclfError(f"--out {path}: another run is writing it; wait until it ends, or write elsewhere")
            try:
                yield
            finally:
                if not _WINDOWS:
                    lock.unlink(missing_ok=True)  # while it is locked: afterwards it may be that of the next run
    finally:
        if _WINDOWS:
            with suppress(OSError):  # Windows removes no open file, so that of the next run stays
                lock.unlink()


def _opened(lock: Path, path: Path) -> BinaryIO:
    try:
        return lock.open("ab")
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def _locked(file: BinaryIO) -> bool:
    """Lock an open file, unless another process has; where a file system knows no locks, every run may go on."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in _HELD
    return True


def _is(file: BinaryIO, path: Path) -> bool:
    """Say whether a path still leads to an open file, which a run that has just ended may have removed."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
