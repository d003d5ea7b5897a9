"""How well sentences are found, beside other splitters."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, NamedTuple

from claimclf.data import read_rows
from claimclf.documents import read, read_text
from claimclf.documents.segmenting import sentences
from claimclf.errors import DataError

Splitter = Callable[[str], Sequence[str]]
"""Cuts a paragraph into sentences."""


class Case(NamedTuple):
    """A marked text. Ends are counted in characters that are no white space: splitters differ in what they keep of it.

    Attributes
    ----------
    text : str
        One paragraph or more.
    required, allowed : frozenset of int
        Where sentences end within it, and where ends are a matter of taste.
    """

    text: str
    required: frozenset[int]
    allowed: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Score:
    """What became of the ends of sentences.

    Attributes
    ----------
    right, wrong, missed : int
        Ends that were found, found ones that are none, and overlooked ones.
    whole, n_cases : int
        Cases without a wrong or an overlooked end, and all.
    """

    right: int
    wrong: int
    missed: int
    whole: int
    n_cases: int

    @property
    def precision(self) -> float:
        """Share of the found ends that are ends."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Share of the ends that were found."""
        return self.right / max(1, self.right + self.missed)

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)


def marked(text: str) -> Case:
    """Read a text in which ``¦`` marks where sentences end, and ``¤`` where that is a matter of taste.

    Parameters
    ----------
    text : str
        Its own end bears no mark.

    Examples
    --------
    >>> marked("Oro signed.¦ (a) It pays;¤ (b) it owes.").required
    frozenset({10})
    """
    required: set[int] = set()
    allowed: set[int] = set()
    parts = text.replace("¤", "¦¤").split("¦")
    length = 0
    for part, after in pairwise(parts):
        length += _length(part.lstrip("¤"))
        (allowed if after.startswith("¤") else required).add(length)
    return Case(text.replace("¦", "").replace("¤", ""), frozenset(required), frozenset(allowed))


def marked_paragraphs(marks: Path, folder: Path) -> list[Case]:
    """Return the paragraphs of marked documents, without headings.

    Parameters
    ----------
    marks : Path
        JSONL with the ``name`` of a document and the ``ends`` of sentences in what our reader makes of it, of which
        ``sha256`` is the hash; both without white space. Ends of paragraphs bear no mark.
    folder : Path
        Where the documents are.

    Returns
    -------
    list of Case
        One a paragraph.

    Raises
    ------
    DataError
        If our reader makes something else of a document than when it was marked.
    """
    return [case for _, row in read_rows(marks) for case in _paragraphs(folder / row["name"], row)]


def _paragraphs(path: Path, row: dict[str, Any]) -> Iterable[Case]:
    extracted = read(path).extracted
    if hashlib.sha256("".join(extracted.text.split()).encode()).hexdigest() != row["sha256"]:
        raise DataError(f"{path}: not the text that was marked; get that file, or mark the sentences of this one")
    for block in extracted.blocks:
        if block.kind != "heading":
            text = extracted.text[block.start : block.end]
            before, length = _length(extracted.text[: block.start]), _length(text)
            yield Case(text, frozenset(end - before for end in row["ends"] if 0 < end - before < length))


def score(splitter: Splitter, cases: Iterable[Case]) -> Score:
    """Compare the ends that a splitter finds with the marked ones.

    Parameters
    ----------
    splitter : callable
        It gets each paragraph that our reader of plain text finds in a case; headings stay whole.
    cases : iterable of Case
        What to measure on.

    Examples
    --------
    >>> score(lambda text: text.split("  "), [marked("Oro signed.¦  Gen.  Abara left.¦ It rained.")])
    Score(right=1, wrong=1, missed=1, whole=0, n_cases=1)
    """
    right = wrong = missed = whole = n_cases = 0
    for case in cases:
        found = _ends(splitter, case.text)
        extra, overlooked = found - case.required - case.allowed, case.required - found
        right, wrong, missed = right + len(found & case.required), wrong + len(extra), missed + len(overlooked)
        whole, n_cases = whole + (not extra | overlooked), n_cases + 1
    return Score(right, wrong, missed, whole, n_cases)


def _ends(splitter: Splitter, text: str) -> set[int]:
    found: list[str] = []
    for block in read_text(text).extracted.blocks:
        paragraph = text[block.start : block.end]
        found += [paragraph] if block.kind == "heading" else splitter(paragraph)
    return set(accumulate(map(_length, found))) - {0, _length(text)}


def _length(text: str) -> int:
    return len("".join(text.split()))


def _claimclf() -> Splitter:
    return lambda text: [text[start:end] for start, end in sentences(text)]


def _sentencex() -> Splitter:
    module = import_module("sentencex")
    return lambda text: list(module.segment("en", text))


def _pysbd() -> Splitter:
    segmenter = import_module("pysbd").Segmenter(language="en", clean=False)
    return lambda text: list(segmenter.segment(text))


def _syntok() -> Splitter:
    process = import_module("syntok.segmenter").process
    return lambda text: ["".join(map(str, found)) for paragraph in process(text) for found in paragraph]


def _nupunkt() -> Splitter:
    module = import_module("nupunkt")
    return lambda text: list(module.sent_tokenize(text))


def _blingfire() -> Splitter:
    module = import_module("blingfire")
    return lambda text: list(module.text_to_sentences(text).split("\n"))


def _spacy() -> Splitter:
    pipeline = import_module("spacy").blank("en")
    pipeline.add_pipe("sentencizer")
    return lambda text: [found.text for found in pipeline(text).sents]


_LOADERS = {
    "claimclf": _claimclf,
    "sentencex": _sentencex,
    "pysbd": _pysbd,
    "syntok": _syntok,
    "nupunkt": _nupunkt,
    "blingfire": _blingfire,
    "spacy": _spacy,
}


def splitters() -> dict[str, Splitter]:
    """Return ours and those of the other libraries that are installed, by name, at their own settings for English."""
    return {name: load() for name, load in _LOADERS.items() if find_spec(name)}
