"""Make predictions again from the trail that an export holds, and say what differs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from claimclf.bundle import Classifier, load, provenance
from claimclf.bundle.store import SHIPPED
from claimclf.documents import STANDARD_INPUT, Document, find
from claimclf.errors import DataError, DocumentError
from claimclf.predict import predict
from claimclf.records import Prediction

TOLERANCE = 0.01
"""Difference of a score that counts as none. On one machine there is none; quantised models round differently on
processors of another kind."""

Row = dict[str, Any]

_BESIDE = ("truncated", "in_scope", "model", "page", "heading", "kind")
"""What is said of a sentence beside labels and scores."""


@dataclass(frozen=True)
class Difference:
    """Something that is not as it was.

    Attributes
    ----------
    where : str
        The document or the bundle, for a sentence with its offsets.
    what : str
        What differs.
    """

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def classifier_of(row: Row, model: str | None = None, threads: int | None = None) -> Classifier:
    """Load the bundle that a trail names and set what was asked of it.

    Parameters
    ----------
    row : dict
        Of an export.
    model : str, optional
        What :func:`claimclf.load` takes; by default the shipped bundle of that name.
    threads : int, optional
        As in :func:`claimclf.load`.

    Raises
    ------
    DataError
        If no shipped bundle has that name, or the policy is damaged.
    """
    if model is None and not (SHIPPED / str(row["bundle"])).is_dir():
        raise DataError(f"no bundle named {row['bundle']!r} is shipped; say with --model where it is")
    classifier = load(model or row["bundle"], threads=threads)
    try:
        asked = json.loads(row["policy"]) if row["policy"] else {}
    except ValueError as error:
        raise DataError(f"policy: expected JSON, got {row['policy']!r}; the export is damaged") from error
    if "precision" in asked:
        return classifier.with_policy(**asked)
    if "prior" in asked:
        classifier = classifier.with_prior(asked["prior"])
    return classifier.with_thresholds(asked["thresholds"]) if "thresholds" in asked else classifier


def replay(rows: Iterable[Row], classifier: Classifier, *, tolerance: float = TOLERANCE) -> Iterator[Difference]:
    """Make predictions again.

    A document that is missing or has changed is reported and not compared further. What came from memory or standard
    input is scored sentence by sentence as the export holds it: what the text was besides, and where its sentences
    stood in it, is not compared, and without what an export leaves out scores move a little. An export of labelled
    sentences only is complete if nothing else is labelled now.

    Parameters
    ----------
    rows : iterable of dict
        Of an export, one a sentence, as :func:`claimclf.documents.read_trail` reads them.
    classifier : Classifier
        As :func:`classifier_of` returns it.
    tolerance : float, default 0.01
        Difference of a score that counts as none.

    Yields
    ------
    Difference
        Bundle and policy first, then by document.
    """
    now = asdict(provenance(classifier))
    reported = set()
    for source, part in groupby(rows, key=lambda row: (row["source"], row["sha256"])):
        recorded = list(part)
        for name, what in (("bundle_sha256", "another bundle"), ("policy_sha256", "other thresholds of the policy")):
            difference = Difference(recorded[0]["bundle"], f"{what}: {recorded[0][name]}, now {now[name]}")
            if recorded[0][name] != now[name] and difference not in reported:
                reported.add(difference)
                yield difference
        yield from _document(*source, recorded, classifier, tolerance)


def _document(
    source: str | None, sha256: str, recorded: Sequence[Row], classifier: Classifier, tolerance: float
) -> Iterator[Difference]:
    if source is None or source == STANDARD_INPUT:
        predictions = predict.stream([row["text"] for row in recorded], model=classifier)
        made: dict[tuple[int, int], Prediction] = {
            (row["start"], row["end"]): prediction for row, prediction in zip(recorded, predictions, strict=True)
        }
    else:
        try:
            reading = find(source)
        except (DocumentError, FileNotFoundError) as error:
            yield Difference(source, f"the document cannot be read: {error}")
            return
        if reading.sha256 != sha256:
            yield Difference(source, f"the document has changed: sha256 {sha256}, now {reading.sha256}")
            return
        document: Document = predict.labelled(reading, model=classifier)
        made = {(sentence.start, sentence.end): sentence for sentence in document}
    seen = set()
    for row in recorded:
        seen.add((row["start"], row["end"]))
        place = f"{source or 'text'}[{row['start']}:{row['end']}]"
        prediction = made.get((row["start"], row["end"]))
        if prediction is None or prediction.text != row["text"]:
            yield Difference(place, "no longer a sentence")
        elif what := _differs(row, prediction, tolerance):
            yield Difference(place, what)
    for (start, end), prediction in made.items():
        if (start, end) not in seen and (prediction.labels or prediction.referred):
            yield Difference(f"{source}[{start}:{end}]", f"not in the export, now {_said(prediction.to_dict())}")


def _differs(row: Row, prediction: Prediction, tolerance: float) -> str:
    now = prediction.to_dict()
    if any(row[name] != now[name] for name in ("labels", "referred")):
        return f"{_said(row)}, now {_said(now)}"
    for name in _BESIDE:
        if name in now and row[name] != now[name]:  # a text without its document stands nowhere
            return f"{name} {row[name]}, now {now[name]}"
    if set(row["scores"]) != set(now["scores"]):
        return f"scores of {', '.join(row['scores'])}, now of {', '.join(now['scores'])}"
    apart = {label: abs(row["scores"][label] - score) for label, score in now["scores"].items()}
    furthest = max(apart, key=apart.__getitem__)
    if apart[furthest] <= tolerance:
        return ""
    return f"score of {furthest} {row['scores'][furthest]:.4f}, now {now['scores'][furthest]:.4f}"


def _said(row: Mapping[str, Any]) -> str:
    return " ".join([*row["labels"], *(f"{label}?" for label in row["referred"])]) or "no label"
