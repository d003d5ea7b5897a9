"""Word documents: paragraphs in their order, those of tables, boxes and footnotes too."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from claimclf.documents.archives import Allowance
from claimclf.documents.extracted import Composer, Extracted, Kind, intended_lines
from claimclf.errors import DocumentError, MissingExtraError

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DEEPEST = 20
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_WRITTEN = {f"{_W}t": "", f"{_W}tab": " ", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
"""Elements that stand for text, and which; empty where they hold it."""
_LEFT_OUT = (f"{_W}moveFrom", "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback")
"""Text that was moved away with changes tracked, and second copies of boxes for old programs."""


def read_docx(data: bytes) -> Extracted:
    """Take the paragraphs out of a Word document.

    Headings and captions are told by their styles, headings also by being bold from end to end. Running headers and
    footers, tables of contents and deleted text are left out. A file does not know its pages.

    Parameters
    ----------
    data : bytes
        The file.

    Returns
    -------
    Extracted
        Footnotes stand at the end.

    Raises
    ------
    DocumentError
        If it is encrypted, in the old format, or far larger than it seems.
    MissingExtraError
        Without the extra ``documents``.
    """
    try:
        from docx import Document
        from docx.oxml import parse_xml
    except ImportError as error:
        raise MissingExtraError("Reading DOCX", "documents") from error
    if data.startswith(_OLE):
        raise DocumentError("encrypted, or in the old .doc format; save it as .docx without a password")
    with ZipFile(BytesIO(data)) as archive:
        Allowance().spend(archive)
    document = Document(BytesIO(data))
    parts = [document.element.body]
    for relation in document.part.rels.values():
        if relation.reltype.endswith(("/footnotes", "/endnotes")):
            parts.append(parse_xml(relation.target_part.blob))
    composer = Composer()
    kinds = {style.style_id: _kind(style) for style in document.styles}
    for part in parts:
        for paragraph in part.iter(f"{_W}p"):
            kind = kinds.get(paragraph.style, "text")
            if kind:
                _add(composer, paragraph, kind)
    return composer.extracted()


def _kind(style: Any) -> Kind | None:
    """Say what paragraphs of a style are; None for tables of contents."""
    ancestors = [style]
    while getattr(ancestors[-1], "base_style", None) is not None and len(ancestors) < _DEEPEST:
        ancestors.append(ancestors[-1].base_style)
    names = [(ancestor.name or "").lower() for ancestor in ancestors]
    if any(name.startswith("toc ") for name in names):
        return None
    if "caption" in names:
        return "caption"
    return "heading" if any(name.startswith(("heading", "title", "subtitle")) for name in names) else "text"


def _add(composer: Composer, paragraph: Any, kind: Kind) -> None:
    text, bold = "", True
    for node in paragraph.iter(*_WRITTEN):
        holders = list(node.iterancestors())
        if any(holder.tag in _LEFT_OUT for holder in holders) or next(_paragraphs(holders)) is not paragraph:
            continue
        text += _WRITTEN[node.tag] or node.text or ""
        bold = bold and (not (node.text or "").strip() or _is_bold(node.getparent()))
    for line in intended_lines(text):
        title = kind == "text" and bold and not line.endswith((".", ":", "?", "!"))
        composer.add(" ".join(line.split()), "heading" if title else kind)


def _paragraphs(elements: list[Any]) -> Iterator[Any]:
    return (element for element in elements if element.tag == f"{_W}p")


def _is_bold(run: Any) -> bool:
    mark = run.find(f"{_W}rPr/{_W}b")
    return mark is not None and mark.get(f"{_W}val", "true") not in ("0", "false")
