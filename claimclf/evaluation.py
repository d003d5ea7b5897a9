"""Measure a classifier on labelled texts, beside the simplest rule one could think of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from claimclf.data import targets
from claimclf.errors import InputError
from claimclf.labels import LABELS
from claimclf.metrics import Report, evaluate
from claimclf.records import Example
from claimclf.reliability import Reliability, reliability
from claimclf.text import normalise

KEYWORDS: Mapping[str, tuple[str, ...]] = {
    "agreement": ("agreement", "deal", "signed", "memorandum"),
    "surveillance_tech": ("surveillance", "facial", "spyware", "censor"),
    "disinformation": ("disinformation", "propaganda", "fake", "misinformation"),
    "policy_advice": ("should", "must", "urge", "recommend"),
}
"""Beginnings of words; four a label."""


class Decider(Protocol):
    """Anything that decides on texts: a loaded bundle, an estimator, a rule."""

    @property
    def labels(self) -> Sequence[str]:
        """The label order of the columns."""
        ...

    def predict(self, texts: Sequence[str]) -> npt.NDArray[Any]:
        """Return zeros and ones of shape (n_texts, n_labels)."""
        ...


class Scorer(Decider, Protocol):
    """A decider that also says how probable each label is."""

    def predict_proba(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """Return probabilities of shape (n_texts, n_labels)."""
        ...


class KeywordRule:
    """Assert a label where a word begins with one of its keywords: what a model has to beat.

    Parameters
    ----------
    keywords : mapping of str to sequence of str
        Beginnings of words by label, by default :data:`KEYWORDS`.

    Examples
    --------
    >>> KeywordRule().predict(["They must sign the deal.", "Nothing of the kind."]).tolist()
    [[1, 0, 0, 1], [0, 0, 0, 0]]
    """

    def __init__(self, keywords: Mapping[str, Sequence[str]] = KEYWORDS) -> None:
        self.labels = tuple(keywords)
        self._patterns = [re.compile(rf"\b(?:{'|'.join(words)})", re.IGNORECASE) for words in keywords.values()]

    def predict(self, texts: Sequence[str]) -> npt.NDArray[np.int8]:
        """Decide by keyword.

        Parameters
        ----------
        texts : sequence of str
            Sentences.

        Returns
        -------
        ndarray of int8, shape (n_texts, n_labels)
            1 where a keyword occurs.
        """
        found = [[bool(pattern.search(normalise(text))) for pattern in self._patterns] for text in texts]
        return np.array(found, dtype=np.int8).reshape(len(texts), len(self.labels))


class Never:
    """Assert nothing: the constant that any figure has to be held against.

    Parameters
    ----------
    labels : sequence of str
        The label order, by default that of the corpus.
    """

    def __init__(self, labels: Sequence[str] = LABELS) -> None:
        self.labels = tuple(labels)

    def predict(self, texts: Sequence[str]) -> npt.NDArray[np.int8]:
        """Decide on nothing.

        Parameters
        ----------
        texts : sequence of str
            Sentences.

        Returns
        -------
        ndarray of int8, shape (n_texts, n_labels)
            Zeros.
        """
        return np.zeros((len(texts), len(self.labels)), dtype=np.int8)


def evaluate_on(decider: Decider, examples: Sequence[Example], *, n_resamples: int = 2000, seed: int = 0) -> Report:
    """Evaluate decisions on labelled texts.

    Parameters
    ----------
    decider : Decider
        A loaded bundle or a rule.
    examples : sequence of Example
        Labelled texts; pairs on which readers wavered are left out, groups are the unit of the bootstrap.
    n_resamples, seed : int
        As in :func:`claimclf.metrics.evaluate`.

    Returns
    -------
    Report
        Precision, recall and F1 per label, macro F1, with 95 % intervals.

    Raises
    ------
    InputError
        If there are no texts or they carry labels that the decider does not know.
    """
    if not examples:
        raise InputError("examples: expected at least one labelled text")
    labels = tuple(decider.labels)
    return evaluate(
        targets(examples, labels),
        decider.predict([example.text for example in examples]),
        labels,
        groups=[example.group for example in examples],
        n_resamples=n_resamples,
        seed=seed,
    )


def reliability_on(scorer: Scorer, examples: Sequence[Example]) -> list[Reliability]:
    """Ask whether probabilities mean what they say on labelled texts.

    Parameters
    ----------
    scorer : Scorer
        A loaded bundle or an estimator.
    examples : sequence of Example
        Labelled texts, at least one.

    Returns
    -------
    list of Reliability
        One a label.
    """
    return reliability(
        targets(examples, scorer.labels),
        scorer.predict_proba([example.text for example in examples]),
        scorer.labels,
        groups=[example.group for example in examples],
    )
