"""What else a user would train on the same corpus: embeddings under a linear head, SetFit, spaCy, fastText.

Each has the settings that its own documentation starts with. Their files are theirs; nothing of ours reads them
outside this benchmark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from claimclf.errors import InputError

Array = npt.NDArray[Any]
Label = Callable[[Sequence[str]], Array]
"""Scores texts: one row a text, one column a label, in the order given."""

_BASE = "sentence-transformers/all-MiniLM-L6-v2"
_SHOTS = 64
"""Texts with and without each label that SetFit learns from: its pairs grow with their square."""


class Peer(NamedTuple):
    """A classifier of another library.

    Attributes
    ----------
    train : callable
        Takes texts, their 0-1 matrix and a folder, and leaves a model there.
    load : callable
        Takes that folder and a setting, returns a function that scores texts.
    """

    train: Callable[[Sequence[str], Array, Path], None]
    load: Callable[..., Label]


def _train_embeddings(texts: Sequence[str], truth: Array, folder: Path) -> None:
    from sklearn.linear_model import LogisticRegression

    embedded = encoder("bfloat16").encode(list(texts), batch_size=32)
    heads = [LogisticRegression(max_iter=1000).fit(embedded, column) for column in truth.T]
    weights = np.stack([np.append(head.coef_[0], head.intercept_) for head in heads])
    np.save(folder / "head.npy", weights)


def _load_embeddings(folder: Path, *, batch_size: int = 32, dtype: str = "float32") -> Label:
    model, weights = encoder(dtype), np.load(folder / "head.npy")

    def label(texts: Sequence[str]) -> Array:
        embedded = model.encode(list(texts), batch_size=batch_size)
        return np.asarray(1 / (1 + np.exp(-(embedded @ weights[:, :-1].T + weights[:, -1]))))

    return label


def encoder(dtype: str, base: str = _BASE) -> Any:
    """Load a pretrained encoder into sentence-transformers.

    Parameters
    ----------
    dtype : str
        A floating point type of torch.
    base : str
        Hub id or folder.
    """
    import torch
    from sentence_transformers import SentenceTransformer

    from claimclf.estimators.pretrained import resolve_base

    location = resolve_base(base).location
    return SentenceTransformer(location, device="cpu", model_kwargs={"torch_dtype": getattr(torch, dtype)})


def _train_setfit(texts: Sequence[str], truth: Array, folder: Path) -> None:
    chosen = sorted({int(row) for column in truth.T for value in (0, 1) for row in _draw(column == value)})
    model = fit_setfit([texts[row] for row in chosen], truth[chosen].tolist(), folder / "run", "one-vs-rest")
    model.save_pretrained(str(folder / "model"))


def fit_setfit(
    texts: Sequence[str],
    labels: Sequence[Any],
    folder: Path,
    several: str | None,
    *,
    base: str = _BASE,
    seed: int = 42,
) -> Any:
    """Train SetFit with twenty pairs a text in one epoch.

    Tunstall et al., *Efficient few-shot learning without prompts* (2022), sec. 4.

    Parameters
    ----------
    texts : sequence of str
        To learn from.
    labels : sequence of int or of lists of int
        One class a text, or zeros and ones for each label.
    folder : Path
        For what its Trainer writes.
    several : str, optional
        Its ``multi_target_strategy`` where a text may carry several labels.
    base : str
        Pretrained encoder.
    seed : int, default 42
        As its own default.

    Returns
    -------
    setfit.SetFitModel
        Trained.
    """
    from datasets import Dataset
    from setfit import SetFitModel, Trainer, TrainingArguments

    from claimclf.estimators.pretrained import resolve_base

    model = SetFitModel.from_pretrained(resolve_base(base).location, multi_target_strategy=several)
    data = Dataset.from_dict({"text": list(texts), "label": list(labels)})
    arguments = TrainingArguments(str(folder), num_iterations=20, num_epochs=1, save_strategy="no", seed=seed)
    Trainer(model, arguments, train_dataset=data).train()
    return model


def _draw(able: Array) -> Array:
    rows = np.flatnonzero(able)
    return np.random.default_rng(0).choice(rows, min(_SHOTS, len(rows)), replace=False)


def _load_setfit(folder: Path, *, batch_size: int = 32) -> Label:
    from setfit import SetFitModel

    model = SetFitModel.from_pretrained(str(folder / "model"))
    return lambda texts: np.asarray(model.predict_proba(list(texts), batch_size=batch_size, as_numpy=True))


def _train_spacy(texts: Sequence[str], truth: Array, folder: Path) -> None:
    import spacy
    from spacy.training import Example
    from spacy.util import compounding, minibatch

    nlp = spacy.blank("en")
    categorizer: Any = nlp.add_pipe("textcat_multilabel")
    names = [str(column) for column in range(truth.shape[1])]
    for name in names:
        categorizer.add_label(name)

    def examples(rows: Iterable[int]) -> list[Any]:
        return [
            Example.from_dict(nlp.make_doc(texts[row]), {"cats": dict(zip(names, map(float, truth[row]), strict=True))})
            for row in rows
        ]

    nlp.initialize(lambda: examples(range(min(100, len(texts)))))
    order = np.random.default_rng(0)
    for _ in range(3):
        for rows in minibatch(order.permutation(len(texts)).tolist(), compounding(8.0, 128.0, 1.01)):
            nlp.update(examples(rows), drop=0.2)
    nlp.to_disk(folder / "model")


def _load_spacy(folder: Path, *, batch_size: int = 256) -> Label:
    import spacy

    nlp = spacy.load(folder / "model")
    return lambda texts: np.array([list(doc.cats.values()) for doc in nlp.pipe(texts, batch_size=batch_size)])


def _train_fasttext(texts: Sequence[str], truth: Array, folder: Path) -> None:
    import fasttext

    lines = (
        " ".join([*(f"__label__{column}" for column in np.flatnonzero(row)), *text.lower().split()])
        for text, row in zip(texts, truth, strict=True)
    )
    written = folder / "train.txt"
    written.write_text("\n".join(lines) + "\n", "utf-8")
    # One against all, as its tutorial on several labels does; texts without any teach all of them.
    model = fasttext.train_supervised(str(written), loss="ova", epoch=25, lr=0.5, wordNgrams=2, thread=1)
    model.save_model(str(folder / "model.bin"))
    written.unlink()


def _load_fasttext(folder: Path) -> Label:
    import fasttext

    model = fasttext.load_model(str(folder / "model.bin"))
    n_labels = len(model.labels)

    def label(texts: Sequence[str]) -> Array:
        names, scores = model.predict([" ".join(text.lower().split()) for text in texts], k=n_labels)
        found = np.zeros((len(texts), n_labels))
        for row, (said, values) in enumerate(zip(names, scores, strict=True)):
            found[row, [int(name.removeprefix("__label__")) for name in said]] = values
        return found

    return label


PEERS = {
    "sentence-transformers + logistic regression": Peer(_train_embeddings, _load_embeddings),
    "SetFit": Peer(_train_setfit, _load_setfit),
    "spaCy textcat": Peer(_train_spacy, _load_spacy),
    "fastText": Peer(_train_fasttext, _load_fasttext),
}
"""All peers by name."""


def prepare(name: str, texts: Sequence[str], truth: Array, folder: Path) -> Path:
    """Train a peer that is not there yet.

    Parameters
    ----------
    name : str
        A key of :data:`PEERS`.
    texts : sequence of str
        To learn from.
    truth : ndarray, shape (n_texts, n_labels)
        1 where a text carries a label, else 0.
    folder : Path
        Where its model goes, in a folder of its own.

    Returns
    -------
    Path
        The model's folder.

    Raises
    ------
    InputError
        If the library is not installed.
    """
    place = folder / name.lower().replace(" + ", "-").replace(" ", "-")
    done = place / "trained"
    if not done.exists():
        place.mkdir(parents=True, exist_ok=True)
        try:
            PEERS[name].train(texts, truth, place)
        except ImportError as error:
            raise InputError(f"{name}: {error}; install what [peers] in pyproject.toml names") from error
        done.touch()
    return place
