"""Files one after the other: those of folders, archives and messages."""

from __future__ import annotations

import errno
import os
from collections.abc import Collection, Iterator
from pathlib import Path, PurePath

from claimclf.documents.archives import LARGEST, Allowance, members
from claimclf.documents.mail import attachments
from claimclf.errors import DocumentError

_DEEPEST = 3
"""Archives within archives."""

File = tuple[str, "bytes | DocumentError | None"]
"""A name and what is in it: its content, why it cannot be had, or None for what is no document."""


def contents(path: Path, kinds: Collection[str]) -> Iterator[File]:
    """Yield what is in a file, or in each file of a folder; archives and messages are opened.

    Parameters
    ----------
    path : Path
        A file or a folder.
    kinds : collection of str
        The endings of documents; others are not read, unless `path` is one.

    Yields
    ------
    File
        Sorted by name, one in memory at a time. Hidden files are passed over.
    """
    for file in sorted(_files(path)):
        if file.suffix.lower() in (*kinds, ".zip") or file == path or is_folder(file):
            yield from _inside(str(file), content(file), kinds, Allowance())
        else:
            yield str(file), None


def _files(path: Path) -> Iterator[Path]:
    """Yield a file, or all files of a folder, and folders that cannot be opened."""
    if not is_folder(path):
        yield path
        return
    closed: list[OSError] = []
    for folder, folders, names in os.walk(path, onerror=closed.append):
        folders[:] = [name for name in folders if not _is_hidden(name)]
        yield from (Path(folder, name) for name in names if not _is_hidden(name) and Path(folder, name).is_file())
    yield from (Path(error.filename) for error in closed)


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in PurePath(name).parts)


def content(path: Path) -> bytes | DocumentError:
    """Read a file, or say why it cannot be read.

    Parameters
    ----------
    path : Path
        The file.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST:
            return DocumentError(f"{size >> 20} MB; expected at most {LARGEST >> 20}")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        unfit = isinstance(error, ValueError) or error.errno == errno.ENAMETOOLONG
        return DocumentError(f"{getattr(error, 'strerror', error)}{'; give a text as text=…' if unfit else ''}")


def is_folder(path: Path) -> bool:
    """Say whether there is a folder; a name that no file system takes is none.

    Parameters
    ----------
    path : Path
        Perhaps not a path at all.
    """
    return os.path.isdir(path)  # noqa: PTH112 - pathlib raises for such names


def is_file(path: Path) -> bool:
    """Say whether there is a file; a name that no file system takes is none.

    Parameters
    ----------
    path : Path
        Perhaps not a path at all.
    """
    return os.path.isfile(path)  # noqa: PTH113 - pathlib raises for such names


def _inside(
    source: str, data: bytes | DocumentError, kinds: Collection[str], allowance: Allowance, depth: int = 0
) -> Iterator[File]:
    """Yield a file and the files in it."""
    kind = PurePath(source).suffix.lower()
    holder = kind in (".zip", ".eml")
    if isinstance(data, DocumentError):
        yield source, data
        return
    if holder and depth > _DEEPEST:
        yield source, DocumentError(f"more than {_DEEPEST} archives within each other")
        return
    if kind != ".zip":
        yield source, data if kind in kinds or depth == 0 else None
    if not holder:
        return
    try:
        for name, inner in attachments(data) if kind == ".eml" else members(data, allowance):
            if not _is_hidden(name):
                yield from _inside(f"{source}/{name}", inner, kinds, allowance, depth + 1)
    except DocumentError as error:
        yield source, error
    except Exception as error:  # what a damaged message makes of the standard library's parser has no end
        yield source, DocumentError(f"damaged ({type(error).__name__}: {error})")
