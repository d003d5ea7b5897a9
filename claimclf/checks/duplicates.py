"""Texts that occur twice: to the letter, nearly, but for names and numbers, or in an evaluation file.

Near-duplicates are found by MinHash with locality-sensitive hashing (Broder, "On the resemblance and containment of
documents", 1997; Leskovec, Rajaraman & Ullman, *Mining of Massive Datasets*, ch. 3), and every candidate pair is
then compared exactly.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from claimclf.checks.findings import Finding, judge
from claimclf.errors import MissingExtraError
from claimclf.records import Example
from claimclf.text import normalise

SIMILARITY = 0.7
"""Jaccard similarity of character 5-grams from which two sentences count as near-duplicates: a word or two changed."""

ALLOWED_SHARE = 0.01
"""Share of texts that may have a near-duplicate."""

RUN_LENGTH = 8
"""Words in a row that two texts must share to overlap; shorter runs are idioms."""

_SHINGLE = 5
_PERMUTATIONS = 64
_NAME_OR_NUMBER = re.compile(r"(?<!^)\b[A-Z][\w’'-]*(?:\s+[A-Z][\w’'-]*)*|\d[\d.,]*")


def check_equal(splits: Mapping[str, Sequence[Example]]) -> Finding:
    """Find equal texts that carry different labels or lie in different splits.

    Parameters
    ----------
    splits : mapping of str to sequence of Example
        The corpus.
    """
    places: dict[str, list[tuple[str, Example]]] = defaultdict(list)
    for split, examples in splits.items():
        for example in examples:
            places[" ".join(_words(example.text))].append((split, example))
    repeated = [found for found in places.values() if len(found) > 1]
    details = []
    for found in repeated:
        names = " = ".join(f"{example.id} ({split})" for split, example in found)
        unsure = {label for _, example in found for label in example.unsure}
        if len({frozenset(example.labels) - unsure for _, example in found}) > 1:
            details.append(f"{names}: different labels")
        elif len({split for split, _ in found}) > 1:
            details.append(f"{names}: in different splits")
    extra = sum(len(found) - 1 for found in repeated)
    summary = f"{extra} repeated, {len(details)} of them with other labels or in another split (allowed 0)"
    return judge("equal texts", bool(details), summary, details)


def check_similar(examples: Sequence[Example]) -> Finding:
    """Count the texts that nearly equal another.

    Parameters
    ----------
    examples : sequence of Example
        The corpus.

    Raises
    ------
    MissingExtraError
        Without the extra ``corpus``.
    """
    pairs = sorted(similar_pairs([example.text for example in examples]), key=lambda pair: -pair[2])
    affected = {position for first, second, _ in pairs for position in (first, second)}
    share = len(affected) / max(1, len(examples))
    details = [f"{examples[i].id} ~ {examples[j].id} ({similarity:.2f})" for i, j, similarity in pairs]
    summary = f"{len(affected)} of {len(examples)} texts ({share:.1%}) have one (allowed {ALLOWED_SHARE:.0%})"
    return judge("near-duplicates", share > ALLOWED_SHARE, summary, details)


def similar_pairs(texts: Sequence[str]) -> Iterator[tuple[int, int, float]]:
    """Find pairs of texts whose character 5-grams overlap by :data:`SIMILARITY` or more.

    Parameters
    ----------
    texts : sequence of str
        What to compare.

    Yields
    ------
    first, second : int
        Positions.
    similarity : float
        Jaccard similarity, in [0.7, 1].

    Raises
    ------
    MissingExtraError
        Without the extra ``corpus``.

    Examples
    --------
    >>> list(similar_pairs(["The two signed a pact.", "The river rose.", "the two signed a pact!"]))
    [(0, 2, 1.0)]
    """
    try:
        from datasketch import MinHash, MinHashLSH
    except ImportError as error:
        raise MissingExtraError("Looking for near-duplicates", "corpus") from error
    shingles = [_shingles(text) for text in texts]
    index = MinHashLSH(threshold=SIMILARITY - 0.1, num_perm=_PERMUTATIONS)  # some room: the sketch is an estimate
    for position, grams in enumerate(shingles):
        if not grams:
            continue
        sketch = MinHash(num_perm=_PERMUTATIONS, seed=1)
        sketch.update_batch([gram.encode("utf-8", "surrogatepass") for gram in sorted(grams)])
        for earlier in sorted(index.query(sketch)):
            common = len(grams & shingles[earlier])
            similarity = common / (len(grams) + len(shingles[earlier]) - common)
            if similarity >= SIMILARITY:
                yield earlier, position, similarity
        index.insert(position, sketch)


def check_templates(examples: Sequence[Example]) -> Finding:
    """Find texts that differ in nothing but names and numbers.

    Parameters
    ----------
    examples : sequence of Example
        The corpus.
    """
    places: dict[str, list[str]] = defaultdict(list)
    for example in examples:
        places[" ".join(_words(_NAME_OR_NUMBER.sub("_", example.text)))].append(example.id)
    details = [" = ".join(names) for names in places.values() if len(names) > 1]
    return judge("templates", bool(details), f"{len(details)} sentences fill one more than once (allowed 0)", details)


def check_overlap(examples: Sequence[Example], name: str, held_out: Iterable[str]) -> Finding:
    """Find texts that share a run of eight words with a text kept for evaluation.

    Parameters
    ----------
    examples : sequence of Example
        The corpus.
    name : str
        How the evaluation file is called.
    held_out : iterable of str
        Its texts.
    """
    kept = {run for text in held_out for run in _runs(text)}
    details = [example.id for example in examples if any(run in kept for run in _runs(example.text))]
    if not kept:
        return Finding(f"overlap with {name}", "not run", "no text in it")
    summary = f"{len(details)} texts share {RUN_LENGTH} words in a row with it (allowed 0)"
    return judge(f"overlap with {name}", bool(details), summary, details)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", normalise(text).casefold())


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    """Yield runs of words; a text that is shorter than a run is one."""
    words = _words(text)
    for start in range(max(1, len(words) - RUN_LENGTH + 1) if words else 0):
        yield tuple(words[start : start + RUN_LENGTH])


def _shingles(text: str) -> set[str]:
    clean = " ".join(_words(text))
    return {clean[start : start + _SHINGLE] for start in range(max(1, len(clean) - _SHINGLE + 1))} if clean else set()
