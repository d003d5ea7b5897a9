"""What else may decide on the probabilities of a loaded bundle: policies, other base rates, thresholds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from claimclf.backends import Backend
from claimclf.bundle.loaded import LoadedBundle, Scores
from claimclf.bundle.manifest import Manifest
from claimclf.decision import HeldOut, Policy, adjustable, adjusted, estimate_prior
from claimclf.decision.calibration import MIN_CASES
from claimclf.errors import InputError, InputTypeError
from claimclf.numbers import check_level
from claimclf.text import check_texts, normalise

Bundle = TypeVar("Bundle", bound="DecidingBundle")


class DecidingBundle(LoadedBundle):
    """Base of :class:`~claimclf.bundle.classifier.Classifier`: from probabilities to decisions.

    Parameters
    ----------
    path, manifest, backend
        See there.
    """

    def __init__(self, path: Path, manifest: Manifest, backend: Backend) -> None:
        super().__init__(path, manifest, backend)
        self.policy: Policy | None = None
        self.prior: dict[str, float] = {}
        self.thresholds: dict[str, float] = {}

    @cached_property
    def held_out(self) -> HeldOut:
        """The scores of held-out texts that the bundle keeps; ``InputError`` if it keeps none."""
        return HeldOut.read(self.path, len(self.labels))

    def with_policy(self: Bundle, precision: float = 0.95, *, omission: float = 0.2, confidence: float = 0.9) -> Bundle:
        """Return the same bundle deciding with a guarantee, and referring what it cannot decide.

        ``Prediction.labels`` then holds what is asserted and ``Prediction.referred`` what a person should look at. The
        guarantees are about texts like the held-out ones; :mod:`claimclf.decision.policy` says what that means.

        Parameters
        ----------
        precision : float, default 0.95
            Of the sentences on which a label is asserted, at least this share carry it.
        omission : float, default 0.2
            Of the sentences that carry a label, at most this share are ruled out.
        confidence : float, default 0.9
            How probable it is, for each label, that a guarantee holds.

        Returns
        -------
        Classifier
            Shares the weights with this one; :attr:`policy` prints the thresholds, or for which labels there is not
            enough data.

        Raises
        ------
        InputError
            If a level is not between 0 and 1, the bundle keeps no held-out scores or is a cascade, or a prior or
            thresholds were set, under which nothing is guaranteed.

        Examples
        --------
        >>> import claimclf
        >>> print(claimclf.load("default").with_policy(precision=0.95).policy)
        agreement: asserted from 0.92, ruled out below 0.42
        surveillance_tech: not enough data to assert at precision 0.95; ruled out below 0.33, else referred
        disinformation: not enough data to assert at precision 0.95; ruled out below 0.04, else referred
        policy_advice: not enough data to assert at precision 0.95; ruled out below 0.28, else referred
        """
        if self.prior or self.thresholds:
            raise InputError(
                "with_policy: no guarantee holds under another prior or threshold; take the bundle as it was loaded"
            )
        if self.parsed_manifest.kind == "cascade":
            raise InputError(
                f"with_policy: a cascade keeps no held-out scores; take the second stage, "
                f"{self.parsed_manifest.model['second']!r}, by itself"
            )
        rows = self.held_out.real if self.held_out.real.any() else slice(None)
        policy = Policy.learn(
            self.calibration.probabilities(self.held_out.logits[rows]),
            self.held_out.truth[rows],
            self.labels,
            precision=precision,
            omission=omission,
            confidence=confidence,
            exclusive=self.calibration.exclusive,
        )
        return self._changed(policy=policy)

    def with_thresholds(self: Bundle, thresholds: Mapping[str, float]) -> Bundle:
        """Return the same bundle asserting labels from other probabilities.

        Parameters
        ----------
        thresholds : mapping of str to float
            From which probability a label is asserted, in [0, 1]; labels that are not named stay as they are.

        Returns
        -------
        Classifier
            Shares the weights with this one.

        Raises
        ------
        InputError
            If a label is unknown, a threshold is not between 0 and 1 or, of a cascade, lower than it is, a policy was
            set, or the labels exclude each other, so that the most probable one is asserted.
        InputTypeError
            If `thresholds` is no mapping.

        Examples
        --------
        >>> import claimclf
        >>> strict = claimclf.load("default").with_thresholds({"agreement": 0.99})
        >>> strict.predict(["The two ministers agreed to meet again."]).tolist()
        [[0, 0, 0, 0]]
        """
        if self.policy:
            raise InputError("with_thresholds: a policy decides; take the bundle as it was loaded")
        if self.calibration.exclusive:
            raise InputError("with_thresholds: the labels exclude each other, so the most probable one is asserted")
        self._check_labels("thresholds", thresholds)
        threshold: Any
        for label, threshold in thresholds.items():
            if not isinstance(threshold, (int, float, np.floating)) or not 0 <= threshold <= 1:
                raise InputError(f"thresholds[{label!r}]: expected a number from 0 to 1, got {threshold!r}")
            own = self.parsed_manifest.calibration.threshold[self.labels.index(label)]
            if self.parsed_manifest.kind == "cascade" and threshold < own:
                raise InputError(
                    f"thresholds[{label!r}]: the first stage of a cascade settles texts at {own:.3g}; for a lower one "
                    f"take the second stage, {self.parsed_manifest.model['second']!r}, by itself"
                )
        chosen = {**self.thresholds, **{label: float(threshold) for label, threshold in thresholds.items()}}
        values = zip(self.labels, self.calibration.threshold, strict=True)
        calibration = replace(self.calibration, threshold=tuple(chosen.get(label, own) for label, own in values))
        return self._changed(calibration=calibration, thresholds=chosen)

    def with_prior(
        self: Bundle, prior: Mapping[str, float] | None = None, *, texts: Iterable[str] | None = None
    ) -> Bundle:
        """Return the same bundle for a corpus in which labels are rarer or more common than where it was calibrated.

        Parameters
        ----------
        prior : mapping of str to float, optional
            The share of the corpus that carries a label, in (0, 1); labels that are not named stay as they are. None of
            a label whose probabilities rest on other texts than the held-out ones, such as one that
            :func:`~claimclf.bundle.recalibrate` left as it was: nobody knows from which share to move them.
        texts : iterable of str, optional
            A sample of the corpus, unlabelled, from which the shares of all other labels are estimated instead.

        Returns
        -------
        Classifier
            Shares the weights with this one. Probabilities and thresholds are those of the corpus.

        Raises
        ------
        InputError
            If not exactly one of the two is given, a label is unknown or cannot be moved, a share is not between 0 and
            1, the bundle keeps no held-out scores or is a cascade, or a policy or thresholds were set.
        InputTypeError
            If `prior` is no mapping, or a share no number.

        Examples
        --------
        >>> import claimclf
        >>> rare = claimclf.load("default").with_prior({"agreement": 0.01}).with_prior({"policy_advice": 0.02})
        >>> rare.prior
        {'agreement': 0.01, 'policy_advice': 0.02}
        """
        if self.thresholds:
            raise InputError("with_prior: it sets thresholds of its own; choose others after it")
        if self.policy:
            raise InputError("with_prior: no policy holds under another prior; take the bundle as it was loaded")
        if self.parsed_manifest.kind == "cascade":
            raise InputError(
                "with_prior: the first stage of a cascade settles texts at one prior; take the second stage"
            )
        unadjusted = self._changed(calibration=self.parsed_manifest.calibration)
        base_rates = self.held_out.base_rates()
        movable = adjustable(unadjusted.calibration, self.held_out)
        if prior is None and texts is not None:
            scores = unadjusted._score([normalise(text) for text in check_texts(texts)])
            if not scores.filled.any():
                raise InputError("texts: expected a sample of the corpus, at least one text that is not empty")
            if not movable.any():
                raise InputError(
                    "with_prior: no label was calibrated on the held-out texts; recalibrate with others, of which at "
                    f"least {MIN_CASES} carry a label and {MIN_CASES} do not"
                )
            shares = estimate_prior(
                scores.probabilities[scores.filled][:, movable],
                base_rates[movable],
                exclusive=self.calibration.exclusive,
            )
            prior = dict(zip(np.array(self.labels)[movable].tolist(), shares.tolist(), strict=True))
        elif prior is None or texts is not None:
            raise InputError("with_prior: expected either shares by label or texts=…")
        self._check_labels("prior", prior)
        for label, share in prior.items():
            check_level(f"prior[{label!r}]", share)
            if not movable[self.labels.index(label)]:
                raise InputError(
                    f"prior[{label!r}]: too few held-out texts carry it or do not, or it was calibrated on others; "
                    f"recalibrate with at least {MIN_CASES} of each"
                )
        merged = {**self.prior, **{label: float(share) for label, share in prior.items()}}
        total = sum(merged.values())
        if self.calibration.exclusive and (total > 1 + 1e-6 or (set(merged) == set(self.labels) and total < 1 - 1e-6)):
            raise InputError(f"prior: the labels exclude each other, but the shares add up to {total:.6g}")
        vector = np.array([merged.get(label, np.nan) for label in self.labels])
        return self._changed(calibration=adjusted(unadjusted.calibration, self.held_out, vector), prior=merged)

    def _check_labels(self, name: str, given: Any) -> None:
        if not isinstance(given, Mapping):
            example = {self.labels[0]: 0.1}
            raise InputTypeError(f"{name}: expected numbers by label, such as {example}, got {given!r}")
        for label in given:
            if label not in self.labels:
                raise InputError(f"{name}: unknown label {label!r}; expected one of {', '.join(self.labels)}")

    def _changed(self: Bundle, **attributes: Any) -> Bundle:
        changed = copy(self)
        for name, value in attributes.items():
            setattr(changed, name, value)
        return changed

    def _decide(self, scores: Scores) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Return what is asserted and what is referred; of an empty text nothing is."""
        if self.policy:
            asserted, referred = self.policy.apply(scores.probabilities)
            return asserted, referred & scores.filled[:, None]
        decided = self.calibration.decide(scores.probabilities)
        return decided * scores.filled[:, None], np.zeros(decided.shape, dtype=bool)
