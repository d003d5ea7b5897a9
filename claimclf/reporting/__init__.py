"""The evaluation report: figures as plain JSON types, and one self-contained HTML page made of them."""

from claimclf.reporting.figures import compare
from claimclf.reporting.page import render

__all__ = ["compare", "render"]
