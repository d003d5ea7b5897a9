"""Whole documents: reading files, finding sentences, and what is said of them.

One module a format takes bytes and returns :class:`Extracted`; :mod:`claimclf.documents.segmenting` finds the sentences
in that, and :class:`Document` holds them with their predictions.
"""

from claimclf.documents.document import Document
from claimclf.documents.extracted import Block, Extracted
from claimclf.documents.kinds import READERS, kind_of
from claimclf.documents.reading import (
    STANDARD_INPUT,
    Known,
    LeftOut,
    Reading,
    find,
    read,
    read_all,
    read_bytes,
    read_text,
)
from claimclf.documents.segmenting import Place, places
from claimclf.documents.trail import read_trail

__all__ = [
    "READERS",
    "STANDARD_INPUT",
    "Block",
    "Document",
    "Extracted",
    "Known",
    "LeftOut",
    "Place",
    "Reading",
    "find",
    "kind_of",
    "places",
    "read",
    "read_all",
    "read_bytes",
    "read_text",
    "read_trail",
]
