"""What a check says."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

Status = Literal["ok", "failed", "not run"]

_SHOWN = 10
"""Details printed of a finding; the JSON form holds all."""


class Finding(NamedTuple):
    """The outcome of one check.

    Attributes
    ----------
    check : str
        What was looked at.
    status : {"ok", "failed", "not run"}
        A check that had nothing to look at is not run; it never counts as passed.
    summary : str
        What was found, with the figure and the limit.
    details : tuple of str
        The places, one a line.
    """

    check: str
    status: Status
    summary: str
    details: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {**self._asdict(), "details": list(self.details)}

    def __str__(self) -> str:
        head = f"{self.status:8}{self.check}: {self.summary}"
        lines = [f"{'':10}{detail}" for detail in self.details[:_SHOWN]]
        rest = len(self.details) - _SHOWN
        return "\n".join([head, *lines, *([f"{'':10}… and {rest} more"] if rest > 0 else [])])


def judge(check: str, failed: bool, summary: str, details: tuple[str, ...] | list[str] = ()) -> Finding:
    """Make a finding of a check that was run.

    Parameters
    ----------
    check : str
        What was looked at.
    failed : bool
        Whether a limit was passed.
    summary : str
        What was found.
    details : sequence of str
        The places.
    """
    return Finding(check, "failed" if failed else "ok", summary, tuple(details))
