"""Where the sentences of a document are, with exact offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from claimclf.documents.extracted import Extracted, Kind

LIST_MARKER = re.compile(r"\s*(?:[-*+•‣–—]|\(?(?:\d{1,3}(?:\.\d{1,3})*|[a-zA-Z]|[ivxIVX]{1,5})[.)]|#{1,6})\s+")
"""What a list item begins with."""

_WINDOW = 5_000
"""Characters that the splitter gets at a time: unclosed quotations take it quadratic time. No sentence is longer."""

_LONG = 300
"""Characters from which a quotation of several sentences is split although the splitter keeps quotations whole."""

_OPENING = "\"'“‘’„«(["
_QUOTATION_MARKS = str.maketrans(dict.fromkeys('"“”„«»', " "))
_YEARS = re.compile(r"‘(?=\d\ds?\b)")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")

# The following is what sentencex gets wrong in English; tests/data/sentences.jsonl has the cases.
_UNFINISHED = re.compile(
    r"\b(?:Amb|Ann|App|Arts|Atty|Cdr|Chs?|Dep|Dir|Eds?|Eqs?|Exs?|Figs|Ft|Govs|Govt|Inst|Intl|Lieut|Ms|Mts|Mx|Natl|Paras?|"
    r"Profs|Pub(?:\. L)?|Refs|Regs|Rm|Sched|Secs|Supp|Tel|Vols?|approx|avg|eds?|est|excl|incl|max|paras?|tbls?|vols?)"
    r"\.\s*$|\([a-z]+\.\)\s*$|^\s*(?:[A-Z]|\d{1,3})\.\s*$| \.$"
)
"""Abbreviations that no sentence ends with, in brackets or not, letters and numbers that count, and the dot of .NET."""

_TIME = re.compile(r"\b[ap]\.\s?m\.\s*$", re.IGNORECASE)
_OF_TIME = re.compile(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|(?:[A-Z]{1,3}T|UTC|Eastern|Central|Pacific)\b")
"""What a time of day goes on with: a weekday, a time zone."""

_FINISHED = re.compile(
    r"(?:(?:\b(?:me|no|ill|art|miss|con|arc|ok|id|may|May|etc)\.|…|[.!?…]\))[\"”’»)\]]*"
    r"|(?:\b[a-z]{2}|[a-z]{3}|\))[.!?][\"”’»)\]]*\d{1,3}(?:,\s?\d{1,3})*)\s+(?=[A-Z“\"‘«„])"
)
"""Ends of sentences that are overlooked: words that are also abbreviations, an ellipsis, a closing bracket, a number of
a footnote."""

_LOWER_CASE = re.compile(r"[a-z]+(?!\w)")


class Span(NamedTuple):
    """A stretch of a text: ``text[start:end]``."""

    start: int
    end: int


class Place(NamedTuple):
    """A sentence in a document: ``text[start:end]``, its page, the heading above it, and the kind of its block."""

    start: int
    end: int
    page: int | None
    heading: str | None
    kind: Kind


def places(extracted: Extracted) -> Iterator[Place]:
    """Find the sentences of a document.

    Parameters
    ----------
    extracted : Extracted
        What a reader returned.

    Yields
    ------
    Place
        In order. A heading is one sentence. Stretches without a letter or a digit (rules, rows of asterisks) are
        layout and left out.
    """
    for block in extracted.blocks:
        whole = block.kind == "heading" and block.end - block.start <= _LONG
        text = extracted.text[block.start : block.end]
        for span in [Span(0, len(text))] if whole else sentences(text):
            start, end = block.start + span.start, block.start + span.end
            if any(map(str.isalnum, extracted.text[start:end])):
                yield Place(start, end, block.page_at(start), block.heading, block.kind)


def sentences(paragraph: str) -> list[Span]:
    """Find the sentences of a paragraph.

    The work is done by `sentencex <https://github.com/wikimedia/sentencex>`_; what it gets wrong in English is put
    right here. Line breaks are taken for wrapped lines, a list marker for a part of the first sentence.

    Parameters
    ----------
    paragraph : str
        A paragraph or list item.

    Returns
    -------
    list of Span
        In order, without overlap, trimmed of white space, none empty.

    Examples
    --------
    >>> text = "2. The U.S. and Gen. Haftar signed. It was No. 5\\nin the list."
    >>> [text[start:end] for start, end in sentences(text)]
    ['2. The U.S. and Gen. Haftar signed.', 'It was No. 5\\nin the list.']
    """
    # Same length, so that offsets stay. The splitter works on UTF-8, which cannot carry half a character.
    flat = re.sub(r"[\ud800-\udfff]", "\ufffd", re.sub(r"\s", " ", _YEARS.sub("’", paragraph.translate(_SUPERSCRIPTS))))
    marker = LIST_MARKER.match(paragraph)
    start, position = 0, marker.end() if marker and marker.end() < len(flat) else 0
    found = []
    while position < len(flat):
        window = flat[position : position + _WINDOW]
        ends = _ends(window)
        if position + len(window) < len(flat):
            ends = ends[:-1] or [window.rfind(" ") + 1 or len(window)]
        for end in ends:
            found.append(trimmed(paragraph, Span(start, position + end)))
            start = position + end
        position = start
    return [span for span in found if span]


def trimmed(text: str, span: Span) -> Span | None:
    """Take the white space off both ends.

    Parameters
    ----------
    text : str
        The text that `span` is a stretch of.
    span : Span
        Any stretch.

    Returns
    -------
    Span or None
        None if there is nothing but white space.
    """
    stretch = text[span.start : span.end]
    start = span.start + len(stretch) - len(stretch.lstrip())
    end = span.start + len(stretch.rstrip())
    return Span(start, end) if start < end else None


def _ends(flat: str) -> list[int]:
    """Return where each sentence of a text without line breaks ends; the last is the end of the text."""
    ends = set()
    for start, end in _split(flat):
        ends.add(end)
        ends.update(match.end() for match in _FINISHED.finditer(flat, start, end))
        if end - start > _LONG:
            ends.update(start + inner.end for inner in _split(flat[start:end].translate(_QUOTATION_MARKS)))
    capitals = not _LOWER_CASE.match(flat.lstrip(f" {_OPENING}"))  # else the author does without
    kept: list[int] = []
    for end in sorted(ends):
        before = flat[kept[-1] if kept else 0 : end]
        after = flat[end : end + _LONG].lstrip()
        lower_case = capitals and _LOWER_CASE.match(after)
        goes_on = lower_case or _UNFINISHED.search(before) or (_TIME.search(before) and _OF_TIME.match(after))
        if end == len(flat) or not goes_on:
            kept.append(end - _opening(before))
    return kept or [len(flat)]


def _split(flat: str) -> Iterator[Span]:
    from sentencex import get_sentence_boundaries

    for boundary in get_sentence_boundaries("en", flat):
        yield Span(boundary["start_index"], boundary["end_index"])


def _opening(before: str) -> int:
    """Return how many characters at the end belong to the next sentence: a quotation mark that opens it."""
    body = before.rstrip().rstrip(_OPENING)
    return len(before) - len(body) if body.endswith(" ") else 0
