"""Turn references to public sentences into texts.

The corpus holds no text that others wrote, only where it stands and its hash. The text is found once, in local files
or a checkout, and kept in a cache outside the repository.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from claimclf.data.jsonl import read_rows, write_rows
from claimclf.errors import DataError, InputTypeError, MissingExtraError
from claimclf.records import Example, Reference


def text_hash(text: str) -> str:
    """Return the sha256 of a text with its runs of white space collapsed, as references give it.

    Examples
    --------
    >>> text_hash("a  b") == text_hash("a b")
    True
    """
    return hashlib.sha256(" ".join(text.split()).encode("utf-8")).hexdigest()


def default_cache() -> Path:
    """Return the file that holds the rebuilt texts: ``texts.jsonl`` in the user's cache folder.

    Raises
    ------
    MissingExtraError
        Without the extra ``train``.
    """
    try:
        from platformdirs import user_cache_path
    except ImportError as error:
        raise MissingExtraError("The text cache", "train") from error
    return user_cache_path("claimclf") / "texts.jsonl"


def collect_texts(references: Iterable[Reference], sources: Iterable[str | Path]) -> dict[str, str]:
    """Look references up in local files that hold their text.

    Parameters
    ----------
    references : iterable of Reference
        What to look for.
    sources : iterable of str or Path
        JSONL files, plain or ``.gz``, whose lines have a field ``text``.

    Returns
    -------
    dict of str to str
        Text by sha256, for those that were found. A text is only taken under its own hash, so a changed text is not
        found rather than wrong.

    Raises
    ------
    DataError
        If a source cannot be read or a line has no text.
    """
    wanted = {reference.sha256 for reference in references}
    found: dict[str, str] = {}
    for source in sources:
        for line, row in read_rows(source):
            text = row.get("text")
            if not isinstance(text, str):
                raise DataError(f"{source}, line {line}: field 'text' is missing")
            digest = text_hash(text)
            if digest in wanted:
                found[digest] = text
    return found


def without_text(references: Iterable[Reference], cache: str | Path) -> list[Reference]:
    """Return the references whose text a cache does not hold.

    Parameters
    ----------
    references : iterable of Reference
        What to look for.
    cache : str or Path
        The cache file; one that does not exist holds nothing.
    """
    listed = list(references)
    texts = collect_texts(listed, [cache]) if Path(cache).exists() else {}
    return [reference for reference in listed if reference.sha256 not in texts]


def save_texts(texts: dict[str, str], cache: str | Path) -> None:
    """Add texts to a cache file.

    Parameters
    ----------
    texts : dict of str to str
        Text by sha256.
    cache : str or Path
        The cache, a JSONL file; made if it is missing.
    """
    cache = Path(cache)
    known = {text_hash(row["text"]): row["text"] for _, row in read_rows(cache)} if cache.exists() else {}
    merged = {**known, **texts}
    write_rows(cache, ({"text": merged[digest]} for digest in sorted(merged)))


def resolve(references: Sequence[Reference], cache: str | Path | None = None) -> list[Example]:
    """Give every reference its text from the cache.

    Parameters
    ----------
    references : sequence of Reference
        What to resolve.
    cache : str or Path, optional
        The cache file, by default :func:`default_cache`.

    Returns
    -------
    list of Example
        In the order of `references`.

    Raises
    ------
    DataError
        If a text is not in the cache; a part of a corpus is never used silently.
    """
    if isinstance(references, (str, Path)):
        raise InputTypeError("references: expected records; read the file with read_references first")
    path = default_cache() if cache is None else Path(cache)
    texts = collect_texts(references, [path]) if path.exists() else {}
    missing = [reference.id for reference in references if reference.sha256 not in texts]
    if missing:
        raise DataError(
            f"{path}: the text of {len(missing)} of {len(references)} references is missing (first: {missing[0]}); "
            "run python training/materialise.py first"
        )
    return [reference.with_text(texts[reference.sha256]) for reference in references]
