"""Train as transformers' Trainer does if nothing is set, and as a recipe says, on the same texts."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from claimclf.benchmark.accuracy import best_macro_f1
from claimclf.data import targets
from claimclf.estimators.pretrained import resolve_base
from claimclf.estimators.quiet import quiet
from claimclf.estimators.transformer import DEFAULT_BASE, TransformerClassifier
from claimclf.records import Example
from claimclf.text import normalise


class Training(NamedTuple):
    """A training run.

    Attributes
    ----------
    name : str
        Who trained.
    per_second : float
        Training texts times epochs, by the seconds that all took, early stopping and validation included.
    macro_f1 : float
        On the validation texts, with the best threshold for each label.
    """

    name: str
    per_second: float
    macro_f1: float


def train_race(
    train: Sequence[Example],
    validation: Sequence[Example],
    labels: Sequence[str],
    epochs: int,
    parameters: Mapping[str, Any],
) -> list[Training]:
    """Train both, one after the other, on all threads.

    Parameters
    ----------
    train, validation : sequence of Example
        Labelled texts; for the plain Trainer pairs on which readers wavered count as not carried.
    labels : sequence of str
        The label order.
    epochs : int
        Of both.
    parameters : mapping of str to object
        Of :class:`~claimclf.estimators.TransformerClassifier`.

    Returns
    -------
    list of Training
        The plain Trainer, then ours.
    """
    texts, truth = [normalise(example.text) for example in train], targets(train, labels)
    unseen, expected = [normalise(example.text) for example in validation], targets(validation, labels)
    start = time.perf_counter()
    scored = fit_plain(texts, truth, epochs=epochs)(unseen)
    plain = Training(
        "transformers.Trainer", epochs * len(texts) / (time.perf_counter() - start), best_macro_f1(expected, scored)
    )
    estimator = TransformerClassifier(labels=labels, **{**parameters, "epochs": epochs})
    start = time.perf_counter()
    estimator.fit(texts, truth, validation=(unseen, expected))
    rate = epochs * len(texts) / (time.perf_counter() - start)
    return [plain, Training("claimclf", rate, best_macro_f1(expected, estimator.decision_function(unseen)))]


def fit_plain(
    texts: Sequence[str],
    truth: Any,
    *,
    epochs: float = 3,
    base: str = DEFAULT_BASE,
    exclusive: bool = False,
    seed: int = 42,
) -> Callable[[Sequence[str]], Any]:
    """Fine-tune with the settings of a fresh ``TrainingArguments``, as transformers' tutorials do.

    Parameters
    ----------
    texts : sequence of str
        To learn from.
    truth : ndarray, shape (n_texts, n_labels)
        Zeros and ones; nan counts as 0.
    epochs : float, default 3
        As in ``TrainingArguments``.
    base : str
        Pretrained encoder.
    exclusive : bool, default False
        Whether each text carries exactly one label.
    seed : int, default 42
        As in ``TrainingArguments``.

    Returns
    -------
    callable
        Takes texts, returns logits of shape (n_texts, n_labels).
    """
    from datasets import Dataset
    from transformers import (
        AutoModelForSequenceClassification,
        AutoTokenizer,
        DataCollatorWithPadding,
        Trainer,
        TrainingArguments,
        set_seed,
    )

    set_seed(seed)
    location = resolve_base(base).location
    tokenizer = AutoTokenizer.from_pretrained(location)
    kind = "single_label_classification" if exclusive else "multi_label_classification"
    with quiet():
        model = AutoModelForSequenceClassification.from_pretrained(
            location, num_labels=truth.shape[1], problem_type=kind
        )
    encode = {"truncation": True, "max_length": 256}
    labels = truth.argmax(axis=1) if exclusive else np.nan_to_num(truth)
    data = Dataset.from_dict({**tokenizer(list(texts), **encode), "labels": labels})
    with tempfile.TemporaryDirectory() as folder, quiet():
        arguments = TrainingArguments(
            folder, num_train_epochs=epochs, report_to="none", save_strategy="no", disable_tqdm=True, seed=seed
        )
        trainer = Trainer(model, arguments, DataCollatorWithPadding(tokenizer), data)
        trainer.train()

    def score(unseen: Sequence[str]) -> Any:
        with quiet():
            return trainer.predict(Dataset.from_dict(tokenizer(list(unseen), **encode))).predictions

    return score
