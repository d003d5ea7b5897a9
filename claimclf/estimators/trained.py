"""What an estimator does with a network that is trained: score texts, and write it for prediction without torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from claimclf.backends import OnnxBackend
from claimclf.estimators.base import Array, TextClassifier
from claimclf.estimators.options import Pooling, Strategy
from claimclf.estimators.pretrained import Base

if TYPE_CHECKING:
    from claimclf.estimators.choice import Choice


class NetworkClassifier(TextClassifier):
    """An estimator with a network.

    Attributes
    ----------
    network_, tokenizer_
        What scores.
    base_ : Base
        What it was before training.
    strategy_ : {"head", "contrastive", "full"}
        How it learnt.
    choice_ : Choice or None
        Why so.
    validation_texts_, validation_logits_
        Texts on which the exported graph must decide as the network does, and what the network says of them.
    """

    max_length: int
    pooling: Pooling

    network_: Any
    tokenizer_: Any
    base_: Base
    strategy_: Strategy
    choice_: Choice | None
    validation_texts_: list[str]
    validation_logits_: Array

    def _logits(self, texts: Sequence[str]) -> Array:
        from claimclf.estimators.inference import torch_logits

        return torch_logits(self.network_, self.tokenizer_, texts, self.max_length)

    def _found(self) -> dict[str, Any]:
        reasons = {"reasons": list(self.choice_.reasons)} if self.choice_ else {}
        return {"strategy": self.strategy_, **reasons}

    def _base(self) -> dict[str, str]:
        return {"id": self.base_.id, "sha256": self.base_.sha256}

    def _write_model(self, folder: Path) -> dict[str, Any]:
        from claimclf.estimators.export import write_transformer

        check = self._agreement if self.validation_texts_ else None
        kept = write_transformer(self.network_, self.tokenizer_, folder, check)
        return {"max_length": self.max_length, "pooling": self.pooling, **kept}

    def _agreement(self, folder: Path) -> float:
        """Share of equal decisions of the network and the graph in `folder` on the validation texts."""
        graph = OnnxBackend.load(folder, {"max_length": self.max_length})
        logits = (self.validation_logits_, graph.logits(self.validation_texts_).values)
        decided, exported = (self.calibration_.decide(self.calibration_.probabilities(part)) for part in logits)
        return float(np.mean(decided == exported))
