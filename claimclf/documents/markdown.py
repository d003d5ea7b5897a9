"""Markdown: prose without its markup."""

from __future__ import annotations

import re
from html import unescape
from typing import Any, NamedTuple

from claimclf.documents.extracted import Composer, Extracted, intended_lines

_FRONT_MATTER = re.compile(
    r"(---|\+\+\+)[^\S\n]*\n(?=(?:[^\S\n]*#[^\n]*\n)*[\w\"'.-]+[^\S\n]*[:=]).*?\n\1[^\S\n]*(?:\n|$)", re.DOTALL
)
"""It begins with a key, perhaps below comments; anything else is prose between two rules."""
_SHORTCODE = re.compile(r"\{\{[<%][^{}]*[>%]\}\}|\{%[^{}]*%\}")
_TAG = re.compile(r"<[^<>]*>")
_RUN_IN_TITLE = re.compile(r"(_\*\*[^*_\n]+\*\*_|\*\*_[^*_\n]+_\*\*)(?=[A-Z])")
"""A title in bold italics that editors glue to the text after it; CommonMark takes its underscores for letters."""
_STRAY_EMPHASIS = re.compile(r"\*\*+|(?<!\S)\*(?=\S)|(?<=\S)\*(?!\S)")


class _Run(NamedTuple):
    """A stretch of a paragraph, and whether it is bold."""

    text: str
    bold: bool


_UNSEEN = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)


def read_markdown(text: str) -> Extracted:
    """Take the prose out of a Markdown text.

    Emphasis marks, link targets, pictures, fenced code, tags, the front matter and shortcodes of site generators go. A
    line that is bold from end to end is a heading, and so is a title in bold italics to which the text is glued.

    Parameters
    ----------
    text : str
        CommonMark, with tables.

    Returns
    -------
    Extracted
        Offsets are into what is left.

    Examples
    --------
    >>> read_markdown("# Ports\\n\\nOro *signed* the [pact](http://x.example).").text
    'Ports\\n\\nOro signed the pact.'
    """
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    composer = Composer()
    inside = ""
    front = _FRONT_MATTER.match(text)
    source = _SHORTCODE.sub(" ", text[front.end() if front else 0 :])
    for token in parser.parse(_RUN_IN_TITLE.sub(r"\1<br>", source)):
        if token.type.endswith("_open"):
            inside = token.type
        elif token.type == "inline":
            _add(composer, token.children or [], heading=inside == "heading_open")
        elif token.type == "code_block":  # more often an indented paragraph than code, which has fences
            composer.add(token.content)
        elif token.type == "html_block":
            composer.add(unescape(_TAG.sub(" ", _UNSEEN.sub(" ", token.content))))
    return composer.extracted()


def _add(composer: Composer, tokens: list[Any], *, heading: bool) -> None:
    runs = _runs(tokens)
    text = "".join(run.text for run in runs)
    bold = "".join(run.text if run.bold else "\0" * len(run.text) for run in runs)
    for line in intended_lines(text):
        title = heading or (line in intended_lines(bold) and not line.endswith((".", ":", "?", "!")))
        composer.add(line, "heading" if title else "text")


def _runs(tokens: list[Any]) -> list[_Run]:
    runs = []
    depth = 0
    for token in tokens:
        if token.type in ("strong_open", "strong_close"):
            depth += token.nesting
        elif token.type == "softbreak":
            runs.append(_Run(" ", True))
        elif token.type == "hardbreak" or token.content.lower().startswith("<br"):
            runs.append(_Run("\n", True))
        elif token.type in ("text", "code_inline"):
            runs.append(_Run(_STRAY_EMPHASIS.sub("", token.content), depth > 0 or token.content.isspace()))
    return runs
