"""A bundle in memory: texts in, probabilities out."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from claimclf.backends import Backend
from claimclf.bundle.examples import EMBEDDINGS_FILE, KeptExamples
from claimclf.bundle.integrity import hash_file
from claimclf.bundle.manifest import MANIFEST_FILE, Manifest
from claimclf.errors import InputError
from claimclf.numbers import check_count
from claimclf.records import Neighbour
from claimclf.text import check_texts, normalise

_CHUNK = 4096
"""Texts that the backend gets at a time; bounds memory, long enough for even batches."""


class Scores(NamedTuple):
    """Probabilities of some texts, which were longer than the model reads, which are not empty, which stage decided."""

    probabilities: npt.NDArray[np.float64]
    truncated: npt.NDArray[np.bool_]
    filled: npt.NDArray[np.bool_]
    stage: npt.NDArray[np.int_]


class LoadedBundle:
    """What computes scores; :class:`~claimclf.bundle.Classifier` decides by them.

    Parameters
    ----------
    path : Path
        The folder it came from.
    manifest : Manifest
        What it says about itself.
    backend : Backend
        What computes its logits.

    Attributes
    ----------
    path : Path
        The folder.
    labels : tuple of str
        The label order of every matrix.
    calibration : Calibration
        From logits to probabilities to decisions.
    parsed_manifest : Manifest
        The manifest as an object.
    """

    def __init__(self, path: Path, manifest: Manifest, backend: Backend) -> None:
        self.path = path
        self.labels = manifest.labels
        self.calibration = manifest.calibration
        self.parsed_manifest = manifest
        # As it was loaded: by the time of a prediction another bundle may lie there.
        file = path / MANIFEST_FILE
        self.manifest_sha256 = hash_file(file) if file.is_file() else ""
        self._backend = backend

    @property
    def manifest(self) -> dict[str, Any]:
        """The manifest as plain JSON types; a fresh copy each time."""
        return self.parsed_manifest.to_dict()

    def decision_function(self, texts: Iterable[str]) -> npt.NDArray[np.float32]:
        """Compute logits.

        Parameters
        ----------
        texts : iterable of str
            Sentences, none of them empty.

        Returns
        -------
        ndarray of float32, shape (n_texts, n_labels)
            Unbounded scores, before calibration.

        Raises
        ------
        InputError
            If a text is empty.
        """
        normalised = _filled(texts, "logits")
        if not normalised:
            return np.zeros((0, len(self.labels)), dtype=np.float32)
        return self._backend.logits(normalised).values

    def embed(self, texts: Iterable[str]) -> npt.NDArray[np.float32]:
        """Compute the vectors that the labels are told from: what the head of the network reads.

        Parameters
        ----------
        texts : iterable of str
            Sentences, none of them empty.

        Returns
        -------
        ndarray of float32, shape (n_texts, n_features)
            As they are, of any length; texts that run beside a text move its vector a little.

        Raises
        ------
        InputError
            If there is no text, one is empty, or the bundle has no embeddings: a baseline, or saved before there were
            any.

        Examples
        --------
        >>> import claimclf
        >>> clf = claimclf.load("default")
        >>> clf.embed(["The pact was signed.", "It rained."]).shape
        (2, 384)
        """
        normalised = _filled(texts, "embedding")
        if not normalised:
            raise InputError("texts: expected at least one")
        return self._backend.embed(normalised)

    @property
    def keeps_examples(self) -> bool:
        """Whether there are sentences for :meth:`nearest` to choose from."""
        return EMBEDDINGS_FILE in self.parsed_manifest.files

    @cached_property
    def examples(self) -> KeptExamples:
        """The sentences that the bundle keeps with their embeddings; ``InputError`` if it keeps none."""
        return KeptExamples.read(self.path)

    def nearest(self, texts: Iterable[str], number: int = 3) -> list[list[Neighbour]]:
        """Find the sentences that the bundle keeps and sees as most like each text.

        They are not the reasons of a decision: another sentence can be alike in what the labels do not hang on.

        Parameters
        ----------
        texts : iterable of str
            Sentences, none of them empty.
        number : int, default 3
            How many for each.

        Returns
        -------
        list of list of Neighbour
            For each text, by falling similarity.

        Raises
        ------
        InputError
            If a text is empty, `number` is not positive, or the bundle keeps no examples.

        Examples
        --------
        >>> import claimclf
        >>> clf = claimclf.load("default")
        >>> (found,) = clf.nearest(["Oslo and Kyiv signed a memorandum on drones."])
        >>> [neighbour.labels for neighbour in found]
        [('agreement',), ('agreement',), ('agreement',)]
        """
        check_count("number", number)
        examples, given = self.examples, list(check_texts(texts))
        return examples.nearest(self.embed(given), number) if given else []

    def predict_proba(self, texts: Iterable[str]) -> npt.NDArray[np.float64]:
        """Estimate how probable each label is.

        Parameters
        ----------
        texts : iterable of str
            Sentences.

        Returns
        -------
        ndarray of float64, shape (n_texts, n_labels)
            Calibrated probabilities in [0, 1]; the labels do not exclude each other, so rows do not add up to 1. An
            empty text carries nothing and gets zeros.

        Raises
        ------
        InputTypeError
            If `texts` is no sequence of strings; the message names the position.
        """
        return self._score([normalise(text) for text in check_texts(texts)]).probabilities

    def _score(self, texts: list[str]) -> Scores:
        """Score normalised texts: equal ones once, and the empty ones, which carry nothing, never."""
        places: dict[str, list[int]] = {}
        for row, text in enumerate(texts):
            if text:
                places.setdefault(text, []).append(row)
        probabilities = np.zeros((len(texts), len(self.labels)))
        truncated = np.zeros(len(texts), dtype=bool)
        stage = np.zeros(len(texts), dtype=int)
        distinct = list(places)
        for start in range(0, len(distinct), _CHUNK):
            chunk = distinct[start : start + _CHUNK]
            logits = self._backend.logits(chunk)
            repeats = [len(places[text]) for text in chunk]
            rows = [row for text in chunk for row in places[text]]
            probabilities[rows] = np.repeat(self.calibration.probabilities(logits.values), repeats, axis=0)
            truncated[rows] = np.repeat(logits.truncated, repeats)
            if logits.stage is not None:
                stage[rows] = np.repeat(logits.stage, repeats)
        return Scores(probabilities, truncated, np.array([bool(text) for text in texts], dtype=bool), stage)


def _filled(texts: Iterable[str], what: str) -> list[str]:
    """Normalise texts, and refuse empty ones."""
    normalised = [normalise(text) for text in check_texts(texts)]
    for position, text in enumerate(normalised):
        if not text:
            raise InputError(f"texts[{position}]: an empty text has no {what}")
    return normalised
