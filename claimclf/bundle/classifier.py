"""A loaded bundle: texts in, decisions out."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from claimclf.bundle.deciding import DecidingBundle
from claimclf.bundle.hub import push
from claimclf.bundle.loaded import Scores
from claimclf.errors import InputError
from claimclf.labels import from_indicator
from claimclf.language import in_english
from claimclf.records import Prediction
from claimclf.text import check_texts, normalise

_ENOUGH_FOR_A_THREAD = 4


class Classifier(DecidingBundle):
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
    prior, thresholds : dict of str to float
        Set by :meth:`with_prior` and :meth:`with_thresholds`; empty otherwise.

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
            or the classifier is a cascade or has a policy, a prior or thresholds, which no bundle keeps.
        BundleError
            If a file is missing or changed.
        HubError
            If the Hub refuses or cannot be reached.
        """
        if self.policy or self.prior or self.thresholds:
            raise InputError("push_to_hub: a bundle keeps no policy, prior or thresholds; push it as it was loaded")
        return push(self.path, repo_id, token=token, private=private, message=commit_message)

    def _judged(self, texts: list[str]) -> tuple[list[bool], Scores]:
        """Say which texts are English, and score them: side by side if there are enough to pay for a thread."""
        if len(texts) < _ENOUGH_FOR_A_THREAD:
            return [in_english(text) for text in texts], self._score(texts)
        with ThreadPoolExecutor(1) as beside:
            english = beside.submit(lambda: [in_english(text) for text in texts])
            scores = self._score(texts)
        return english.result(), scores
