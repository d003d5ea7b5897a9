"""A transformer as ONNX graph, run by onnxruntime, with the Rust tokenizer of Hugging Face."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from claimclf.backends.base import Logits

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding

GRAPH_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"

_INHERITED: list[InferenceSession | None] = []

_TOKENS_PER_BATCH = 1024
"""Padded tokens in one run: enough to fill two cores, little enough to stay in their cache."""


class OnnxBackend:
    """An ONNX graph with inputs ``input_ids`` and ``attention_mask`` and one output, the logits.

    Parameters
    ----------
    graph, tokenizer : Path
        The two files.
    max_length : int
        Tokens that are read of a text; longer texts are cut and reported as truncated.
    threads : int, optional
        Threads to compute with, by default one per core.
    """

    def __init__(self, graph: Path, tokenizer: Path, *, max_length: int, threads: int | None = None) -> None:
        from tokenizers import Tokenizer

        self._graph = graph
        self._threads = threads or 0
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_length)
        self._pad_id = next((i for t in ("[PAD]", "<pad>") if (i := self._tokenizer.token_to_id(t)) is not None), 0)
        self._session: InferenceSession | None = None
        self._owner = 0

    @classmethod
    def load(cls, folder: Path, settings: dict[str, Any], *, threads: int | None = None) -> OnnxBackend:
        """Read graph and tokenizer. See :class:`~claimclf.backends.base.Backend`."""
        backend = cls(folder / GRAPH_FILE, folder / TOKENIZER_FILE, max_length=settings["max_length"], threads=threads)
        backend._open_session()
        return backend

    def logits(self, texts: Sequence[str]) -> Logits:
        """Score texts in order of length. See :class:`~claimclf.backends.base.Backend`."""
        session = self._open_session()
        # One by one: encode_batch would start threads, which a process forked later could hang on.
        encodings = [self._tokenizer.encode(text) for text in texts]
        values: npt.NDArray[np.float32] | None = None
        for batch in _batches([len(encoding) for encoding in encodings]):
            (output,) = session.run(None, self._padded([encodings[i] for i in batch]))
            if values is None:
                values = np.empty((len(texts), output.shape[1]), dtype=np.float32)
            values[batch] = output
        truncated = np.fromiter((bool(encoding.overflowing) for encoding in encodings), bool, len(encodings))
        assert values is not None, "logits() is never called without texts"
        return Logits(values, truncated)

    def _open_session(self) -> InferenceSession:
        """Return the session, opened anew in a forked process, where the threads of the old one are gone."""
        if self._session is None or self._owner != os.getpid():
            import onnxruntime

            # Destroying a session joins its threads; those of a parent process would be waited for forever.
            _INHERITED.append(self._session)

            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = self._threads
            options.log_severity_level = 3
            self._session = onnxruntime.InferenceSession(str(self._graph), options, providers=["CPUExecutionProvider"])
            self._owner = os.getpid()
        return self._session

    def _padded(self, encodings: Sequence[Encoding]) -> dict[str, npt.NDArray[np.int64]]:
        width = max(len(encoding) for encoding in encodings)
        ids = np.full((len(encodings), width), self._pad_id, dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding)] = encoding.ids
            mask[row, : len(encoding)] = 1
        return {"input_ids": ids, "attention_mask": mask}


def _batches(lengths: Sequence[int]) -> Iterator[npt.NDArray[np.intp]]:
    """Yield positions in order of length, as many at a time as the token budget holds."""
    order = np.argsort(lengths, kind="stable")
    start = 0
    for stop in range(1, len(order) + 1):
        full = stop == len(order) or (stop - start + 1) * lengths[order[stop]] > _TOKENS_PER_BATCH
        if full:
            yield order[start:stop]
            start = stop
