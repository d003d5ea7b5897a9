"""What is on a page: stretches of text with their places, in columns, in reading order."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

_ENOUGH_LINES = 3
"""Stretches that must stand on each side of a gutter."""
_NARROWEST = 0.2
"""Share of the text width from which something is a column and not list numbers or marginal notes."""


class Run(NamedTuple):
    """Characters next to each other, with their place and size in points."""

    text: str
    left: float
    right: float
    bottom: float
    size: float
    bold: bool


class Page(NamedTuple):
    """A page: its number, its lower and upper edge, and what is on it."""

    number: int
    bottom: float
    top: float
    runs: list[Run]


def columns(runs: list[Run]) -> Iterator[list[Run]]:
    """Take the columns of a page one after the other; what runs across a gutter ends those above it.

    Parameters
    ----------
    runs : list of Run
        In any order.

    Yields
    ------
    list of Run
        A column, or the part of one above or below something wider.

    Examples
    --------
    >>> left = [Run(f"left {row}", 50, 250, 700 - 12 * row, 10, False) for row in range(3)]
    >>> right = [Run(f"right {row}", 300, 500, 700 - 12 * row, 10, False) for row in range(3)]
    >>> title = Run("title", 50, 500, 730, 14, True)
    >>> [[run.text for run in column] for column in columns([left[0], right[0], title, *left[1:], *right[1:]])]
    [['title'], ['left 0', 'left 1', 'left 2'], ['right 0', 'right 1', 'right 2']]
    """
    gutter = _gutter(runs)
    if gutter is None:
        yield runs
        return
    downwards = sorted(runs, key=lambda run: -run.bottom)
    for across, band in groupby(downwards, key=lambda run: run.left < gutter < run.right):
        together = list(band)
        if across:
            yield together
            continue
        for side in ([run for run in together if run.left < gutter], [run for run in together if run.left >= gutter]):
            if side:
                yield from columns(side)


def _gutter(runs: list[Run]) -> float | None:
    """Find the place that the fewest stretches run across, with enough side by side on its left and right."""
    if len(runs) < 2 * _ENOUGH_LINES:
        return None
    starts, ends = sorted(run.left for run in runs), sorted(run.right for run in runs)
    margin = _NARROWEST * (ends[-1] - starts[0])
    best, fewest = None, len(runs) // 3
    for place in sorted(set(starts)):
        before, after = bisect_right(ends, place), len(runs) - bisect_left(starts, place)
        across = len(runs) - before - after
        central = starts[0] + margin < place < ends[-1] - margin
        if central and min(before, after) >= _ENOUGH_LINES and across < fewest:
            best, fewest = place, across
    return best if best is not None and _side_by_side(runs, best) else None


def _side_by_side(runs: list[Run], gutter: float) -> bool:
    left = sorted(run.bottom for run in runs if run.right <= gutter)
    right = sorted(run.bottom for run in runs if run.left >= gutter)
    beside = bisect_right(right, left[-1]) - bisect_left(right, left[0])
    return beside >= _ENOUGH_LINES and bisect_right(left, right[-1]) - bisect_left(left, right[0]) >= _ENOUGH_LINES
