"""How good a contender is, whatever thresholds it would choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from claimclf.benchmark.contenders import CONTENDERS
from claimclf.metrics import best_f1_threshold

Array = npt.NDArray[Any]


def best_macro_f1(truth: Array, scores: Array) -> float:
    """Return macro F1 with the best threshold for each label on these very texts.

    Parameters
    ----------
    truth : ndarray, shape (n_texts, n_labels)
        1, 0, or nan where readers wavered: left out.
    scores : ndarray of float, shape (n_texts, n_labels)
        Higher where a label is likelier.

    Returns
    -------
    float
        In [0, 1]. Flatters everybody alike; not a figure to expect on new texts.

    Examples
    --------
    >>> best_macro_f1(np.array([[1], [0], [np.nan]]), np.array([[0.4], [0.3], [0.9]]))
    1.0
    """
    return float(np.mean([best_f1_threshold(*columns)[1] for columns in zip(truth.T, scores.T, strict=True)]))


def macro_f1(folders: Mapping[str, Path], texts: Sequence[str], truth: Array) -> dict[str, float]:
    """Score contenders on labelled texts, at the setting of those who set nothing.

    Parameters
    ----------
    folders : mapping of str to Path
        As for :func:`~claimclf.benchmark.measuring.race`.
    texts : sequence of str
        That no contender has learnt from.
    truth : ndarray, shape (n_texts, n_labels)
        As for :func:`best_macro_f1`.

    Returns
    -------
    dict of str to float
        By contender. One that computes the same as another has its figure.
    """
    found = {
        name: best_macro_f1(truth, CONTENDERS[name].load(folder, **CONTENDERS[name].settings[0])(texts))
        for name, folder in folders.items()
        if not CONTENDERS[name].scored_by
    }
    same = {name: CONTENDERS[name].scored_by for name in folders if CONTENDERS[name].scored_by in found}
    return {name: found[same.get(name, name)] for name in folders if same.get(name, name) in found}
