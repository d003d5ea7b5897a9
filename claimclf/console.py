"""How a command ends: what went wrong is one line on standard error, and the exit status says of which kind it was."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

from claimclf.errors import ClaimclfError, InputError


def reported(work: Callable[[], int | None], program: str | None = None) -> int:
    """Do the work of a command, and turn what it raises for its user into a message and an exit status.

    Parameters
    ----------
    work : callable
        Returns an exit status, or None for 0.
    program : str, optional
        What the message begins with, by default the name of the script.

    Returns
    -------
    int
        What `work` returns; 1 for failure, 2 for options that cannot be used, or not together, 130 when interrupted
        from the keyboard.

    Examples
    --------
    >>> reported(lambda: None)
    0
    """
    name = program or Path(sys.argv[0]).name
    try:
        status = work() or 0
        sys.stdout.flush()
        return status
    except ClaimclfError as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 2 if isinstance(error, InputError) else 1
    except BrokenPipeError:
        # The reader has left. Python would complain once more when it flushes standard output at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"{name}: {where}{error.strerror or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def check_folder(path: Path) -> None:
    """Refuse, before the work, a file that could not be written after it.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    FileNotFoundError
        If its folder is not there.

    Examples
    --------
    >>> check_folder(Path("no/such/folder/figures.json"))
    Traceback (most recent call last):
    FileNotFoundError: [Errno 2] No such file or directory: 'no/such/folder/figures.json'
    """
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
