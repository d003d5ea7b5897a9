"""Labels that are probably wrong, found by confident learning.

Northcutt, Jiang & Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", JAIR 70 (2021); for texts
with several labels each label is taken as a question of its own, as in Thyagarajan et al., "Identifying Incorrect
Annotations in Multi-Label Classification Data" (2022). The work is done by `cleanlab <https://cleanlab.ai>`_.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from claimclf.data import targets
from claimclf.errors import InputError, MissingExtraError
from claimclf.labels import LABELS
from claimclf.records import Example, Task


class Doubt(NamedTuple):
    """A label of a text that somebody should read again.

    Attributes
    ----------
    example : Example
        The text.
    label : str
        The label in question.
    given : bool
        Whether the text carries it now.
    probability : float
        What a model that never saw the text gives it, in [0, 1].
    """

    example: Example
    label: str
    given: bool
    probability: float

    def task(self) -> Task:
        """Ask a person to read the text again."""
        return Task(
            self.example.text,
            labels=self.example.labels,
            why={"label": self.label, "given": self.given, "probability": round(self.probability, 4)},
            fields={"id": self.example.id, "group": self.example.group},
        )


def require_cleanlab() -> None:
    """Say what is missing before anything is computed that takes long.

    Raises
    ------
    MissingExtraError
        Without the extra ``corpus``.
    """
    try:
        import cleanlab.filter  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("Looking for wrong labels", "corpus") from error


def label_doubts(
    examples: Sequence[Example], probabilities: npt.NDArray[np.float64], labels: Sequence[str] = LABELS
) -> list[Doubt]:
    """List labels that contradict held-out predictions more than the label's usual confusion explains.

    Parameters
    ----------
    examples : sequence of Example
        Labelled texts; pairs marked unsure are left out.
    probabilities : ndarray of float, shape (n_texts, n_labels)
        From models that never saw the texts, as :func:`~claimclf.estimators.crossvalidation.cross_validate` gives.
    labels : sequence of str
        The label order of the columns, by default that of the corpus.

    Returns
    -------
    list of Doubt
        The most doubtful first.

    Raises
    ------
    InputError
        If the shapes differ.
    MissingExtraError
        Without the extra ``corpus``.
    """
    require_cleanlab()
    from cleanlab.filter import find_label_issues

    truth = targets(examples, labels)
    if probabilities.shape != truth.shape:
        raise InputError(f"probabilities: expected the shape {truth.shape}, got {probabilities.shape}")
    found: list[Doubt] = []
    for column, label in enumerate(labels):
        known = np.flatnonzero(~np.isnan(truth[:, column]))
        given = truth[known, column].astype(int)
        if len(np.unique(given)) < 2:
            continue
        carried = probabilities[known, column]
        suspects = find_label_issues(
            given, np.stack([1 - carried, carried], axis=1), return_indices_ranked_by="self_confidence", n_jobs=1
        )
        found += [Doubt(examples[known[i]], label, bool(given[i]), float(carried[i])) for i in suspects]
    return sorted(found, key=lambda doubt: doubt.probability if doubt.given else 1 - doubt.probability)
