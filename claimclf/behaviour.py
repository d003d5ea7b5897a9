"""Minimal pairs: does a decision change where the meaning does, and only there?

After Ribeiro, Wu, Guestrin & Singh, "Beyond Accuracy: Behavioral Testing of NLP Models with CheckList" (ACL 2020) and
Gardner et al., "Evaluating Models' Local Decision Boundaries via Contrast Sets" (EMNLP Findings 2020). A test set asks
how often a model is right; a pair asks whether it is right for the right reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from claimclf.data import read_rows
from claimclf.errors import DataError, InputError
from claimclf.evaluation import Decider

SUITE = Path(__file__).parent / "shipped" / "behaviour.jsonl"
"""The pairs that ship with the package: written for it, never trained on."""


class Pair(NamedTuple):
    """Two sentences that differ in as little as possible.

    Attributes
    ----------
    id : str
        Unique within a suite.
    label : str
        The label in question; others do not count.
    kind : str
        What changes from the first sentence to the second.
    texts : tuple of two str
        The sentences.
    carried : tuple of two bool
        Whether each carries the label.
    """

    id: str
    label: str
    kind: str
    texts: tuple[str, str]
    carried: tuple[bool, bool]

    @property
    def flips(self) -> bool:
        """Whether the change decides the label; otherwise it must not matter."""
        return self.carried[0] != self.carried[1]


class Rate(NamedTuple):
    """How many pairs a decider gets right on both sides."""

    passed: int
    total: int

    @property
    def share(self) -> float:
        """In [0, 1]."""
        return self.passed / self.total

    def __str__(self) -> str:
        return f"{self.passed:3} of {self.total:3} ({self.share:4.0%})"


class Behaviour(NamedTuple):
    """The outcome of a suite.

    Attributes
    ----------
    overall : Rate
        Over all pairs.
    labels : dict of str to Rate
        By label.
    kinds : dict of tuple (label, kind) to Rate
        By what changes. A change that must not matter is one kind for all labels, under the label ``any``.
    failed : list of Pair
        The pairs that were not right on both sides.
    """

    overall: Rate
    labels: dict[str, Rate]
    kinds: dict[tuple[str, str], Rate]
    failed: list[Pair]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {
            "overall": list(self.overall),
            "labels": {label: list(rate) for label, rate in self.labels.items()},
            "kinds": {f"{label}: {kind}": list(rate) for (label, kind), rate in self.kinds.items()},
            "failed": [pair.id for pair in self.failed],
        }


def read_pairs(path: str | Path = SUITE) -> list[Pair]:
    """Read a suite.

    Parameters
    ----------
    path : str or Path
        JSONL with ``id``, ``label``, ``kind``, ``first``, ``second`` and ``carried`` (two booleans); by default the
        suite that ships with the package.

    Returns
    -------
    list of Pair
        In file order.

    Raises
    ------
    DataError
        If the file is missing or a line is no pair.
    """
    pairs = []
    for line, row in read_rows(path):
        try:
            texts, carried = (row["first"], row["second"]), (bool(row["carried"][0]), bool(row["carried"][1]))
            pairs.append(Pair(row["id"], row["label"], row["kind"], texts, carried))
        except (KeyError, IndexError, TypeError) as error:
            raise DataError(f"{path}, line {line}: a field of a pair is missing or wrong ({error})") from error
    return pairs


def behaviour(decider: Decider, pairs: Sequence[Pair]) -> Behaviour:
    """Run a suite; a pair passes only if both sides are right.

    Parameters
    ----------
    decider : Decider
        A loaded bundle, an estimator, a rule.
    pairs : sequence of Pair
        As :func:`read_pairs` gives them; those of labels that the decider does not know are left out.

    Returns
    -------
    Behaviour
        Rates over all, by label and by kind.

    Raises
    ------
    InputError
        If no pair asks of a label that the decider knows.

    Examples
    --------
    >>> from claimclf.evaluation import KeywordRule
    >>> texts = ("They should stop.", "They should be here soon.")
    >>> pair = Pair("1", "policy_advice", "should_as_expectation", texts, (True, False))
    >>> behaviour(KeywordRule(), [pair]).overall
    Rate(passed=0, total=1)
    """
    asked = [pair for pair in pairs if pair.label in decider.labels]
    if not asked:
        raise InputError(f"pairs: none asks of a label of this decider ({', '.join(decider.labels)})")
    column = {label: position for position, label in enumerate(decider.labels)}
    decisions = decider.predict([text for pair in asked for text in pair.texts])
    passed = [
        all(bool(decisions[2 * n + side, column[pair.label]]) == pair.carried[side] for side in (0, 1))
        for n, pair in enumerate(asked)
    ]

    def rate(chosen: list[bool]) -> Rate:
        return Rate(sum(chosen), len(chosen))

    by_label: dict[str, list[bool]] = {label: [] for label in decider.labels}
    by_kind: dict[tuple[str, str], list[bool]] = {}
    for pair, right in zip(asked, passed, strict=True):
        by_label[pair.label].append(right)
        by_kind.setdefault((pair.label if pair.flips else "any", pair.kind), []).append(right)
    return Behaviour(
        rate(passed),
        {label: rate(chosen) for label, chosen in by_label.items() if chosen},
        {kind: rate(chosen) for kind, chosen in sorted(by_kind.items())},
        [pair for pair, right in zip(asked, passed, strict=True) if not right],
    )


def comparison(outcomes: dict[str, Behaviour]) -> str:
    """Lay several outcomes of one suite side by side.

    Parameters
    ----------
    outcomes : dict of str to Behaviour
        By name of the decider.

    Returns
    -------
    str
        A table; the kinds after the labels.
    """
    first = next(iter(outcomes.values()))
    rows = [("overall", {name: outcome.overall for name, outcome in outcomes.items()})]
    rows += [(label, {name: outcome.labels[label] for name, outcome in outcomes.items()}) for label in first.labels]
    rows += [
        (f"  {label}: {kind}", {name: outcome.kinds[label, kind] for name, outcome in outcomes.items()})
        for label, kind in first.kinds
    ]
    width = max(len(title) for title, _ in rows)
    head = f"{'pairs right on both sides':{width}}  " + "  ".join(f"{name:^18}" for name in outcomes)
    return "\n".join([head, *(f"{t:{width}}  " + "  ".join(f"{r!s:^18}" for r in rates.values()) for t, rates in rows)])
