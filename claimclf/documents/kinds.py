"""Kinds of documents: what reads each, and how to tell them."""

from __future__ import annotations

import re
from collections.abc import Callable

from claimclf.documents.decoding import decode_prose
from claimclf.documents.docx import read_docx
from claimclf.documents.extracted import Extracted
from claimclf.documents.html import read_html
from claimclf.documents.mail import read_mail
from claimclf.documents.markdown import read_markdown
from claimclf.documents.pdf import read_pdf
from claimclf.documents.plain import read_plain

_PAGE = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.I | re.DOTALL
)


def _plain(data: bytes) -> Extracted:
    return read_plain(decode_prose(data))


def _markdown(data: bytes) -> Extracted:
    return read_markdown(decode_prose(data))


READERS: dict[str, Callable[[bytes], Extracted]] = {
    ".txt": _plain,
    ".text": _plain,
    ".md": _markdown,
    ".markdown": _markdown,
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
    ".pdf": read_pdf,
    ".docx": read_docx,
    ".eml": read_mail,
}
"""What reads a file, by its ending. :mod:`claimclf.documents.archives` reads ``.zip``."""


def kind_of(data: bytes) -> str:
    """Tell the kind of a document without a name by how it begins.

    Parameters
    ----------
    data : bytes
        Its content.

    Returns
    -------
    str
        As an ending; ``.txt`` if nothing else fits.

    Examples
    --------
    >>> kind_of(b"%PDF-1.7"), kind_of(b"<!DOCTYPE html><p>"), kind_of(b"Oro signed.")
    ('.pdf', '.html', '.txt')
    """
    if data[:1024].find(b"%PDF-") >= 0:
        return ".pdf"
    if data.startswith(b"PK\x03\x04"):
        return ".docx" if b"word/" in data else ".zip"
    return ".html" if _PAGE.match(data) else ".txt"
