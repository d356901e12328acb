"""The coordinator: keeps an executor busy with runs until each has a record."""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from contextlib import AbstractContextManager

from eccles.errors import EcclesError, RunError
from eccles.sweeps import record
from eccles.sweeps.executors import Workers
from eccles.sweeps.folder import StudyFolder
from eccles.sweeps.plan import Planned
from eccles.sweeps.watch import Progress, SweepWatcher
from eccles.sweeps.worker import Job, Outcome, execute, failed, now

_TICK = 0.25
_LOSSES = 3
"""A run that takes its worker with it so many times is the one to blame."""
_STORE_EVERY = 30.0
"""Seconds between two times that records are put into tables, at least."""
_GRACE = 8.0
"""Seconds that runs, and tables that are being made, have to stop at Ctrl-C."""

_STARTS = 2
"""Starts of workers that may end before one has taken a run."""

Open = Callable[[], AbstractContextManager[Workers]]


class Runner:
    """Runs that are waiting, under way and ended.

    Args:
        folder: the study's.
        job: makes a run ready to travel.
        planned: how many runs there are; those that `run` isn't asked for are known.
        known_failed: how many of the known ones failed.
        watch: whom to tell.
        store: called now and then while runs end, to put their records into tables.
    """

    def __init__(
        self,
        folder: StudyFolder,
        job: Callable[[Planned], Job],
        planned: int,
        known_failed: int,
        watch: SweepWatcher,
        store: Callable[[], object],
    ) -> None:
        self._folder = folder
        self._job = job
        self._planned = planned
        self._known = planned
        self._known_failed = known_failed
        self._watch = watch
        self._store = store
        self._waiting: deque[Planned] = deque()
        self._running: dict[Future[Outcome], Planned] = {}
        self._losses: Counter[str] = Counter()
        self._unstarted = 0
        self._status: Counter[str] = Counter()
        self._sample_epochs = 0
        self._busy_seconds = 0.0
        self._began = time.monotonic()
        self._slots = 1
        self._next_store = _STORE_EVERY
        self._storing: Future[None] | None = None
        self._store_began = 0.0

    @property
    def progress(self) -> Progress:
        """Where the study stands."""
        return Progress(
            self._planned,
            self._known,
            self._known_failed,
            self._status["done"],
            self._status["failed"],
            min(len(self._running), self._slots),
            self._sample_epochs,
            time.monotonic() - self._began,
            self._busy_seconds,
            self._slots,
        )

    def take(self, runs: Iterable[Planned]) -> None:
        """Make these the runs that wait; all others of the plan have ended."""
        self._waiting = deque(runs)
        self._known = self._planned - len(self._waiting) - self._status.total()

    def run(self, runs: Iterable[Planned], open_workers: Open) -> None:
        """Do the runs; an executor that breaks is opened anew.

        Raises what stops a study: a folder that can't be written, a cluster that is lost.
        """
        self.take(runs)
        try:
            self._do(open_workers)
            if self._storing is not None:
                self._storing.result()
        finally:
            # Tables under way become whole, and whoever makes them next does so alone.
            if self._storing is not None:
                wait([self._storing], timeout=_GRACE)

    def _do(self, open_workers: Open) -> None:
        """Do all runs that wait."""
        opened = 0
        while self._waiting:
            before = self._tried()
            with open_workers() as workers:
                try:
                    self._feed(workers)
                except BaseException:
                    self._stop()
                    raise
            if self._waiting and self._tried() == before:
                raise self._abandoned("workers that take no runs")
            opened += 1
            if self._waiting and opened == _LOSSES and not self._status.total():
                raise RunError(
                    f"sweep: workers must live until a run has ended, got {_LOSSES} starts in "
                    "which they died before; give the runs more memory, or take fewer --jobs"
                )

    def _tried(self) -> int:
        """Return how many runs have ended, lost their worker, or had one that couldn't start."""
        return self._status.total() + self._losses.total() + self._unstarted

    def _feed(self, workers: Workers) -> None:
        """Keep all workers busy until nothing is left, or the executor breaks."""
        while self._waiting or self._running:
            broken = False
            try:
                # A cluster that has gone may show at either: how many workers there are, or a run.
                self._slots = max(1, workers.slots())
                # One more each lies ready, so that no worker waits for us.
                most = 2 * self._slots
                while self._waiting and len(self._running) < (1 if self._suspects() else most):
                    run = self._waiting[0]
                    self._running[workers.executor.submit(execute, self._job(run))] = run
                    self._waiting.popleft()
            except EcclesError:
                raise
            except RuntimeError:
                broken = True  # A pool whose worker died takes no more.
            except Exception as error:
                reason = error.strerror if isinstance(error, OSError) else None
                raise self._abandoned(reason or type(error).__name__) from None
            ended, _ = wait(self._running, timeout=_TICK, return_when=FIRST_COMPLETED)
            if not workers.started() and any(map(_broken, ended)):
                self._start_anew()
                return
            lost = [future for future in ended if not self._end(future)]
            self._watch.passed(self.progress)
            self._store_at_times()
            if (broken or lost) and not self._usable(workers):
                self._give_back()
                return

    def _start_anew(self) -> None:
        """Put back the runs of workers that ended while they started: no run is to blame.

        One of them may have been killed; where it happens again, they can't start.
        """
        self._unstarted += 1
        if self._unstarted == _STARTS:
            raise RunError(
                "sweep: worker processes must start, got ones that ended before they took a "
                "run; what they said stands above; see that memory, processes and open files "
                "suffice (ulimit -a)"
            )
        wait(self._running)
        self._waiting.extendleft(reversed(self._running.values()))
        self._running.clear()

    def _suspects(self) -> bool:
        """Return whether the next run, or one under way, has lost all its tries but one.

        A worker that dies takes the runs of the others with it. So the last try is made alone,
        where no other run can be to blame.
        """
        near = [*self._running.values(), *itertools.islice(self._waiting, 1)]
        return any(self._losses[run.identity] == _LOSSES - 1 for run in near)

    def _end(self, future: Future[Outcome]) -> bool:
        """Take note of a run that came back; return False if its worker was lost."""
        run = self._running.pop(future)
        try:
            outcome = future.result()
        except EcclesError:
            raise
        except CancelledError as error:
            # Not by us: whoever did the runs has gone.
            raise self._abandoned(type(error).__name__) from None
        except Exception as error:
            self._lose(run, error)
            return False
        if outcome.status == "dropped":
            raise RunError(
                f"sweep: {self._folder.path} must be left to this command, got its runs stopped "
                "by another; the same command goes on"
            )
        self._note(run, outcome)
        return True

    def _abandoned(self, got: str) -> RunError:
        return RunError(
            f"sweep: the workers must stay reachable, got {got}; the same command goes on"
        )

    def _note(self, run: Planned, outcome: Outcome) -> None:
        self._status[outcome.status] += 1
        self._sample_epochs += outcome.sample_epochs
        self._busy_seconds += outcome.seconds
        self._watch.ended(run, outcome, self.progress)

    def _lose(self, run: Planned, error: BaseException) -> None:
        """Put a run whose worker died back, unless that happened to it before."""
        reason = f"its worker died ({type(error).__name__})"
        self._losses[run.identity] += 1
        if self._losses[run.identity] < _LOSSES:
            self._watch.lost(run, reason)
            # At the end: if it is to blame, the others come first.
            self._waiting.append(run)
            return
        said = f"sweep: {reason} {_LOSSES} times; it may need more memory than there is"
        lost = failed(self._job(run), said, None, 0.0, now())
        record.write(self._folder.records, lost)
        self._note(run, Outcome(run.identity, "failed", error=said))

    def _usable(self, workers: Workers) -> bool:
        """Return whether an executor still takes work: a broken process pool doesn't."""
        try:
            workers.executor.submit(int)
        except RuntimeError:
            return False
        except Exception as error:
            raise self._abandoned(type(error).__name__) from None
        return True

    def _give_back(self) -> None:
        """Let what a broken executor still holds end, and put its runs back."""
        wait(self._running)
        for future in list(self._running):
            self._end(future)

    def _store_at_times(self) -> None:
        """Let tables be made now and then, beside the runs: they may be large."""
        elapsed = time.monotonic() - self._began
        if self._storing is not None and self._storing.done():
            self._storing.result()
            self._storing = None
            # However long a study, its tables take a twentieth of the time at most.
            self._next_store = elapsed + max(_STORE_EVERY, 20 * (elapsed - self._store_began))
        elif self._storing is None and elapsed > self._next_store:
            self._storing, self._store_began = Future(), elapsed
            threading.Thread(target=self._put, args=(self._storing,), daemon=True).start()

    def _put(self, done: Future[None]) -> None:
        try:
            self._store()
        except BaseException as error:
            done.set_exception(error)
        else:
            done.set_result(None)

    def _stop(self) -> None:
        """Give the runs under way a moment to stop; what they did is stored."""
        self._folder.unwanted()
        with contextlib.suppress(KeyboardInterrupt):
            for future in self._running:
                future.cancel()
            wait(self._running, timeout=_GRACE)


def _broken(future: Future[Outcome]) -> bool:
    return not future.cancelled() and isinstance(future.exception(), BrokenExecutor)
