"""From the body of a request to a document that was read."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import PurePath

from fastapi import HTTPException

from claimclf.app.schemas import MOST, Text
from claimclf.documents import READERS, Reading, kind_of, places, read_bytes, read_text
from claimclf.errors import InputError


def read_upload(data: bytes, content_type: str, name: str | None) -> Reading:
    """Read a document.

    Parameters
    ----------
    data : bytes
        The body.
    content_type : str
        Of the request; ``application/json`` is a plain text, anything else the document itself.
    name : str, optional
        Of the file. Its ending says what it is; without one, its first bytes do.

    Returns
    -------
    Reading
        Its text, in blocks.

    Raises
    ------
    HTTPException
        If it is a form, or a kind of file that cannot be read.
    DocumentError
        If it is damaged, encrypted, or without text.
    InputError
        If it has too many sentences, or the JSON is wrong.
    """
    media_type = content_type.partition(";")[0].strip().lower()
    reading = _text(data) if media_type == "application/json" else _file(data, media_type, name)
    if len(list(islice(places(reading.extracted), MOST + 1))) > MOST:
        raise InputError(f"more than {MOST:,} sentences; use claimclf predict for a document of this length")
    return reading


def _text(data: bytes) -> Reading:
    try:
        # The library's own parser refuses half characters, which a page may send.
        return read_text(Text.model_validate(json.loads(data)).text)
    except (ValueError, RecursionError) as error:  # what is no such object is one of these too
        raise InputError('expected {"text": "…"} in JSON') from error


def _file(data: bytes, media_type: str, name: str | None) -> Reading:
    if media_type == "multipart/form-data":
        raise HTTPException(415, "a form; send the document itself as the body, its name as ?name=")
    source = name or "document"
    kind = PurePath(source).suffix.lower() or kind_of(data)
    if kind not in READERS:
        raise HTTPException(415, f"{source}: cannot read this kind of file; expected one of {', '.join(READERS)}")
    return read_bytes(source, data, kind)
