"""What both estimators share: the scikit-learn interface around logits, and saving."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from claimclf import bundle
from claimclf.decision.calibration import Calibration
from claimclf.errors import InputError
from claimclf.estimators.inputs import check_training_data
from claimclf.labels import DEFINITIONS, LABELS
from claimclf.metrics import evaluate
from claimclf.numbers import check_switch
from claimclf.text import check_texts, normalise

Array = npt.NDArray[Any]


class TextClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Base of the estimators; a subclass trains and computes logits.

    Attributes
    ----------
    classes_ : ndarray of str, shape (n_labels,)
        The label order of every matrix.
    calibration_ : Calibration
        From logits to probabilities to decisions.
    metrics_ : dict
        Figures on texts that were held out, which :meth:`save` records; empty if there were none.
    learnt_ : dict
        How many texts were learnt from and their sha256, which :meth:`save` records too.
    """

    _kind: str

    classes_: npt.NDArray[np.str_]
    calibration_: Calibration
    metrics_: dict[str, Any]
    learnt_: dict[str, Any]
    exclusive: bool | None
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
        definitions: Mapping[str, str] | None = None,
    ) -> Path:
        """Write a bundle that :func:`claimclf.load` reads.

        Parameters
        ----------
        path : str or Path
            The folder; an existing bundle there is replaced atomically.
        name : str, optional
            The name that predictions carry, by default the folder's.
        training, metrics : mapping, optional
            What to record besides the parameters, as plain JSON types; metrics are by default :attr:`metrics_`.
            ``training["license"]`` and ``training["language"]`` go on the card, as the Hub writes them; by default
            ``apache-2.0`` and ``en`` where the labels are those of the corpus.
        definitions : mapping of str to str, optional
            One sentence a label, for the card; by default ours where the labels are those of the corpus.

        Returns
        -------
        Path
            The folder.
        """
        check_is_fitted(self, "calibration_")
        labels = tuple(map(str, self.classes_))
        if definitions is None:  # a label of another taxonomy may be called as one of ours and mean something else
            definitions = DEFINITIONS if set(labels) == set(LABELS) else {}
        manifest = bundle.Manifest(
            name=name or Path(path).name,
            kind=self._kind,
            labels=labels,
            definitions={label: definitions[label] for label in labels if label in definitions},
            calibration=self.calibration_,
            model={},
            base=self._base(),
            training={
                "parameters": self._decisive_parameters(),
                "seed": self.random_state,
                **self.learnt_,
                **self._found(),
                **(training or {}),
            },
            metrics=dict(self.metrics_ if metrics is None else metrics),
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
            folder = self.save(Path(scratch) / "bundle", **{"name": str(repo_id).split("/")[-1].split("@")[0], **saved})
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
        check_switch("exclusive", self.exclusive)

    def _measured(self, logits: Array, truth: Array, what: str, groups: Sequence[str] | None = None) -> dict[str, Any]:
        """Say how good calibrated decisions are on texts that were held out."""
        if not len(truth):
            return {}
        decided = self.calibration_.decide(self.calibration_.probabilities(logits))
        report = evaluate(truth, decided, tuple(map(str, self.classes_)), groups=groups)
        return {**report.to_dict(), "what": what}

    def _base(self) -> dict[str, str]:
        return {}

    def _found(self) -> dict[str, Any]:
        """Return what was decided in training, for the manifest."""
        return {}

    def _decisive_parameters(self) -> dict[str, Any]:
        """Return the parameters that the result depends on."""
        parameters: dict[str, Any] = self.get_params()
        return parameters
