"""How long a study will take, from two seconds of training."""

from __future__ import annotations

import itertools
import random
import time
from pathlib import Path
from typing import NamedTuple

from eccles import data
from eccles.data.dataset import Splits
from eccles.sweeps.plan import Plan, Planned
from eccles.training.build import build_network, build_optimizer, build_step
from eccles.training.measures import check_measures
from eccles.training.samples import divide

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


def rehearse(plan: Plan, data_dir: Path | None = None) -> list[Splits]:
    """Build what each value of each setting needs, so that what none accepts is named at once.

    Returns the data sets, the first run's first. Raises InputError as training would.
    """
    check_measures(plan.study.measure)
    splits = {}
    seen: set[tuple[str, str]] = set()
    for run in plan.runs:
        new = {(name, repr(value)) for name, value in run.settings.items() if name != "seed"} - seen
        if (new or not seen) and len(seen) < _REHEARSED:
            seen |= new | {("", "")}
            config = plan.config(run)
            key = (config.data, config.binning())
            if key not in splits:
                splits[key] = data.load(config.data, data_dir, config.binning())
            train_set = divide(config, splits[key]).train
            build_optimizer(config, build_network(config, train_set))
    return list(splits.values())


def estimate(plan: Plan, left: list[Planned], slots: int, splits: Splits) -> Estimate:
    """Train for two seconds, of runs from all over the plan, and reckon from that.

    Testing after every epoch is reckoned by its share of the samples.
    """
    # At random, for every so manieth run may be of one cell.
    chosen = random.Random(0).sample(left, min(_TRIED, len(left)))
    trained, spent = 0, 0.0
    for run in chosen:
        n, seconds = _train(plan, run, splits, _SECONDS / len(chosen))
        trained, spent = trained + n, spent + seconds
    epochs = plan.config(left[0]).epochs if "epochs" not in plan.study.varied else None
    per_run = len(splits.train)
    if epochs is None:
        sample_epochs = sum(plan.config(run).epochs for run in left) * per_run
    else:
        sample_epochs = epochs * per_run * len(left)
    throughput = trained / spent
    # Testing runs forward only, which takes a third of the time.
    tested = sample_epochs * (1 + len(splits.test) / len(splits.train) / 3)
    return Estimate(sample_epochs, throughput, slots, tested / throughput / slots)


def _train(plan: Plan, run: Planned, splits: Splits, seconds: float) -> tuple[int, float]:
    config = plan.config(run).resolved()
    train_set = divide(config, splits).train
    network = build_network(config, train_set)
    step = build_step(config, network, build_optimizer(config, network))
    trained, began = 0, None
    for batch in itertools.count():
        first = batch * config.batch() % len(train_set)
        events, labels = train_set.batch(slice(first, first + config.batch()))
        step(events, labels, 0, batch)
        # The first batches compile, and warm the caches.
        if batch == 2:
            began = time.perf_counter()
        elif began is not None:
            trained += len(labels)
            if time.perf_counter() - began > seconds:
                break
    assert began is not None
    return trained, time.perf_counter() - began
