"""Which weights learn how fast, and which are kept."""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import nn
from transformers import TrainerCallback


def freeze_embeddings(network: nn.Module) -> None:
    """Keep the token embeddings as pretrained: words that training never shows stay in line with those it does.

    Parameters
    ----------
    network : torch.nn.Module
        As made by :func:`~claimclf.estimators.network.build_network`.
    """
    for name, parameter in network.named_parameters():
        if ".embeddings." in f".{name}":
            parameter.requires_grad_(False)


def parameter_groups(
    network: nn.Module, learning_rate: float, weight_decay: float, layer_decay: float
) -> list[dict[str, Any]]:
    """Give every layer a learning rate that falls with its distance from the head.

    Howard & Ruder, *Universal language model fine-tuning for text classification* (2018), sec. 3.2.

    Parameters
    ----------
    network : torch.nn.Module
        As made by :func:`~claimclf.estimators.network.build_network`.
    learning_rate : float
        Of the head.
    weight_decay : float
        Of weights; biases and layer norms have none.
    layer_decay : float
        Factor from one layer to the next one below, in (0, 1].

    Returns
    -------
    list of dict
        For a torch optimiser.
    """
    depths = {name: _depth(name) for name, parameter in network.named_parameters() if parameter.requires_grad}
    top = max((depth for depth in depths.values() if depth is not None), default=0)
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        if name in depths:
            depth = depths[name]
            rate = learning_rate * (1.0 if depth is None else layer_decay ** (top + 1 - depth))
            groups.setdefault((rate, weight_decay if parameter.ndim > 1 else 0.0), []).append(parameter)
    return [{"params": members, "lr": rate, "weight_decay": decay} for (rate, decay), members in groups.items()]


def _depth(name: str) -> int | None:
    """Return 0 for embeddings, n + 1 for the nth layer, None for the head."""
    layer = re.search(r"\.layers?\.(\d+)\.", name)
    if layer:
        return int(layer.group(1)) + 1
    return 0 if "encoder" in name or ".embeddings." in f".{name}" else None


class WeightAveraging(TrainerCallback):  # type: ignore[misc]
    """Evaluate and keep an exponential moving average of the weights instead of the last ones.

    Izmailov et al., *Averaging weights leads to wider optima and better generalization* (2018); the exponential
    form as in Tarvainen & Valpola, *Mean teachers are better role models* (2017), sec. 3.

    Parameters
    ----------
    network : torch.nn.Module
        The network in training.
    decay : float
        Weight of the past at every step, in (0, 1).
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self._decay = decay
        self._learnt = [parameter for parameter in network.parameters() if parameter.requires_grad]
        self._average: list[torch.Tensor] = []
        self._last: list[torch.Tensor] | None = None

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Begin with the weights, wherever the Trainer has put them."""
        self._average = [parameter.detach().clone() for parameter in self._learnt]

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Move the average towards the weights."""
        # Early on the average forgets faster, or it would remember the untrained head.
        decay = min(self._decay, (1 + state.global_step) / (10 + state.global_step))
        with torch.no_grad():
            torch._foreach_lerp_(self._average, [weights.detach() for weights in self._learnt], 1 - decay)

    def on_epoch_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Put the average in, for evaluation and the checkpoint that follow."""
        self._last = [weights.detach().clone() for weights in self._learnt]
        self._put(self._average)

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Go on with the weights as they were."""
        if self._last is not None:
            self._put(self._last)
            self._last = None

    def _put(self, values: list[torch.Tensor]) -> None:
        with torch.no_grad():
            for weights, value in zip(self._learnt, values, strict=True):
                weights.copy_(value)
