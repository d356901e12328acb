"""What the training loop asks of a network and its samples, whatever kind they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from eccles.training.measures.groups import Measure
from eccles.training.measures.snapshot import Snapshot
from eccles.training.samples import Samples

BatchStep = Callable[[Any, Tensor, int], float]
"""Takes a batch's inputs, its labels and its number; returns the loss before the update."""


class Evaluated(Protocol):
    """How a network did on a data set."""

    @property
    def accuracy(self) -> float:
        """Share of all samples that were recognised."""
        ...

    def summary(self) -> dict[str, Any]:
        """Return an epoch's measures over all classes; "accuracy" is among them."""
        ...

    def rows(self, classes: tuple[str, ...]) -> list[dict[str, Any]]:
        """Return a row a class."""
        ...


class Task(Protocol):
    """A network, the samples it learns from, and how it learns."""

    @property
    def network(self) -> nn.Module:
        """What is trained."""
        ...

    @property
    def optimizer(self) -> torch.optim.Optimizer:
        """What updates its parameters; both are kept in checkpoints."""
        ...

    @property
    def samples(self) -> Samples:
        """Samples to train, choose and test on."""
        ...

    @property
    def measures(self) -> Mapping[str, Measure]:
        """Measures that can be asked for, by name."""
        ...

    @property
    def engine(self) -> str:
        """What computes it: what "auto" became."""
        ...

    @property
    def torch_threads(self) -> int:
        """Threads that torch may use."""
        ...

    @property
    def remedy(self) -> str:
        """What to try where numbers aren't finite any more."""
        ...

    def begin(self) -> None:
        """Make the network ready for its first epoch; not called where a checkpoint goes on."""
        ...

    def steps(self, epoch: int) -> BatchStep:
        """Return the training step of an epoch."""
        ...

    def evaluate(self, data: Any) -> Evaluated:
        """Run the network over a data set, and count."""
        ...

    def snapshot(self, epoch: int) -> Snapshot:
        """Return what measures look at after an epoch."""
        ...

    def facts(self) -> dict[str, Any]:
        """Return what "auto" became, for the record."""
        ...

    def title(self) -> str:
        """Return what is trained in a few words, for people."""
        ...
