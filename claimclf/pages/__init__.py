"""Pages of HTML that load nothing from elsewhere: their templates, their styles, and what fills them in."""

from claimclf.pages.rendering import render, script_hash

__all__ = ["render", "script_hash"]
