"""Two stages: a static model settles the texts that surely carry nothing, a transformer decides on the others."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from claimclf.backends.base import Logits
from claimclf.backends.onnx import OnnxBackend
from claimclf.backends.static import StaticModel
from claimclf.errors import BundleError

_CHUNK = 256
"""Texts that the first stage gets at a time, so that the second can soon begin."""


class CascadeBackend:
    """A first stage with a transformer behind it.

    Parameters
    ----------
    first : StaticModel
        Its logits have the scale of the second stage's.
    second : OnnxBackend
        Tokenises for both.
    settled_below : ndarray of float, shape (n_labels,)
        A text is settled if its first logits are all below.
    """

    def __init__(self, first: StaticModel, second: OnnxBackend, settled_below: npt.NDArray[np.float64]) -> None:
        self._first = first
        self._second = second
        self._settled_below = settled_below

    @classmethod
    def load(cls, folder: Path, settings: dict[str, Any], *, threads: int | None = None) -> CascadeBackend:
        """Read the first stage, and the second from the folder beside this one.

        See :class:`~claimclf.backends.base.Backend`. Raises ``BundleError`` if the second is not there or another.
        """
        if Path(settings["second"]).name != settings["second"]:
            raise BundleError(f"{folder}: names a second stage outside its own folder: {settings['second']!r}")
        behind = folder.parent / settings["second"]
        for name, digest in settings["second_files"].items():
            file = behind / name
            if not file.is_file():
                raise BundleError(f"{folder}: decides together with {behind}, where {name} is missing; put it there")
            if hashlib.sha256(file.read_bytes()).hexdigest() != digest:
                raise BundleError(f"{folder}: was made for another {behind}; make it anew (training/train_cascade.py)")
        first = StaticModel.load(folder, settings["n_tokens"])
        second = OnnxBackend.load(behind, settings["second_model"], threads=threads)
        return cls(first, second, np.array(settings["settled_below"]))

    def logits(self, texts: Sequence[str]) -> Logits:
        """Score texts; `stage` is 0 where the first settled it. See :class:`~claimclf.backends.base.Backend`."""
        values = np.empty((len(texts), len(self._settled_below)), dtype=np.float32)
        truncated, stage = np.zeros(len(texts), dtype=bool), np.zeros(len(texts), dtype=int)
        tokens = self._second.tokenise(texts, truncated)
        for positions, output in self._second.score(self._unsettled(tokens, values, stage)):
            values[positions] = output
        return Logits(values, truncated, stage)

    def _unsettled(
        self, tokens: Iterator[list[int]], values: npt.NDArray[np.float32], stage: npt.NDArray[np.int_]
    ) -> Iterator[tuple[int, list[int]]]:
        """Yield the texts for the second stage, after writing down what the first says."""
        for start in range(0, len(values), _CHUNK):
            chunk = list(islice(tokens, _CHUNK))
            first = self._first.logits(chunk)
            later = ~(first < self._settled_below).all(axis=1)
            values[start : start + len(chunk)] = first
            stage[start : start + len(chunk)] = later
            for row in np.flatnonzero(later).tolist():
                yield start + row, chunk[row]
