"""How long the parts of a run take: tried for a moment, where and as a sweep would do it."""

from __future__ import annotations

import itertools
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from eccles.errors import EcclesError
from eccles.sweeps.worker import Job, open_splits
from eccles.training.compiling import CompileClock
from eccles.training.config import TrainConfig
from eccles.training.context import computing, settled
from eccles.training.measures.measures import is_due
from eccles.training.prepare import prepare
from eccles.training.run import checkpoint
from eccles.training.run.folder import RunFolder
from eccles.training.samples import whole_batches
from eccles.training.tasks.task import Task

_WARM = 3
"""Batches that come first: they compile, and fill the caches."""

_FEW = 32
"""Samples that are tested first, to see how many more there is time for."""

_MEASURING = 2.0
"""Seconds after which no more measures are tried."""


class Trial(NamedTuple):
    """The seconds that parts of a run take, once everything is compiled.

    Attributes:
        building: to make the network and its optimizer, and to set its initial weights.
        training: to train on one sample.
        testing: to test one sample.
        keeping: to write an epoch's files.
        measures: to take each measure once, by its name.
        epochs: number of epochs of the run.
        trained_samples, tested_samples: number of samples that an epoch trains and tests on.
        compiling: seconds of compiling in this trial, or of reading what was compiled.
        anew: whether anything was compiled anew.
        ready: time of the machine's clock at which this process could have begun a second run, if
            it had compiled everything beforehand.
    """

    building: float
    training: float
    testing: float
    keeping: float
    measures: dict[str, float]
    epochs: int
    trained_samples: int
    tested_samples: int
    compiling: float
    anew: bool
    ready: float

    def seconds(self, every: Mapping[str, int], measures: Mapping[str, float]) -> float:
        """Return what the run takes in a worker that has done one before.

        Args:
            every: every how many epochs each measure is taken.
            measures: seconds that each takes.
        """
        epochs = self.epochs
        due = {
            name: sum(is_due(epoch, n, epochs) for epoch in range(-1, epochs))
            for name, n in every.items()
        }
        return (
            self.building
            + epochs * self.trained_samples * self.training
            + (epochs + 1) * (self.tested_samples * self.testing + self.keeping)
            + sum(due[name] * measures.get(name, 0.0) for name in due)
        )


@settled()
def attempt(jobs: list[Job], seconds: float) -> list[Trial | str]:
    """Try some runs in this process, and return what came of each: a trial, or what went wrong.

    Args:
        jobs: the runs. Measures may take as long as an epoch: once they took two seconds, the
            other runs go without.
        seconds: of training, for each.
    """
    found: list[Trial | str] = []
    left = _MEASURING
    for job in jobs:
        try:
            trial = _try(job, seconds, job.measure if left > 0 else {})
            left -= sum(trial.measures.values())
            found.append(trial)
        except EcclesError as error:
            found.append(str(error))
    return found


def _try(job: Job, seconds: float, measured: Mapping[str, int]) -> Trial:
    config = TrainConfig.model_validate(job.settings).resolved()
    splits = open_splits(config, job.data_dir)
    anew: list[None] = []
    with CompileClock(lambda: anew.append(None)) as clock:
        timed = partial(_timed, clock)
        task = prepare(config, splits)
        with computing(task.torch_threads):  # As a worker does.
            task.begin()
            size = config.batch()
            _train(task, size, lambda batches: batches == _WARM)
            task.evaluate(_first(task.samples.test, _FEW))
            ready = time.time() - clock.seconds
            training = _per_sample(task, size, timed, seconds)
            testing = _per_test(task, timed, seconds)
            keeping = _files(job, config, task, timed)
            snapshot = task.snapshot(0)
            each = {
                name: timed(partial(task.measures[name].measure, snapshot))
                for name in measured
                if name in task.measures
            }
        building = timed(lambda: prepare(config, splits).begin())
    samples = task.samples
    n_tested = len(samples.test) + len(samples.validation or ())
    n_trained = whole_batches(config, samples.train)
    return Trial(building, training, testing, keeping, each, config.epochs, n_trained, n_tested,
                 clock.seconds, bool(anew), ready + clock.seconds)  # fmt: skip


def _timed(clock: CompileClock, do: Callable[[], object]) -> float:
    """Return how long something takes, less what is compiled meanwhile."""
    began, compiled = time.perf_counter(), clock.seconds
    do()
    return time.perf_counter() - began - (clock.seconds - compiled)


def _train(task: Task, size: int, enough: Callable[[int], bool]) -> int:
    """Train on one batch after another until there were enough; return how many samples."""
    train_set, step = task.samples.train, task.steps(0)
    trained = 0
    for batch in itertools.count():
        if enough(batch):
            break
        first = batch * size % len(train_set)
        inputs, labels = train_set.batch(slice(first, first + size))
        step(inputs, labels, batch)
        trained += len(labels)
    return trained


def _per_sample(
    task: Task, size: int, timed: Callable[[Callable[[], object]], float], seconds: float
) -> float:
    ends = time.perf_counter() + seconds
    trained: list[int] = []

    def train() -> None:
        trained.append(
            _train(task, size, lambda batches: batches > 0 and time.perf_counter() > ends)
        )

    return timed(train) / trained[0]


def _per_test(task: Task, timed: Callable[[Callable[[], object]], float], seconds: float) -> float:
    """Return the seconds of a test sample, of as many as there is time for."""
    test = task.samples.test
    n = min(_FEW, len(test))
    while True:
        spent = timed(partial(task.evaluate, _first(test, n)))
        if n == len(test) or spent > seconds / 8:
            return spent / n
        n = min(8 * n, len(test))


def _first(data: Any, n: int) -> Any:
    return data.take(slice(0, n))


def _files(
    job: Job, config: Any, task: Task, timed: Callable[[Callable[[], object]], float]
) -> float:
    """Return the seconds of an epoch's files, in a folder that is gone afterwards."""
    save = partial(
        checkpoint.save,
        network=task.network,
        optimizer=task.optimizer,
        identity=job.identity,
        next_epoch=0,
        streams={},
    )
    with tempfile.TemporaryDirectory(prefix="eccles-trial-") as temporary:
        folder = RunFolder(Path(temporary), job.identity)
        with folder.held():
            folder.open(config, resume=False)
            rows: dict[str, list[dict[str, Any]]] = {"history": [], "classes": []}
            return timed(lambda: folder.keep(rows, save))
