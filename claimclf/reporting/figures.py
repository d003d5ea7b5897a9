"""Everything that the evaluation report says, as plain JSON types."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from claimclf.behaviour import behaviour, read_pairs
from claimclf.bundle import Classifier
from claimclf.data import fingerprint, targets
from claimclf.decision import HELD_OUT_FILE
from claimclf.errors import InputError
from claimclf.evaluation import Decider, KeywordRule
from claimclf.metrics import evaluate, paired_difference
from claimclf.records import Example
from claimclf.reliability import reliability

Array = npt.NDArray[Any]

SMALLEST_SLICE = 50
"""Sentences that a slice must have to be shown."""

SLICES: Mapping[str, Callable[[Example], str]] = {
    "genre": lambda example: example.genre or "unknown",
    "source": lambda example: example.group,
    "years": lambda example: f"{example.year // 5 * 5}-{example.year // 5 * 5 + 4}" if example.year else "unknown",
    "drawn": lambda example: example.how or "unknown",
    "words": lambda example: _length(len(example.text.split())),
}
"""How sentences are sorted into slices, by the name of the slicing."""


def compare(
    classifiers: Mapping[str, Classifier], examples: Sequence[Example], *, held_out: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """Measure bundles on the same labelled sentences, beside the keyword rule.

    Parameters
    ----------
    classifiers : mapping of str to Classifier
        Bundles by name, with the same labels; the last is compared with each of the others.
    examples : sequence of Example
        Labelled sentences, at least one.
    held_out : sequence of mapping, optional
        Rows of a cross-validation with ``text``, for the gallery of errors; see
        :func:`~claimclf.estimators.crossvalidation.held_out_rows`.

    Returns
    -------
    dict
        ``data``, ``models`` (by name: ``report``, ``reliability``, ``policy``, ``slices``, ``behaviour``, ``bundle``),
        ``differences`` in macro F1, and ``errors``. Intervals are lists of value, low and high.

    Raises
    ------
    InputError
        If there are no sentences or no bundle, or the bundles differ in their labels.
    """
    if not examples or not classifiers:
        raise InputError("compare: expected at least one labelled sentence and one bundle")
    labels = next(iter(classifiers.values())).labels
    if any(classifier.labels != labels for classifier in classifiers.values()):
        raise InputError("compare: the bundles differ in their labels")
    texts, truth = [example.text for example in examples], targets(examples, labels)
    groups = [example.group for example in examples]
    rule = KeywordRule()
    deciders: dict[str, Decider] = {**({"keywords": rule} if labels == rule.labels else {}), **classifiers}
    pairs = read_pairs()
    decisions = {name: decider.predict(texts) for name, decider in deciders.items()}
    models: dict[str, Any] = {}
    for name, decider in deciders.items():
        models[name] = {
            "report": evaluate(truth, decisions[name], labels, groups=groups).to_dict(),
            "slices": _slices(examples, truth, decisions[name], labels),
        }
        if set(labels) & {pair.label for pair in pairs}:
            models[name]["behaviour"] = behaviour(decider, pairs).to_dict()
        if isinstance(decider, Classifier):
            probabilities = decider.predict_proba(texts)
            found = reliability(truth, probabilities, labels, groups=groups)
            models[name]["reliability"] = {part.label: part.to_dict() for part in found}
            models[name]["policy"] = _policy(decider, probabilities, truth, groups)
            models[name]["bundle"] = _bundle(decider)
    last = list(deciders)[-1]
    return {
        "data": {
            "sha256": fingerprint(examples),
            "n_texts": len(examples),
            "n_groups": len(set(groups)),
            "base_rates": {label: _base_rate(truth[:, column]) for column, label in enumerate(labels)},
        },
        "labels": list(labels),
        "models": models,
        "differences": {
            f"{last} minus {name}": paired_difference(truth, decisions[last], decided, groups=groups).to_list()
            for name, decided in decisions.items()
            if name != last
        },
        "errors": _worst(held_out, labels),
    }


def _policy(classifier: Classifier, probabilities: Array, truth: Array, groups: Sequence[str]) -> dict[str, Any] | None:
    """Say how the default policy does on texts that it does not rest on; None without held-out scores."""
    if HELD_OUT_FILE not in classifier.manifest["files"]:
        return None
    policy, labels = classifier.with_policy().policy, classifier.labels
    if policy is None:  # for the type checker: with_policy sets it
        return None
    asserted, referred = policy.apply(probabilities)
    report = evaluate(truth, asserted, labels, groups=groups)
    kept = evaluate(truth, asserted | referred, labels, groups=groups)
    return {
        "asked": {"precision": policy.precision, "omission": policy.omission, "confidence": policy.confidence},
        "thresholds": str(policy).splitlines(),
        "precision": {label: report.precision[label].to_list() for label in labels},
        "asserted": {label: int(number) for label, number in zip(labels, asserted.sum(axis=0), strict=True)},
        "not_ruled_out": {label: kept.recall[label].to_list() for label in labels},
        "referred": {label: round(float(share), 4) for label, share in zip(labels, referred.mean(axis=0), strict=True)},
        "any_referred": round(float(referred.any(axis=1).mean()), 4),
    }


def _slices(examples: Sequence[Example], truth: Array, decided: Array, labels: Sequence[str]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, sort in SLICES.items():
        members: dict[str, list[int]] = {}
        for position, example in enumerate(examples):
            members.setdefault(sort(example), []).append(position)
        kept = {value: rows for value, rows in sorted(members.items()) if len(rows) >= SMALLEST_SLICE}
        reports = {value: evaluate(truth[rows], decided[rows], labels) for value, rows in kept.items()}
        result[name] = {
            value: {"n_texts": report.n_texts, "macro_f1": report.macro_f1.to_list()}
            for value, report in reports.items()
        }
    return result


def _base_rate(truth: Array) -> float | None:
    known = truth[~np.isnan(truth)]
    return round(float(known.mean()), 4) if len(known) else None


def _worst(rows: Sequence[Mapping[str, Any]], labels: Sequence[str], n: int = 12) -> list[dict[str, Any]]:
    """Pick the decisions that were wrong by most, `n` misses and `n` false alarms a label."""
    picked = []
    for label in labels:
        for carried in (True, False):
            wrong = [
                row
                for row in rows
                if label not in row["unsure"] and (label in row["labels"]) == carried != (label in row["decided"])
            ]
            wrong.sort(key=lambda row: row["scores"][label], reverse=not carried)
            kind = "missed" if carried else "asserted wrongly"
            picked += [
                {
                    "label": label,
                    "kind": kind,
                    "score": row["scores"][label],
                    "text": row["text"],
                    "group": row["group"],
                }
                for row in wrong[:n]
            ]
    return picked


def _bundle(classifier: Classifier) -> dict[str, Any]:
    manifest = classifier.manifest
    return {
        "kind": manifest["kind"],
        "data_sha256": manifest["training"].get("data_sha256", ""),
        "n_texts": manifest["training"].get("n_texts"),
        "in_dev_repo": manifest["training"].get("in_dev_repo"),
        "files": manifest["files"],
    }


def _length(words: int) -> str:
    return "up to 12" if words <= 12 else "13-20" if words <= 20 else "21-30" if words <= 30 else "31 and more"
