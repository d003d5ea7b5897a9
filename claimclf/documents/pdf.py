"""PDF: characters with their places; :mod:`claimclf.documents.layout` makes paragraphs of them."""

from __future__ import annotations

import ctypes
import math
import re
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
_RAISED = 0.15
"""How far above its line the mark of a footnote begins, relative to the size of the line."""
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
_BOLD = 600
_HYPHEN = 2
"""What PDFium puts for a hyphen at the end of a line."""


class _Character(NamedTuple):
    place: int
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
        raise DocumentError(
            "no text layer, the pages are pictures; recognise the text first, for example with ocrmypdf"
        )
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
        characters, direction = _of_one_direction(list(_characters(text)))
        edges = _turned(_Character(0, 0, 0, *page.get_bbox()), direction)
        upright = [_turned(character, direction) for character in characters]
        yield Page(number, edges.bottom, edges.top, list(_runs(text, upright)))
        text.close()
        page.close()


def _characters(text: Any) -> Iterator[_Character]:
    from pypdfium2 import raw

    box = raw.FS_RECTF()
    for index in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text, index)
        # PDFium counts clockwise. The half keeps the place where a full turn ends away from all four directions.
        angle = (0.5 - raw.FPDFText_GetCharAngle(text, index)) % math.tau - 0.5
        raw.FPDFText_GetLooseCharBox(text, index, ctypes.byref(box))
        yield _Character(index, code, angle, box.left, box.bottom, box.right, box.top)


def _of_one_direction(characters: list[_Character]) -> tuple[list[_Character], float]:
    """Leave out what is not written in the main direction of the page, and return that direction too."""
    angles = Counter(round(character.angle, 1) for character in characters if _is_ink(character))
    if not angles:
        return [], 0.0
    (main, _), *_others = angles.most_common(1)
    kept = [character for character in characters if not _is_ink(character) or abs(character.angle - main) < _TILTED]
    direction = median(character.angle for character in kept if _is_ink(character))
    quarter = round(direction / (math.pi / 2)) * (math.pi / 2)
    return kept, quarter if abs(direction - quarter) < _TILTED else direction


def _is_ink(character: _Character) -> bool:
    return character.code > ord(" ")


def _turned(character: _Character, angle: float) -> _Character:
    """Turn what is written at an angle, counted against the clock, so that it is read to the right."""
    cosine, sine = math.cos(angle), math.sin(angle)
    corners = [(x, y) for x in (character.left, character.right) for y in (character.bottom, character.top)]
    across = [x * cosine + y * sine for x, y in corners]
    along = [y * cosine - x * sine for x, y in corners]
    return character._replace(left=min(across), right=max(across), bottom=min(along), top=max(along))


def _runs(text: Any, characters: list[_Character]) -> Iterator[Run]:
    """Put characters together that stand next to each other on a line."""
    together: list[_Character] = []
    last = tallest = None
    for character in characters:
        broken = character.code in (ord("\r"), ord("\n"))
        if last and tallest and _is_ink(character):
            height = max(tallest.top - tallest.bottom, character.top - character.bottom)
            apart = character.left - last.right
            broken = not -height < apart < height or not _level(tallest, character)
        if broken or (last and last.code == _HYPHEN):
            yield from _run(text, together)
            together, last, tallest = [], None, None
        together.append(character)
        if _is_ink(character) or character.code == _HYPHEN:
            last = character
            tallest = max(tallest or character, character, key=lambda one: one.top - one.bottom)
    yield from _run(text, together)


def _level(one: _Character, other: _Character) -> bool:
    """Say whether the middle of the smaller one lies within the taller: hyphens may be no higher than their stroke."""
    smaller, taller = sorted((one, other), key=lambda character: character.top - character.bottom)
    return taller.bottom <= (smaller.bottom + smaller.top) / 2 <= taller.top


def _run(text: Any, characters: list[_Character]) -> Iterator[Run]:
    ink = [character for character in characters if _is_ink(character)]
    if not ink:
        return
    size = median(character.top - character.bottom for character in ink)
    letter = next((character for character in ink if chr(character.code).isalpha()), None)
    written = ""
    for character in characters:
        sign = "-" if character.code == _HYPHEN else chr(character.code or ord("\ufffd"))
        marks = sign.isdigit() and not written[-1:].isdigit() and letter and _is_raised(text, character, letter, size)
        if sign >= " " and not marks:
            written += sign
    written = _INVISIBLE.sub("", written).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    bottom = median(character.bottom for character in ink)
    yield Run(written, ink[0].left, ink[-1].right, bottom, size, _is_bold(text, ink[0]) and _is_bold(text, ink[-1]))


def _is_raised(text: Any, digit: _Character, letter: _Character, size: float) -> bool:
    """Say whether a digit is the mark of a footnote: set above the line, or drawn so by its font."""
    from pypdfium2 import raw

    left, bottom, right, top, x, baseline = (ctypes.c_double() for _ in range(6))
    raw.FPDFText_GetCharBox(text, digit.place, left, right, bottom, top)
    raw.FPDFText_GetCharOrigin(text, letter.place, x, baseline)
    return abs(digit.angle) < _TILTED and bottom.value - baseline.value > _RAISED * size


def _is_bold(text: Any, character: _Character) -> bool:
    from pypdfium2 import raw

    name = ctypes.create_string_buffer(128)
    raw.FPDFText_GetFontInfo(text, character.place, name, len(name), None)
    heavy = raw.FPDFText_GetFontWeight(text, character.place) >= _BOLD
    return heavy or any(word in name.value.lower() for word in (b"bold", b"black", b"heavy"))
