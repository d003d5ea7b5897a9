"""Plain text: paragraphs, list items and headings are told by how lines look."""

from __future__ import annotations

import re
from collections.abc import Iterator

from claimclf.documents.extracted import Block, Extracted, Kind, is_caption
from claimclf.documents.segmenting import LIST_MARKER, Span, trimmed

_BLANK_LINE = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")
_LONGEST_HEADING = 100
_LONGEST_WRAPPED = 160
"""Characters; a longer line is a paragraph that nobody wrapped, ..."""
_FEWEST_WORDS = 15
"""... if it has more words than this: an address can be as long."""
_ENDS_LIKE_PROSE = re.compile(r"[.!?;:,…][\"'”’»)\]]*$")


def read_plain(text: str) -> Extracted:
    """Find the paragraphs of a plain text.

    Blank lines and list markers begin a new one; other line breaks are taken for wrapped lines, unless a line beside
    them is longer than anyone wraps: then every line is a paragraph, as word processors save them. A heading is a short
    line that stands alone and does not end like a sentence.

    Parameters
    ----------
    text : str
        As in the file: offsets into the result are offsets into it.

    Returns
    -------
    Extracted
        With `text` as it is.

    Examples
    --------
    >>> text = "The ports\\n\\nA pact was signed\\nin May.\\n- Oro pays.\\n- Veldania builds."
    >>> [(text[block.start:block.end], block.kind) for block in read_plain(text).blocks]
    [('The ports', 'heading'), ('A pact was signed\\nin May.', 'text'), ('- Oro pays.', 'text'),
     ('- Veldania builds.', 'text')]
    """
    blocks: list[Block] = []
    heading = None
    for stretch, alone in _paragraphs(text):
        span = trimmed(text, stretch)
        if not span:
            continue
        kind = _kind(text[span.start : span.end], alone)
        blocks.append(Block(span.start, span.end, kind, None if kind == "heading" else heading))
        heading = text[span.start : span.end] if kind == "heading" else heading
    return Extracted(text, tuple(blocks))


def _paragraphs(text: str) -> Iterator[tuple[Span, bool]]:
    """Yield paragraphs and list items, and whether each stands alone between blank lines."""
    start = 0
    for blank in [*_BLANK_LINE.finditer(text), None]:
        end = blank.start() if blank else len(text)
        line_start = block_start = start
        lines = text[start:end].splitlines(keepends=True)
        unwrapped = any(len(line) > _LONGEST_WRAPPED and len(line.split()) > _FEWEST_WORDS for line in lines)
        for line in lines:
            if line_start > block_start and (unwrapped or LIST_MARKER.match(line)):
                yield Span(block_start, line_start), unwrapped
                block_start = line_start
            line_start += len(line)
        yield Span(block_start, end), block_start == start and end < len(text)
        start = blank.end() if blank else end


def _kind(paragraph: str, alone: bool) -> Kind:
    if is_caption(paragraph):
        return "caption"
    line_like = len(paragraph) <= _LONGEST_HEADING and len(paragraph.splitlines()) == 1
    heading = alone and line_like and not _ENDS_LIKE_PROSE.search(paragraph) and paragraph[0] not in "-*+•–—\"'“‘«„("
    return "heading" if heading and any(map(str.isalpha, paragraph)) else "text"
