"""What happens to a text before a model sees it: one check, one normaliser."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any

from claimclf.errors import InputTypeError

NORMALISER_VERSION = 1
"""Stored in every bundle: a bundle is only used with the normaliser that it was trained with."""

_TYPOGRAPHY = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        # Invisible characters that PDF and web text carry inside words.
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", None),
        # Lone surrogates cannot be encoded; U+FFFD is what a decoder would have written.
        **dict.fromkeys(map(chr, range(0xD800, 0xE000)), "\ufffd"),
    }
)


def check_texts(texts: Iterable[Any], name: str = "texts") -> Iterator[str]:
    """Pass texts on, one by one, and refuse what is not text.

    Parameters
    ----------
    texts : iterable of str
        A list, tuple, generator, column of a table, …
    name : str, default "texts"
        How the argument is called in error messages.

    Yields
    ------
    str
        The texts, unchanged and in order.

    Raises
    ------
    InputTypeError
        If `texts` is a single string, bytes, a mapping, a set (which has no order), a table or no iterable at all, or
        if an element is not a string; the message names its position.

    Examples
    --------
    >>> list(check_texts(["Yes.", None]))
    Traceback (most recent call last):
    claimclf.errors.InputTypeError: texts[1]: expected a string, got None; drop or fill missing values first
    """
    table = getattr(texts, "ndim", 1) != 1  # iterating over a table of pandas would give the names of its columns
    if table or isinstance(texts, (str, bytes, bytearray, Mapping, Set)) or not isinstance(texts, Iterable):
        raise InputTypeError(f"{name}: expected a sequence of strings, got {_describe(texts)}")
    return _checked(texts, name)


def _checked(texts: Iterable[Any], name: str) -> Iterator[str]:
    for position, text in enumerate(texts):
        if not isinstance(text, str):
            raise InputTypeError(f"{name}[{position}]: expected a string, got {_describe(text)}{_remedy(text)}")
        yield str(text)


def _describe(value: Any) -> str:
    shown = " ".join(repr(value).split())
    kind = type(value).__name__
    return "None" if value is None else f"{kind} {shown if len(shown) <= 40 else shown[:37] + '...'}"


def _remedy(value: Any) -> str:
    if value is None or type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, float) and value != value):
        return "; drop or fill missing values first"
    if isinstance(value, (bytes, bytearray)):
        return "; decode it first, for example with .decode('utf-8')"
    if isinstance(value, (list, tuple)):
        return "; pass one flat list of strings"
    return ""


def normalise(text: str) -> str:
    """Bring a text into the form that models are trained on and predict from.

    Unicode compatibility forms are folded (NFKC), typographic quotation marks and dashes become their plain
    counterparts, invisible characters go, and every run of white space becomes one space. Letter case stays.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The normalised text; empty if `text` holds nothing but white space.

    Examples
    --------
    >>> normalise("  Moscow\\u2019s\\n \\u201csovereign\\u00a0internet\\u201d ")
    'Moscow\\'s "sovereign internet"'
    """
    return " ".join(unicodedata.normalize("NFKC", text.translate(_TYPOGRAPHY)).translate(_TYPOGRAPHY).split())
