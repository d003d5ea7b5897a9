"""Labelled texts that others published, and draws of a few texts a class from them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from claimclf.data import read_rows
from claimclf.errors import DataError

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Part:
    """Texts with their labels.

    Attributes
    ----------
    texts : list of str
        As published.
    truth : ndarray of float32, shape (n_texts, n_labels)
        1 where a text carries a label, else 0.
    """

    texts: list[str]
    truth: Array

    def take(self, rows: Array | slice) -> Part:
        """Return a part of the part."""
        return Part(np.array(self.texts, dtype=object)[rows].tolist(), self.truth[rows])


@dataclass(frozen=True)
class PublicSet:
    """A set with its own split.

    Attributes
    ----------
    labels : tuple of str
        Sorted.
    exclusive : bool
        Whether each text carries exactly one label.
    train, test : Part
        The split.
    """

    labels: tuple[str, ...]
    exclusive: bool
    train: Part
    test: Part


def read_set(folder: Path) -> PublicSet:
    """Read ``train.jsonl`` and ``test.jsonl``, whose rows hold ``text`` and either ``label`` or ``labels``.

    Parameters
    ----------
    folder : Path
        Of the set.

    Returns
    -------
    PublicSet
        The labels are those of the training rows.

    Raises
    ------
    DataError
        If a file is missing or a row has other fields.
    """
    parts = {}
    for name in ("train", "test"):
        rows = [row for _, row in read_rows(folder / f"{name}.jsonl")]
        try:
            parts[name] = [(row["text"], [row["label"]] if "label" in row else row["labels"]) for row in rows]
        except KeyError as error:
            raise DataError(f"{folder / name}.jsonl: a row has no {error}") from error
    labels = tuple(sorted({label for _, given in parts["train"] for label in given}))
    exclusive = all(len(given) == 1 for _, given in parts["train"])
    made = (
        Part(
            [text for text, _ in rows],
            np.array([[label in given for label in labels] for _, given in rows], dtype=np.float32),
        )
        for rows in parts.values()
    )
    return PublicSet(labels, exclusive, *made)


def draw(part: Part, shots: int, seed: int) -> Part:
    """Take a few texts of each label, or all if there are fewer.

    Parameters
    ----------
    part : Part
        To take from.
    shots : int
        Texts a label; one with several labels may be taken for any.
    seed : int
        Of the draw.

    Returns
    -------
    Part
        In the order of `part`.

    Examples
    --------
    >>> part = Part(list("abcd"), np.array([[1, 0], [1, 0], [1, 0], [0, 1]]))
    >>> draw(part, 2, seed=0).truth.sum(axis=0).tolist()
    [2, 1]
    """
    rng = np.random.default_rng(seed)
    carrying = [np.flatnonzero(column == 1) for column in part.truth.T]
    chosen = [rng.choice(rows, min(shots, len(rows)), replace=False) for rows in carrying]
    return part.take(np.unique(np.concatenate(chosen)))
