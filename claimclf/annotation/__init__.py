"""Texts for people to label: which ones next, and in a file that their tool imports."""

from claimclf.annotation.formats import FORMATS
from claimclf.annotation.suggestions import Suggestion, suggest

__all__ = ["FORMATS", "Suggestion", "suggest"]
