"""What a training loop tells whoever watches it; a display or a logger implements it."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from eccles.training.config import TrainConfig
from eccles.training.tasks.task import Task


@runtime_checkable
class Watcher(Protocol):
    """Called by the loop, in this order; nothing that it does changes the run."""

    def started(self, config: TrainConfig, task: Task, next_epoch: int) -> None:
        """Training begins, or goes on, with this epoch."""
        ...

    def compiling(self) -> None:
        """Kernels are compiled, which takes a while; called once at most, at any moment."""
        ...

    def advanced(self, epoch: int, done: int, samples: int) -> None:
        """So many of an epoch's samples are done."""
        ...

    def measured(self, row: dict[str, Any]) -> None:
        """An epoch ended with this row of the history."""
        ...

    def warned(self, sentence: str) -> None:
        """What the epochs so far tell of a network that can't learn."""
        ...


class Unwatched:
    """A watcher that looks away."""

    def started(self, config: TrainConfig, task: Task, next_epoch: int) -> None:
        """Do nothing."""

    def compiling(self) -> None:
        """Do nothing."""

    def advanced(self, epoch: int, done: int, samples: int) -> None:
        """Do nothing."""

    def measured(self, row: dict[str, Any]) -> None:
        """Do nothing."""

    def warned(self, sentence: str) -> None:
        """Do nothing."""
