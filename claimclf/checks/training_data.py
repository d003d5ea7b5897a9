"""What a training run finds in its data, and what it does about it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from claimclf.checks.confounds import MIN_SHARE
from claimclf.data import clean, disputed_labels, equal_texts, targets
from claimclf.decision.calibration import MIN_CASES
from claimclf.records import Example
from claimclf.text import normalise

_NAMED = 5
"""Labels or texts that a note names; the counts are of all."""


@dataclass(frozen=True)
class Part:
    """How much is learnt from, or held out.

    Attributes
    ----------
    n_texts, n_groups, n_without_label : int
        Of the part.
    carrying, lacking : dict of str to int
        Texts with each label, and without it; where it is not known they count as neither.
    """

    n_texts: int
    n_groups: int
    n_without_label: int
    carrying: dict[str, int]
    lacking: dict[str, int]

    @classmethod
    def of(cls, examples: Sequence[Example], labels: Sequence[str]) -> Part:
        """Count.

        Parameters
        ----------
        examples : sequence of Example
            The part.
        labels : sequence of str
            The label order.
        """
        truth = targets(examples, labels)
        carrying, lacking = (dict(zip(labels, (truth == value).sum(axis=0).tolist(), strict=True)) for value in (1, 0))
        n_groups = len({example.group for example in examples})
        return cls(len(examples), n_groups, int((truth == 0).all(axis=1).sum()), carrying, lacking)


@dataclass(frozen=True)
class DataReport:
    """What :func:`survey` found.

    Attributes
    ----------
    train, held_out : Part
        What is left for training, see :func:`~claimclf.data.clean`.
    notes : tuple of str
        What is wrong with the data, and what is done about it, one line each.
    """

    train: Part
    held_out: Part
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types; how many texts and groups were learnt from, a manifest says anyway."""
        return {
            "labels": self.train.carrying,
            "held_out": {"n_texts": self.held_out.n_texts, "labels": self.held_out.carrying},
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        train, held_out = self.train, self.held_out
        counts = [(label, count, held_out.carrying[label]) for label, count in train.carrying.items()]
        counts.append(("no label", train.n_without_label, held_out.n_without_label))
        width = max(len(label) for label, *_ in counts)
        rows = [
            f"  {label:{width}}  {learnt:7,} ({learnt / train.n_texts:6.1%})"
            + (f"  {kept:7,} held out" if held_out.n_texts else "")
            for label, learnt, kept in counts
        ]
        head = f"data: {train.n_texts:,} texts in {train.n_groups:,} groups to learn from"
        if held_out.n_texts:
            head += f", {held_out.n_texts:,} in {held_out.n_groups:,} held out"
        return "\n".join([head, *rows, *self.notes])


def survey(
    train: Sequence[Example],
    held_out: Sequence[Example],
    labels: Sequence[str],
    *,
    calibrated_on: Literal["train", "held_out"] = "held_out",
    n_truncated: int = 0,
    exclusive: bool = False,
) -> DataReport:
    """Look for what makes a model worse, or its figures better, than they should be.

    Parameters
    ----------
    train, held_out : sequence of Example
        The data as they were given; nothing is held out where figures come from cross-validation.
    labels : sequence of str
        The label order.
    calibrated_on : {"train", "held_out"}, default "held_out"
        The part that probabilities and thresholds are fitted to.
    n_truncated : int, default 0
        Texts that are longer than the model reads.
    exclusive : bool, default False
        Whether each text carries exactly one label: the most probable one is asserted, no label has a threshold.

    Returns
    -------
    DataReport
        What was found, and what :func:`~claimclf.data.clean` and training do about it.

    Raises
    ------
    DataError
        If nothing is left to learn from, or nothing that is held out.

    Examples
    --------
    >>> train = [Example("1", "Fog.", ("wet",), "1"), Example("2", "Fog.", (), "2"), Example("3", " ", (), "3")]
    >>> survey(train, [Example("4", "Hail.", ("wet",), "4")], ["wet"]).notes[0]
    'empty texts: 1; left out'
    """
    learnt, kept = clean(train, held_out)
    parts = Part.of(learnt, labels), Part.of(kept, labels)
    notes = [*_on_texts(train, held_out), *_on_repeats(learnt, kept), *_on_labels(*parts, exclusive)]
    notes += _on_counts(*parts, parts[calibrated_on == "held_out"], exclusive)
    if n_truncated:
        notes.append(f"long texts: {n_truncated:,} go beyond max_length; the rest of them is not read")
    return DataReport(*parts, tuple(notes))


def _on_texts(train: Sequence[Example], held_out: Sequence[Example]) -> Iterator[str]:
    copies, measured = equal_texts([*train, *held_out]), equal_texts(held_out)
    if "" in copies:
        yield f"empty texts: {len(copies['']):,}; left out"
    if disputed := disputed_labels([*train, *held_out]):
        places = _listed([" = ".join(copy.id for copy in copies[text]) for text in disputed])
        yield (
            f"contradictions: {len(disputed):,} ({places}); a label on which equal texts disagree counts as not known. "
            "If a text has several labels, name them all in one row"
        )
    if both := sum(bool(text := normalise(example.text)) and text in measured for example in train):
        yield f"texts on both sides: {both:,} to learn from are held out as well; not learnt from"


def _on_repeats(learnt: Sequence[Example], kept: Sequence[Example]) -> Iterator[str]:
    counts = [len(part) - len({(normalise(e.text), frozenset(e.labels)) for e in part}) for part in (learnt, kept)]
    if any(counts):
        yield (
            f"repeated texts: {counts[0]:,} to learn from and {counts[1]:,} held out equal another with the same "
            "labels; each counts as often as it occurs, but none is on both sides"
        )


def _on_labels(learnt: Part, kept: Part, exclusive: bool) -> Iterator[str]:
    if without := learnt.n_without_label + kept.n_without_label:
        yield f"texts without a label: {without:,}; none applies to them. Leave out what nobody has labelled"
    shares = {label: count / learnt.n_texts for label, count in learnt.carrying.items()}
    if rare := [f"{label} ({share:.1%})" for label, share in shares.items() if share < MIN_SHARE]:
        decided = "the most probable label is asserted" if exclusive else "each label has a threshold of its own"
        yield f"rare labels: {_listed(rare)}; nothing is reweighted, {decided}"


def _on_counts(learnt: Part, kept: Part, calibrating: Part, exclusive: bool) -> Iterator[str]:
    unsure = "figures" if exclusive else "threshold and figures"
    for side, trait in (("with", "carrying"), ("without", "lacking")):
        first, second, basis = (getattr(part, trait) for part in (learnt, kept, calibrating))
        parts = {"to learn from": first, **({"held out": second} if kept.n_texts else {})}
        few = [label for label in first if min(part[label] for part in parts.values()) < MIN_CASES]
        if few:
            counts = _listed(
                [f"{label} ({', '.join(f'{part[label]:,} {use}' for use, part in parts.items())})" for label in few]
            )
            yield f"few texts {side} a label: {counts}; below {MIN_CASES} a label's {unsure} mean little"
        # Labels that exclude each other are calibrated together.
        if not exclusive and (none := [label for label in few if not basis[label]]):
            yield f"not calibrated: {_listed(none)}; asserted where the model itself says 0.5"


def _listed(names: Collection[str]) -> str:
    rest = len(names) - _NAMED
    return ", ".join(list(names)[:_NAMED]) + (f" and {rest:,} more" if rest > 0 else "")
