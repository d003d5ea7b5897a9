"""Let a bundle keep authored sentences, so that reports can show those nearest to a sentence that they label."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, zip_longest
from pathlib import Path

from claimclf.backends.onnx import GRAPH_FILE
from claimclf.bundle import Classifier, load
from claimclf.bundle.examples import KeptExamples, unit
from claimclf.bundle.store import open_bundle, rewrite
from claimclf.data import equal_texts, is_real
from claimclf.errors import InputError
from claimclf.labels import from_indicator
from claimclf.records import Example

NUMBER = 1000
"""Sentences that a bundle keeps: with embeddings of 384 numbers, a megabyte."""


def keep_neighbours(
    bundle: str | Path, path: str | Path, examples: Sequence[Example], number: int = NUMBER
) -> Classifier:
    """Write a copy of a bundle that keeps some sentences and their embeddings; it decides as before.

    They go wherever the bundle goes, so give none that may not be published. Kept are those that the bundle decides as
    they are labelled, as many with each label as with none where there are enough. A graph without embeddings, of an
    older bundle, is given them.

    Parameters
    ----------
    bundle : str or Path
        As for :func:`claimclf.load`; of a transformer.
    path : str or Path
        Where the copy goes; may be the folder of the bundle itself.
    examples : sequence of Example
        To choose from; real sentences, which others wrote, are passed over.
    number : int, default 1000
        How many to keep, at most.

    Returns
    -------
    Classifier
        The copy, loaded.

    Raises
    ------
    InputError
        If no sentence can be kept, or the bundle is a baseline.
    BundleError
        If there is something at `path` that is no bundle.
    """
    from claimclf.estimators.graphs import add_embedding

    source = load(bundle)
    chosen = spread(_decided_as_labelled(source, examples), source.labels, number)
    if not chosen:
        raise InputError("examples: none of them is authored and decided as it is labelled")

    def write(folder: Path) -> None:
        if source.parsed_manifest.kind == "transformer":
            add_embedding(folder / GRAPH_FILE)
        embeddings = open_bundle(folder, source.parsed_manifest).embed([example.text for example in chosen])
        rows = [{"id": e.id, "text": e.text, "labels": list(e.labels)} for e in chosen]
        KeptExamples(rows, unit(embeddings)).write(folder)

    return rewrite(source, path, source.parsed_manifest, write)


def spread(examples: Iterable[Example], labels: Sequence[str], number: int) -> list[Example]:
    """Choose by turns from those with each label and those with none, and from as many groups as there are.

    Parameters
    ----------
    examples : iterable of Example
        To choose from.
    labels : sequence of str
        The labels.
    number : int
        How many, at most.

    Returns
    -------
    list of Example
        The same ones whatever the order of `examples`.

    Examples
    --------
    >>> pool = [Example(str(i), "A text.", ("a",) if i % 5 else (), group=str(i // 2)) for i in range(20)]
    >>> chosen = spread(pool, ["a"], 8)
    >>> Counter(example.labels for example in chosen), len({example.group for example in chosen})
    (Counter({('a',): 4, (): 4}), 7)
    """
    met: Counter[str] = Counter()
    turns: dict[str, int] = {}
    drawn = sorted(examples, key=lambda example: hashlib.sha256(example.id.encode()).digest())
    for example in drawn:
        turns[example.id] = met[example.group]
        met[example.group] += 1
    drawn.sort(key=lambda example: turns[example.id])
    queues = [[example for example in drawn if label in example.labels] for label in labels]
    queues.append([example for example in drawn if not example.labels])
    by_turns = (example for example in chain.from_iterable(zip_longest(*queues)) if example)
    return list({example.id: example for example in by_turns}.values())[:number]


def _decided_as_labelled(classifier: Classifier, examples: Iterable[Example]) -> list[Example]:
    """Return authored texts, each once, about which readers did not waver, nor does the bundle."""
    usable = equal_texts(example for example in examples if not (is_real(example) or example.unsure))
    once = [equal[0] for text, equal in usable.items() if text]
    asserted = from_indicator(classifier.predict(example.text for example in once), classifier.labels)
    return [example for example, labels in zip(once, asserted, strict=True) if set(example.labels) == set(labels)]
