"""Give a bundle the scores of held-out texts, and fit its calibration to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from claimclf.bundle.classifier import Classifier
from claimclf.bundle.store import load, rewrite
from claimclf.decision import Calibration, HeldOut
from claimclf.errors import InputError


def recalibrate(
    bundle: str | Path,
    path: str | Path,
    texts: Sequence[str],
    truth: npt.NDArray[Any],
    *,
    groups: Sequence[str] | None = None,
    at_random: Sequence[bool] | None = None,
    real: Sequence[bool] | None = None,
    refit: bool = True,
) -> Classifier:
    """Write a copy of a bundle that keeps its scores of labelled texts.

    Policies and prior adjustment rest on these scores: take texts like those that are to be decided on, and none that
    the bundle was trained on. The scores are those of the exported model, so no torch is needed.

    Parameters
    ----------
    bundle : str or Path
        As for :func:`claimclf.load`.
    path : str or Path
        Where the copy goes; may be the folder of the bundle itself.
    texts : sequence of str
        Held-out texts, none empty.
    truth : ndarray of float, shape (n_texts, n_labels)
        1 where the text carries the label, 0 where not, nan where it is not known.
    groups : sequence of str, optional
        The source of each text, by default each its own.
    at_random : sequence of bool, optional
        Whether the text was drawn at random from its source; by default none was.
    real : sequence of bool, optional
        Whether the text was found, not written for the purpose; by default all were. Policies rest on these.
    refit : bool, default True
        Also fit probabilities and thresholds to these texts, and record how good they then are; a label with fewer
        than :data:`~claimclf.decision.calibration.MIN_CASES` texts with or without it keeps its own, which no prior can
        move then. False leaves decisions and figures as they are, and every label so.

    Returns
    -------
    Classifier
        The copy, loaded.

    Raises
    ------
    InputError
        If there is no text, one is empty, or the lengths differ.
    BundleError
        If there is something at `path` that is no bundle.
    """
    source = load(bundle)
    if source.parsed_manifest.kind == "cascade":
        raise InputError("bundle: a cascade decides as its second stage does; recalibrate that, then train it anew")
    if not len(texts):
        raise InputError("texts: expected at least one labelled text")
    if truth.shape != (len(texts), len(source.labels)):
        raise InputError(f"truth: expected shape {(len(texts), len(source.labels))}, got {truth.shape}")
    numbers = np.unique(np.asarray(groups), return_inverse=True)[1] if groups is not None else np.arange(len(texts))
    drawn = np.zeros(len(texts), dtype=bool) if at_random is None else np.asarray(at_random, dtype=bool)
    found = np.ones(len(texts), dtype=bool) if real is None else np.asarray(real, dtype=bool)
    if not len(numbers) == len(drawn) == len(found) == len(texts):
        raise InputError(f"groups, at_random, real: expected {len(texts)} entries, one for each text")
    held_out = HeldOut(source.decision_function(texts), truth.astype(np.float32), numbers, drawn, found)
    return recalibrate_from(source, path, held_out, refit=refit)


def recalibrate_from(
    source: Classifier,
    path: str | Path,
    held_out: HeldOut,
    *,
    refit: bool = True,
    what: str = "sentences that it was calibrated on, which also set the thresholds",
) -> Classifier:
    """Do what :func:`recalibrate` does, with scores that are known already.

    Parameters
    ----------
    source : Classifier
        The bundle, loaded.
    path, refit
        As for :func:`recalibrate`.
    held_out : HeldOut
        The scores, by the bundle or by models trained like it.
    what : str
        What the figures that are recorded were measured on.

    Returns
    -------
    Classifier
        The copy, loaded.
    """
    manifest = source.parsed_manifest
    if refit:
        calibration = Calibration.fit(held_out.logits, held_out.truth, fallback=source.calibration)
        report = held_out.report(calibration, source.labels)
        manifest = replace(manifest, calibration=calibration, metrics={**report.to_dict(), "what": what})
    return rewrite(source, path, manifest, held_out.write)
