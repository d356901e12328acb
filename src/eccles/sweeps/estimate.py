"""How long a study will take, from two seconds of training."""

from __future__ import annotations

import itertools
import random
import time
from pathlib import Path
from typing import Any, NamedTuple

from eccles.errors import EcclesError, RunError
from eccles.sweeps.plan import Plan, Planned
from eccles.training.context import computing, settled
from eccles.training.measures import check_measures
from eccles.training.prepare import check_at_hand, data_key, open_data, prepare
from eccles.training.trainee import Trainee

_SECONDS = 2.0
_REHEARSED = 200
_TRIED = 8


class Estimate(NamedTuple):
    """What a study will take, roughly: runs that spike more take longer.

    Attributes:
        sample_epochs: training samples times epochs, of the runs that are left.
        throughput: training samples a second, of one worker.
        workers: processes on this machine; a cluster has its own.
        seconds: to the end, with these workers.
    """

    sample_epochs: int
    throughput: float
    workers: int
    seconds: float


@settled()
def rehearse(
    plan: Plan, data_dir: Path | None = None, *, download: bool = True
) -> list[tuple[Any, Any]]:
    """Build what each value of each setting needs, so that what none accepts is named at once.

    Returns the data sets, the first run's first. Raises InputError as training would, and RunError
    for data that isn't on this machine unless it may be downloaded.
    """
    splits = {}
    seen: set[tuple[str, str]] = set()
    for run in plan.runs:
        new = {(name, repr(value)) for name, value in run.settings.items() if name != "seed"} - seen
        if (new or not seen) and len(seen) < _REHEARSED:
            seen |= new | {("", "")}
            config = plan.config(run)
            key = data_key(config)
            if key not in splits:
                if not download:
                    check_at_hand(config, data_dir)
                splits[key] = open_data(config, data_dir)
            trainee = prepare(config, splits[key])
            check_measures(plan.study.measure, trainee.measures)
    return list(splits.values())


@settled()
def estimate(plan: Plan, left: list[Planned], slots: int, splits: tuple[Any, Any]) -> Estimate:
    """Train for two seconds, of runs from all over the plan, and reckon from that.

    Testing, before training and after every epoch, is reckoned by its share of the samples. Runs
    that fail take hardly any time, and are left out; where all do, what the last says is raised.
    """
    # At random, for every so manieth run may be of one cell.
    chosen = random.Random(0).sample(left, min(_TRIED, len(left)))
    trained, spent, tried, training, whole = 0, 0.0, 0, 0.0, 0.0
    timed, failure = 0, None
    for run in chosen:
        try:
            n, seconds = _train(plan, run, splits, _SECONDS / len(chosen))
        except EcclesError as error:
            failure = error
            continue
        timed += 1
        trained, spent = trained + n, spent + seconds
        # Seconds of this run: networks of one study may differ much in what a sample takes.
        each, epochs = seconds / n, plan.config(run).epochs
        tried += epochs * len(splits[0])
        training += each * epochs * len(splits[0])
        # Testing, before training too, runs forward only, which takes a third of the time.
        whole += each * (epochs * len(splits[0]) + (epochs + 1) * len(splits[1]) / 3)
    if not timed:
        raise RunError(f"the runs that were tried fail: {failure}")
    if "epochs" in plan.study.varied:
        sample_epochs = sum(plan.config(run).epochs for run in left) * len(splits[0])
    else:
        sample_epochs = plan.config(left[0]).epochs * len(splits[0]) * len(left)
    seconds = whole / timed * len(left) / slots
    # Networks that aren't trained have no mix of theirs to weigh.
    throughput = tried / training if tried else trained / spent
    return Estimate(sample_epochs, throughput, slots, seconds)


def _train(plan: Plan, run: Planned, splits: tuple[Any, Any], seconds: float) -> tuple[int, float]:
    config = plan.config(run).resolved()
    trainee = prepare(config, splits)
    with computing(trainee.torch_threads):  # As a worker does.
        return _timed(trainee, config.batch(), seconds)


def _timed(trainee: Trainee, size: int, seconds: float) -> tuple[int, float]:
    trainee.begin()
    train_set, step = trainee.samples.train, trainee.steps(0)
    trained, began = 0, None
    for batch in itertools.count():
        first = batch * size % len(train_set)
        inputs, labels = train_set.batch(slice(first, first + size))
        step(inputs, labels, batch)
        # The first batches compile, and warm the caches.
        if batch == 2:
            began = time.perf_counter()
        elif began is not None:
            trained += len(labels)
            if time.perf_counter() - began > seconds:
                break
    assert began is not None
    return trained, time.perf_counter() - began
