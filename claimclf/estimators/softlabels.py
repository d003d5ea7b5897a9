"""Probabilities of another model as targets, beside what readers judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from claimclf.data import read_rows, targets
from claimclf.errors import DataError, InputError
from claimclf.records import Example

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class SoftLabels:
    """What a larger model says of texts, labelled or not.

    Attributes
    ----------
    by_id : mapping of str to ndarray of float64, shape (n_labels,)
        Probabilities of labelled texts, by a model that was not trained on them.
    texts : list of str
        Further texts, without labels.
    probabilities : ndarray of float64, shape (n_texts, n_labels)
        Of `texts`.
    weight : float, default 0.5
        Share of the model's probability in the target of a labelled text, in [0, 1]; the rest is the reader's.
    origin : dict
        Where the probabilities come from, for the manifest.
    """

    by_id: Mapping[str, Array]
    texts: list[str]
    probabilities: Array
    weight: float = 0.5
    origin: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 <= self.weight <= 1:
            raise InputError(f"weight: expected a number from 0 to 1, got {self.weight}")

    def targets(self, examples: Sequence[Example], labels: Sequence[str]) -> Array:
        """Mix what readers judged with what the model says.

        Parameters
        ----------
        examples : sequence of Example
            Labelled texts; those that the model said nothing of keep their labels.
        labels : sequence of str
            The label order of the columns.

        Returns
        -------
        ndarray of float64, shape (n_texts, n_labels)
            In [0, 1]. Where readers wavered the model's probability stands alone, and nan if it has none.
        """
        judged = targets(examples, labels).astype(np.float64)
        unknown = np.full(len(labels), np.nan)
        said = np.array([self.by_id.get(example.id, unknown) for example in examples]).reshape(judged.shape)
        mixed = (1 - self.weight) * judged + self.weight * said
        return np.where(np.isnan(said), judged, np.where(np.isnan(judged), said, mixed))


def soft_label_rows(ids: Sequence[str], probabilities: Array, labels: Sequence[str]) -> Iterator[dict[str, object]]:
    """Lay out probabilities for a file, without the texts.

    Parameters
    ----------
    ids : sequence of str
        Of the texts.
    probabilities : ndarray of float64, shape (n_texts, n_labels)
        In [0, 1].
    labels : sequence of str
        The label order.

    Yields
    ------
    dict
        ``id``, and ``scores`` by label to four digits.
    """
    for name, scores in zip(ids, probabilities.round(4).tolist(), strict=True):
        yield {"id": name, "scores": dict(zip(labels, scores, strict=True))}


def read_soft_labels(path: str | Path, labels: Sequence[str]) -> dict[str, Array]:
    """Read what :func:`soft_label_rows` laid out.

    Parameters
    ----------
    path : str or Path
        A JSONL file, perhaps gzipped.
    labels : sequence of str
        The label order of the result.

    Returns
    -------
    dict of str to ndarray of float64, shape (n_labels,)
        By id.

    Raises
    ------
    DataError
        With file and line, if a row is not of that form or lacks a label.
    """
    found = {}
    for line, row in read_rows(path):
        scores = row.get("scores")
        if not isinstance(row.get("id"), str) or not isinstance(scores, dict) or not set(labels) <= set(scores):
            raise DataError(f"{path}, line {line}: expected 'id', and 'scores' of {', '.join(labels)}")
        found[row["id"]] = np.array([float(scores[label]) for label in labels])
    return found
