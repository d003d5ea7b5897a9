"""Files to extracted text, one file or many."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePath
from typing import NamedTuple

from claimclf.documents.extracted import Extracted
from claimclf.documents.files import content, contents, is_file, is_folder
from claimclf.documents.kinds import READERS
from claimclf.documents.plain import read_plain
from claimclf.errors import ClaimclfError, DocumentError

STANDARD_INPUT = "-"
"""The source of a document that came there; like a text from memory, it cannot be read again."""

_LARGEST = 256 * 2**20


class Reading(NamedTuple):
    """A document that was read: where it is from, the sha256 of the file, and what is in it."""

    source: str | None
    sha256: str
    extracted: Extracted


Known = tuple["str | None", str]
"""A document that needs no second reading: its source and sha256."""


@dataclass
class LeftOut:
    """What was left out of a run over many files.

    Attributes
    ----------
    unreadable : list of DocumentError
        Documents that cannot be read, and why.
    other_kinds : list of str
        Files that are no documents.
    notes : list of str
        Parts of documents that could not be read, such as pages without text.
    """

    unreadable: list[DocumentError] = field(default_factory=list)
    other_kinds: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read(path: str | Path) -> Reading:
    """Read one document.

    Parameters
    ----------
    path : str or Path
        A ``.txt``, ``.md``, ``.html``, ``.pdf``, ``.docx`` or ``.eml`` file (of a message, subject and body), or a
        folder or ``.zip`` of exactly one.

    Returns
    -------
    Reading
        Its text, in blocks.

    Raises
    ------
    DocumentError
        If it is missing, of another kind, damaged, encrypted, or without text.
    MissingExtraError
        If its kind needs the extra ``documents``.
    """
    if not is_folder(Path(path)) and Path(path).suffix.lower() != ".zip":
        return read_bytes(str(path), content(Path(path)))
    found = list(islice(read_all(path), 2))
    if len(found) > 1:
        raise DocumentError(f"{path}: holds more than one document; read them with predict.documents")
    return found[0]


def find(source: str) -> Reading:
    """Read the document that a result names.

    Parameters
    ----------
    source : str
        As in :attr:`claimclf.Document.source`: a file, or one within an archive or message.

    Returns
    -------
    Reading
        Its text, in blocks.

    Raises
    ------
    DocumentError
        If it is missing or cannot be read.
    """
    holder = next((parent for parent in Path(source).parents if is_file(parent)), None)
    if holder is None:
        return read(source)
    for name, data in contents(holder, READERS):
        if name == source and data is not None:
            return read_bytes(name, data)
    raise DocumentError(f"{source}: no such document")


def read_text(text: str) -> Reading:
    """Take a plain text for a document.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    Reading
        With the sha256 of the text in UTF-8.
    """
    return Reading(None, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), read_plain(text))


def read_bytes(source: str, data: bytes | DocumentError, kind: str | None = None) -> Reading:
    """Read a document from memory.

    Parameters
    ----------
    source : str
        Its name, for messages and results.
    data : bytes or DocumentError
        Its content, or why there is none.
    kind : str, optional
        As an ending, such as ``.pdf``; by default that of `source`.

    Returns
    -------
    Reading
        Its text, in blocks.

    Raises
    ------
    DocumentError
        As :func:`read` does.
    """
    reader = READERS.get((kind or PurePath(source).suffix).lower())
    try:
        if isinstance(data, DocumentError):
            raise data
        if reader is None:
            raise DocumentError(f"cannot read this kind of file; expected one of {', '.join([*READERS, '.zip'])}")
        if len(data) > _LARGEST:
            raise DocumentError(f"{len(data) >> 20} MB; expected at most {_LARGEST >> 20}")
        extracted = reader(data)
        if not any(map(str.isalnum, extracted.text)):
            raise DocumentError("an empty file" if not data else "there is no text in it")
    except DocumentError as error:
        raise DocumentError(f"{source}: {error}") from error
    except ClaimclfError:
        raise
    except Exception as error:  # what the readers' libraries raise on damaged files has no end
        raise DocumentError(f"{source}: damaged ({type(error).__name__}: {error})") from error
    return Reading(source, hashlib.sha256(data).hexdigest(), extracted)


def read_all(
    path: str | Path, left_out: LeftOut | None = None, known: Mapping[Known, tuple[str, ...]] | None = None
) -> Iterator[Reading]:
    """Read documents one after the other, as they are asked for.

    Parameters
    ----------
    path : str or Path
        A document, a folder, which is searched with all its folders, or a ``.zip``. Attachments of messages are
        documents too.
    left_out : LeftOut, optional
        Takes down what cannot be read, and the run goes on; without it the first such file ends the run.
    known : mapping, optional
        Documents whose text is known, with their notes: it is not extracted again.

    Yields
    ------
    Reading
        Sorted by name, without text for those that are known. Hidden files are passed over.

    Raises
    ------
    DocumentError
        Without `left_out`, if a document cannot be read or there is none.
    MissingExtraError
        If a kind of document needs the extra ``documents``.
    """
    left = LeftOut() if left_out is None else left_out
    seen = False
    for source, data in contents(Path(path), READERS):
        if data is None:
            left.other_kinds.append(source)
            continue
        seen = True
        try:
            reading = _recognised(source, data, known or {}) or read_bytes(source, data)
        except DocumentError as error:
            if left_out is None:
                raise
            left.unreadable.append(error)
        else:
            left.notes += [f"{source}: {note}" for note in reading.extracted.notes]
            yield reading
    if not seen:
        nothing = DocumentError(f"{path}: no document in it; expected {', '.join(READERS)}")
        if left_out is None:
            raise nothing
        left.unreadable.append(nothing)


def _recognised(source: str, data: bytes | DocumentError, known: Mapping[Known, tuple[str, ...]]) -> Reading | None:
    """Hash a document, if any is known, to see whether it is one of them."""
    if not known or isinstance(data, DocumentError):
        return None
    sha256 = hashlib.sha256(data).hexdigest()
    notes = known.get((source, sha256))
    return None if notes is None else Reading(source, sha256, Extracted("", (), notes))
