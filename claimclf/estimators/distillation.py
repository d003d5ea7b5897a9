"""Let a small model learn from what a larger one thinks of texts that nobody labelled.

Hinton, Vinyals & Dean, "Distilling the knowledge in a neural network" (2015); the soft
labels are calibrated probabilities.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from claimclf.bundle import Classifier
from claimclf.data import read_rows
from claimclf.errors import DataError, InputError
from claimclf.estimators.recipe import Recipe, SoftLabels, Trained, train_transformer
from claimclf.text import normalise


def distill(recipe: Recipe, teacher: Classifier, texts: Iterable[str]) -> Trained:
    """Train a student on the recipe's labelled texts and the teacher's soft labels together.

    Parameters
    ----------
    recipe : Recipe
        The student.
    teacher : Classifier
        Any bundle with the same labels. For honest figures it must not know the student's validation texts.
    texts : iterable of str
        Texts without labels; empty ones, repeated ones and those that the recipe has labels for are left out.

    Returns
    -------
    Trained
        Where the student is, and its figures on the validation texts.

    Raises
    ------
    InputError
        If teacher and student differ in their labels, the recipe names licences, or no text is left.
    """
    if tuple(teacher.labels) != tuple(recipe.labels):
        raise InputError(f"teacher: has the labels {', '.join(teacher.labels)}, not {', '.join(recipe.labels)}")
    if recipe.licenses:
        raise InputError("licenses: unlabelled texts state none; distil without, or train on labelled texts alone")
    labelled = [*recipe.examples(recipe.train), *recipe.examples(recipe.validation)]
    known = {normalise(example.text) for example in labelled}
    fresh = [text for text in dict.fromkeys(map(normalise, texts)) if text and text not in known]
    if not fresh:
        raise InputError("texts: none is left without those that are empty or labelled")
    training = teacher.manifest["training"]
    origin = {"teacher": teacher.manifest["name"], "teacher_data_sha256": training.get("data_sha256", "")}
    return train_transformer(recipe, SoftLabels(fresh, teacher.predict_proba(fresh), origin))


def unlabelled_texts(
    files: Sequence[str | Path], *, in_dev_repo: bool = True, without: Collection[str] = ()
) -> Iterator[str]:
    """Read texts to be labelled by a teacher.

    Parameters
    ----------
    files : sequence of str or Path
        JSONL, perhaps gzipped, with ``text``; labels are ignored.
    in_dev_repo : bool, default True
        False leaves out rows whose repository also gave evaluation sentences.
    without : collection of str
        Groups (or repositories) whose rows are left out: those of validation texts, or these would be no test.

    Yields
    ------
    str
        The texts, in file order.

    Raises
    ------
    DataError
        With file and line, if a row has no text.
    """
    for file in files:
        for line, row in read_rows(file):
            if not isinstance(row.get("text"), str):
                raise DataError(f"{file}, line {line}: field 'text': expected a string")
            source = row.get("group", row.get("repo"))
            if (in_dev_repo or not row.get("in_dev_repo")) and source not in without:
                yield row["text"]
