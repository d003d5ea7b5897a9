"""What both estimators share: the scikit-learn interface around logits, and saving."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from claimclf import bundle
from claimclf.decision.calibration import Calibration
from claimclf.errors import InputError
from claimclf.labels import DEFINITIONS, to_targets
from claimclf.metrics import evaluate
from claimclf.text import check_texts, normalise

Array = npt.NDArray[Any]


class TrainingData(NamedTuple):
    """What ``fit`` was given, checked.

    Attributes
    ----------
    texts : list of str
        Normalised.
    targets : ndarray of float32, shape (n_texts, n_labels)
        1, 0 or nan; between 0 and 1 where soft labels are allowed.
    labels : tuple of str
        The label order.
    exclusive : bool
        Whether each text carries exactly one label.
    """

    texts: list[str]
    targets: npt.NDArray[np.float32]
    labels: tuple[str, ...]
    exclusive: bool


class TextClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Base of the estimators; a subclass trains and computes logits.

    Attributes
    ----------
    classes_ : ndarray of str, shape (n_labels,)
        The label order of every matrix.
    calibration_ : Calibration
        From logits to probabilities to decisions.
    """

    _kind: str

    classes_: npt.NDArray[np.str_]
    calibration_: Calibration
    random_state: int

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        tags.classifier_tags.multi_label = True
        return tags

    @abstractmethod
    def _logits(self, texts: Sequence[str]) -> Array:
        """Return logits of shape (n_texts, n_labels) for normalised texts, at least one."""

    @abstractmethod
    def _write_model(self, folder: Path) -> dict[str, Any]:
        """Write the files that the backend reads and return the settings it needs."""

    def decision_function(self, X: Iterable[str]) -> Array:
        """Compute logits.

        Parameters
        ----------
        X : iterable of str
            Texts.

        Returns
        -------
        ndarray of float, shape (n_texts, n_labels)
            Unbounded scores, before calibration.
        """
        check_is_fitted(self, "calibration_")
        texts = [normalise(text) for text in check_texts(X, "X")]
        return self._logits(texts) if texts else np.zeros((0, len(self.classes_)), dtype=np.float32)

    def predict_proba(self, X: Iterable[str]) -> Array:
        """Estimate how probable each label is.

        Parameters
        ----------
        X : iterable of str
            Texts.

        Returns
        -------
        ndarray of float64, shape (n_texts, n_labels)
            Calibrated probabilities in [0, 1]; zeros for an empty text.
        """
        check_is_fitted(self, "calibration_")
        texts = list(check_texts(X, "X"))
        probabilities = self.calibration_.probabilities(self.decision_function(texts))
        probabilities[[not normalise(text) for text in texts]] = 0
        return probabilities

    def predict(self, X: Iterable[str]) -> npt.NDArray[np.int8]:
        """Decide which labels each text carries.

        Parameters
        ----------
        X : iterable of str
            Texts.

        Returns
        -------
        ndarray of int8, shape (n_texts, n_labels)
            1 where the label is asserted.
        """
        probabilities = self.predict_proba(X)
        return self.calibration_.decide(probabilities)

    def score(self, X: Iterable[str], y: Iterable[Any]) -> float:
        """Measure macro F1, which model selection of scikit-learn maximises unless it is told otherwise.

        Parameters
        ----------
        X : iterable of str
            Texts.
        y : iterable of str, iterable of collections of str, or matrix of shape (n_texts, n_labels)
            Labels, none but those in :attr:`classes_`; nan in a matrix where they are not known.

        Returns
        -------
        float
            Mean over the labels that a text carries or is given; nan if there is none.

        Raises
        ------
        InputError
            If there is no text, the lengths differ or a label is unknown.
        """
        check_is_fitted(self, "calibration_")
        labels = self.classes_.tolist()
        data = check_training_data(X, y, labels, exclusive=False)
        return evaluate(data.targets, self.predict(data.texts), labels, n_resamples=0).macro_f1.value

    def save(
        self,
        path: str | Path,
        *,
        name: str | None = None,
        training: Mapping[str, Any] | None = None,
        metrics: Mapping[str, Any] | None = None,
        definitions: Mapping[str, str] = DEFINITIONS,
    ) -> Path:
        """Write a bundle that :func:`claimclf.load` reads.

        Parameters
        ----------
        path : str or Path
            The folder; an existing bundle there is replaced atomically.
        name : str, optional
            The name that predictions carry, by default the folder's.
        training, metrics : mapping, optional
            What to record besides the parameters, as plain JSON types. ``training["license"]`` goes on the card, as
            the Hub writes licences; by default it is ``apache-2.0``.
        definitions : mapping of str to str
            One sentence a label, for the card.

        Returns
        -------
        Path
            The folder.
        """
        check_is_fitted(self, "calibration_")
        labels = tuple(map(str, self.classes_))
        manifest = bundle.Manifest(
            name=name or Path(path).name,
            kind=self._kind,
            labels=labels,
            definitions={label: definitions[label] for label in labels if label in definitions},
            calibration=self.calibration_,
            model={},
            base=self._base(),
            training={"parameters": self._decisive_parameters(), "seed": self.random_state, **(training or {})},
            metrics=dict(metrics or {}),
        )
        return bundle.save(manifest, self._write_model, path)

    def push_to_hub(
        self,
        repo_id: str,
        *,
        token: str | None = None,
        private: bool | None = None,
        commit_message: str | None = None,
        **saved: Any,
    ) -> str:
        """Upload a bundle to the Hugging Face Hub; :func:`claimclf.load` finds it under the same id.

        Parameters
        ----------
        repo_id, token, private, commit_message
            As for :meth:`claimclf.Classifier.push_to_hub`.
        **saved
            As for :meth:`save`; the name is by default that of the repository.

        Returns
        -------
        str
            The URL of the commit.
        """
        with TemporaryDirectory(prefix="claimclf-") as scratch:
            folder = self.save(Path(scratch) / "bundle", **{"name": repo_id.split("/")[-1].split("@")[0], **saved})
            return bundle.load(folder).push_to_hub(repo_id, token=token, private=private, commit_message=commit_message)

    def check_parameters(self) -> None:
        """Refuse a parameter that is out of range; ``fit`` does so first.

        Raises
        ------
        InputError
            With its name.
        """
        seed = self.random_state
        if not isinstance(seed, (int, np.integer)) or seed < 0:
            raise InputError(f"random_state: expected a whole number, at least 0, got {seed!r}")

    def _base(self) -> dict[str, str]:
        return {}

    def _decisive_parameters(self) -> dict[str, Any]:
        """Return the parameters that the result depends on."""
        parameters: dict[str, Any] = self.get_params()
        return parameters


def check_training_data(
    X: Iterable[str],
    y: Iterable[Any],
    labels: Sequence[str] | None,
    groups: Sequence[str] | None = None,
    *,
    exclusive: bool | None = None,
    soft: bool = False,
) -> TrainingData:
    """Check and convert what an estimator's ``fit`` is given.

    Parameters
    ----------
    X : iterable of str
        Texts.
    y : iterable
        Labels, in any form that :func:`claimclf.labels.to_targets` takes.
    labels : sequence of str, optional
        The label order.
    groups : sequence of str, optional
        Checked for its length.
    exclusive : bool, optional
        Whether each text carries exactly one label; by default it does if `y` names one label a text, among several.
    soft : bool, default False
        Whether labels may be probabilities.

    Returns
    -------
    TrainingData
        Ready to learn from.

    Raises
    ------
    InputError
        If there is nothing to learn from, the lengths differ, or labels that exclude each other do not.
    """
    texts = [normalise(text) for text in check_texts(X, "X")]
    given: Any = y if hasattr(y, "__len__") else list(y)
    if isinstance(given, np.ndarray) and given.ndim == 2 and given.shape[1] == 1 and given.dtype.kind not in "biuf":
        given = given[:, 0]  # a column of names
    targets, names = to_targets(given, labels, soft=soft)
    if len(texts) != len(targets):
        raise InputError(f"X and y: expected the same length, got {len(texts)} and {len(targets)}")
    if groups is not None and len(groups) != len(texts):
        raise InputError(f"X and groups: expected the same length, got {len(texts)} and {len(groups)}")
    if not len(texts):
        raise InputError("X: expected at least one text")
    if not names:
        raise InputError("y: expected at least one label")
    if exclusive is None:
        exclusive = len(names) > 1 and all(isinstance(label, str) for label in given)
    if exclusive:
        # Of a text on whose label readers differ nothing is learnt.
        wrong = np.flatnonzero(~np.isclose(targets.sum(axis=1), 1) & ~np.isnan(targets).any(axis=1))
        if len(wrong):
            raise InputError(
                f"y[{wrong[0]}]: expected exactly one label, as exclusive=True says; got {given[wrong[0]]!r}"
            )
    return TrainingData(texts, targets, names, exclusive)
