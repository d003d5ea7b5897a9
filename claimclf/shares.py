"""How common a label is in a corpus: shares corrected by a labelled sample, with intervals.

Counting what a classifier asserts gives a biased share even where it is right nine times in ten, and an interval
around the wrong number. The mean score over the whole corpus is corrected by what the score got wrong on a random
sample that a person labelled, and weighted so that the interval is hardly ever wider than the sample alone would give.
As the sample is part of the corpus, this is the regression estimator of survey sampling (Särndal, Swensson & Wretman,
*Model Assisted Survey Sampling*, 1992, ch. 6). Prediction-powered inference (Angelopoulos, Bates, Fannjiang, Jordan &
Zrnic, Science 382, 2023; with such a weight in Angelopoulos, Duchi & Zrnic, "PPI++", 2023, sec. 6) is its counterpart
for a corpus that is itself a sample of something larger.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from claimclf.errors import InputError, InputTypeError
from claimclf.numbers import check_level
from claimclf.records import Prediction

MIN_SAMPLE = 100
"""Sentences that must be labelled."""

MIN_CASES = 10
"""Sentences of the sample that must carry a label, and that must not, for the normal approximation to hold."""


@dataclass(frozen=True)
class Prevalence:
    """The share of a corpus that carries a label.

    Attributes
    ----------
    label : str
        The label.
    share, low, high : float or None
        Corrected share and the ends of its interval, in [0, 1]; None where the sample cannot support them.
    counted : float
        Share of the corpus on which the label was asserted: biased, for comparison only.
    cases : int
        Sentences of the sample that carry the label.
    refusal : str
        Why there is no share, or empty.
    """

    label: str
    share: float | None
    low: float | None
    high: float | None
    counted: float
    cases: int
    refusal: str = ""

    def __str__(self) -> str:
        if self.share is None:
            return f"{self.label}: {self.refusal}"
        return f"{self.label}: {self.share:.1%} [{self.low:.1%}, {self.high:.1%}] (asserted on {self.counted:.1%})"


def prevalence(
    predictions: Sequence[Prediction],
    gold_sample: Mapping[int, Collection[str]],
    *,
    confidence: float = 0.95,
) -> dict[str, Prevalence]:
    """Estimate how common each label is in a corpus.

    Parameters
    ----------
    predictions : sequence of Prediction
        Of every sentence of the corpus.
    gold_sample : mapping of int to collection of str
        The labels that a person gave, by position in `predictions`, for sentences drawn **at random** from this very
        corpus, at least :data:`MIN_SAMPLE`. Sentences picked for any other reason (a high score, a topic, another
        corpus) make the result meaningless, and nothing in the numbers would show it.
    confidence : float, default 0.95
        Coverage of the intervals, in (0, 1).

    Returns
    -------
    dict of str to Prevalence
        By label, in label order. Where fewer than :data:`MIN_CASES` sentences of the sample carry a label, or do not,
        there is no share but the reason why.

    Raises
    ------
    InputError
        If the sample is too small or names a position or label that does not exist.
    InputTypeError
        If `predictions` are not predictions of one bundle or the sample is no mapping.

    Examples
    --------
    >>> def scored(score):
    ...     return Prediction("…", ("tax",) if score > 0.5 else (), {"tax": score})
    >>> corpus = [scored(0.9 if position % 5 == 0 else 0.1) for position in range(1000)]
    >>> labelled = {position: ["tax"] if position % 40 == 0 else [] for position in range(0, 1000, 4)}
    >>> print(prevalence(corpus, labelled)["tax"])
    tax: 10.0% [7.5%, 12.5%] (asserted on 20.0%)
    """
    labels = _checked(predictions, gold_sample, confidence)
    positions = np.fromiter(gold_sample, dtype=int)
    quantile = NormalDist().inv_cdf(0.5 + confidence / 2)
    result = {}
    for label in labels:
        scores = np.array([prediction.scores[label] for prediction in predictions])
        truth = np.array([float(label in carried) for carried in gold_sample.values()])
        counted = float(np.mean([label in prediction.labels for prediction in predictions]))
        cases = int(truth.sum())
        fewer = min(cases, len(truth) - cases)
        if fewer < MIN_CASES:
            which = "carry it" if cases < MIN_CASES else "do not carry it"
            refusal = f"not enough data: {fewer} of {len(truth)} sampled sentences {which}, {MIN_CASES} are needed"
            result[label] = Prevalence(label, None, None, None, counted, cases, refusal)
            continue
        share, error = _corrected(scores, scores[positions], truth)
        low, high = share - quantile * error, share + quantile * error
        result[label] = Prevalence(label, _clip(share), _clip(low), _clip(high), counted, cases)
    return result


def _corrected(
    scores: npt.NDArray[np.float64], sampled: npt.NDArray[np.float64], truth: npt.NDArray[np.float64]
) -> tuple[float, float]:
    """Return the estimate and its standard error."""
    n_texts, n_sampled = len(scores), len(truth)
    covariance = np.cov(truth, sampled)
    weight = float(np.clip(covariance[0, 1] / covariance[1, 1], 0, 1)) if covariance[1, 1] > 0 else 0.0
    rectifier = truth - weight * sampled
    share = weight * scores.mean() + rectifier.mean()
    # Where the scores are nearly right, the sample may hold none of their few errors, and its variance be too low: one
    # more is counted, which tests/test_shares.py shows to be enough. Only what was not sampled is uncertain.
    variance = (rectifier.var(ddof=1) + 1 / n_sampled) / n_sampled * (1 - n_sampled / n_texts)
    return float(share), math.sqrt(variance)


def _clip(value: float) -> float:
    return min(1.0, max(0.0, value))


def _checked(
    predictions: Sequence[Prediction], gold_sample: Mapping[int, Collection[str]], confidence: float
) -> tuple[str, ...]:
    """Return the labels, or say what is wrong with the arguments."""
    check_level("confidence", confidence)
    if not isinstance(gold_sample, Mapping):
        raise InputTypeError("gold_sample: expected labels by position in predictions, such as {17: ['agreement']}")
    if isinstance(predictions, Prediction) or not isinstance(predictions, Sequence):
        raise InputTypeError(f"predictions: expected a list of predictions, got {type(predictions).__name__}")
    if not predictions:
        raise InputError("predictions: expected at least one, of a corpus that the sample was drawn from")
    for position, prediction in enumerate(predictions):
        if not isinstance(prediction, Prediction):
            raise InputTypeError(f"predictions[{position}]: expected a Prediction, got {type(prediction).__name__}")
        if prediction.scores.keys() != predictions[0].scores.keys():
            raise InputTypeError(f"predictions[{position}]: its labels are not those of predictions[0]")
    if len(gold_sample) < MIN_SAMPLE:
        raise InputError(
            f"gold_sample: {len(gold_sample)} sentences are too few; label at least {MIN_SAMPLE}, drawn at random"
        )
    labels = tuple(predictions[0].scores)
    for place, carried in gold_sample.items():
        if not isinstance(place, (int, np.integer)) or not 0 <= place < len(predictions):
            raise InputError(f"gold_sample: no prediction {place}; there are {len(predictions)}, counted from 0")
        if isinstance(carried, str) or not isinstance(carried, Collection):
            raise InputError(f"gold_sample[{place}]: expected a collection of labels, such as [{labels[0]!r}]")
        unknown = [label for label in carried if label not in labels]
        if unknown:
            raise InputError(f"gold_sample[{place}]: unknown label {unknown[0]!r}; expected any of {', '.join(labels)}")
    return labels
