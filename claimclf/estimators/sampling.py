"""Which texts an epoch shows, in which order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch.utils.data import Sampler
from transformers.trainer_pt_utils import LengthGroupedSampler


class BucketSampler(Sampler[int]):  # type: ignore[misc]
    """Draw the texts of an epoch at random, texts of similar length next to each other.

    Batches of similar length hold little padding. Of the texts without any label an epoch may show a share only,
    every epoch another one: most are easy, and they are most of what is written.

    Parameters
    ----------
    lengths : sequence of int
        Tokens of every text.
    positive : ndarray of bool, shape (n_texts,)
        Whether a text carries a label; such texts are in every epoch.
    negative_share : float
        Share of the other texts that an epoch shows, in (0, 1].
    batch_size : int
        Texts per step.
    seed : int
        With the epoch's number, decides the draw and the order.

    Examples
    --------
    >>> sampler = BucketSampler([5, 3, 4, 6], np.array([True, False, False, True]), 0.5, batch_size=2, seed=0)
    >>> len(sampler), {0, 3} <= set(sampler)
    (3, True)
    """

    def __init__(
        self,
        lengths: Sequence[int],
        positive: npt.NDArray[np.bool_],
        negative_share: float,
        batch_size: int,
        seed: int,
    ) -> None:
        self._lengths = lengths
        self._positive, self._negative = np.flatnonzero(positive), np.flatnonzero(~positive)
        self._n_negative = round(negative_share * len(self._negative))
        self._batch_size, self._seed, self._epoch = batch_size, seed, 0

    def __len__(self) -> int:
        """Return the number of texts in an epoch."""
        return len(self._positive) + self._n_negative

    def set_epoch(self, epoch: int) -> None:
        """Say which epoch comes next, as the Trainer does."""
        self._epoch = epoch

    def __iter__(self) -> Iterator[int]:
        """Iterate over positions of texts."""
        rng = np.random.default_rng((self._seed, self._epoch))
        drawn = rng.choice(self._negative, self._n_negative, replace=False)
        shown = np.sort(np.concatenate([self._positive, drawn])).tolist()
        generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
        lengths = [self._lengths[position] for position in shown]
        order = LengthGroupedSampler(self._batch_size, lengths=lengths, generator=generator)
        return iter([shown[place] for place in order])
