"""What every backend offers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt


class Logits(NamedTuple):
    """The output of a backend.

    Attributes
    ----------
    values : ndarray of float32, shape (n_texts, n_labels)
        Unbounded scores, higher for the label.
    truncated : ndarray of bool, shape (n_texts,)
        Whether the end of the text was not read.
    stage : ndarray of int, shape (n_texts,), optional
        Which of the backend's stages decided; by default there is one.
    """

    values: npt.NDArray[np.float32]
    truncated: npt.NDArray[np.bool_]
    stage: npt.NDArray[np.int_] | None = None


class Backend(Protocol):
    """Computes logits from normalised texts."""

    @classmethod
    def load(cls, folder: Path, settings: dict[str, Any], *, threads: int | None = None) -> Backend:
        """Read the files of a bundle.

        Parameters
        ----------
        folder : Path
            The bundle.
        settings : dict
            The entry ``model`` of its manifest.
        threads : int, optional
            Threads to compute with, by default one per core.
        """
        ...

    def logits(self, texts: Sequence[str]) -> Logits:
        """Score texts.

        Parameters
        ----------
        texts : sequence of str
            Normalised texts, at least one.

        Returns
        -------
        Logits
            One row a text, in the same order.
        """
        ...

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Compute the vectors that the labels are told from.

        Parameters
        ----------
        texts : sequence of str
            Normalised texts, at least one.

        Returns
        -------
        ndarray of float32, shape (n_texts, n_features)
            One row a text, in the same order.

        Raises
        ------
        InputError
            If the bundle has none.
        """
        ...
