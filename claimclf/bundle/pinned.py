"""Texts with stored decisions: does a bundle decide on this machine as it did where it was made?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from claimclf.bundle.classifier import Classifier
from claimclf.data.jsonl import read_rows, write_rows
from claimclf.errors import BundleError

PINNED_FILE = "pinned.jsonl"

PINNED_TEXTS: tuple[str, ...] = (
    "Nairobi and Addis Ababa initialled a memorandum on cross-border power lines in March.",
    "The two firms have not renewed the joint venture, which lapsed at the end of the year.",
    "Delegates agreed that the weather had been unusually kind to the conference.",
    "Every face that passes the station gates is matched against a list held by the interior ministry.",
    "The provider was told to slow down messaging services until the demonstrations ended.",
    "A new data centre outside the capital will host the tax authority's accounting software.",
    "Dozens of accounts opened on the same day repeated the story that the well had been poisoned.",
    "The photograph, shared as proof of the attack, was taken in another country nine years earlier.",
    "The newspaper corrected the name of the minister in its Tuesday edition.",
    "Parliament would do well to publish the contracts before the next budget is debated.",
    "The commission urged both governments to open the archive to historians.",
    "Trains should arrive every ten minutes once the second platform is finished.",
    "Regulators must ban spyware that vendors sell to police forces under secret agreements.",
    "Brussels and Ottawa will share findings on coordinated fake profiles under the pact signed on Friday.",
    "He was born in Dushanbe and studied hydrology.",
    "Page 14",
)
"""Written for this purpose; any text would do, since only equality with the stored decisions counts."""


@dataclass(frozen=True)
class Verification:
    """How a bundle's decisions on this machine compare with the stored ones.

    Attributes
    ----------
    n_texts : int
        Pinned texts that were run.
    differing : tuple of str
        Those on which a decision differs.
    largest_difference : float
        Largest difference between a score and the stored one, in [0, 1].
    """

    n_texts: int
    differing: tuple[str, ...]
    largest_difference: float

    @property
    def passed(self) -> bool:
        """Whether all decisions are equal."""
        return not self.differing


def write_pinned(classifier: Classifier, folder: Path, texts: Sequence[str] = PINNED_TEXTS) -> None:
    """Store what a bundle decides.

    Parameters
    ----------
    classifier : Classifier
        The bundle.
    folder : Path
        Where to write ``pinned.jsonl``.
    texts : sequence of str
        The texts, by default :data:`PINNED_TEXTS`.
    """
    rows = (
        {"text": prediction.text, "labels": list(prediction.labels), "scores": dict(prediction.scores)}
        for prediction in classifier.predictions(texts)
    )
    write_rows(folder / PINNED_FILE, rows)


def verify(classifier: Classifier) -> Verification:
    """Run the pinned texts again and compare.

    Parameters
    ----------
    classifier : Classifier
        A loaded bundle.

    Returns
    -------
    Verification
        Scores may differ a little between processors; decisions should not.

    Raises
    ------
    BundleError
        If the bundle has no pinned texts.

    Examples
    --------
    >>> import claimclf
    >>> verify(claimclf.load("default")).passed
    True
    """
    stored = [row for _, row in read_rows(classifier.path / PINNED_FILE)]
    if not stored:
        raise BundleError(f"{classifier.path}: {PINNED_FILE} is empty")
    predictions = classifier.predictions([row["text"] for row in stored])
    pairs = list(zip(stored, predictions, strict=True))
    differences = [
        abs(prediction.scores[label] - row["scores"][label]) for row, prediction in pairs for label in classifier.labels
    ]
    return Verification(
        n_texts=len(stored),
        differing=tuple(row["text"] for row, prediction in pairs if tuple(row["labels"]) != prediction.labels),
        largest_difference=float(np.max(differences)),
    )
