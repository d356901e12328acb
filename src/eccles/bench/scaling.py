"""How the cost of a training step grows with samples, with events and with hidden neurons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch

from eccles import seeds
from eccles.bench.timing import Timing, interleaved
from eccles.bench.workload import Workload, training_step
from eccles.data.spikes.dataset import SpikeDataset
from eccles.engines.event.engine import EventEngine
from eccles.events import SpikeEvents

_FACTORS = (0.25, 0.5, 1.0, 2.0, 4.0)
_HIDDEN = (50, 100, 200, 400, 800)


@dataclass(frozen=True)
class Scale:
    """A training step of one size, by the event engine with one thread.

    Attributes:
        quantity: what grows: samples, events a sample, or hidden neurons.
        amount: how much of it there is.
        timing: of the step.
        relative: time for one unit of the quantity, relative to the smallest size. It stays at 1
            where the cost grows in proportion, and falls where it grows more slowly.
    """

    quantity: str
    amount: float
    timing: Timing
    relative: float


@dataclass(frozen=True)
class _Size:
    quantity: str
    amount: float
    work: Workload


def measure(data: SpikeDataset, *, batch_size: int, rounds: int, turn: float) -> tuple[Scale, ...]:
    """Time a training step over sizes, in turns, where all but one quantity stay equal.

    The others are a batch of `batch_size` samples, the samples' own events, 100 hidden neurons.

    Args:
        data: real samples.
        batch_size: samples of a batch; where they vary, from a quarter to four times as many.
        rounds: turns of each size; one more is thrown away.
        turn: the least time of a turn in seconds.
    """
    sizes = list(_sizes(data, batch_size))
    tasks = {str(k): training_step(size.work, engine=EventEngine()) for k, size in enumerate(sizes)}
    before = torch.get_num_threads()
    try:
        timings = list(interleaved(tasks, rounds=rounds, turn=turn).values())
    finally:
        torch.set_num_threads(before)
    scales: list[Scale] = []
    first: dict[str, float] = {}
    for size, timing in zip(sizes, timings, strict=True):
        cost = timing.median / size.amount
        relative = cost / first.setdefault(size.quantity, cost)
        scales.append(Scale(size.quantity, size.amount, timing, relative))
    return tuple(scales)


def _sizes(data: SpikeDataset, batch_size: int) -> Iterator[_Size]:
    for factor in _FACTORS:
        n = max(1, round(factor * batch_size))
        yield _Size("samples", n, Workload.of(data, n))
    base = Workload.of(data, batch_size)
    own = data.take(np.unique(np.concatenate(base.batches)))
    for factor in _FACTORS:
        events = with_events(own.events, factor)
        # Input weights change inversely, so that the hidden neurons stay about as active: more
        # spikes would cost something too.
        work = Workload.of(replace(own, events=events), batch_size, w1_std=0.001 / factor)
        yield _Size("events a sample", events.n_events / len(events), work)
    for n in _HIDDEN:
        work = Workload.of(data, batch_size, n_hidden=n)
        yield _Size("hidden neurons", n, work)


def with_events(events: SpikeEvents, factor: float) -> SpikeEvents:
    """Return samples with `factor` times as many events.

    Below 1 a random choice of a sample's own events stays. Above, the events of the next samples
    are joined to them, so that they are as real and as scattered; `factor` is then whole.
    """
    random = seeds.stream(0, "bench events")
    steps, units, ends = [], [], []
    total = 0
    for b in range(len(events)):
        sources = [events[[(b + k) % len(events)]] for k in range(max(1, int(factor)))]
        mine = np.concatenate([np.arange(s.begins[0], s.ends[0]) for s in sources])
        if factor < 1:
            mine = mine[random.random(len(mine)) < factor]
        mine = mine[np.argsort(events.steps[mine], kind="stable")]
        steps.append(events.steps[mine])
        units.append(events.units[mine])
        total += len(mine)
        ends.append(total)
    offsets = np.array([0, *ends], np.int64)
    return replace(
        events,
        begins=offsets[:-1],
        ends=offsets[1:],
        steps=np.concatenate(steps),
        units=np.concatenate(units),
        counts=None,
    )
