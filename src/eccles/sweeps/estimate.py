"""How long a study will take, from trials of some of its runs."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

from eccles.errors import RunError
from eccles.sweeps.executors import local
from eccles.sweeps.plan import Plan, Planned, naming
from eccles.sweeps.trial import Trial, attempt
from eccles.sweeps.worker import Job
from eccles.training.context import settled
from eccles.training.measures.measures import check_measures
from eccles.training.prepare import check_at_hand, data_key, open_data, prepare

_SECONDS = 2.0
_REHEARSED = 200
_TRIED = 8

_QUICKER, _SLOWER = 0.75, 1.6
"""How far off what is reckoned may be: networks get more active, or less, as they learn, and a
machine has other things to do."""


class Estimate(NamedTuple):
    """What a study will take, roughly.

    Attributes:
        sample_epochs: training samples times epochs, of the runs that are left.
        throughput: training samples a second, of one worker.
        workers: processes on this machine; a cluster has its own.
        seconds: to the end, with these workers: all that runs do, and `starting`.
        least, most: the range in which the end is to be expected.
        starting: seconds in which workers import and compile what they need and open the data, and
            those in which they end.
        measuring: seconds that a run's measures take.
    """

    sample_epochs: int
    throughput: float
    workers: int
    seconds: float
    least: float
    most: float
    starting: float
    measuring: float


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
        cell = {name: value for name, value in run.settings.items() if name != "seed"}
        new = {(name, repr(value)) for name, value in cell.items()} - seen
        if (new or not seen) and len(seen) < _REHEARSED:
            seen |= new | {("", "")}
            config = plan.config(run)
            key = data_key(config)
            if key not in splits:
                if not download:
                    check_at_hand(config, data_dir)
                with naming(cell) if "data" in cell else nullcontext():
                    splits[key] = open_data(config, data_dir)
            with naming(cell):
                task = prepare(config, splits[key])
            check_measures(plan.study.measure, task.measures)
    return list(splits.values())


def estimate(
    plan: Plan,
    left: list[Planned],
    slots: int,
    job: Callable[[Planned], Job],
    began: float | None = None,
) -> Estimate:
    """Estimate how long runs take, from trials of some of them in as many workers as a sweep has.

    A trial that fails takes hardly any time, and isn't counted. Where all fail, the last one's
    error is raised.

    Args:
        plan: all runs.
        left: those to reckon, one at least.
        slots: workers.
        job: what a worker needs of a run.
        began: when what a sweep does began, on the machine's clock (default: now).
    """
    # At random, since runs at regular intervals may all be of one cell.
    chosen = random.Random(0).sample(left, min(_TRIED, len(left)))
    at_once = min(slots, len(left))
    shares = [share for k in range(at_once) if (share := chosen[k::at_once])]
    began = time.time() if began is None else began
    with local(len(shares)) as workers:
        waiting = [
            workers.executor.submit(attempt, [job(run) for run in share], _SECONDS / len(share))
            for share in shares
        ]
        found = [each for one in waiting for each in one.result()]
        ended = time.time()
    ending = time.time() - ended
    tried = [each for each in found if isinstance(each, Trial)]
    if not tried:
        raise RunError(f"the runs that were tried fail: {found[-1]}")
    return reckoned(plan, left, slots, tried, began - ending)


def reckoned(
    plan: Plan, left: list[Planned], slots: int, tried: list[Trial], began: float
) -> Estimate:
    """Return what runs will take, from the trials of some."""
    every = plan.study.measure
    measures = {
        name: mean([each.measures[name] for each in tried if name in each.measures] or [0.0])
        for name in every
    }
    a_run = mean([each.seconds(every, measures) for each in tried])
    measuring = a_run - mean([each.seconds({}, {}) for each in tried])
    # Each worker's first trial; the later ones find all compiled.
    first = min(tried, key=lambda each: each.ready)
    starting = first.ready - began
    # What a trial compiles anew is kept for the sweep, where files can be.
    kept = starting - (first.compiling if first.anew else 0.0)
    at_once = min(slots, len(left))
    # Networks that aren't trained have no mix of theirs to weigh.
    shares = [each.epochs * each.trained_samples for each in tried]
    if not any(shares):
        shares = [1] * len(tried)
    spent = sum(n * each.training for n, each in zip(shares, tried, strict=True))
    return Estimate(
        sample_epochs=_sample_epochs(plan, left, tried[0].trained_samples),
        throughput=sum(shares) / spent,
        workers=slots,
        seconds=kept + a_run * len(left) / at_once,
        least=_QUICKER * (kept + a_run * len(left) / at_once),
        # The last runs may leave some workers without any.
        most=_SLOWER * (starting + a_run * -(-len(left) // at_once)),
        starting=starting,
        measuring=measuring,
    )


def _sample_epochs(plan: Plan, left: list[Planned], samples: int) -> int:
    if "epochs" in plan.study.varied:
        return sum(plan.config(run).epochs for run in left) * samples
    return plan.config(left[0]).epochs * samples * len(left)
