"""Classify sentences: ``claimclf.predict(...)``, in every spelling.

The module can be called, and so can the name ``predict`` inside it: ``claimclf.predict(...)``,
``from claimclf import predict``, ``from claimclf.predict import predict`` and ``import claimclf.predict as p;
p.predict(...)`` all reach the same object, whichever import came first.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any, overload

from claimclf.bundle import Classifier, load, locate, provenance
from claimclf.bundle.manifest import MANIFEST_FILE
from claimclf.documents import Document, LeftOut, Reading, places, read, read_all, read_text
from claimclf.errors import DocumentError, InputError, InputTypeError
from claimclf.numbers import check_count
from claimclf.records import Prediction, Sentence
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
        check_count("chunk", chunk)
        return self._stream(check_texts(texts), _classifier(model), chunk)

    def document(
        self, path: str | Path | None = None, *, text: str | None = None, model: Model = "default"
    ) -> Document:
        """Classify the sentences of a document.

        Parameters
        ----------
        path : str or Path, optional
            A ``.txt``, ``.md``, ``.html``, ``.pdf``, ``.docx`` or ``.eml`` file (of a message, subject and body), or a
            folder or ``.zip`` of exactly one.
        text : str, optional
            A plain text instead.
        model : Classifier, str or Path, default "default"
            As above.

        Returns
        -------
        Document
            With the text as extracted, and its sentences with their places and predictions.

        Raises
        ------
        DocumentError
            If it is missing, of another kind, damaged, encrypted, or without text.
        InputError
            If not exactly one of `path` and `text` is given.
        MissingExtraError
            If its kind needs the extra ``documents``; text and Markdown do not.

        Examples
        --------
        >>> import claimclf
        >>> document = claimclf.predict.document(text="Oro and Veldania signed a pact. The river rose.")
        >>> [(sentence.start, sentence.end, sentence.labels) for sentence in document]
        [(0, 31, ('agreement',)), (32, 47, ())]
        """
        if (path is None) == (text is None):
            raise InputError("document: expected either a path or text=…")
        if path is not None and not isinstance(path, (str, Path)):
            raise InputTypeError(f"path: expected a string or a Path, got {type(path).__name__}")
        if text is not None and not isinstance(text, str):
            raise InputTypeError(f"text: expected a string, got {type(text).__name__}")
        reading = read(path) if path is not None else read_text(text or "")
        return self.labelled(reading, model=model)

    def documents(
        self, path: str | Path, *, model: Model = "default", left_out: LeftOut | None = None
    ) -> Iterator[Document]:
        """Classify many documents, one after the other, as they are asked for.

        Parameters
        ----------
        path : str or Path
            A folder, which is searched with all its folders, a ``.zip``, or a single document. Attachments of messages
            are documents too; hidden files and files of other kinds are passed over.
        model : Classifier, str or Path, default "default"
            As above.
        left_out : LeftOut, optional
            Takes down files that cannot be read, and those of other kinds; see :mod:`claimclf.documents`. Without it a
            warning at the end lists what cannot be read and what was passed over.

        Yields
        ------
        Document
            Sorted by name.

        Raises
        ------
        DocumentError
            If there is none, or not one of them can be read.
        MissingExtraError
            If a kind of document needs the extra ``documents``.

        Examples
        --------
        >>> import claimclf
        >>> for document in claimclf.predict.documents("reports/"):  # doctest: +SKIP
        ...     print(document.source, document.counts)
        """
        if not isinstance(path, (str, Path)):
            raise InputTypeError(f"path: expected a string or a Path, got {type(path).__name__}")
        return self._documents(path, _classifier(model), left_out)

    def _documents(self, path: str | Path, classifier: Classifier, left_out: LeftOut | None) -> Iterator[Document]:
        noted = LeftOut() if left_out is None else left_out
        found = False
        for reading in read_all(path, noted):
            found = True
            yield self.labelled(reading, model=classifier)
        if noted.unreadable and not found:
            raise DocumentError("; ".join(map(str, noted.unreadable)))
        if left_out is not None:
            return
        if noted.unreadable:
            warnings.warn("cannot be read: " + "; ".join(map(str, noted.unreadable)), stacklevel=3)
        if noted.other_kinds:
            warnings.warn("passed over, of other kinds: " + ", ".join(noted.other_kinds), stacklevel=3)

    def labelled(self, reading: Reading, *, model: Model = "default") -> Document:
        """Classify the sentences of a document that was read already.

        It is predicted by itself, so that its scores do not depend on what else is read with it.

        Parameters
        ----------
        reading : Reading
            As :mod:`claimclf.documents` returns it.
        model : Classifier, str or Path, default "default"
            As above.
        """
        classifier = _classifier(model)
        text = reading.extracted.text
        where = list(places(reading.extracted))
        predictions = self.stream((text[place.start : place.end] for place in where), model=classifier)
        return Document(
            text=text,
            sentences=tuple(
                Sentence(**vars(prediction), **place._asdict())
                for prediction, place in zip(predictions, where, strict=True)
            ),
            labels=classifier.labels,
            source=reading.source,
            sha256=reading.sha256,
            provenance=provenance(classifier),
            notes=reading.extracted.notes,
            blocks=reading.extracted.blocks,
            scorer=classifier,
        )

    @staticmethod
    def _stream(texts: Iterator[str], classifier: Classifier, chunk: int) -> Iterator[Prediction]:
        while ahead := list(islice(texts, chunk)):
            yield from classifier.predictions(ahead)


predict = _Predict()
stream = predict.stream
document = predict.document
documents = predict.documents


def _classifier(model: Model) -> Classifier:
    if isinstance(model, Classifier):
        return model
    if not isinstance(model, (str, Path)):
        raise InputTypeError(f"model: expected a name, a path or a loaded bundle, got {type(model).__name__}")
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
