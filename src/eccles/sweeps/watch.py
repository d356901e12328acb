"""What a sweep calls while it runs; a display implements it."""

from __future__ import annotations

from typing import NamedTuple, Protocol, runtime_checkable

from eccles.sweeps.plan import Plan, Planned
from eccles.sweeps.worker import Outcome


class Progress(NamedTuple):
    """Where a sweep stands.

    Attributes:
        planned: runs of the plan, or of its share.
        known: those that had ended before this start.
        known_failed: those of them that failed, as far as the tables know.
        done, failed: those that ended since.
        running: those that are under way.
        sample_epochs: training samples times epochs, of the runs done since.
        seconds: since the start.
        busy_seconds: what the runs that ended since took, each by itself.
        slots: runs that can be done at once.
    """

    planned: int
    known: int
    known_failed: int
    done: int
    failed: int
    running: int
    sample_epochs: int
    seconds: float
    busy_seconds: float
    slots: int

    @property
    def left(self) -> int:
        """Runs that haven't ended."""
        return self.planned - self.known - self.done - self.failed

    @property
    def throughput(self) -> float:
        """Training samples times epochs a second, since the start."""
        return self.sample_epochs / self.seconds if self.seconds else 0.0

    @property
    def eta(self) -> float | None:
        """Seconds to the end, if runs go on as they did; None before the first has ended."""
        ended = self.done + self.failed
        if not ended:
            return None
        return self.left * (self.busy_seconds / ended) / self.slots


@runtime_checkable
class SweepWatcher(Protocol):
    """The methods that the coordinator calls; nothing that they do changes a run."""

    def planned(self, plan: Plan, progress: Progress) -> None:
        """Called once, before the first run starts."""
        ...

    def ended(self, run: Planned, outcome: Outcome, progress: Progress) -> None:
        """Called when a run has been done or has failed."""
        ...

    def lost(self, run: Planned, reason: str) -> None:
        """Called when a run's worker has died; the run is done again."""
        ...

    def passed(self, progress: Progress) -> None:
        """Called several times a second, whether anything happened or not."""
        ...


class Unwatched:
    """A watcher that does nothing."""

    def planned(self, plan: Plan, progress: Progress) -> None:
        """Do nothing."""

    def ended(self, run: Planned, outcome: Outcome, progress: Progress) -> None:
        """Do nothing."""

    def lost(self, run: Planned, reason: str) -> None:
        """Do nothing."""

    def passed(self, progress: Progress) -> None:
        """Do nothing."""
