"""From lines on pages to paragraphs: what goes on over a line, a column, a page; what is a heading, what a footnote."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from statistics import median
from typing import Literal, NamedTuple

from claimclf.documents.extracted import Composer, Extracted
from claimclf.documents.furniture import without_furniture
from claimclf.documents.page import Page, Run, columns
from claimclf.documents.segmenting import LIST_MARKER

_HEADING, _NOTE = 1.12, 0.9
"""Sizes, relative to the text, from which a line is a heading and up to which it is a footnote."""
_LONGEST_HEADING = 200
_PARAGRAPH_GAP = 1.4
"""Distance between two lines, relative to the usual one, from which a paragraph begins."""
_FULL = 0.85
"""Share of its column from which a line is full, so that its sentence may go on."""
_LEADER = re.compile(r"(?:\.\s?){5}\s*\w{1,5}$")
"""The dots between a title and its page in a table of contents."""
_ENDS = re.compile(r"[.!?:;…][\"'”’»)\]]*$")
_HYPHENATED_FIRST = re.compile(
    "all|cross|eight|ex|far|five|four|full|half|high|long|low|mid|nine|non|one|seven|self|short|six|so|state|ten|three|"
    "twenty|two|well"
)
_HYPHENATED_SECOND = re.compile(
    "backed|based|border|driven|funded|led|level|old|owned|range|run|scale|sector|sponsored|style|term|week|year"
)
"""Parts of words that keep their hyphen at the end of a line, unless the document has the word without."""


class Line(NamedTuple):
    """A line of a column, and the edges of that column."""

    page: int
    text: str
    left: float
    right: float
    bottom: float
    size: float
    bold: bool
    edges: tuple[float, float]

    @property
    def ends(self) -> bool:
        """Whether it ends like a sentence."""
        return bool(_ENDS.search(self.text))

    @property
    def full(self) -> bool:
        """Whether the next word did not fit in."""
        return self.right - self.edges[0] >= _FULL * (self.edges[1] - self.edges[0])


def compose(pages: list[Page], *notes: str) -> Extracted:
    """Put the paragraphs of a document together.

    Parameters
    ----------
    pages : list of Page
        In order.
    *notes : str
        As in :class:`~claimclf.documents.extracted.Extracted`.

    Returns
    -------
    Extracted
        With pages.
    """
    found = [_lines(page.number, column) for page in without_furniture(pages) for column in columns(page.runs)]
    style = _Style(found)
    composer = Composer()
    for paragraph in style.paragraphs(found):
        kind = style.kind(paragraph)
        first, *others = style.joined(paragraph)
        composer.add(first.text, kind, first.page)
        for part in others:
            composer.extend(part.text, part.space, part.page)
    return composer.extracted(*notes)


def _lines(page: int, column: list[Run]) -> list[Line]:
    lines = []
    edges = (min((run.left for run in column), default=0), max((run.right for run in column), default=0))
    for row in _rows(column):
        size = max(row, key=lambda run: len(run.text)).size
        text = " ".join(" ".join(run.text for run in row).split())
        bold = all(run.bold for run in row)
        if text and not _LEADER.search(text):
            lines.append(Line(page, text, row[0].left, row[-1].right, row[0].bottom, size, bold, edges))
    return lines


def _rows(column: list[Run]) -> Iterator[list[Run]]:
    row: list[Run] = []
    for run in sorted(column, key=lambda run: -run.bottom):
        if row and row[0].bottom - run.bottom > 0.4 * row[0].size:
            yield sorted(row, key=lambda run: run.left)
            row = []
        row.append(run)
    if row:
        yield sorted(row, key=lambda run: run.left)


class _Part(NamedTuple):
    """A line of a paragraph, as it is joined to the one before."""

    text: str
    space: str
    page: int


class _Style:
    """What is usual in a document, and what follows from it."""

    def __init__(self, columns: list[list[Line]]) -> None:
        lines = [line for column in columns for line in column]
        sizes: Counter[float] = Counter()
        for line in lines:
            sizes[round(line.size, 1)] += len(line.text)
        self.size = max(sizes, key=sizes.__getitem__, default=0) or 1
        self.bold = sum(line.bold for line in lines) > len(lines) / 2
        self.leading = median(
            [above.bottom - below.bottom for column in columns for above, below in pairwise(column)] or [0]
        )
        self.words = {word.lower() for line in lines for word in re.findall(r"\w+(?:-\w+)*", line.text)}

    def stands_out(self, line: Line) -> bool:
        """Say whether a line looks like one of a heading."""
        return line.size >= _HEADING * self.size or (line.bold and not self.bold)

    def paragraphs(self, columns: list[list[Line]]) -> Iterator[list[Line]]:
        """Yield the lines of each paragraph; footnotes after the one that runs on over them."""
        paragraph: list[Line] = []
        waiting: list[list[Line]] = []
        for column in columns:
            noted = len(column)
            while noted and column[noted - 1].size <= _NOTE * self.size:
                noted -= 1
            for line in column[:noted]:
                if paragraph and not self.goes_on(paragraph[-1], line):
                    yield from [paragraph, *waiting]
                    paragraph, waiting = [], []
                paragraph.append(line)
            for line in column[noted:]:
                if waiting and self.goes_on(waiting[-1][-1], line):
                    waiting[-1].append(line)
                else:
                    waiting.append([line])
        yield from filter(None, [paragraph, *waiting])

    def goes_on(self, above: Line, below: Line) -> bool:
        """Say whether a line continues the paragraph of the one before."""
        if self.stands_out(above) != self.stands_out(below) or not 0.9 < below.size / (above.size or 1) < 1.1:
            return False
        if above.page != below.page or above.edges != below.edges:
            if self.stands_out(below) and not below.text[:1].islower():
                return False
            return not above.ends and (below.text[:1].islower() or above.text.endswith("-") or above.full)
        if above.bottom - below.bottom > _PARAGRAPH_GAP * self.leading * max(1, above.size / self.size):
            return False
        indented = below.left - below.edges[0] > 0.8 * below.size and above.left - above.edges[0] < 0.3 * above.size
        listed = LIST_MARKER.match(below.text) is not None
        return not (indented and above.ends) and not (listed and (above.ends or not above.full))

    def kind(self, paragraph: list[Line]) -> Literal["text", "heading"]:
        """Say whether a paragraph is a heading."""
        length = sum(len(line.text) for line in paragraph)
        heading = self.stands_out(paragraph[0]) and length <= _LONGEST_HEADING
        return "heading" if heading and not paragraph[-1].text.endswith((".", ":", ";", ",")) else "text"

    def joined(self, paragraph: list[Line]) -> list[_Part]:
        """Join lines with a space, or without a hyphen that only parted a word."""
        parts: list[_Part] = []
        for line in paragraph:
            space = " "
            if parts and re.search(r"\w-$", parts[-1].text):
                space = ""
                if not self.keeps_hyphen(parts[-1].text, line.text):
                    parts[-1] = parts[-1]._replace(text=parts[-1].text[:-1])
            parts.append(_Part(line.text, space, line.page))
        return parts

    def keeps_hyphen(self, before: str, after: str) -> bool:
        """Say whether the hyphen at the end of a line belongs to the word."""
        first, second = re.findall(r"\w+", before)[-1].lower(), (re.findall(r"^\w+", after) or [""])[0]
        if not second[:1].islower() or f"{first}-{second}" in self.words:
            return True
        if first + second in self.words:
            return False
        return bool(_HYPHENATED_FIRST.fullmatch(first) or _HYPHENATED_SECOND.fullmatch(second))
