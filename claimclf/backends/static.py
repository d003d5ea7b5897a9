"""A bag of token embeddings and a small network over their mean: no attention, a hundredth of a transformer's cost."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

STATIC_FILE = "static.safetensors"

_MULTIPLIER = 1_000_003
"""Odd and large: spreads pairs of tokens evenly over the buckets."""


class StaticModel:
    """Logits from the mean of a text's embeddings, those of its tokens and of its pairs of neighbours.

    Joulin, Grave, Bojanowski & Mikolov, "Bag of tricks for efficient text classification" (2017), sec. 2: pairs share
    hashed buckets. The hidden layer is ours.

    Parameters
    ----------
    arrays : dict of str to ndarray
        ``table`` int8, shape (n_rows, n_dimensions), whose last row is zero; ``scale`` float32, shape
        (n_dimensions,); ``hidden``, ``hidden_bias``, ``head``, ``head_bias`` float32, shapes (n_dimensions, n_hidden),
        (n_hidden,), (n_hidden, n_labels), (n_labels,).
    n_tokens : int
        Size of the vocabulary; the rows after it are the buckets.
    """

    def __init__(self, arrays: dict[str, npt.NDArray[np.generic]], n_tokens: int) -> None:
        self.arrays = arrays
        self.n_tokens = n_tokens

    @classmethod
    def load(cls, folder: Path, n_tokens: int) -> StaticModel:
        """Read the arrays from a bundle's folder."""
        from safetensors.numpy import load_file

        return cls(load_file(folder / STATIC_FILE), n_tokens)

    def save(self, folder: Path) -> None:
        """Write the arrays into a folder."""
        from safetensors.numpy import save_file

        save_file(self.arrays, folder / STATIC_FILE)

    def logits(self, tokens: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        """Compute logits.

        Parameters
        ----------
        tokens : sequence of sequence of int
            Ids of each text, at least one.

        Returns
        -------
        ndarray of float32, shape (n_texts, n_labels)
            Unbounded.
        """
        table, scale = self.arrays["table"], self.arrays["scale"]
        rows, offsets = features(tokens, self.n_tokens, len(table))
        sums = np.add.reduceat(table[rows], offsets, axis=0, dtype=np.int32)
        counts = np.array([2 * len(ids) - 1 for ids in tokens])[:, None]
        mean = (sums * scale / counts).astype(np.float32)
        hidden = np.maximum(mean @ self.arrays["hidden"] + self.arrays["hidden_bias"], 0)
        values: npt.NDArray[np.float32] = hidden @ self.arrays["head"] + self.arrays["head_bias"]
        return values


def features(
    tokens: Sequence[Sequence[int]], n_tokens: int, n_rows: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the rows of the table that texts add up.

    Parameters
    ----------
    tokens : sequence of sequence of int
        Ids of each text, at least one.
    n_tokens : int
        Size of the vocabulary.
    n_rows : int
        Size of the table: tokens, buckets, and a row of zeros that stands for the pair after the last token.

    Returns
    -------
    rows : ndarray of int64, shape (2 * number of ids,)
        Text after text.
    offsets : ndarray of int64, shape (n_texts,)
        Where each text begins.

    Examples
    --------
    >>> features([[5, 6], [7]], n_tokens=10, n_rows=15)
    (array([ 5, 11,  6, 14,  7, 14]), array([0, 4]))
    """
    ids = np.concatenate([np.asarray(text, dtype=np.int64) for text in tokens])
    ends = np.cumsum([len(text) for text in tokens])
    pairs = n_tokens + (ids * _MULTIPLIER + np.roll(ids, -1)) % (n_rows - 1 - n_tokens)
    pairs[ends - 1] = n_rows - 1
    return np.stack([ids, pairs], axis=1).ravel(), 2 * np.concatenate([[0], ends[:-1]])
