"""A loaded bundle: texts in, decisions out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from claimclf.backends import Backend
from claimclf.bundle.manifest import Manifest
from claimclf.labels import from_indicator
from claimclf.language import in_english
from claimclf.records import Prediction
from claimclf.text import check_texts, normalise

_CHUNK = 4096
"""Texts that are tokenised and sorted by length at a time; bounds memory, long enough for even batches."""


class _Scores(NamedTuple):
    probabilities: npt.NDArray[np.float64]
    truncated: npt.NDArray[np.bool_]


class Classifier:
    """A bundle in memory, as returned by :func:`claimclf.load`.

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
    labels : tuple of str
        The label order of every matrix.
    path : Path
        The folder.
    manifest : dict
        ``manifest.json`` as plain JSON types.

    Examples
    --------
    >>> import claimclf
    >>> clf = claimclf.load("default")
    >>> clf.labels
    ('agreement', 'surveillance_tech', 'disinformation', 'policy_advice')
    >>> clf.predict(["Congress should ban facial recognition in public housing.", ""])
    array([[0, 1, 0, 1],
           [0, 0, 0, 0]], dtype=int8)
    """

    def __init__(self, path: Path, manifest: Manifest, backend: Backend) -> None:
        self.path = path
        self.labels = manifest.labels
        self.calibration = manifest.calibration
        self._manifest = manifest
        self._backend = backend

    @property
    def manifest(self) -> dict[str, Any]:
        """The manifest as plain JSON types; a fresh copy each time."""
        return self._manifest.to_dict()

    def predict(self, texts: Iterable[str]) -> npt.NDArray[np.int8]:
        """Decide which labels each text carries.

        Parameters
        ----------
        texts : iterable of str
            Sentences.

        Returns
        -------
        ndarray of int8, shape (n_texts, n_labels)
            1 where the label is asserted.

        Raises
        ------
        InputTypeError
            If `texts` is no sequence of strings; the message names the position.
        """
        return self.calibration.decide(self.predict_proba(texts))

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

    def predictions(self, texts: Iterable[str]) -> list[Prediction]:
        """Decide, with everything there is to say about each text.

        Parameters
        ----------
        texts : iterable of str
            Sentences.

        Returns
        -------
        list of Prediction
            In the order of `texts`.

        Raises
        ------
        InputTypeError
            If `texts` is no sequence of strings; the message names the position.
        """
        given = list(check_texts(texts))
        normalised = [normalise(text) for text in given]
        scores = self._score(normalised)
        decided = from_indicator(self.calibration.decide(scores.probabilities), self.labels)
        return [
            Prediction(
                text=text,
                labels=labels,
                scores=dict(zip(self.labels, row.tolist(), strict=True)),
                truncated=bool(truncated),
                in_scope=in_english(clean),
                model=self._manifest.name,
            )
            for text, clean, labels, row, truncated in zip(
                given, normalised, decided, scores.probabilities, scores.truncated, strict=True
            )
        ]

    def _score(self, texts: list[str]) -> _Scores:
        """Score normalised texts; the empty ones, which carry nothing, never reach the backend."""
        probabilities = np.zeros((len(texts), len(self.labels)))
        truncated = np.zeros(len(texts), dtype=bool)
        for start in range(0, len(texts), _CHUNK):
            filled = [row for row in range(start, min(start + _CHUNK, len(texts))) if texts[row]]
            if filled:
                logits = self._backend.logits([texts[row] for row in filled])
                probabilities[filled] = self.calibration.probabilities(logits.values)
                truncated[filled] = logits.truncated
        return _Scores(probabilities, truncated)
