"""Sentences that a bundle keeps with their embeddings, to be shown beside those that it sees as alike.

They say nothing of why a sentence is decided as it is. Training draws the embeddings of equal labels together: of the
shipped bundle's, four directions hold 98 % of the spread, and any two sentences of equal labels have a cosine of about
0.99. So each principal component is divided by the root of its spread, half-way to whitening (Su et al., *Whitening
sentence representations for better semantics and faster retrieval*, 2021), and what sentences are about counts too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from claimclf.data.jsonl import read_rows, write_rows
from claimclf.errors import BundleError, DataError, InputError
from claimclf.records import Neighbour

TEXTS_FILE = "examples.jsonl"
EMBEDDINGS_FILE = "examples.safetensors"

Array = npt.NDArray[Any]

_LEAST_SPREAD = 1e-3
"""Of a component, as a share of the largest: below, half precision leaves little but noise."""


@dataclass(frozen=True)
class KeptExamples:
    """Labelled texts and their embeddings.

    Attributes
    ----------
    rows : sequence of dict
        ``id``, ``text`` and ``labels`` of each.
    embeddings : ndarray of float, shape (n_examples, n_features)
        Each of length 1.

    Examples
    --------
    >>> rows = [{"id": text[:3], "text": text, "labels": []} for text in ("It rained.", "It froze.", "The sun shone.")]
    >>> kept = KeptExamples(rows, np.array([[0.8, 0.6], [0.6, 0.8], [0.0, 1.0]]))
    >>> kept.nearest(np.array([[0.0, 2.0]]), 1)
    [[Neighbour(id='The', text='The sun shone.', labels=(), similarity=1.0)]]
    """

    rows: Sequence[dict[str, Any]]
    embeddings: Array

    def nearest(self, embeddings: Array, number: int) -> list[list[Neighbour]]:
        """Find the examples that are most alike.

        Parameters
        ----------
        embeddings : ndarray of float, shape (n_texts, n_features)
            Of other texts.
        number : int
            How many for each text.

        Returns
        -------
        list of list of Neighbour
            For each text, by falling similarity.
        """
        similarities = self._balanced(unit(embeddings)) @ self._places.T
        order = np.argsort(-similarities, axis=1, kind="stable")[:, :number]
        found = zip(order, similarities, strict=True)
        return [[self._neighbour(place, row[place]) for place in first] for first, row in found]

    @cached_property
    def _places(self) -> Array:
        return self._balanced(self.embeddings)

    @cached_property
    def _axes(self) -> Array:
        """The principal components, each divided by the root of its spread."""
        _, spread, components = np.linalg.svd(self.embeddings - self.embeddings.mean(axis=0), full_matrices=False)
        kept = spread > _LEAST_SPREAD * spread[0]
        axes: Array = components[kept].T / np.sqrt(spread[kept])
        return axes

    def _balanced(self, embeddings: Array) -> Array:
        return unit((embeddings - self.embeddings.mean(axis=0)) @ self._axes)

    def _neighbour(self, place: int, similarity: float) -> Neighbour:
        row = self.rows[place]
        return Neighbour(row["id"], row["text"], tuple(row["labels"]), round(float(similarity), 4))

    def write(self, folder: Path) -> None:
        """Write ``examples.jsonl`` and ``examples.safetensors``, in half precision.

        Parameters
        ----------
        folder : Path
            An existing folder.
        """
        from safetensors.numpy import save_file

        write_rows(folder / TEXTS_FILE, self.rows)
        halves = np.ascontiguousarray(self.embeddings, dtype=np.float16)
        save_file({"embeddings": halves}, folder / EMBEDDINGS_FILE)

    @classmethod
    def read(cls, folder: Path) -> KeptExamples:
        """Read what :meth:`write` wrote.

        Parameters
        ----------
        folder : Path
            The bundle.

        Raises
        ------
        InputError
            If the bundle keeps no examples.
        BundleError
            If the files are not what :meth:`write` writes.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        if not (folder / EMBEDDINGS_FILE).is_file():
            raise InputError(
                f"{folder}: the bundle keeps no examples; claimclf.estimators.neighbours.keep_neighbours gives it some"
            )
        try:
            rows = [row for _, row in read_rows(folder / TEXTS_FILE)]
            embeddings = load_file(folder / EMBEDDINGS_FILE)["embeddings"]
        except (SafetensorError, DataError, KeyError) as error:
            raise BundleError(f"{folder}: the examples cannot be read ({error})") from error
        if embeddings.ndim != 2 or len(embeddings) != len(rows):
            raise BundleError(f"{folder}: {len(rows)} examples, but embeddings of shape {embeddings.shape}")
        return cls(rows, embeddings.astype(np.float32))


def unit(embeddings: Array) -> Array:
    """Scale embeddings to length 1; one that is zero stays so."""
    lengths = np.linalg.norm(embeddings, axis=1, keepdims=True)
    scaled: Array = embeddings / np.maximum(lengths, np.finfo(np.float32).tiny)
    return scaled
