"""Let a small model learn from what larger ones think of texts that they were not trained on.

Hinton, Vinyals & Dean, "Distilling the knowledge in a neural network" (2015); the soft
labels are calibrated probabilities.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from claimclf.bundle import Classifier
from claimclf.data import read_rows
from claimclf.errors import DataError, InputError
from claimclf.estimators.recipe import Recipe
from claimclf.estimators.softlabels import Array, SoftLabels
from claimclf.text import normalise


class Unlabelled(NamedTuple):
    """A text that a teacher is asked about."""

    id: str
    text: str
    group: str


def read_unlabelled(
    files: Sequence[str | Path], *, in_dev_repo: bool = True, without: Collection[str] = ()
) -> Iterator[Unlabelled]:
    """Read texts to be labelled by a teacher.

    Parameters
    ----------
    files : sequence of str or Path
        JSONL, perhaps gzipped, with ``text`` and perhaps ``id`` and ``group`` (or ``repo``); labels are ignored.
    in_dev_repo : bool, default True
        False leaves out rows whose repository also gave evaluation sentences.
    without : collection of str
        Groups whose rows are left out: those of validation texts, or these would be no test.

    Yields
    ------
    Unlabelled
        In file order; texts are normalised, empty ones left out, an id that is missing is the text itself.

    Raises
    ------
    DataError
        With file and line, if a row has no text.
    """
    for file in files:
        for line, row in read_rows(file):
            if not isinstance(row.get("text"), str):
                raise DataError(f"{file}, line {line}: field 'text': expected a string")
            text = normalise(row["text"])
            name = row.get("id", text)
            group = row.get("group", row.get("repo", name))
            if text and (in_dev_repo or not row.get("in_dev_repo")) and group not in without:
                yield Unlabelled(name, text, group)


def ask_teachers(teachers: Sequence[Classifier], learnt: Collection[str], texts: Sequence[Unlabelled]) -> Array:
    """Average the probabilities of those teachers that were not trained on a text's group.

    Parameters
    ----------
    teachers : sequence of Classifier
        As trained by :func:`~claimclf.estimators.folds.train_folds`, or any bundle.
    learnt : collection of str
        Groups that some teacher was trained on; each teacher left out those that its manifest names.
    texts : sequence of Unlabelled
        What to ask about.

    Returns
    -------
    ndarray of float64, shape (n_texts, n_labels)
        In [0, 1]; nan where every teacher was trained on the group.
    """
    answers = []
    for teacher in teachers:
        foreign = set(learnt) - set(teacher.manifest["training"].get("left_out", ()))
        asked = [position for position, text in enumerate(texts) if text.group not in foreign]
        answer = np.full((len(texts), len(teacher.labels)), np.nan)
        answer[asked] = teacher.predict_proba([texts[position].text for position in asked])
        answers.append(answer)
    known = ~np.isnan(answers)
    with np.errstate(invalid="ignore"):
        mean: Array = np.where(known, answers, 0).sum(axis=0) / known.sum(axis=0)
    return mean


def soft_labels(
    recipe: Recipe, said: Mapping[str, Array], texts: Sequence[Unlabelled], *, weight: float = 0.5, teacher: str = ""
) -> SoftLabels:
    """Lay out what teachers said for :func:`~claimclf.estimators.recipe.train_transformer`.

    Parameters
    ----------
    recipe : Recipe
        The student's.
    said : mapping of str to ndarray of float64, shape (n_labels,)
        Probabilities by the id of a text. For honest figures those who gave them know neither the text nor the
        student's validation texts.
    texts : sequence of Unlabelled
        Texts beside those of the recipe; repeated ones, those that the recipe has labels for and those of which
        nothing is said are left out.
    weight : float, default 0.5
        Share of the soft label in the target of a text that has a label as well.
    teacher : str, default ""
        Name of whoever gave the probabilities, for the manifest.

    Returns
    -------
    SoftLabels
        To learn from together with the recipe's labels.

    Raises
    ------
    InputError
        If the recipe names licences, or there is no soft label to learn from.
    """
    if recipe.licenses:
        raise InputError("licenses: unlabelled texts state none; distil without, or train on labelled texts alone")
    labelled = [*recipe.examples(recipe.train), *recipe.examples(recipe.validation)]
    known = {normalise(example.text) for example in labelled}
    fresh = {text.text: said[text.id] for text in texts if text.text not in known and text.id in said}
    if not fresh and not any(example.id in said for example in labelled):
        raise InputError("texts: none is left without those that are empty, labelled or without soft labels")
    probabilities = np.array(list(fresh.values())).reshape(len(fresh), len(recipe.labels))
    return SoftLabels(said, list(fresh), probabilities, weight, {"teacher": teacher})
