"""The evaluation report as one HTML page that loads nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from claimclf.errors import MissingExtraError
from claimclf.metrics import Interval

_TEMPLATES = Path(__file__).parent


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
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError as error:
        raise MissingExtraError("The evaluation report", "train") from error
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["interval"] = Interval.from_list
    return environment.get_template("evaluation.html").render(**figures)
