"""Logits from the files of a bundle, without torch."""

from __future__ import annotations

from claimclf.backends.base import Backend, Logits
from claimclf.backends.cascade import CascadeBackend
from claimclf.backends.linear import LinearBackend
from claimclf.backends.onnx import OnnxBackend

BACKENDS: dict[str, type[Backend]] = {
    "transformer": OnnxBackend,
    "baseline": LinearBackend,
    "cascade": CascadeBackend,
}
"""How to run each kind of bundle, by the ``kind`` of its manifest."""

__all__ = ["BACKENDS", "Backend", "CascadeBackend", "LinearBackend", "Logits", "OnnxBackend"]
