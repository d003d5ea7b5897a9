"""A loaded bundle: texts in, decisions out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from claimclf.backends import Backend
from claimclf.bundle.hub import push
from claimclf.bundle.loaded import LoadedBundle, Scores
from claimclf.bundle.manifest import Manifest
from claimclf.decision import HeldOut, Policy, adjusted, estimate_prior
from claimclf.errors import InputError
from claimclf.labels import from_indicator
from claimclf.language import in_english
from claimclf.records import Prediction
from claimclf.text import check_texts, normalise

_ENOUGH_FOR_A_THREAD = 4


class Classifier(LoadedBundle):
    """A bundle in memory, as returned by :func:`claimclf.load`.

    Parameters
    ----------
    path : Path
        The folder it came from.
    manifest : Manifest
        What it says about itself.
    backend : Backend
        What computes its logits.

    Attributes
    ----------
    labels : tuple of str
        The label order of every matrix.
    path : Path
        The folder.
    manifest : dict
        ``manifest.json`` as plain JSON types.
    policy : Policy or None
        Set by :meth:`with_policy`.
    prior : dict of str to float
        Set by :meth:`with_prior`; empty otherwise.

    Examples
    --------
    >>> import claimclf
    >>> clf = claimclf.load("default")
    >>> clf.labels
    ('agreement', 'surveillance_tech', 'disinformation', 'policy_advice')
    >>> clf.predict(["Congress should ban facial recognition in public housing.", ""])
    array([[0, 1, 0, 1],
           [0, 0, 0, 0]], dtype=int8)
    """

    def __init__(self, path: Path, manifest: Manifest, backend: Backend) -> None:
        super().__init__(path, manifest, backend)
        self.policy: Policy | None = None
        self.prior: dict[str, float] = {}

    def predict(self, texts: Iterable[str]) -> npt.NDArray[np.int8]:
        """Decide which labels each text carries.

        Parameters
        ----------
        texts : iterable of str
            Sentences.

        Returns
        -------
        ndarray of int8, shape (n_texts, n_labels)
            1 where the label is asserted.

        Raises
        ------
        InputTypeError
            If `texts` is no sequence of strings; the message names the position.
        """
        return self._decide(self._score([normalise(text) for text in check_texts(texts)]))[0].astype(np.int8)

    def predictions(self, texts: Iterable[str]) -> list[Prediction]:
        """Decide, with everything there is to say about each text.

        Parameters
        ----------
        texts : iterable of str
            Sentences.

        Returns
        -------
        list of Prediction
            In the order of `texts`.

        Raises
        ------
        InputTypeError
            If `texts` is no sequence of strings; the message names the position.
        """
        given = list(check_texts(texts))
        normalised = [normalise(text) for text in given]
        english, scores = self._judged(normalised)
        stages = (self.parsed_manifest.name, *self.parsed_manifest.model.get("later_stages", ()))
        asserted, referred = (from_indicator(matrix, self.labels) for matrix in self._decide(scores))
        return [
            Prediction(
                text=text,
                labels=labels,
                scores=dict(zip(self.labels, row.tolist(), strict=True)),
                referred=doubtful,
                truncated=bool(truncated),
                in_scope=in_scope,
                model=stages[stage],
            )
            for text, in_scope, labels, doubtful, row, truncated, stage in zip(
                given, english, asserted, referred, *scores[:2], scores.stage, strict=True
            )
        ]

    @cached_property
    def held_out(self) -> HeldOut:
        """The scores of held-out texts that the bundle keeps; ``InputError`` if it keeps none."""
        return HeldOut.read(self.path, len(self.labels))

    def with_policy(self, precision: float = 0.95, *, omission: float = 0.2, confidence: float = 0.9) -> Classifier:
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
            If a level is not between 0 and 1, the bundle keeps no held-out scores, or a prior was set, under which
            nothing is guaranteed.
        """
        if self.prior:
            raise InputError("with_policy: no guarantee holds under another prior; take the bundle as it was loaded")
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

    def with_prior(self, prior: Mapping[str, float] | None = None, *, texts: Iterable[str] | None = None) -> Classifier:
        """Return the same bundle for a corpus in which labels are rarer or more common than where it was calibrated.

        Parameters
        ----------
        prior : mapping of str to float, optional
            The share of the corpus that carries a label, in (0, 1); labels that are not named stay as they are.
        texts : iterable of str, optional
            A sample of the corpus, unlabelled, from which all shares are estimated instead.

        Returns
        -------
        Classifier
            Shares the weights with this one. Probabilities and thresholds are those of the corpus.

        Raises
        ------
        InputError
            If not exactly one of the two is given, a label is unknown, a share is not between 0 and 1, the bundle keeps
            no held-out scores, or a policy was set.
        """
        if self.policy:
            raise InputError("with_prior: no policy holds under another prior; take the bundle as it was loaded")
        if self.parsed_manifest.kind == "cascade":
            raise InputError(
                "with_prior: the first stage of a cascade settles texts at one prior; take the second stage"
            )
        unadjusted = self._changed(calibration=self.parsed_manifest.calibration)
        base_rates = self.held_out.base_rates()
        movable = (base_rates > 0) & (base_rates < 1)
        if prior is None and texts is not None:
            scores = unadjusted._score([normalise(text) for text in check_texts(texts)])
            if not scores.filled.any():
                raise InputError("texts: expected a sample of the corpus, at least one text that is not empty")
            shares = estimate_prior(
                scores.probabilities[scores.filled][:, movable],
                base_rates[movable],
                exclusive=self.calibration.exclusive,
            )
            prior = dict(zip(np.array(self.labels)[movable].tolist(), shares.tolist(), strict=True))
        elif prior is None or texts is not None:
            raise InputError("with_prior: expected either shares by label or texts=…")
        total = sum(prior.values())
        if self.calibration.exclusive and (total > 1 + 1e-6 or (set(prior) == set(self.labels) and total < 1 - 1e-6)):
            raise InputError(f"prior: the labels exclude each other, but the shares add up to {total:.6g}")
        for label, share in prior.items():
            if label not in self.labels:
                raise InputError(f"prior: unknown label {label!r}; expected one of {', '.join(self.labels)}")
            if not 0 < share < 1:
                raise InputError(f"prior[{label!r}]: expected a share between 0 and 1, got {share!r}")
            if not movable[self.labels.index(label)]:
                raise InputError(
                    f"prior[{label!r}]: none or all of the held-out texts carry it; recalibrate with others"
                )
        vector = np.array([prior.get(label, np.nan) for label in self.labels])
        return self._changed(
            calibration=adjusted(unadjusted.calibration, self.held_out, vector),
            prior={label: float(share) for label, share in prior.items()},
        )

    def push_to_hub(
        self,
        repo_id: str,
        *,
        token: str | None = None,
        private: bool | None = None,
        commit_message: str | None = None,
    ) -> str:
        """Upload the bundle to the Hugging Face Hub, where :func:`claimclf.load` finds it under the same id.

        An older bundle in the repository is replaced in one commit; files there that belong to no bundle stay.

        Parameters
        ----------
        repo_id : str
            ``owner/name``, or ``owner/name@branch``; made if it does not exist.
        token : str, optional
            By default that of ``hf auth login``.
        private : bool, optional
            Whether a new repository is private, by default as the owner has set it on the Hub. An existing one must be
            as asked for.
        commit_message : str, optional
            By default names the bundle.

        Returns
        -------
        str
            The URL of the commit.

        Raises
        ------
        InputError
            If an argument cannot be used, the repository holds something else under the name of a bundle's manifest,
            or the classifier is a cascade or has a policy or a prior, which no bundle keeps.
        BundleError
            If a file is missing or changed.
        HubError
            If the Hub refuses or cannot be reached.
        """
        if self.policy or self.prior:
            raise InputError("push_to_hub: a bundle keeps no policy and no prior; push it as it was loaded")
        return push(self.path, repo_id, token=token, private=private, message=commit_message)

    def _judged(self, texts: list[str]) -> tuple[list[bool], Scores]:
        """Say which texts are English, and score them: side by side if there are enough to pay for a thread."""
        if len(texts) < _ENOUGH_FOR_A_THREAD:
            return [in_english(text) for text in texts], self._score(texts)
        with ThreadPoolExecutor(1) as beside:
            english = beside.submit(lambda: [in_english(text) for text in texts])
            scores = self._score(texts)
        return english.result(), scores

    def _changed(self, **attributes: Any) -> Classifier:
        changed = copy(self)
        for name, value in attributes.items():
            setattr(changed, name, value)
        return changed

    def _decide(self, scores: Scores) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Return what is asserted and what is referred; of an empty text nothing is."""
        if self.policy:
            asserted, referred = self.policy.apply(scores.probabilities)
            return asserted, referred & scores.filled[:, None]
        return self.calibration.decide(scores.probabilities), np.zeros(scores.probabilities.shape, dtype=bool)
