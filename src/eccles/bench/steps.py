"""Training steps of the network of Kilgore et al. 2025, by everything that can compute them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import torch
from torch import Tensor

from eccles import functional
from eccles.bench import peers
from eccles.bench.timing import Timing, interleaved
from eccles.bench.workload import UPDATE_NOISE, Workload, training_step
from eccles.devices import Device, preset
from eccles.engines import DenseEngine
from eccles.engines.event.engine import EventEngine
from eccles.nn.shallow import EINetwork
from eccles.training.measures.evaluation import evaluate

Step = Callable[[], float]

DENSE = "dense equations, autograd"
READY = "dense equations, rasters ready"
EVENT = "event engine"
NOISE = "event engine, update noise"
DEVICES = {
    f"event engine, device {device.rule}": device
    for device in (
        Device(rule="constant", dw_min=0.002, dw_min_dtod=0.3, b_max_dtod=0.3, cycle=0.3),
        preset("ecram"),
        Device(rule="soft_bounds", dw_min=0.002, dw_min_dtod=0.3, b_max_dtod=0.3, cycle=0.3),
        preset("reram-es"),
    )
}
"""What holds the weights, by the names of their rows: a device of each rule with a goal."""

SNNTORCH = "snntorch"
JAX = "JAX scan"

ALL = (DENSE, READY, EVENT, NOISE, *DEVICES)
"""Eccles's own contenders."""

_SAME = 1e-5
"""Relative difference of losses up to which two contenders compute the same thing, unless a
spike that rounding moves is to be expected."""

_ALIKE = 1e-2
"""The same after an update. Rounding may move a spike there, which a wrong gradient dwarfs."""

_READY_BATCHES = 2


@dataclass(frozen=True)
class Row:
    """One contender's training step.

    Attributes:
        name: what computes it.
        threads: threads it uses, or None where it chooses itself.
        losses: its losses on the first two batches.
        timing: None where it isn't timed.
        note: why it isn't, or what the loss says; empty otherwise.
    """

    name: str
    threads: int | None
    losses: tuple[float, ...]
    timing: Timing | None
    note: str


@dataclass(frozen=True)
class Group:
    """All contenders at one level of activity.

    Attributes:
        name: which weights the network has.
        rate_hz: mean firing rate of the hidden neurons on the batches, before a step.
        rows: a row a contender.
    """

    name: str
    rate_hz: float
    rows: tuple[Row, ...]

    def timing(self, name: str, threads: int | None) -> Timing | None:
        """Return the timing of a contender, or None where it has none."""
        found = (row.timing for row in self.rows if (row.name, row.threads) == (name, threads))
        return next(found, None)


def measure(
    name: str,
    work: Workload,
    *,
    threads: int,
    rounds: int,
    turn: float,
    with_peers: bool = True,
    own: Collection[str] = ALL,
    same: float = _SAME,
) -> Group:
    """Time a training step of every contender on the same work, in turns.

    A contender is timed only if its losses are those of the dense equations: the first one
    to `same`, and the second one, which depends on the gradients, to 1 %. Update noise is random
    to the rest, so that its second loss isn't held against it; devices have losses of their own.

    Args:
        name: name of the group.
        work: batches and weights.
        threads: threads of the contenders that use several.
        rounds: turns of each contender, after its first two steps.
        turn: the least time of a turn in seconds.
        with_peers: whether to run other libraries too.
        own: names of Eccles's own contenders, among them the dense equations.
        same: relative difference of first losses up to which two compute the same thing.
    """
    before = torch.get_num_threads()
    try:
        makers = _own(work, threads)
        steps = {key: make() for key, make in makers.items() if key[0] in own}
        absent = _add_peers(steps, work, threads) if with_peers else []
        # These two steps are the warm-up too.
        losses = {key: (step(), step()) for key, step in steps.items()}
        expected = losses[DENSE, 1]
        notes = {key: _note(key[0], losses[key], expected, same) for key in steps}
        timed = {_label(key): steps[key] for key in steps if not notes[key]}
        timings = interleaved(timed, rounds=rounds, warmup=0, turn=turn)
    finally:
        torch.set_num_threads(before)
    rows = [Row(*key, losses[key], timings.get(_label(key)), notes[key]) for key in steps]
    return Group(name, _rate_hz(work), (*rows, *absent))


Key = tuple[str, int | None]


def _own(work: Workload, threads: int) -> dict[Key, Callable[[], Step]]:
    """Return what makes the steps of Eccles's own contenders."""

    def dense(n: int) -> Callable[[], Step]:
        return lambda: training_step(work, engine=DenseEngine(), threads=n)

    def event(n: int) -> Callable[[], Step]:
        # The engine has threads of its own. Torch's would only wait for work, spinning, on the
        # cores that those need.
        return lambda: training_step(work, engine=EventEngine(n))

    def held(device: Device) -> Callable[[], Step]:
        return lambda: training_step(work, engine=EventEngine(), device=device)

    several = {threads} - {1}
    return {
        (DENSE, 1): dense(1),
        **{(DENSE, n): dense(n) for n in several},
        (READY, 1): lambda: _ready(work),
        (EVENT, 1): event(1),
        **{(EVENT, n): event(n) for n in several},
        (NOISE, 1): lambda: training_step(work, engine=EventEngine(), update_noise=UPDATE_NOISE),
        **{(name, 1): held(device) for name, device in DEVICES.items()},
    }


def _ready(work: Workload) -> Step:
    """Return the dense step without the cost of making batches dense."""
    rasters, labels = [], []
    # A raster takes 80 MB at the full size: two of them are enough to tell the time.
    for number in range(_READY_BATCHES):
        events, classes = work.batch(number)
        rasters.append(events.to_dense())
        labels.append(classes)

    def loss(network: EINetwork, number: int) -> Tensor:
        return functional.max_over_time_loss(network(rasters[number]), labels[number])

    return training_step(work, loss, n_batches=_READY_BATCHES)


def _add_peers(steps: dict[Key, Step], work: Workload, threads: int) -> list[Row]:
    """Add the steps of the libraries that are installed; return rows for the others."""
    makers: dict[Key, Callable[[], Step]] = {
        (SNNTORCH, threads): lambda: training_step(
            work, peers.snntorch_loss(work), threads=threads
        ),
        (JAX, None): lambda: peers.jax_step(work),
    }
    absent = []
    for key, make in makers.items():
        try:
            steps[key] = make()
        except ImportError:
            absent.append(Row(*key, (), None, peers.NOT_INSTALLED))
    return absent


def _note(name: str, losses: tuple[float, ...], expected: tuple[float, ...], same: float) -> str:
    if name in DEVICES:
        # Devices cut the first weights off at their bounds.
        return ""
    allowed = (same,) if name == NOISE else (same, _ALIKE)
    for got, wanted, most in zip(losses, expected, allowed, strict=False):
        if not abs(got - wanted) <= most * abs(wanted):
            return f"different: a loss of {got:.7g} where the dense equations have {wanted:.7g}"
    return ""


def _label(key: Key) -> str:
    return f"{key[0]}, {key[1]}"


def _rate_hz(work: Workload) -> float:
    samples = [index for batch in work.batches for index in batch.tolist()]
    return evaluate(work.network(EventEngine()), work.data.take(samples)).rate_hz
