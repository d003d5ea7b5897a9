"""What a reader makes of a file: its text, and where in it paragraphs, headings, captions and pages are."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["text", "heading", "caption"]

_CAPTION = re.compile(
    r"(?:Fig(?:ure|\.)|Table|Chart|Graph|Map|Photo(?:graph)?|Image|Picture|Illustration|Exhibit|Box)"
    r"\s*(?:(?:\d+(?:[.-]\d+)*|[A-Z]|[IVX]+)\s*[.:–—|]|:)\s",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Block:
    """A paragraph, list item, heading or caption: ``text[start:end]``.

    Attributes
    ----------
    start, end : int
        Character offsets into the extracted text.
    kind : str
        ``text``, ``heading`` or ``caption``.
    heading : str or None
        The nearest heading above; None above the first one and for headings themselves.
    page : int or None
        The page that it begins on, from 1; None where there are no pages.
    turns : tuple of int
        The offsets at which it goes on on the next page.
    """

    start: int
    end: int
    kind: Kind = "text"
    heading: str | None = None
    page: int | None = None
    turns: tuple[int, ...] = ()

    def page_at(self, offset: int) -> int | None:
        """Return the page of a character.

        Parameters
        ----------
        offset : int
            Between `start` and `end`.

        Examples
        --------
        >>> Block(0, 90, page=3, turns=(40,)).page_at(50)
        4
        """
        return None if self.page is None else self.page + bisect_right(self.turns, offset)


@dataclass(frozen=True)
class Extracted:
    """The text of a document and what is known of its parts.

    Attributes
    ----------
    text : str
        All that a reader kept. Only a plain text is the file itself, character by character.
    blocks : tuple of Block
        In order, without overlap; what lies between them is white space or layout.
    notes : tuple of str
        What could not be read, such as pages without text.
    """

    text: str
    blocks: tuple[Block, ...]
    notes: tuple[str, ...] = ()


class Composer:
    """Puts blocks under each other, with a blank line between them.

    Examples
    --------
    >>> composer = Composer()
    >>> composer.add("Ports", "heading")
    >>> composer.add(" A pact was signed. ")
    >>> composer.extracted().text
    'Ports\\n\\nA pact was signed.'
    >>> composer.extracted().blocks[1]
    Block(start=7, end=25, kind='text', heading='Ports', page=None, turns=())
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._heading: str | None = None

    def add(self, text: str, kind: Kind = "text", page: int | None = None) -> None:
        """Add a block; nothing if it is blank.

        Parameters
        ----------
        text : str
            Its text.
        kind : str, default "text"
            A text that begins like a caption becomes one.
        page : int, optional
            The page that it begins on.
        """
        text = text.strip()
        if not text:
            return
        self._append("\n\n" if self._parts else "", text)
        start = self._length - len(text)
        if kind == "heading":
            self._blocks.append(Block(start, self._length, kind, None, page))
            self._heading = " ".join(text.split())
        else:
            kind = "caption" if is_caption(text) else kind
            self._blocks.append(Block(start, self._length, kind, self._heading, page))

    def extend(self, text: str, space: str = " ", page: int | None = None) -> None:
        """Go on with the block that was added last.

        Parameters
        ----------
        text : str
            More text of that block.
        space : str, default " "
            What stands between.
        page : int, optional
            The page that `text` is on.
        """
        last = self._blocks[-1]
        turn = self._length + len(space)
        turned = (page or 0) - (last.page_at(self._length) or 0) if page is not None else 0
        self._append(space, text)
        self._blocks[-1] = replace(last, end=self._length, turns=(*last.turns, *[turn] * turned))
        if last.kind == "heading":
            self._heading = f"{self._heading} {text}"

    def _append(self, *parts: str) -> None:
        self._parts += parts
        self._length += sum(map(len, parts))

    def extracted(self, *notes: str) -> Extracted:
        """Return what was put together.

        Parameters
        ----------
        *notes : str
            As in :class:`Extracted`.
        """
        return Extracted("".join(self._parts), tuple(self._blocks), notes)


def is_caption(text: str) -> bool:
    """Say whether a paragraph begins as a caption does: "Figure 3: …", "Photo: …".

    Parameters
    ----------
    text : str
        A paragraph.

    Examples
    --------
    >>> is_caption("Table 2. Cameras by port"), is_caption("Table 2 shows cameras by port.")
    (True, False)
    """
    return bool(_CAPTION.match(text))


def intended_lines(text: str) -> list[str]:
    """Split at line breaks that the author meant; one before a lower-case letter is a wrapped line.

    Parameters
    ----------
    text : str
        A paragraph with hard line breaks.

    Returns
    -------
    list of str
        None blank.

    Examples
    --------
    >>> intended_lines("Port of Sarn\\nA pact was\\nsigned.")
    ['Port of Sarn', 'A pact was signed.']
    """
    lines: list[str] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        if lines and line[0].islower():
            lines[-1] += f" {line}"
        else:
            lines.append(line)
    return lines
