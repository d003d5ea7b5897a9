"""The scores that a bundle keeps of texts it was not trained on: what its guarantees and adjustments rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from claimclf.decision.calibration import Calibration
from claimclf.errors import BundleError, InputError
from claimclf.metrics import Report, evaluate

HELD_OUT_FILE = "held-out.safetensors"

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class HeldOut:
    """Scores and labels of held-out texts; the texts themselves are not kept.

    Attributes
    ----------
    logits : ndarray of float32, shape (n_texts, n_labels)
        Before calibration: the model's own output on texts that it did not learn from, or, where it learnt from all
        there are, that of models trained like it without a text's group (``claimclf info`` says which).
    truth : ndarray of float32, shape (n_texts, n_labels)
        1 where the text carries the label, 0 where not, nan where readers wavered.
    group : ndarray of int32, shape (n_texts,)
        Number of the source of each text.
    at_random : ndarray of bool, shape (n_texts,)
        Whether the text was drawn at random from its source, not because of its words: these show base rates.
    real : ndarray of bool, shape (n_texts,)
        Whether the text was found, not written for the purpose. Calibration rests on all texts, policies on these.
    """

    logits: Array
    truth: Array
    group: Array
    at_random: Array
    real: Array

    def __post_init__(self) -> None:
        lengths = {len(self.logits), len(self.truth), len(self.group), len(self.at_random), len(self.real)}
        if len(lengths) > 1 or self.logits.shape != self.truth.shape:
            raise BundleError(f"{HELD_OUT_FILE}: the arrays differ in length")

    def base_rates(self, *, at_random: bool = False) -> Array:
        """Return the share of texts that carry each label.

        Parameters
        ----------
        at_random : bool, default False
            Count only texts that were drawn at random.

        Returns
        -------
        ndarray of float64, shape (n_labels,)
            In [0, 1]; nan where nothing is to be counted.
        """
        chosen = self.truth[self.at_random] if at_random else self.truth
        known = ~np.isnan(chosen)
        with np.errstate(invalid="ignore"):
            rates: Array = np.where(known, chosen, 0).sum(axis=0, dtype=np.float64) / known.sum(axis=0)
        return rates

    def report(self, calibration: Calibration, labels: Sequence[str]) -> Report:
        """Compare what a calibration decides of these texts with what readers said.

        Parameters
        ----------
        calibration : Calibration
            Turns the logits into decisions.
        labels : sequence of str
            Names of the columns.

        Returns
        -------
        Report
            With intervals over the sources.
        """
        decided = calibration.decide(calibration.probabilities(self.logits))
        return evaluate(self.truth, decided, labels, groups=self.group.tolist())

    def write(self, folder: Path) -> None:
        """Write ``held-out.safetensors``.

        Parameters
        ----------
        folder : Path
            An existing folder.
        """
        from safetensors.numpy import save_file

        arrays = {
            "logits": self.logits.astype(np.float32),
            "truth": self.truth.astype(np.float32),
            "group": self.group.astype(np.int32),
            "at_random": self.at_random.astype(np.uint8),
            "real": self.real.astype(np.uint8),
        }
        save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, folder / HELD_OUT_FILE)

    @classmethod
    def read(cls, folder: Path, n_labels: int) -> HeldOut:
        """Read what :meth:`write` wrote.

        Parameters
        ----------
        folder : Path
            The bundle.
        n_labels : int
            Number of labels of the bundle.

        Raises
        ------
        InputError
            If the bundle keeps no held-out scores.
        BundleError
            If the file is not what :meth:`write` writes.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        if not (folder / HELD_OUT_FILE).is_file():
            raise InputError(
                f"{folder}: the bundle keeps no held-out scores; give it some with "
                "claimclf recalibrate BUNDLE FILE, from labelled texts that it was not trained on"
            )
        try:
            arrays = load_file(folder / HELD_OUT_FILE)
            flags = (arrays[name].astype(bool) for name in ("at_random", "real"))
            found = cls(arrays["logits"], arrays["truth"], arrays["group"], *flags)
        except (SafetensorError, KeyError) as error:
            raise BundleError(f"{folder / HELD_OUT_FILE}: cannot be read ({error})") from error
        if found.logits.ndim != 2 or found.logits.shape[1] != n_labels:
            raise BundleError(f"{folder / HELD_OUT_FILE}: expected {n_labels} labels, got shape {found.logits.shape}")
        return found
