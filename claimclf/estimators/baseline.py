"""The scikit-learn baseline: TF-IDF of word and character n-grams, one logistic regression per label."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from claimclf.backends import LinearBackend
from claimclf.data import group_folds
from claimclf.decision.calibration import Calibration
from claimclf.errors import InputError
from claimclf.estimators.base import Array, TextClassifier
from claimclf.estimators.heads import fit_line
from claimclf.estimators.inputs import check_training_data
from claimclf.numbers import check_count, check_number


class BaselineClassifier(TextClassifier):
    """TF-IDF features, linear one-vs-rest, probabilities calibrated on held-out folds.

    Parameters
    ----------
    labels : sequence of str, optional
        The label order; by default taken from ``y`` (see :func:`claimclf.labels.to_targets`).
    exclusive : bool, optional
        Whether each text carries exactly one label, and gets one; by default it does if ``y`` names one label a text.
    word_ngrams : tuple of int, default (1, 2)
        Shortest and longest word n-gram.
    char_ngrams : tuple of int, default (3, 5)
        Shortest and longest character n-gram, within words.
    max_features : int, default 50000
        The most frequent n-grams of each kind that are kept: a bundle of a few megabytes.
    C : float, default 4.0
        Inverse of the L2 penalty.
    calibration_folds : int, default 5
        Folds, by group, whose held-out scores calibrate the probabilities and set the thresholds; the classifier that
        is kept is then trained on all texts. Capped at the number of groups; with fewer than 2 there is no
        calibration.
    random_state : int, default 0
        Seed of the folds.

    Notes
    -----
    Decisions are a matrix even where `y` is a list of single labels. scikit-learn's own scorers, and
    ``cross_val_predict`` with probabilities, want a matrix as `y` as well, and its columns' names as `labels`.

    Examples
    --------
    >>> texts = ["They signed a pact.", "Cameras watch the square.", "The pact was renewed.", "A camera saw him."]
    >>> clf = BaselineClassifier(calibration_folds=2).fit(texts, [["pact"], ["camera"], ["pact"], ["camera"]])
    >>> clf.classes_.tolist(), clf.predict(["The pact"]).shape
    (['camera', 'pact'], (1, 2))
    """

    _kind = "baseline"

    def __init__(
        self,
        *,
        labels: Sequence[str] | None = None,
        exclusive: bool | None = None,
        word_ngrams: tuple[int, int] = (1, 2),
        char_ngrams: tuple[int, int] = (3, 5),
        max_features: int = 50_000,
        C: float = 4.0,
        calibration_folds: int = 5,
        random_state: int = 0,
    ) -> None:
        self.labels = labels
        self.exclusive = exclusive
        self.word_ngrams = word_ngrams
        self.char_ngrams = char_ngrams
        self.max_features = max_features
        self.C = C
        self.calibration_folds = calibration_folds
        self.random_state = random_state

    def fit(self, X: Iterable[str], y: Iterable[Any], groups: Sequence[str] | None = None) -> BaselineClassifier:
        """Train and calibrate.

        Parameters
        ----------
        X : iterable of str
            Texts.
        y : iterable of str, iterable of collections of str, or matrix of shape (n_texts, n_labels)
            Labels; nan in a matrix where they are not known.
        groups : sequence of str, optional
            The group of every text, by default each its own.

        Returns
        -------
        BaselineClassifier
            The fitted estimator.

        Raises
        ------
        InputError
            If there is nothing to learn from, the lengths differ or a parameter is out of range.
        """
        self.check_parameters()
        data = check_training_data(X, y, self.labels, groups, exclusive=self.exclusive)
        texts, targets = data.texts, data.targets
        units = [str(position) for position in range(len(texts))] if groups is None else list(groups)
        self.classes_ = np.array(data.labels)
        self.learnt_ = data.summary()
        self._calibrate(texts, targets, units, data.exclusive)
        self.backend_ = self._train(texts, targets)
        return self

    def check_parameters(self) -> None:
        """Refuse a parameter that is out of range; ``fit`` does so first.

        Raises
        ------
        InputError
            With its name.
        """
        super().check_parameters()
        check_count("max_features", self.max_features)
        check_number("C", self.C)
        check_number("calibration_folds", self.calibration_folds)
        if self.C <= 0:
            raise InputError(f"C: expected a positive number, got {self.C}")
        for name in ("word_ngrams", "char_ngrams"):
            match getattr(self, name):
                case (int(shortest), int(longest)) if 1 <= shortest <= longest:
                    continue
                case lengths:
                    raise InputError(f"{name}: expected the shortest and the longest, at least 1, got {lengths!r}")

    def _calibrate(self, texts: list[str], targets: Array, groups: list[str], exclusive: bool) -> None:
        n_folds = min(self.calibration_folds, len(set(groups)))
        if n_folds < 2:
            self.calibration_, self.metrics_ = Calibration.identity(targets.shape[1], exclusive=exclusive), {}
            return
        held_out_logits = np.zeros(targets.shape, dtype=np.float32)
        for train, held_out in group_folds(targets, groups, n_folds, self.random_state):
            fold = self._train([texts[i] for i in train], targets[train])
            held_out_logits[held_out] = fold.logits([texts[i] for i in held_out]).values
        self.calibration_ = Calibration.fit(held_out_logits, targets, exclusive=exclusive)
        what = "texts, each decided by a model that learnt without its group"
        self.metrics_ = self._measured(held_out_logits, targets, what, groups)

    def _train(self, texts: list[str], targets: Array) -> LinearBackend:
        vectorizers = {
            "word": self._vectorizer(analyzer="word", ngram_range=tuple(self.word_ngrams)),
            "char": self._vectorizer(analyzer="char_wb", ngram_range=tuple(self.char_ngrams)),
        }
        try:
            features = hstack([vectorizer.fit_transform(texts) for vectorizer in vectorizers.values()], format="csr")
        except ValueError as error:
            if "empty vocabulary" not in str(error):
                raise
            raise InputError("X: expected words of two letters or more in every part that is learnt from") from error
        lines = [fit_line(features, column, self.C) for column in targets.T]
        coef, intercept = (np.array(part, dtype=np.float32) for part in zip(*lines, strict=True))
        return LinearBackend(vectorizers, coef, intercept)

    def _vectorizer(self, **options: Any) -> TfidfVectorizer:
        return TfidfVectorizer(
            **options, max_features=self.max_features, sublinear_tf=True, strip_accents="unicode", dtype=np.float32
        )

    def _logits(self, texts: Sequence[str]) -> Array:
        return self.backend_.logits(texts).values

    def _write_model(self, folder: Path) -> dict[str, Any]:
        return self.backend_.save(folder)
