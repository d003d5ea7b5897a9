"""PDF: characters with their places; :mod:`claimclf.documents.layout` makes paragraphs of them."""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Iterator
from statistics import median
from threading import Lock
from typing import Any, NamedTuple

from claimclf.documents.extracted import Extracted
from claimclf.documents.layout import compose
from claimclf.documents.page import Page, Run
from claimclf.errors import DocumentError, MissingExtraError

_ONE_AT_A_TIME = Lock()
"""PDFium is not safe to use from several threads."""

_MOST_PAGES = 20_000
_TILTED = 0.2
"""Radians from which a character is written in another direction."""
_SMALL, _RAISED = 0.8, 0.15
"""How much smaller and higher than its line the mark of a footnote is."""
_BOLD = 600
_HYPHEN = 2
"""What PDFium puts for a hyphen at the end of a line."""


class _Character(NamedTuple):
    index: int
    code: int
    angle: float
    left: float
    bottom: float
    right: float
    top: float


def read_pdf(data: bytes) -> Extracted:
    """Take the text out of a PDF.

    Columns are read one after the other, words hyphenated at line ends are joined, and running headers, footers, page
    numbers, footnote marks and text across the reading direction go. The characters come from
    `PDFium <https://pypdfium2.readthedocs.io>`_.

    Parameters
    ----------
    data : bytes
        The file.

    Returns
    -------
    Extracted
        With pages.

    Raises
    ------
    DocumentError
        If it is damaged, encrypted, or has no text layer.
    MissingExtraError
        Without the extra ``documents``.
    """
    try:
        from pypdfium2 import PdfDocument, PdfiumError
    except ImportError as error:
        raise MissingExtraError("Reading PDF", "documents") from error
    with _ONE_AT_A_TIME:
        try:
            document = PdfDocument(data)
        except PdfiumError as error:
            if "password" in str(error).lower():
                raise DocumentError("encrypted; remove the password first") from error
            raise DocumentError(f"a damaged PDF ({error})") from error
        try:
            pages = list(_pages(document))
        finally:
            document.close()
    empty = [page.number for page in pages if not page.runs]
    if len(empty) == len(pages):
        raise DocumentError("no text layer, the pages are pictures; recognise the text first, for example with ocrmypdf")
    return compose(pages, *_notes(empty, len(pages)))


def _notes(empty: list[int], total: int) -> list[str]:
    shown = ", ".join(map(str, empty[:10])) + (" …" if len(empty) > 10 else "")
    return [f"{len(empty)} of {total} pages hold no text, perhaps pictures of it: {shown}"] if empty else []


def _pages(document: Any) -> Iterator[Page]:
    from pypdfium2 import PdfiumError

    if len(document) > _MOST_PAGES:
        raise DocumentError(f"a PDF of {len(document)} pages; expected at most {_MOST_PAGES}")
    for number in range(1, len(document) + 1):
        try:
            page = document[number - 1]
            text = page.get_textpage()
        except PdfiumError as error:
            raise DocumentError(f"page {number} is damaged ({error})") from error
        characters = _upright(list(_characters(text)))
        left, bottom, right, top = page.get_bbox()
        yield Page(number, bottom, top, list(_runs(text, characters)))
        text.close()
        page.close()


def _characters(text: Any) -> Iterator[_Character]:
    from pypdfium2 import raw

    box = raw.FS_RECTF()
    for index in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text, index)
        angle = raw.FPDFText_GetCharAngle(text, index)
        raw.FPDFText_GetLooseCharBox(text, index, ctypes.byref(box))
        yield _Character(index, code, angle, box.left, box.bottom, box.right, box.top)


def _upright(characters: list[_Character]) -> list[_Character]:
    """Leave out what is not written in the main direction of the page, and turn that to the right."""
    angles = Counter(round(character.angle, 1) for character in characters if _is_ink(character))
    if not angles:
        return []
    (main, _), *_others = angles.most_common(1)
    kept = [character for character in characters if not _is_ink(character) or abs(character.angle - main) < _TILTED]
    return kept if main == 0 else [_turned(character, main) for character in kept]


def _is_ink(character: _Character) -> bool:
    return character.code > ord(" ")


def _turned(character: _Character, angle: float) -> _Character:
    cosine, sine = math.cos(angle), math.sin(angle)
    corners = [(x, y) for x in (character.left, character.right) for y in (character.bottom, character.top)]
    across = [x * cosine + y * sine for x, y in corners]
    along = [y * cosine - x * sine for x, y in corners]
    return character._replace(left=min(across), right=max(across), bottom=min(along), top=max(along))


def _runs(text: Any, characters: list[_Character]) -> Iterator[Run]:
    """Put characters together that stand next to each other on a line."""
    together: list[_Character] = []
    last = None  # the last one with ink
    for character in characters:
        broken = character.code in (ord("\r"), ord("\n"))
        if last and _is_ink(character):
            height = last.top - last.bottom
            apart = character.left - last.right
            broken = apart > height or apart < -height or abs(character.bottom - last.bottom) > height / 2
        if broken and together:
            yield from _run(text, together)
            together, last = [], None
        together.append(character)
        last = character if _is_ink(character) else last
        if character.code == _HYPHEN:
            yield from _run(text, together)
            together, last = [], None
    yield from _run(text, together)


def _run(text: Any, characters: list[_Character]) -> Iterator[Run]:
    ink = [character for character in characters if _is_ink(character)]
    if not ink:
        return
    size = median(character.top - character.bottom for character in ink)
    bottom = median(character.bottom for character in ink)
    written = ""
    for character in characters:
        letter = "-" if character.code == _HYPHEN else chr(character.code or ord("\ufffd"))
        raised = character.bottom - bottom > _RAISED * size and character.top - character.bottom < _SMALL * size
        if not (raised and letter.isdigit() and not written[-1:].isdigit()):  # else the mark of a footnote
            written += letter if letter >= " " else ""
    written = written.replace("\xad", "").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    yield Run(written, ink[0].left, ink[-1].right, bottom, size, _is_bold(text, ink[0].index))


def _is_bold(text: Any, index: int) -> bool:
    from pypdfium2 import raw

    name = ctypes.create_string_buffer(128)
    raw.FPDFText_GetFontInfo(text, index, name, len(name), None)
    heavy = raw.FPDFText_GetFontWeight(text, index) >= _BOLD
    return heavy or any(word in name.value.lower() for word in (b"bold", b"black", b"heavy"))
