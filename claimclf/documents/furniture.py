"""What stands on many pages and belongs to none: running headers, footers, page numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from claimclf.documents.page import Page, Run

_MARGIN = 0.12
"""Share of a page, at its top and at its bottom, where they are."""
_SAME_HEIGHT = 8
"""Points."""
_PAGE_NUMBER = re.compile(
    r"[\s|–—-]*(?:page\s*)?(?:\d{1,4}|[ivxl]{1,6})(?:\s*(?:of|/)\s*\d{1,4})?[\s|–—-]*", re.IGNORECASE
)

Key = tuple[str, int]


def without_furniture(pages: list[Page]) -> list[Page]:
    """Leave out rows in the margins that recur at the same height, but for their numbers, and page numbers.

    Parameters
    ----------
    pages : list of Page
        All pages of a document.

    Returns
    -------
    list of Page
        The same pages with less on them.
    """
    seen = Counter(key for page in pages for row in _margin_rows(page) for key in _keys(page, row))
    kept = []
    for page in pages:
        rows = list(_margin_rows(page))
        dropped = [row for row in rows if any(seen[key] > 1 for key in _keys(page, row))]
        dropped += [row for row in [*rows[:1], *rows[-1:]] if _PAGE_NUMBER.fullmatch(_text(row))]
        furniture = {run for row in dropped for run in row}
        kept.append(page._replace(runs=[run for run in page.runs if run not in furniture]))
    return kept


def _margin_rows(page: Page) -> Iterator[list[Run]]:
    """Yield what stands on the same height in one of the margins, from the top."""
    margin = _MARGIN * (page.top - page.bottom)
    inside = [run for run in page.runs if not page.bottom + margin < run.bottom < page.top - margin]
    inside.sort(key=lambda run: -run.bottom)
    for _, row in groupby(inside, key=lambda run: round(run.bottom / 2)):
        yield sorted(row, key=lambda run: run.left)


def _text(row: list[Run]) -> str:
    return " ".join(run.text.strip() for run in row)


def _keys(page: Page, row: list[Run]) -> Iterator[Key]:
    """Say how a row would look on another page; two heights, so that a step between them parts no two rows."""
    text = re.sub(r"\d+", "#", _text(row).lower())
    if any(map(str.isalpha, text)):
        height = row[0].bottom - page.bottom
        yield text, int(height / _SAME_HEIGHT)
        yield text, -1 - int(height / _SAME_HEIGHT + 0.5)
