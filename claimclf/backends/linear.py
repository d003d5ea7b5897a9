"""A TF-IDF bag of n-grams with a linear classifier per label.

The files hold vocabularies as JSON and arrays as safetensors; scikit-learn's vectorisers are made anew from them
through their public constructors, so that no pickle is read and no release of scikit-learn is tied to a bundle.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from claimclf.backends.base import Logits
from claimclf.errors import InputError

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import TfidfVectorizer

VOCABULARY_FILE = "vocabulary.json"
WEIGHTS_FILE = "linear.safetensors"


class LinearBackend:
    """TF-IDF features and one weight vector a label.

    Parameters
    ----------
    vectorizers : dict of str to TfidfVectorizer
        Fitted, by name; their features are joined in this order.
    coef : ndarray of float32, shape (n_labels, n_features)
        Weights.
    intercept : ndarray of float32, shape (n_labels,)
        Offsets.
    """

    def __init__(
        self,
        vectorizers: dict[str, TfidfVectorizer],
        coef: npt.NDArray[np.float32],
        intercept: npt.NDArray[np.float32],
    ) -> None:
        self._vectorizers = vectorizers
        self._coef = coef
        self._intercept = intercept

    @classmethod
    def load(cls, folder: Path, settings: dict[str, Any], *, threads: int | None = None) -> LinearBackend:
        """Read the two files; `threads` has no meaning here. See :class:`~claimclf.backends.base.Backend`."""
        from safetensors.numpy import load_file
        from sklearn.feature_extraction.text import TfidfVectorizer

        vocabularies = json.loads((folder / VOCABULARY_FILE).read_text("utf-8"))
        arrays = load_file(folder / WEIGHTS_FILE)
        vectorizers = {}
        for name, options in settings["vectorizers"].items():
            vectorizer = TfidfVectorizer(**_options(options), vocabulary=vocabularies[name])
            vectorizer.idf_ = arrays[f"idf.{name}"]
            vectorizers[name] = vectorizer
        return cls(vectorizers, arrays["coef"], arrays["intercept"])

    def save(self, folder: Path) -> dict[str, Any]:
        """Write the two files.

        Parameters
        ----------
        folder : Path
            An existing folder.

        Returns
        -------
        dict
            The settings that :meth:`load` needs, plain JSON.
        """
        from safetensors.numpy import save_file

        vocabularies = {name: list(v.get_feature_names_out()) for name, v in self._vectorizers.items()}
        (folder / VOCABULARY_FILE).write_text(json.dumps(vocabularies, ensure_ascii=False), "utf-8")
        idf = {f"idf.{name}": v.idf_.astype(np.float32) for name, v in self._vectorizers.items()}
        save_file({**idf, "coef": self._coef, "intercept": self._intercept}, folder / WEIGHTS_FILE)
        kept = ("analyzer", "ngram_range", "sublinear_tf", "lowercase", "strip_accents")
        return {"vectorizers": {n: {k: v.get_params()[k] for k in kept} for n, v in self._vectorizers.items()}}

    def logits(self, texts: Sequence[str]) -> Logits:
        """Score texts; none is ever truncated. See :class:`~claimclf.backends.base.Backend`."""
        from scipy.sparse import hstack

        features = hstack([vectorizer.transform(texts) for vectorizer in self._vectorizers.values()], format="csr")
        values = features @ self._coef.T + self._intercept
        return Logits(values.astype(np.float32), np.zeros(len(texts), dtype=bool))

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Refuse: n-grams have no vectors. See :class:`~claimclf.backends.base.Backend`."""
        raise InputError("embed: a baseline has no embeddings; take the bundle of a transformer")


def _options(options: dict[str, Any]) -> dict[str, Any]:
    """JSON has no tuples, and scikit-learn takes no list for a range."""
    return {**options, "ngram_range": tuple(options["ngram_range"]), "dtype": np.float32}
