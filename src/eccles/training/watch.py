"""What a training loop calls while it runs; a display or a logger implements it."""

from __future__ import annotations

import logging
from typing import Any, Protocol, runtime_checkable

from eccles.training.config import TrainConfig
from eccles.training.tasks.task import Task


@runtime_checkable
class Watcher(Protocol):
    """The methods that the loop calls; nothing that they do changes the run."""

    def started(self, config: TrainConfig, task: Task, next_epoch: int) -> None:
        """Called once, before the epoch `next_epoch`: the first, or where a run goes on."""
        ...

    def compiling(self) -> None:
        """Called at most once, when a kernel must be compiled first, which takes a while."""
        ...

    def advanced(self, epoch: int, done: int, samples: int) -> None:
        """Called after each batch of `epoch`: `done` of its `samples` have been trained on."""
        ...

    def measured(self, row: dict[str, Any]) -> None:
        """Called at the end of an epoch, with its row of the history."""
        ...

    def warned(self, sentence: str) -> None:
        """Called with a sentence as soon as the epochs so far show that a network can't learn."""
        ...


class Unwatched:
    """A watcher that does nothing."""

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


class Logged(Unwatched):
    """A watcher that logs what is wrong, for a caller in Python who has none of their own."""

    def warned(self, sentence: str) -> None:
        """Log the sentence, which Python prints on stderr unless it is told otherwise."""
        logging.getLogger("eccles").warning("train: %s", sentence)
