"""Bytes to text."""

from __future__ import annotations

import codecs
import re

from claimclf.errors import DocumentError, MissingExtraError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MEANT = dict.fromkeys(("iso-8859-1", "latin-1", "latin1", "ascii", "us-ascii"), "cp1252")
"""What a document is in that claims one of these, if it is not UTF-8."""
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a]")
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_FEW = 0.15
"""Share of bytes beyond ASCII up to which a text is in the Latin alphabet; Windows-1252 is the better guess there."""
_SAMPLE = 200_000
_LONGEST_LINE = 10_000_000


def decode(data: bytes, declared: str | None = None) -> str:
    """Decode a text of unknown encoding.

    A byte order mark decides, then UTF-8 if it fits, then what is declared, then Windows-1252 for text that is mostly
    ASCII, then what charset-normalizer finds.

    Parameters
    ----------
    data : bytes
        The text.
    declared : str, optional
        The encoding that the document claims to have.

    Returns
    -------
    str
        Without a byte order mark.

    Raises
    ------
    DocumentError
        If it is no text, as far as can be told.
    MissingExtraError
        If the encoding has to be guessed without the extra ``documents``.

    Examples
    --------
    >>> decode("Besançon".encode("cp1252")), decode("Besançon".encode("utf-16"))
    ('Besançon', 'Besançon')
    """
    candidates = [name for mark, name in _MARKS if data.startswith(mark)][:1]
    if not candidates and b"\0" not in data:
        candidates += ["utf-8", _MEANT.get((declared or "").lower(), declared or "utf-8")]
    if not _CONTROL.search(data) and len(_BEYOND_ASCII.findall(data)) <= _FEW * len(data):
        candidates.append("cp1252")
    for encoding in candidates:
        try:
            return data.decode(encoding)
        except (UnicodeError, LookupError):
            continue
    return _guessed(data)


def decode_prose(data: bytes, declared: str | None = None) -> str:
    """Decode a text that is written in lines.

    Parameters
    ----------
    data, declared : bytes and str, optional
        As in :func:`decode`.

    Returns
    -------
    str
        As from :func:`decode`.

    Raises
    ------
    DocumentError
        Also if a line is longer than any that somebody wrote.
    MissingExtraError
        As :func:`decode` does.
    """
    text = decode(data, declared)
    longest = max(map(len, text.splitlines()), default=0)
    if longest > _LONGEST_LINE:
        raise DocumentError(f"a line of {longest} characters; expected at most {_LONGEST_LINE} in a text")
    return text


def _guessed(data: bytes) -> str:
    try:
        from charset_normalizer import from_bytes
    except ImportError as error:
        raise MissingExtraError("Reading text that is not UTF-8", "documents") from error
    found = from_bytes(data[:_SAMPLE]).best()
    text = data.decode(found.encoding, "replace") if found else "\0"
    if "\0" in text:
        raise DocumentError("no encoding fits; this is not text")
    return text
