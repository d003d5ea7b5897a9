"""Learn from texts, or a part of them, in one of three ways."""

from __future__ import annotations

import copy
import re
import tempfile
import time
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from datasets import Dataset
from torch import nn
from transformers import PreTrainedTokenizerBase, set_seed

from claimclf.estimators.contrast import BATCH, contrast, contrast_steps
from claimclf.estimators.finetuning import encode, fine_tune
from claimclf.estimators.heads import LinearHead
from claimclf.estimators.inference import torch_embeddings, torch_logits
from claimclf.estimators.options import Strategy, TrainingOptions

Array = npt.NDArray[Any]

_WORD = re.compile(r"[^\W\d_]{3}")
"""What a name holds that says something; a number or a letter does not."""
_WARM_UP = 16
"""Texts of the batches by which the pace is measured."""

clock = time.perf_counter


@dataclass(frozen=True)
class Learner:
    """Texts with labels, and what is to learn from them.

    Attributes
    ----------
    network : torch.nn.Module
        Pretrained; learning changes copies of it.
    tokenizer : PreTrainedTokenizerBase
        Its tokenizer.
    texts : list of str
        Normalised.
    targets : ndarray of float32, shape (n_texts, n_labels)
        1, 0, or nan where not known; between 0 and 1 for the strategy ``full`` alone.
    exclusive : bool
        Whether each text carries exactly one label.
    options : TrainingOptions
        How to train.
    names : tuple of str
        What each label is called. A name in words is a text that carries the label: where texts are few, one more
        tells much. The strategy ``full`` leaves names alone.
    """

    network: Any
    tokenizer: PreTrainedTokenizerBase
    texts: list[str]
    targets: Array
    exclusive: bool
    options: TrainingOptions
    names: tuple[str, ...] = ()

    def learn(self, strategy: Strategy, folder: Path, validation: Dataset | None = None) -> tuple[Any, list[Any]]:
        """Learn from all texts.

        Parameters
        ----------
        strategy : {"head", "contrastive", "full"}
            How.
        folder : Path
            For checkpoints of the strategy ``full``.
        validation : datasets.Dataset, optional
            Decides which epoch of the strategy ``full`` is kept.

        Returns
        -------
        network : torch.nn.Module
            In evaluation mode, on the CPU, in fp32.
        history : list of dict
            The Trainer's log; empty for other strategies.
        """
        everything = np.arange(len(self.texts))
        if strategy != "full":
            head, network = self._head(strategy, everything)
            with torch.no_grad():
                network.head.weight.copy_(torch.from_numpy(head.weights))
                network.head.bias.copy_(torch.from_numpy(head.bias))
            return network, []
        return self._fully(everything, validation, self.options, folder)

    def held_out_logits(self, strategy: Strategy, train: Array, held_out: Array) -> Array:
        """Learn from a part of the texts and score another.

        Parameters
        ----------
        strategy : {"head", "contrastive", "full"}
            How.
        train, held_out : ndarray of int
            Positions of the texts.

        Returns
        -------
        ndarray of float32, shape (n_held_out, n_labels)
            Logits.
        """
        if strategy == "head":
            return self._head(strategy, train)[0].logits(self._embedded[held_out])
        if strategy == "contrastive":
            head, network = self._head(strategy, train)
            return head.logits(self._embed(network, held_out))
        options = replace(self.options, progress=False, resume=False, tracker="none")
        with tempfile.TemporaryDirectory(prefix="claimclf-") as folder:
            network, _ = self._fully(train, None, options, Path(folder), checkpoints=False)
        unseen = [self.texts[row] for row in held_out]
        return torch_logits(network, self.tokenizer, unseen, options.max_length, bf16=options.bf16)

    def seconds(self, strategy: Strategy, n_texts: int) -> float:
        """Estimate how long it takes to learn from `n_texts` texts, by a small warm-up.

        Parameters
        ----------
        strategy : {"contrastive", "full"}
            How.
        n_texts : int
            To learn from.
        """
        if strategy == "full":
            return self._pace * self.options.epochs * n_texts
        return self._pace * contrast_steps(n_texts) * min(BATCH, n_texts)

    @cached_property
    def _pace(self) -> float:
        """Seconds that a text takes to be learnt from once."""
        rows = np.random.default_rng(self.options.seed).permutation(len(self.texts))[:_WARM_UP]
        network = copy.deepcopy(self.network)
        self._contrast(network, rows, steps=1)  # the first step of a process is slow
        started = clock()
        self._contrast(network, rows, steps=1)
        return (clock() - started) / len(rows)

    @cached_property
    def _with_names(self) -> tuple[list[str], Array]:
        """Return the texts, then the names that are words, and what all of them carry."""
        columns = [column for column, name in enumerate(self.names) if _WORD.search(name)]
        carried = np.full((len(columns), self.targets.shape[1]), 0 if self.exclusive else np.nan, dtype=np.float32)
        carried[np.arange(len(columns)), columns] = 1
        spelt = [self.names[column].replace("_", " ") for column in columns]
        return [*self.texts, *spelt], np.concatenate([self.targets, carried])

    @cached_property
    def _encoded(self) -> Dataset:
        return encode(self.tokenizer, *self._with_names, self.options.max_length)

    @cached_property
    def _embedded(self) -> Array:
        """What the pretrained encoder makes of all texts and names."""
        return self._embed(self.network.eval(), np.arange(len(self._with_names[0])))

    def _embed(self, network: nn.Module, rows: Array) -> Array:
        texts = [self._with_names[0][row] for row in rows]
        return torch_embeddings(network, self.tokenizer, texts, self.options.max_length, bf16=self.options.bf16)

    def _fully(
        self,
        rows: Array,
        validation: Dataset | None,
        options: TrainingOptions,
        folder: Path,
        *,
        checkpoints: bool = True,
    ) -> tuple[Any, list[Any]]:
        network = copy.deepcopy(self.network)
        if options.contrastive_steps:
            self._contrast(network, rows, options.contrastive_steps)
            network.requires_grad_(True)  # what was frozen for the contrast
        train = self._encoded.select(rows)
        history = fine_tune(network, self.tokenizer, train, validation, options, folder, checkpoints=checkpoints)
        return network.to("cpu", torch.float32), history

    def _head(self, strategy: Strategy, rows: Array) -> tuple[LinearHead, Any]:
        network = copy.deepcopy(self.network).eval()
        rows = np.concatenate([rows, np.arange(len(self.texts), len(self._with_names[0]))])
        if strategy == "contrastive":
            self._contrast(network, rows, contrast_steps(len(rows)))
            embedded = self._embed(network, rows)
        else:
            embedded = self._embedded[rows]
        return LinearHead.fit(embedded, self._with_names[1][rows], exclusive=self.exclusive), network

    def _contrast(self, network: Any, rows: Array, steps: int) -> None:
        options = self.options
        set_seed(options.seed)
        encoded = self._encoded.select(rows).remove_columns("labels")
        targets = self._with_names[1][rows]
        likelier = np.where(np.isnan(targets), targets, targets > 0.5)  # two texts that hardly carry anything are alike
        contrast(network, self.tokenizer, list(encoded), likelier, steps=steps, seed=options.seed, bf16=options.bf16)
