"""Which texts would teach a model most if a person labelled them next.

A model learns most where it wavers: uncertainty sampling, Lewis & Gale, "A sequential algorithm for training text
classifiers" (SIGIR 1994), here for each label by itself and by the distance from the label's own threshold. The labels
take turns, the rarest first; otherwise the one about which the model wavers everywhere would get all the texts. Each
turn looks at the few texts that are most uncertain and takes the one that is least like those suggested before it or
labelled already: a step of the greedy core-set of Sener & Savarese, "Active learning for convolutional neural
networks" (ICLR 2018), kept to uncertain texts as in Zhdanov, "Diverse mini-batch active learning" (2019).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from claimclf.bundle import Classifier
from claimclf.decision import Calibration
from claimclf.errors import InputError, InputTypeError
from claimclf.labels import from_indicator
from claimclf.numbers import check_count
from claimclf.records import Task
from claimclf.text import check_texts, normalise

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from claimclf.estimators.base import TextClassifier

Array = npt.NDArray[Any]

BREADTH = 5
"""The most uncertain texts among which a turn takes the least similar one; of many more it would take oddities."""

NEARLY_EQUAL = 0.3
"""Cosine distance between bags of character n-grams up to which texts nearly equal: a word or a number changed."""

_COMPARED = 2000
"""The most uncertain texts of a label that are compared with others; bounds time and memory."""

_CHUNK = 4096
"""Texts scored at a time, for the progress bar."""


class Suggestion(NamedTuple):
    """A text that is worth labelling.

    Attributes
    ----------
    text : str
        The text as it was given.
    label : str
        The label about which it would teach most.
    probability : float
        How probable the model thinks this label, in [0, 1].
    predicted : tuple of str
        The labels that the model asserts.
    position : int
        Where the text is among those that were given.
    """

    text: str
    label: str
    probability: float
    predicted: tuple[str, ...]
    position: int

    def task(self, fields: Mapping[str, Any] | None = None) -> Task:
        """Ask a person to label the text.

        Parameters
        ----------
        fields : mapping, optional
            What else the file of the text says.
        """
        why = {"label": self.label, "probability": round(self.probability, 4)}
        return Task(self.text, labels=None, predicted=self.predicted, why=why, fields=fields or {})


def suggest(
    texts: Iterable[str],
    classifier: Classifier | TextClassifier,
    number: int = 20,
    *,
    labelled: Iterable[str] = (),
    seed: int = 0,
    progress: bool = False,
) -> list[Suggestion]:
    """Choose the texts to label next.

    Parameters
    ----------
    texts : iterable of str
        Unlabelled texts; of equal ones the first counts, empty ones do not.
    classifier : Classifier or fitted estimator
        What has been learnt so far.
    number : int, default 20
        How many texts, at most.
    labelled : iterable of str
        Texts that have labels already; they and their like are left out.
    seed : int, default 0
        Decides between equally uncertain texts.
    progress : bool, default False
        Show a progress bar while texts are scored.

    Returns
    -------
    list of Suggestion
        The most useful first. Fewer than `number` if the other texts nearly equal these or labelled ones.

    Raises
    ------
    InputError
        If `number` is not positive, or `seed` negative.
    InputTypeError
        If `texts` or `labelled` is no sequence of strings, or `classifier` is something else.

    Examples
    --------
    >>> import claimclf
    >>> unlabelled = ["The pact may be signed.", "The pact may be signed.", "Rain fell.", "He doubted the story."]
    >>> found = suggest(unlabelled, claimclf.load("baseline"), labelled=["Rain fell."])
    >>> sorted(suggestion.text for suggestion in found)
    ['He doubted the story.', 'The pact may be signed.']
    """
    check_count("number", number)
    if seed < 0:
        raise InputError(f"seed: expected a number from 0 up, got {seed}")
    given = list(check_texts(texts))
    known = {normalise(text) for text in check_texts(labelled, "labelled")} - {""}
    places: dict[str, int] = {}
    for position, text in enumerate(map(normalise, given)):
        if text and text not in known:
            places.setdefault(text, position)
    labels, calibration = _labels_and_calibration(classifier)
    pool = list(places)
    if not pool:
        return []
    starts = tqdm(range(0, len(pool), _CHUNK), unit=" chunks", disable=not progress, leave=False)
    probabilities = np.concatenate([classifier.predict_proba(pool[start : start + _CHUNK]) for start in starts])
    distance = np.abs(_log_odds(probabilities) - _log_odds(_threshold(probabilities, calibration)))
    rarest_first = np.argsort(probabilities.mean(axis=0), kind="stable")
    predicted = from_indicator(calibration.decide(probabilities), labels)
    positions = list(places.values())
    return [
        Suggestion(
            given[positions[row]], labels[column], float(probabilities[row, column]), predicted[row], positions[row]
        )
        for row, column in _in_turns(pool, sorted(known), distance, rarest_first, number, seed)
    ]


def _labels_and_calibration(classifier: Any) -> tuple[tuple[str, ...], Calibration]:
    """Read them from a bundle, where they were saved, or from an estimator, which learnt them."""
    if isinstance(classifier, Classifier):
        return classifier.labels, classifier.calibration
    if not hasattr(classifier, "calibration_"):
        kind = type(classifier).__name__
        raise InputTypeError(f"classifier: expected a loaded bundle or a fitted estimator, got {kind}; fit or load it")
    return tuple(map(str, classifier.classes_)), classifier.calibration_


def _threshold(probabilities: Array, calibration: Calibration) -> Array:
    """Return from where on each label is asserted: of exclusive labels, from the most probable of the others on."""
    if not calibration.exclusive or probabilities.shape[1] < 2:
        return np.array(calibration.threshold)
    second, best = np.sort(probabilities, axis=1)[:, -2:].T[..., None]
    highest_other: Array = np.where(probabilities == best, second, best)
    return highest_other


def _log_odds(probabilities: Array) -> Array:
    """Put probabilities on a scale on which 0.001 is far from 0.05, and 0.5 near 0.55."""
    within = np.clip(probabilities, 1e-6, 1 - 1e-6)
    odds: Array = within / (1 - within)
    return np.log(odds)


def _in_turns(
    pool: Sequence[str], known: Sequence[str], distance: Array, rarest_first: Array, number: int, seed: int
) -> Iterator[tuple[int, int]]:
    """Yield a text for each label in turn: the row of the pool and the column of the label."""
    shuffled = np.random.default_rng(seed).permutation(len(pool))
    rows = np.unique(_nearest_first(distance, shuffled)[:, : max(_COMPARED, BREADTH * number)])
    nearest_first = _nearest_first(distance[rows], shuffled[rows])
    features, novelty = _compared([pool[row] for row in rows], known)
    for turn in range(number):
        column = rarest_first[turn % len(rarest_first)]
        new = nearest_first[column][novelty[nearest_first[column]] > NEARLY_EQUAL]
        if not len(new):
            return
        chosen = new[np.argmax(novelty[new[:BREADTH]])]
        novelty = np.minimum(novelty, 1 - (features @ features[chosen].T).toarray()[:, 0])
        yield int(rows[chosen]), int(column)


def _nearest_first(distance: Array, tie_break: Array) -> Array:
    """Rank the texts of every label, one label a row."""
    return np.stack([np.lexsort((tie_break, column)) for column in distance.T])


def _compared(texts: list[str], known: Sequence[str]) -> tuple[csr_matrix, Array]:
    """Return features of length 1, and the cosine distance of each text from the nearest known one."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.metrics import pairwise_distances_argmin_min

    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, dtype=np.float32)
    vectorizer.fit([*texts, *known])
    features = vectorizer.transform(texts)
    if not known:
        return features, np.ones(len(texts))
    return features, pairwise_distances_argmin_min(features, vectorizer.transform(known), metric="cosine")[1]
