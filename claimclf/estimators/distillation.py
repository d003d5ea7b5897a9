"""Let a small model learn from what larger ones think of texts that they were not trained on.

Hinton, Vinyals & Dean, "Distilling the knowledge in a neural network" (2015); the soft
labels are calibrated probabilities.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from joblib import Parallel, delayed

from claimclf.bundle import Classifier, load
from claimclf.data import read_rows
from claimclf.errors import DataError, InputError
from claimclf.estimators.recipe import Recipe
from claimclf.estimators.softlabels import Array, SoftLabels
from claimclf.text import normalise

_WORDS = "and|but|that|which|who|because|while|when|if|after|before|although|as|to|by|for|with"
_BOUNDARY = re.compile(rf"[,;:–—]\s+|\s+(?=(?:{_WORDS})\s)")


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


def halves(text: Unlabelled, least: int = 5) -> list[Unlabelled]:
    """Cut a text at the clause boundary nearest to its middle.

    What a teacher says of the parts shows a student which part of a sentence carries a label; more texts from the same
    sources help a small student most (Jiao et al., *TinyBERT*, 2020, sec. 3.2, who replace words instead).

    Parameters
    ----------
    text : Unlabelled
        A sentence.
    least : int, default 5
        Words that both halves must have.

    Returns
    -------
    list of Unlabelled
        Two texts of the same group, with ids that end in ``#0`` and ``#1``; none if there is no such boundary.

    Examples
    --------
    >>> sentence = "The two ports signed a pact, which the union wants cancelled."
    >>> [(half.id, half.text) for half in halves(Unlabelled("a", sentence, "g"))]
    [('a#0', 'The two ports signed a pact,'), ('a#1', 'which the union wants cancelled.')]
    """
    cuts = [
        found.end()
        for found in _BOUNDARY.finditer(text.text)
        if min(len(text.text[: found.end()].split()), len(text.text[found.end() :].split())) >= least
    ]
    if not cuts:
        return []
    cut = min(cuts, key=lambda place: abs(2 * place - len(text.text)))
    parts = (text.text[:cut].strip(), text.text[cut:].strip())
    return [Unlabelled(f"{text.id}#{number}", part, text.group) for number, part in enumerate(parts)]


def ask_teachers(
    teachers: Sequence[Classifier], learnt: Collection[str], texts: Sequence[Unlabelled], n_jobs: int = 1
) -> Array:
    """Ask about each text a teacher that was not trained on its group; where several can answer, they take turns.

    Parameters
    ----------
    teachers : sequence of Classifier
        As trained by :func:`~claimclf.estimators.folds.train_folds`, or any bundle.
    learnt : collection of str
        Groups that some teacher was trained on; each teacher left out those that its manifest names.
    texts : sequence of Unlabelled
        What to ask about.
    n_jobs : int, default 1
        Teachers that are asked at a time, each in a process of its own.

    Returns
    -------
    ndarray of float64, shape (n_texts, n_labels)
        Calibrated probabilities in [0, 1]; nan where every teacher was trained on the group.
    """
    foreign = [set(learnt) - set(teacher.manifest["training"].get("left_out", ())) for teacher in teachers]
    asked: list[list[int]] = [[] for _ in teachers]
    for position, text in enumerate(texts):
        able = [number for number, groups in enumerate(foreign) if text.group not in groups]
        if able:
            asked[able[position % len(able)]].append(position)
    answers = np.full((len(texts), len(teachers[0].labels)), np.nan)
    said = Parallel(n_jobs=n_jobs)(
        delayed(_probabilities)(teacher.path, [texts[position].text for position in positions])
        for teacher, positions in zip(teachers, asked, strict=True)
    )
    for positions, probabilities in zip(asked, said, strict=True):
        answers[positions] = probabilities
    return answers


def _probabilities(path: Path, texts: list[str]) -> Array:
    """Score with the network where the bundle holds one, which in bfloat16 is faster than int8 for a large encoder."""
    teacher = load(path)
    if not texts or not (path / "model.safetensors").is_file():
        return teacher.predict_proba(texts)
    from transformers import AutoTokenizer

    from claimclf.estimators.finetuning import bf16_in_hardware
    from claimclf.estimators.inference import torch_logits
    from claimclf.estimators.network import load_network

    model = teacher.manifest["model"]
    network = load_network(path, len(teacher.labels), model["pooling"])
    tokenizer = AutoTokenizer.from_pretrained(path)
    logits = torch_logits(network, tokenizer, texts, model["max_length"], bf16=bf16_in_hardware())
    return teacher.calibration.probabilities(logits)


def soft_labels(
    recipe: Recipe, said: Mapping[str, Array], texts: Sequence[Unlabelled], *, weight: float = 0.5, teacher: str = ""
) -> SoftLabels:
    """Lay out what teachers said for :func:`~claimclf.estimators.runs.train_transformer`.

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
