"""The learning rate over a run: a linear warm-up, then a cosine to zero, or as it is."""

from __future__ import annotations

import math

import torch

from eccles.training.config import TrainConfig
from eccles.training.samples import Samples, whole_batches

_FIRST = 1e-7
"""Learning rate of the first update of a warm-up."""


def learning_rate(
    highest: float, update: int, warmup: int, updates: int, *, cosine: bool = True
) -> float:
    """Return the learning rate of an update, counted from 0.

    It rises in a straight line from 1e-7 to `highest` over `warmup` updates, then falls as

        highest (1 + cos(pi (update - warmup) / (updates - warmup))) / 2

    so that it would be zero after the last one. Source: Liu et al. 2026, arXiv 2509.23253.

    Args:
        highest: the highest learning rate.
        update: which update this is.
        warmup: updates of the warm-up.
        updates: all updates of the run, with the warm-up.
        cosine: whether it falls, or stays where the warm-up led it.
    """
    if update < warmup:
        return _FIRST + (highest - _FIRST) * update / warmup
    if not cosine:
        return highest
    through = (update - warmup) / max(1, updates - warmup)
    return 0.5 * highest * (1.0 + math.cos(math.pi * through))


class Schedule:
    """The learning rate of every update of a run.

    Args:
        config: the run's settings.
        samples: those of the run, whose batches are its updates.
    """

    def __init__(self, config: TrainConfig, samples: Samples) -> None:
        config = config.resolved()
        self._highest = config.lr or 0.0
        self._per_epoch = -(-whole_batches(config, samples.train) // config.batch())
        self._warmup = round((config.warmup or 0.0) * self._per_epoch)
        self._updates = config.epochs * self._per_epoch
        self._cosine = config.schedule == "cosine"
        self._varies = self._cosine or self._warmup > 0

    def set(self, optimizer: torch.optim.Optimizer, epoch: int, batch: int) -> None:
        """Give an optimizer the learning rate of a batch; one that never varies is left alone.

        A group of parameters that has `relative` gets that many times the rate.
        """
        if self._varies:
            number = epoch * self._per_epoch + batch
            rate = learning_rate(
                self._highest, number, self._warmup, self._updates, cosine=self._cosine
            )
            for group in optimizer.param_groups:
                group["lr"] = rate * group.get("relative", 1.0)
