"""When to assert a label, when to rule it out, and when to leave the sentence to a person.

Each label gets two thresholds from held-out scores by learning, then testing (Angelopoulos, Bates, Candès, Jordan &
Lei, "Learn then test", 2021, sec. 3): every threshold on a grid is a hypothesis that the guarantee is broken, tested
with an exact binomial p-value, in fixed orders that end with the first that cannot be rejected (their sec. 3.2, with
several starts), so that all thresholds before it hold together.

The guarantee is about texts like those the scores come from: drawn, sentence by sentence, from the same mix of sources
(exchangeable with them). On a new source it can fail, in either direction; scores of a labelled sample
from there restore it (``claimclf recalibrate``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from claimclf.numbers import check_level

_GRID = np.linspace(0.99, 0.01, 99)
"""Thresholds that are tried for asserting, from the strictest; ruling out tries them from the other end."""

_STARTS = 5
"""Sequences of tests for asserting, at most, each beginning with twice the texts of the one before."""


class Outcome(NamedTuple):
    """What a policy makes of some texts: two matrices of bool, shape (n_texts, n_labels)."""

    asserted: npt.NDArray[np.bool_]
    referred: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Policy:
    """Thresholds with a guarantee.

    Attributes
    ----------
    labels : tuple of str
        The label order.
    precision, omission, confidence : float
        What is guaranteed, as given to :meth:`learn`.
    assert_from : tuple of float or None
        A label is asserted from this probability on; None where the data cannot support the precision asked for, and
        the label is never asserted.
    rule_out_below : tuple of float
        A label is ruled out below this probability; 0 where the data cannot support that, and it never is.
    """

    labels: tuple[str, ...]
    precision: float
    omission: float
    confidence: float
    assert_from: tuple[float | None, ...]
    rule_out_below: tuple[float, ...]

    @classmethod
    def learn(
        cls,
        probabilities: npt.NDArray[np.float64],
        truth: npt.NDArray[np.floating],
        labels: Sequence[str],
        *,
        precision: float = 0.95,
        omission: float = 0.2,
        confidence: float = 0.9,
        exclusive: bool = False,
    ) -> Policy:
        """Find the thresholds.

        Parameters
        ----------
        probabilities : ndarray of float, shape (n_texts, n_labels)
            Scores of texts that the model was not trained on, in [0, 1].
        truth : ndarray of float, shape (n_texts, n_labels)
            1 where the text carries the label, 0 where not; pairs with nan are left out.
        labels : sequence of str
            The label order of the columns.
        precision : float, default 0.95
            Of the sentences on which a label is asserted, at least this share carry it.
        omission : float, default 0.2
            Of the sentences that carry a label, at most this share are ruled out. 0.1 would refer two in three
            sentences of the shipped transformer's held-out ones, 0.2 two of five: nobody looks at two of three.
        confidence : float, default 0.9
            How probable it is, over draws of the held-out texts, that a guarantee holds; for each label and each of
            the two guarantees by itself.
        exclusive : bool, default False
            Whether a text carries exactly one label: then none is asserted at one half or below, so that two never are.

        Returns
        -------
        Policy
            With the lowest threshold for asserting and the highest for ruling out that the data support.

        Raises
        ------
        InputError
            If a level is not between 0 and 1.

        Examples
        --------
        >>> scores = np.linspace(0, 1, 1000)[:, None]
        >>> policy = Policy.learn(scores, (scores > 0.5).astype(float), ["tax"], omission=0.05)
        >>> print(policy)
        tax: asserted from 0.49, ruled out below 0.49
        """
        for name, level in (("precision", precision), ("omission", omission), ("confidence", confidence)):
            check_level(name, level)
        assert_from: list[float | None] = []
        rule_out_below: list[float] = []
        for column in range(len(labels)):
            known = ~np.isnan(truth[:, column])
            scores, carried = probabilities[known, column], truth[known, column] == 1
            found = _assert_from(
                scores, carried, precision, 1 - confidence, _GRID[_GRID > 0.505] if exclusive else _GRID
            )
            assert_from.append(found)
            below = _rule_out_below(scores[carried], omission, 1 - confidence)
            rule_out_below.append(below if found is None else min(below, found))
        return cls(tuple(labels), precision, omission, confidence, tuple(assert_from), tuple(rule_out_below))

    def apply(self, probabilities: npt.NDArray[np.float64]) -> Outcome:
        """Decide.

        Parameters
        ----------
        probabilities : ndarray of float, shape (n_texts, n_labels)
            Scores in [0, 1].

        Returns
        -------
        Outcome
            Pairs in neither matrix are ruled out.
        """
        upper = np.array([np.inf if threshold is None else threshold for threshold in self.assert_from])
        asserted = probabilities >= upper
        return Outcome(asserted, (probabilities >= np.array(self.rule_out_below)) & ~asserted)

    def __str__(self) -> str:
        return "\n".join(
            f"{label}: not enough data to assert at precision {self.precision:g}; "
            f"ruled out below {below:.2f}, else referred"
            if start is None
            else f"{label}: asserted from {start:.2f}, ruled out below {below:.2f}"
            for label, start, below in zip(self.labels, self.assert_from, self.rule_out_below, strict=True)
        )


def _assert_from(
    scores: npt.NDArray[np.float64],
    carried: npt.NDArray[np.bool_],
    precision: float,
    risk: float,
    grid: npt.NDArray[np.float64],
) -> float | None:
    from scipy.stats import binom

    # Several sequences share the risk, so that a few errors among the very highest scores do not end it all; with few
    # texts there is no risk to share. They begin with ever more texts, the first with so many that a single error still
    # leaves the guarantee: fewer could reject nothing. None of this looks at labels, so the tests stay valid.
    starts = min(_STARTS, 1 + len(scores) // 1000)
    risk = risk / starts
    least = 1
    while least <= len(scores) and binom.sf(least - 2, least, precision) > risk:
        least += 1
    best = None
    for start in range(starts):
        for threshold in grid:
            chosen = scores >= threshold
            if chosen.sum() < least * 2**start:
                continue
            if binom.sf(carried[chosen].sum() - 1, chosen.sum(), precision) > risk:
                break
            best = float(threshold) if best is None else min(best, float(threshold))
    return best


def _rule_out_below(scores_of_carriers: npt.NDArray[np.float64], omission: float, risk: float) -> float:
    from scipy.stats import binom

    best = 0.0
    for threshold in _GRID[::-1]:
        missed = int((scores_of_carriers < threshold).sum())
        if binom.cdf(missed, len(scores_of_carriers), omission) > risk:
            break
        best = float(threshold)
    return best
