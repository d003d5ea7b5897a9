"""The evaluation report as one HTML page that loads nothing from elsewhere."""

from __future__ import annotations

from typing import Any

from claimclf import pages


def render(figures: dict[str, Any]) -> str:
    """Write the page.

    Parameters
    ----------
    figures : dict
        As :func:`~claimclf.reporting.compare` returns them.

    Returns
    -------
    str
        HTML; every text is escaped.

    Raises
    ------
    MissingExtraError
        Without the extra ``train``.
    """
    return pages.render("evaluation", figures, feature="The evaluation report", extra="train")
