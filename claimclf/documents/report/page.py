"""The report of one document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from claimclf import pages
from claimclf.documents.extracted import Block
from claimclf.documents.report.occlusion import Words, decisive_words
from claimclf.documents.report.strip import strips
from claimclf.records import Sentence

if TYPE_CHECKING:
    from claimclf.documents.document import Document

N_PARTS = 32
"""Parts of the strip."""

_MARKED = 2
"""Words of a sentence that are marked for a label; the others are only listed."""

Look = tuple[tuple[int, ...], tuple[int, ...]]
"""The labels, by number, that a sentence is asserted and referred for."""


@dataclass(frozen=True)
class Piece:
    """A stretch of a text that is shown in one way: a sentence, or what stands between two.

    Attributes
    ----------
    parts : list of str and bool
        Its text, cut where words are marked.
    number : int or None
        That of the sentence; None between sentences.
    sentence : Sentence or None
        The sentence.
    look : int or None
        Number of its look; None if it has no label.
    page : int or None
        A page that begins with it.
    """

    parts: list[tuple[str, bool]]
    number: int | None = None
    sentence: Sentence | None = None
    look: int | None = None
    page: int | None = None


def document_page(document: Document) -> str:
    """Write the report of a document.

    Parameters
    ----------
    document : Document
        With its predictions.

    Returns
    -------
    str
        One HTML page that needs nothing else.

    Raises
    ------
    MissingExtraError
        Without jinja2.
    """
    words: list[Words | None] = [None] * len(document)
    neighbours: dict[int, list[dict[str, Any]]] = {}
    marked = [bool(sentence.labels or sentence.referred) for sentence in document]
    if document.scorer:
        words = decisive_words(document.sentences, document.labels, document.scorer.predict_proba)
        if document.scorer.keeps_examples:
            asked = [number for number, is_marked in enumerate(marked) if is_marked]
            found = document.scorer.nearest([document[number].text for number in asked])
            neighbours = {n: list(map(asdict, nearest)) for n, nearest in zip(asked, found, strict=True)}
    looks: dict[Look, int] = {}
    blocks = list(_blocks(document, words, looks))
    values = {
        "document": document,
        "name": PurePath(document.source).name if document.source else "Text",
        "blocks": blocks,
        "looks": [{"asserted": asserted, "referred": referred} for asserted, referred in looks],
        "hues": hues(len(document.labels)),
        "strips": strips(document, N_PARTS),
        "n_parts": N_PARTS,
        "n_referred": {label: sum(label in sentence.referred for sentence in document) for label in document.labels},
        "n_marked": sum(marked),
        "n_unexplained": sum(is_marked and found is None for is_marked, found in zip(marked, words, strict=True)),
        "trail": trail(document),
        "words": {number: found for number, found in enumerate(words) if found},
        "neighbours": neighbours,
    }
    return pages.render("document", values, feature="A report in HTML", extra="documents")


def trail(document: Document) -> dict[str, Any]:
    """Say what made a report, and what came out, in plain JSON types.

    Parameters
    ----------
    document : Document
        With its predictions.
    """
    head = {"source": document.source, "sha256": document.sha256, **asdict(document.provenance)}
    return {**head, "labels": list(document.labels), "sentences": [sentence.to_dict() for sentence in document]}


def hues(n_labels: int) -> list[int]:
    """Spread hues over the colour circle, in degrees.

    Parameters
    ----------
    n_labels : int
        How many.
    """
    return [(250 + 360 * number // n_labels) % 360 for number in range(n_labels)]


def _blocks(document: Document, words: list[Words | None], looks: dict[Look, int]) -> Iterator[dict[str, Any]]:
    """Yield paragraphs with their pieces, and `looks` is filled; a document without blocks is one paragraph."""
    number, page = 0, None
    for block in document.blocks or [Block(0, len(document.text))]:
        pieces: list[Piece] = []
        position = block.start
        while number < len(document) and document[number].start < block.end:
            sentence = document[number]
            if position < sentence.start:
                pieces.append(Piece([(document.text[position : sentence.start], False)]))
            turned = sentence.page if sentence.page != page else None
            look = _look(sentence, document.labels, looks)
            pieces.append(Piece(_parts(sentence.text, words[number] or {}), number, sentence, look, turned))
            page, position, number = sentence.page, sentence.end, number + 1
        if position < block.end:
            pieces.append(Piece([(document.text[position : block.end], False)]))
        yield {"kind": block.kind, "pieces": pieces}


def _look(sentence: Sentence, labels: Sequence[str], looks: dict[Look, int]) -> int | None:
    asserted, referred = (tuple(map(labels.index, names)) for names in (sentence.labels, sentence.referred))
    return looks.setdefault((asserted, referred), len(looks)) if asserted or referred else None


def _parts(text: str, words: Words) -> list[tuple[str, bool]]:
    spans = {(word.start, word.end) for found in words.values() for word in found[:_MARKED]}
    parts, position = [], 0
    for start, end in sorted(spans):
        parts += [(text[position:start], False), (text[start:end], True)]
        position = end
    return [*parts, (text[position:], False)]
