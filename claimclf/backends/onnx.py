"""A transformer as ONNX graph, run by onnxruntime, with the Rust tokenizer of Hugging Face."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from claimclf.backends.base import Logits
from claimclf.errors import InputError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

GRAPH_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"

LOGITS, EMBEDDING = "logits", "embedding"
"""What the outputs of a graph are called; older graphs have the first alone."""

Scored = tuple[list[int], npt.NDArray[np.float32]]
"""Positions of texts, and an output of the graph for them."""

_INHERITED: list[InferenceSession | None] = []

_TOKENS_PER_BATCH = 512
"""In one run: enough to keep a core busy, little enough for the numbers between layers to stay in its cache."""


class OnnxBackend:
    """An ONNX graph whose input is ``input_ids`` and whose outputs are logits and, if it is new enough, embeddings.

    Texts of equal length run together, so that nothing is padded. Every run keeps to one thread and several run side by
    side: threads that share one run wait for each other after each of its operators.

    Parameters
    ----------
    graph, tokenizer : Path
        The two files.
    max_length : int
        Tokens that are read of a text; longer texts are cut and reported as truncated.
    threads : int, optional
        Runs at a time, by default one per core.
    """

    def __init__(self, graph: Path, tokenizer: Path, *, max_length: int, threads: int | None = None) -> None:
        from tokenizers import Tokenizer

        self._graph = graph
        self._threads = threads or cores()
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_length)
        self._session: InferenceSession | None = None
        self._owner = 0

    @classmethod
    def load(cls, folder: Path, settings: dict[str, Any], *, threads: int | None = None) -> OnnxBackend:
        """Read graph and tokenizer. See :class:`~claimclf.backends.base.Backend`."""
        backend = cls(folder / GRAPH_FILE, folder / TOKENIZER_FILE, max_length=settings["max_length"], threads=threads)
        backend._open_session()
        return backend

    def logits(self, texts: Sequence[str]) -> Logits:
        """Score texts while the next ones are tokenised. See :class:`~claimclf.backends.base.Backend`."""
        truncated = np.zeros(len(texts), dtype=bool)
        return Logits(self._computed(texts, truncated, LOGITS), truncated)

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Compute what the head reads. See :class:`~claimclf.backends.base.Backend`."""
        if EMBEDDING not in [output.name for output in self._open_session().get_outputs()]:
            raise InputError(
                f"{self._graph}: has no output {EMBEDDING!r}; claimclf.estimators.neighbours.keep_neighbours adds it"
            )
        return self._computed(texts, np.zeros(len(texts), dtype=bool), EMBEDDING)

    def tokenise(self, texts: Iterable[str], truncated: npt.NDArray[np.bool_]) -> Iterator[list[int]]:
        """Yield the ids of every text.

        Parameters
        ----------
        texts : iterable of str
            Normalised texts.
        truncated : ndarray of bool, shape (n_texts,)
            Set to True where the end of a text was cut off.
        """
        # One by one: encode_batch would start threads, which a process forked later could hang on.
        for position, text in enumerate(texts):
            encoding = self._tokenizer.encode(text)
            truncated[position] = bool(encoding.overflowing)
            yield encoding.ids

    def score(self, tokens: Iterable[tuple[int, list[int]]], output: str = LOGITS) -> Iterator[Scored]:
        """Run the graph; runs begin while the iterable is still being read.

        Parameters
        ----------
        tokens : iterable of tuple
            Position and ids of each text.
        output : {"logits", "embedding"}
            What to compute.

        Yields
        ------
        tuple of list of int and ndarray of float32, shape (n_texts, n_labels or n_features)
            The positions of some texts of equal length, and the output for them.
        """
        session = self._open_session()
        batches = _batches(tokens)
        head = list(islice(batches, 2))
        if len(head) < 2:
            yield from ((positions, _run(session, ids, output)) for positions, ids in head)
            return
        with ThreadPoolExecutor(self._threads) as workers:
            runs = [(positions, workers.submit(_run, session, ids, output)) for positions, ids in chain(head, batches)]
            for positions, run in runs:
                yield positions, run.result()

    def _computed(self, texts: Sequence[str], truncated: npt.NDArray[np.bool_], output: str) -> npt.NDArray[np.float32]:
        scored = list(self.score(enumerate(self.tokenise(texts, truncated)), output))
        values = np.empty((len(texts), scored[0][1].shape[1]), dtype=np.float32)
        for positions, rows in scored:
            values[positions] = rows
        return values

    def _open_session(self) -> InferenceSession:
        """Return the session, opened anew in a forked process, which inherits its locks in whatever state they are."""
        if self._session is None or self._owner != os.getpid():
            import onnxruntime

            # Destroying a session joins its threads; those of a parent process would be waited for forever.
            _INHERITED.append(self._session)

            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1
            options.log_severity_level = 3
            self._session = onnxruntime.InferenceSession(str(self._graph), options, providers=["CPUExecutionProvider"])
            self._owner = os.getpid()
        return self._session


def _run(session: InferenceSession, ids: npt.NDArray[np.int64], output: str) -> npt.NDArray[np.float32]:
    inputs = {"input_ids": ids}
    if len(session.get_inputs()) > 1:
        # Graphs of bundles that claimclf 0.1 wrote want to be told that nothing is padding.
        inputs["attention_mask"] = np.ones_like(ids)
    values: npt.NDArray[np.float32] = session.run([output], inputs)[0]
    return values


def _batches(tokens: Iterable[tuple[int, list[int]]]) -> Iterator[tuple[list[int], npt.NDArray[np.int64]]]:
    """Yield texts of equal length as soon as there are enough of them, the rest at the end, longest first."""
    waiting: dict[int, dict[int, list[int]]] = defaultdict(dict)
    for position, ids in tokens:
        batch = waiting[len(ids)]
        batch[position] = ids
        if (len(batch) + 1) * len(ids) > _TOKENS_PER_BATCH:
            yield list(batch), np.array(list(batch.values()), dtype=np.int64)
            del waiting[len(ids)]
    for length in sorted(waiting, reverse=True):
        batch = waiting[length]
        yield list(batch), np.array(list(batch.values()), dtype=np.int64)


def cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
