"""Classify the claims in political and technology writing, sentence by sentence.

>>> import claimclf
>>> claimclf.predict("Tehran and Moscow signed an agreement on information security.").labels
('agreement',)

Importing the package costs nothing; everything is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from claimclf.bundle import Classifier, load
    from claimclf.documents import Document
    from claimclf.errors import ClaimclfError
    from claimclf.estimators import BaselineClassifier, TransformerClassifier
    from claimclf.labels import LABELS
    from claimclf.predict import predict
    from claimclf.records import Prediction, Sentence
    from claimclf.shares import prevalence

__version__ = "0.1.0"

_HOME = {
    "BaselineClassifier": "claimclf.estimators",
    "ClaimclfError": "claimclf.errors",
    "Classifier": "claimclf.bundle",
    "Document": "claimclf.documents",
    "LABELS": "claimclf.labels",
    "Prediction": "claimclf.records",
    "Sentence": "claimclf.records",
    "TransformerClassifier": "claimclf.estimators",
    "load": "claimclf.bundle",
    "prevalence": "claimclf.shares",
}

__all__ = [
    "LABELS",
    "BaselineClassifier",
    "ClaimclfError",
    "Classifier",
    "Document",
    "Prediction",
    "Sentence",
    "TransformerClassifier",
    "load",
    "predict",
    "prevalence",
]


def __getattr__(name: str) -> Any:
    if name == "predict":
        return import_module("claimclf.predict")
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
