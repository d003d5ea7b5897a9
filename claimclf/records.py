"""The records that travel through the library: labelled texts, references, predictions and their trail, tasks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True)
class Example:
    """A labelled text.

    Attributes
    ----------
    id : str
        Unique within a corpus.
    text : str
        The sentence, as written.
    labels : tuple of str
        Empty where the text carries nothing.
    group : str
        The scenario, document or repository that the text comes from; splits never cut through a group.
    unsure : tuple of str
        Labels on which readers wavered; these label-text pairs are left out of training and of every count.
    genre, region, source : str or None
        Where the text is from, for slices and cards.
    year : int or None
        When it was written.
    license : str or None
        The licence that the text is under, as its source states it.
    how : str or None
        How the text was drawn: ``topic`` (near topic words) or ``random``.
    round : int or None
        The round of labelling or writing that brought it into the corpus.
    in_dev_repo : bool
        Whether the text's repository also gave evaluation sentences.
    """

    id: str
    text: str
    labels: tuple[str, ...]
    group: str
    unsure: tuple[str, ...] = ()
    genre: str | None = None
    region: str | None = None
    source: str | None = None
    year: int | None = None
    license: str | None = None
    how: str | None = None
    round: int | None = None
    in_dev_repo: bool = False


@dataclass(frozen=True)
class Reference:
    """A labelled sentence of a public repository, without its text.

    Attributes
    ----------
    repo, commit, path : str
        The repository (``owner/name``), the commit (40 hex digits) and the file that hold the text.
    start, end : int
        Character offsets into the file decoded as UTF-8.
    sha256 : str
        Hash of the slice with runs of white space collapsed, encoded as UTF-8.
    license : str
        The licence that the repository states for the text.
    id, labels, group, unsure, genre, region, source, year, how, round, in_dev_repo
        As in :class:`Example`.
    """

    id: str
    repo: str
    commit: str
    path: str
    start: int
    end: int
    sha256: str
    license: str
    labels: tuple[str, ...]
    group: str
    unsure: tuple[str, ...] = ()
    genre: str | None = None
    region: str | None = None
    source: str | None = None
    year: int | None = None
    how: str | None = None
    round: int | None = None
    in_dev_repo: bool = False

    def with_text(self, text: str) -> Example:
        """Return the :class:`Example` that this reference stands for.

        Parameters
        ----------
        text : str
            The sentence that was found at the reference.
        """
        shared = {field.name: getattr(self, field.name) for field in fields(Example) if field.name != "text"}
        source = self.source or f"{self.repo}@{self.commit[:10]}:{self.path}"
        return Example(**{**shared, "text": text, "source": source})


@dataclass(frozen=True)
class Prediction:
    """What a bundle says of one text.

    Attributes
    ----------
    text : str
        The text as it was given.
    labels : tuple of str
        The labels whose probability reaches their threshold, in label order; empty means none.
    scores : mapping of str to float
        Calibrated probability, in [0, 1], of every label.
    referred : tuple of str
        Labels that the decision policy neither asserts nor rules out; empty without a policy.
    truncated : bool
        Whether the text was longer than the model reads, so that its end was not seen.
    in_scope : bool
        False for a text in another language or script, where the scores mean little.
    model : str
        Name of the bundle that decided; of a cascade, that of the stage.
    """

    text: str
    labels: tuple[str, ...]
    scores: Mapping[str, float] = field(hash=False)
    referred: tuple[str, ...] = ()
    truncated: bool = False
    in_scope: bool = True
    model: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types, scores rounded to six digits.

        Examples
        --------
        >>> Prediction("Rabat signed.", ("agreement",), {"agreement": 0.91234567}).to_dict()["scores"]
        {'agreement': 0.912346}
        """
        return {
            "text": self.text,
            "labels": list(self.labels),
            "scores": {label: round(float(score), 6) for label, score in self.scores.items()},
            "referred": list(self.referred),
            "truncated": self.truncated,
            "in_scope": self.in_scope,
            "model": self.model,
        }


@dataclass(frozen=True)
class Neighbour:
    """A labelled text that a model sees as like another.

    Attributes
    ----------
    id, text, labels
        As in :class:`Example`.
    similarity : float
        Cosine of embeddings, balanced as :mod:`claimclf.bundle.examples` says; at most 1, for equal ones.
    """

    id: str
    text: str
    labels: tuple[str, ...]
    similarity: float


@dataclass(frozen=True)
class Task:
    """A text for a person to label.

    Attributes
    ----------
    text : str
        The text, as its file has it.
    labels : tuple of str or None
        What a person gave it already; None if nobody has looked yet.
    predicted : tuple of str
        What a model asserts.
    why : mapping
        Why it is asked for: ``label``, the one in question, its ``probability``, and of a labelled text whether it is
        ``given``.
    fields : mapping
        What else its file says, such as ``id``.
    """

    text: str
    labels: tuple[str, ...] | None
    predicted: tuple[str, ...] = ()
    why: Mapping[str, Any] = field(default_factory=dict, hash=False)
    fields: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types, in the format of our own tables.

        ``labels`` is None where it is for a person to fill in: training refuses a row that was forgotten.

        Examples
        --------
        >>> Task("Rabat signed.", None, why={"label": "agreement", "probability": 0.48}).to_dict()
        {'text': 'Rabat signed.', 'labels': None, 'label': 'agreement', 'probability': 0.48}
        """
        labels = None if self.labels is None else list(self.labels)
        made = {"text": self.text, "labels": labels, **self.why}
        fields = {name: value for name, value in self.fields.items() if (name, value) != ("text", self.text)}
        return {**beside(fields, made.keys()), **made}


@dataclass(frozen=True)
class Sentence(Prediction):
    """What a bundle says of a sentence of a document.

    Attributes
    ----------
    start, end : int
        Where it stands: ``document.text[start:end] == text``.
    page : int or None
        The page that it begins on, from 1; None where a format has no pages.
    heading : str or None
        The nearest heading above; None above the first one and for headings themselves.
    kind : str
        ``text``, ``heading`` or ``caption``.
    text, labels, scores, referred, truncated, in_scope, model
        As in :class:`Prediction`.
    """

    start: int = 0
    end: int = 0
    page: int | None = None
    heading: str | None = None
    kind: str = "text"

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types, scores rounded to six digits."""
        place = {name: getattr(self, name) for name in ("start", "end", "page", "heading", "kind")}
        return place | super().to_dict()


@dataclass(frozen=True)
class Provenance:
    """What made predictions: enough to make them again and to see whether anything has changed.

    Attributes
    ----------
    bundle : str
        Its name.
    bundle_sha256 : str
        Hash of its ``manifest.json``, which holds the hashes of its other files.
    policy : str or None
        What was asked of the bundle beyond its thresholds, as JSON: the levels of a policy, or a prior.
    policy_sha256 : str or None
        Hash of what came of that: the thresholds.
    version : str
        That of claimclf.
    """

    bundle: str
    bundle_sha256: str
    policy: str | None
    policy_sha256: str | None
    version: str


def beside(fields: Mapping[str, Any], taken: Collection[str]) -> dict[str, Any]:
    """Name the fields of an input so that nothing is lost beside what is made of it.

    Parameters
    ----------
    fields : mapping
        What the input says.
    taken : collection of str
        Names of what is made.

    Returns
    -------
    dict
        The fields, with ``given_`` in front of names that are taken.

    Examples
    --------
    >>> beside({"labels": "mine", "given_labels": "yours", "n": 1}, {"text", "labels"})
    {'given_given_labels': 'mine', 'given_labels': 'yours', 'n': 1}
    """
    return {_free(name, {*taken, *(fields.keys() - {name})}): value for name, value in fields.items()}


def _free(name: str, taken: Collection[str]) -> str:
    return name if name not in taken else _free(f"given_{name}", taken)
