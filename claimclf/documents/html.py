"""Web pages: the article, without navigation, advertisements, buttons and comments."""

from __future__ import annotations

import re
from typing import Any

from claimclf.documents.decoding import decode
from claimclf.documents.extracted import Composer, Extracted, Kind, intended_lines
from claimclf.errors import DocumentError, MissingExtraError

_LARGEST = 20 * 2**20
_DECLARED = re.compile(
    rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]+)|<\?xml[^>]{0,200}encoding=[\"']([\w-]+)", re.I
)
_MOST_LINKED = 0.05
"""Share of the text of a page without navigation that leads elsewhere."""
_BLOCKS = frozenset({"body", "head", "p", "list", "item", "quote", "code", "table", "row", "cell", "div"})


def read_html(data: bytes, encoding: str | None = None) -> Extracted:
    """Take the article out of a web page. Nothing is executed and nothing is fetched.

    The work is done by `trafilatura <https://trafilatura.readthedocs.io>`_.

    Parameters
    ----------
    data : bytes
        The page.
    encoding : str, optional
        As whoever sent it says; by default what the page itself says.

    Returns
    -------
    Extracted
        Paragraphs, list items, cells and quotations, with headings and captions marked.

    Raises
    ------
    DocumentError
        If there is no article in it, or it is larger than 20 MB.
    MissingExtraError
        Without the extra ``documents``.
    """
    try:
        from lxml.html import HTMLParser, document_fromstring
        from trafilatura import bare_extraction
    except ImportError as error:
        raise MissingExtraError("Reading HTML", "documents") from error
    if len(data) > _LARGEST:
        raise DocumentError(f"a web page of {len(data) >> 20} MB; expected at most {_LARGEST >> 20}")
    declared = _DECLARED.search(data[:4096])
    own = b"".join(filter(None, declared.groups())).decode() if declared else None
    text = decode(data, encoding or own)
    parser = HTMLParser(encoding="utf-8", collect_ids=False, remove_comments=True, remove_pis=True)
    tree = document_fromstring(text.replace("\0", "").encode("utf-8", "replace"), parser=parser)
    for repeated in tree.xpath("//div[@title='header' or @title='footer']"):  # of pages, as LibreOffice writes them
        repeated.drop_tree()
    captions = _free_captions(tree)
    if _is_all_article(tree):
        tree.body.tag = "article"
    found = bare_extraction(tree, include_comments=False)
    if found is None:
        raise DocumentError("no article found in this web page")
    return _composed(found.body, captions)


def _is_all_article(tree: Any) -> bool:
    """Say whether a page is a document, as word processors write; where it must search, trafilatura loses headings."""
    if tree.find("body") is None or tree.xpath("//article|//main|//nav|//form"):
        return False
    linked = sum(len(link.text_content()) for link in tree.iter("a"))
    return bool(linked < _MOST_LINKED * len(tree.body.text_content()))


def _free_captions(tree: Any) -> set[str]:
    """Make captions paragraphs, which are kept; pictures are not."""
    captions = set()
    for figure in list(tree.iter("figure")):
        for caption in list(figure.iter("figcaption")):
            captions.add(" ".join(caption.text_content().split()))
            caption.tag = "p"
        figure.tag = "div"
    return captions


def _composed(body: Any, captions: set[str]) -> Extracted:
    from lxml.etree import iterwalk

    composer = Composer()
    buffer = ""
    inside = ["body"]

    def flush() -> None:
        for line in intended_lines(buffer):
            kind: Kind = "heading" if inside[-1] == "head" else "caption" if line in captions else "text"
            composer.add(" ".join(line.split()), kind)

    for event, element in iterwalk(body, events=("start", "end")):
        if element.tag in _BLOCKS:
            flush()
            buffer = ""
            if event == "start":
                inside.append(element.tag)
            else:
                inside.pop()
        elif element.tag == "lb" and event == "start":
            buffer += "\n"
        between = element.text if event == "start" else element.tail
        buffer += re.sub(r"\s", " ", between or "")
    flush()
    return composer.extracted()
