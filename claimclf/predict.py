"""Classify sentences: ``claimclf.predict(...)``, in every spelling.

The module can be called, and so can the name ``predict`` inside it: ``claimclf.predict(...)``,
``from claimclf import predict``, ``from claimclf.predict import predict`` and ``import claimclf.predict as p;
p.predict(...)`` all reach the same object, whichever import came first.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any, overload

from claimclf.bundle import Classifier, load, locate
from claimclf.bundle.manifest import MANIFEST_FILE
from claimclf.errors import InputError
from claimclf.records import Prediction
from claimclf.text import check_texts

Model = Classifier | str | Path


class _Predict:
    """Classify one text or many.

    Parameters
    ----------
    texts : str or iterable of str
        A sentence, or sentences.
    model : Classifier, str or Path, default "default"
        A loaded bundle, or what :func:`claimclf.load` takes; loaded once and kept.

    Returns
    -------
    Prediction or list of Prediction
        One for a string, else a list of the same length and order.

    Raises
    ------
    InputTypeError
        If `texts` is neither a string nor a sequence of strings; the message names the position.
    BundleError
        If the bundle is missing or damaged.

    Examples
    --------
    >>> import claimclf
    >>> claimclf.predict("Tehran and Moscow signed an agreement on information security.").labels
    ('agreement',)
    >>> [p.labels for p in claimclf.predict(["Congress should ban facial recognition.", ""])]
    [('surveillance_tech', 'policy_advice'), ()]
    """

    @overload
    def __call__(self, texts: str, *, model: Model = "default") -> Prediction: ...  # type: ignore[overload-overlap]

    @overload
    def __call__(self, texts: Iterable[str], *, model: Model = "default") -> list[Prediction]: ...

    def __call__(self, texts: str | Iterable[str], *, model: Model = "default") -> Prediction | list[Prediction]:
        if isinstance(texts, str):
            return _classifier(model).predictions([texts])[0]
        given = list(check_texts(texts))
        return _classifier(model).predictions(given)

    def stream(self, texts: Iterable[str], *, model: Model = "default", chunk: int = 512) -> Iterator[Prediction]:
        """Classify lazily, in constant memory.

        Parameters
        ----------
        texts : iterable of str
            Sentences, as many as there are.
        model : Classifier, str or Path, default "default"
            As above.
        chunk : int, default 512
            Texts that are read ahead and sorted by length for speed.

        Yields
        ------
        Prediction
            In the order of `texts`.

        Raises
        ------
        InputTypeError
            When a text that is not a string is reached; the message names its position.
        InputError
            If `chunk` is not positive.

        Examples
        --------
        >>> import claimclf
        >>> next(claimclf.predict.stream(text for text in ["The weather was fine."])).labels
        ()
        """
        if chunk < 1:
            raise InputError(f"chunk: expected a positive number, got {chunk}")
        return self._stream(check_texts(texts), _classifier(model), chunk)

    @staticmethod
    def _stream(texts: Iterator[str], classifier: Classifier, chunk: int) -> Iterator[Prediction]:
        while ahead := list(islice(texts, chunk)):
            yield from classifier.predictions(ahead)


predict = _Predict()
stream = predict.stream


def _classifier(model: Model) -> Classifier:
    if isinstance(model, Classifier):
        return model
    if not isinstance(model, (str, Path)):
        raise InputError(f"model: expected a name, a path or a loaded bundle, got {type(model).__name__}")
    folder = _located(model)
    manifest = folder / MANIFEST_FILE
    return _loaded(folder, manifest.stat().st_mtime_ns if manifest.exists() else 0)


@lru_cache(maxsize=32)
def _located(model: str | Path) -> Path:
    """Ask the Hub once about a bundle there, not at every text."""
    return locate(model)


@lru_cache(maxsize=4)
def _loaded(folder: Path, written: int) -> Classifier:
    """Keep bundles in memory; `written` makes a replaced bundle a different one."""
    return load(folder)


class _CallableModule(ModuleType):
    """Importing the module rebinds the attribute ``claimclf.predict`` to it, so the module itself must be callable."""

    def __call__(self, texts: str | Iterable[str], *, model: Model = "default") -> Any:
        return predict(texts, model=model)


sys.modules[__name__].__class__ = _CallableModule
