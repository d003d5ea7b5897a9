"""Two stages: a small transformer settles the texts that surely carry nothing, a larger one decides on the others."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from claimclf.backends.base import Logits
from claimclf.backends.onnx import GRAPH_FILE, TOKENIZER_FILE, OnnxBackend
from claimclf.errors import BundleError

_CHUNK = 1024
"""Texts that the first stage gets at a time, so that the second can soon begin."""


class CascadeBackend:
    """A first stage with a transformer behind it.

    Parameters
    ----------
    first, second : OnnxBackend
        With the same tokenizer; their logits have the same scale.
    settled_below : ndarray of float, shape (n_labels,)
        A text is settled if its first logits are all below.
    """

    def __init__(self, first: OnnxBackend, second: OnnxBackend, settled_below: npt.NDArray[np.float64]) -> None:
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
        behind = folder.resolve().parent / settings["second"]
        for name, digest in settings["second_files"].items():
            file = behind / name
            if not file.is_file():
                raise BundleError(f"{folder}: decides together with {behind}, where {name} is missing; put it there")
            if hashlib.sha256(file.read_bytes()).hexdigest() != digest:
                raise BundleError(f"{folder}: was made for another {behind}; make it anew (training/train_cascade.py)")
        length = settings["max_length"]
        graphs = (folder / GRAPH_FILE, behind / GRAPH_FILE)
        first, second = (
            OnnxBackend(graph, behind / TOKENIZER_FILE, max_length=length, threads=threads) for graph in graphs
        )
        return cls(first, second, np.array(settings["settled_below"]))

    def logits(self, texts: Sequence[str]) -> Logits:
        """Score texts; `stage` is 0 where the first settled it. See :class:`~claimclf.backends.base.Backend`."""
        values = np.empty((len(texts), len(self._settled_below)), dtype=np.float32)
        truncated, stage = np.zeros(len(texts), dtype=bool), np.zeros(len(texts), dtype=int)
        tokens = enumerate(self._second.tokenise(texts, truncated))
        for positions, output in self._second.score(self._unsettled(tokens, values, stage)):
            values[positions] = output
        return Logits(values, truncated, stage)

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Compute what the head of the second stage reads. See :class:`~claimclf.backends.base.Backend`."""
        return self._second.embed(texts)

    def _unsettled(
        self, tokens: Iterator[tuple[int, list[int]]], values: npt.NDArray[np.float32], stage: npt.NDArray[np.int_]
    ) -> Iterator[tuple[int, list[int]]]:
        """Yield the texts for the second stage, after writing down what the first says."""
        while chunk := dict(islice(tokens, _CHUNK)):
            for positions, output in self._first.score(chunk.items()):
                values[positions] = output
                for position, row in zip(positions, output, strict=True):
                    if not (row < self._settled_below).all():
                        stage[position] = 1
                        yield position, chunk[position]
