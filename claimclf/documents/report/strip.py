"""Where labels cluster along a document: counts in parts of equal length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from claimclf.documents.document import Document


@dataclass
class Part:
    """A part of a document, for one label.

    Attributes
    ----------
    position : int
        Which part, from 0.
    first : int
        The first sentence in it with the label.
    page : int or None
        The page of that.
    asserted, referred : int
        Sentences.
    """

    position: int
    first: int
    page: int | None
    asserted: int = 0
    referred: int = 0


def strips(document: Document, n_parts: int) -> dict[str, list[Part]]:
    """Count the sentences with each label in parts of the text of equal length.

    Parameters
    ----------
    document : Document
        With its predictions.
    n_parts : int
        How many parts.

    Returns
    -------
    dict of str to list of Part
        By label; parts without it are left out.
    """
    found: dict[str, dict[int, Part]] = {label: {} for label in document.labels}
    for number, sentence in enumerate(document):
        position = sentence.start * n_parts // len(document.text)
        for label in (*sentence.labels, *sentence.referred):
            part = found[label].setdefault(position, Part(position, number, sentence.page))
            part.asserted += label in sentence.labels
            part.referred += label in sentence.referred
    return {label: list(parts.values()) for label, parts in found.items()}
