"""What is finished of a run over many documents, so that the same command goes on where it was interrupted."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from claimclf.bundle import Classifier, provenance
from claimclf.documents import Known


class Journal:
    """Keeps what was made of each document, one a line, until the run is finished.

    A process may be killed at any moment: a line that was not written to its end is no document.

    Parameters
    ----------
    path : Path or None
        The file; it appears with the first document. None keeps nothing.
    made_by : mapping
        What decides the results besides the document. A file that was made by something else is thrown away.

    Attributes
    ----------
    known : dict of tuple to tuple of str
        The notes of each finished document.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "journal")
    ...     Journal(path, {"bundle": "a"}).keep(("a.txt", "0f"), (), ["a row"])
    ...     with path.open("a") as file:
    ...         _ = file.write("a line that was cut o")
    ...     journal = Journal(path, {"bundle": "a"})
    ...     journal.known, journal.recall(("a.txt", "0f")), Journal(path, {"bundle": "b"}).known
    ({('a.txt', '0f'): ()}, ['a row'], {})
    """

    def __init__(self, path: Path | None, made_by: Mapping[str, Any]) -> None:
        self.known: dict[Known, tuple[str, ...]] = {}
        self._path = path
        self._made_by = dict(made_by)
        self._places: dict[Known, int] = {}
        if path and path.exists():
            self._read(path)

    def _read(self, path: Path) -> None:
        with path.open("rb") as file:
            ours = _whole(file.readline()) == self._made_by
            end = file.tell()
            while ours and (entry := _whole(file.readline())):
                self._note(entry, end)
                end = file.tell()
        if ours:
            os.truncate(path, end)
        else:
            path.unlink()

    def _note(self, entry: dict[str, Any], place: int) -> None:
        key = entry["source"], entry["sha256"]
        self.known[key] = tuple(entry["notes"])
        self._places[key] = place

    def keep(self, key: Known, notes: tuple[str, ...], made: Any) -> None:
        """Take down a finished document.

        Parameters
        ----------
        key : tuple
            The document.
        notes : tuple of str
            What could not be read of it.
        made : object of JSON types
            What was made of it.
        """
        if self._path is None:
            return
        entry = {"source": key[0], "sha256": key[1], "notes": notes, "made": made}
        with self._path.open("ab") as file:
            if file.tell() == 0:
                file.write(_line(self._made_by))
            place = file.tell()
            file.write(_line(entry))
        self._note(entry, place)

    def recall(self, key: Known) -> Any:
        """Return what was made of a document that is known.

        Parameters
        ----------
        key : tuple
            The document.
        """
        if self._path is None:
            raise KeyError(key)
        with self._path.open("rb") as file:
            file.seek(self._places[key])
            return json.loads(file.readline())["made"]

    def finish(self) -> None:
        """Remove the file: the output is complete."""
        if self._path:
            self._path.unlink(missing_ok=True)


def open_journal(path: Path | None, kept: str, classifier: Classifier) -> Journal:
    """Open the journal of a run, and say so if an earlier one left it.

    Parameters
    ----------
    path : Path or None
        As in :class:`Journal`.
    kept : str
        What is made of documents.
    classifier : Classifier
        What they are predicted with.
    """
    journal = Journal(path, {"kept": kept, **asdict(provenance(classifier))})
    if journal.known:
        print(f"going on after an interruption; documents finished already: {len(journal.known)}", file=sys.stderr)
    return journal


def _line(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry).encode() + b"\n"


def _whole(line: bytes) -> dict[str, Any] | None:
    """Parse a line, unless it was cut off."""
    try:
        return dict(json.loads(line)) if line.endswith(b"\n") else None
    except ValueError:
        return None
