"""Networks of several layers, with recurrence and of other neurons: events beside dense equations.

Each shape starts at a given rate: its input weights are scaled until its neurons fire at it. Both
contenders then take the same step: loss, gradients, plain gradient descent, Dale's principle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import torch

from eccles.bench import recurrent_peers as peers
from eccles.bench.spoken import spoken_shape
from eccles.bench.timing import Timing, interleaved
from eccles.data.spikes.dataset import SpikeDataset
from eccles.engines import EngineName
from eccles.errors import RunError
from eccles.network import Network, layered
from eccles.nn.spiking import SpikingNetwork

_LEARNING_RATE = 1e-4
"""So small that the networks stay about as active for a few steps."""

_SAME = 1e-3
"""Relative difference of first losses: rounding may move a spike or two of some ten thousand."""

_HALVINGS = 20
_EPOCH = 8156
"""Training samples of the Spiking Heidelberg Digits."""


@dataclass(frozen=True)
class Shape:
    """A network and the batch that it is timed on.

    Attributes:
        name: inputs, neurons and classes, and what is special.
        network: the network.
        data: samples, of which the first make the batch.
        batch_size: samples of the batch.
        rate_hz: rate of its neurons.
        goal: name of the goal for dense / event.
    """

    name: str
    network: Network
    data: SpikeDataset
    batch_size: int
    rate_hz: float
    goal: str


@dataclass(frozen=True)
class Row:
    """What a shape came to.

    Attributes:
        name: the shape's name, with its batch.
        rate_hz: the measured rate before the first step.
        dense, event, several: timings of a step by either engine with one thread, and by the event
            engine with several.
        epoch: seconds that 8,156 samples would take so, or None where they'd be of other data.
        goal: name of the goal for dense / event.
        peers: timings in other libraries, by name, of those that are installed.
    """

    name: str
    rate_hz: float
    dense: Timing
    event: Timing
    several: Timing | None
    epoch: float | None
    goal: str
    peers: dict[str, Timing] = field(default_factory=dict)


def shapes(images: SpikeDataset, *, small: bool = False) -> Iterator[Shape]:
    """Return the shapes that are timed, on images and on events like those of spoken digits."""
    few, batch = (16, 16) if small else (256, 64)
    one = layered((100,), recurrent=True)
    yield Shape("784-100 recurrent-10", one, images, few, 10.0, "network over dense")
    two = layered((100, 100))
    yield Shape("784-100-100-10", two, images, few, 10.0, "network over dense")
    digits = spoken_shape(batch, counts=True, n_steps=250)
    wide = layered((256,), ei="3:1", recurrent=True)
    name = "700-256 recurrent-20, 250 steps"
    yield Shape(name, wide, digits, batch, 20.0, "spoken network over dense")
    longer = spoken_shape(batch, counts=True, n_steps=350)
    for neuron in ("conductance", "adaptive"):
        own = layered((160,), recurrent=True, neuron=neuron)
        name = f"700-160 recurrent-20, 350 steps, {neuron}"
        yield Shape(name, own, longer, batch, 20.0, "other neurons over dense")


def measure(
    images: SpikeDataset,
    *,
    threads: int,
    rounds: int,
    turn: float,
    small: bool = False,
    with_peers: bool = True,
) -> tuple[Row, ...]:
    """Time a training step of every shape by both engines, in turns.

    Args:
        images: samples of images.
        threads: threads of the event engine where it has several.
        rounds, turn: as `eccles.bench.timing.interleaved` takes them.
        small: a few samples, to see that it works.
        with_peers: whether to time other libraries too, where they are installed.

    Raises RunError where the engines' losses differ.
    """
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        return tuple(
            _row(each, threads, rounds, turn, with_peers) for each in shapes(images, small=small)
        )
    finally:
        torch.set_num_threads(before)


def _row(shape: Shape, threads: int, rounds: int, turn: float, with_peers: bool) -> Row:
    factor, rate = _at_rate(shape)
    contenders: dict[str, tuple[EngineName, int]] = {"dense": ("dense", 1), "event": ("event", 1)}
    if threads > 1:
        contenders["several"] = ("event", threads)
    steps = {name: _step(shape, factor, *each) for name, each in contenders.items()}
    others = _peers(shape, factor) if with_peers else {}
    steps |= others
    losses = {name: step() for name, step in steps.items()}
    for name, loss in losses.items():
        if not abs(loss - losses["dense"]) < _SAME * losses["dense"]:
            raise RunError(
                f"bench: {shape.name} must have the same loss by all, got {loss:.7g} "
                f"({name}) and {losses['dense']:.7g}"
            )
    timings = interleaved(steps, rounds=rounds, warmup=0, turn=turn)
    several = timings.get("several")
    spoken = shape.data.events.n_units == 700
    fastest = several or timings["event"]
    epoch = fastest.median * _EPOCH / shape.batch_size if spoken else None
    return Row(
        f"{shape.name}, batch {shape.batch_size}",
        rate,
        timings["dense"],
        timings["event"],
        several,
        epoch,
        shape.goal,
        {name: timings[name] for name in others},
    )


def _peers(shape: Shape, factor: float) -> dict[str, Callable[[], float]]:
    """Return the training steps of the other libraries that are installed and have such a layer."""
    found: dict[str, Callable[[], float]] = {}
    events, labels = shape.data.batch(slice(0, shape.batch_size))
    for name, make in {"snntorch": peers.snntorch_step, "JAX scan": peers.jax_step}.items():
        network = _network(shape, factor, "dense", 1)
        if peers.takes(network):
            with suppress(ImportError):
                found[name] = make(network, events, labels, _LEARNING_RATE)
    return found


def _network(shape: Shape, factor: float, engine: EngineName, threads: int) -> SpikingNetwork:
    events = shape.data.events
    network = SpikingNetwork(
        shape.network,
        events.n_units,
        shape.data.n_classes,
        dt=events.dt,
        engine=engine,
        threads=threads,
    )
    with torch.no_grad():
        for name, weight in network.matrices.items():
            if name.startswith("input->"):
                weight.mul_(factor)
    return network


def _at_rate(shape: Shape) -> tuple[float, float]:
    """Return what to scale the input weights by, and the rate that is then measured."""
    events, _ = shape.data.batch(slice(0, shape.batch_size))
    low, high, rate = 1e-3, 1e3, 0.0
    for _ in range(_HALVINGS):
        factor = (low * high) ** 0.5
        network = _network(shape, factor, "event", 1)
        fired = network.respond(events).spike_counts.double().mean()
        rate = float(fired) / (events.n_steps * events.dt)
        low, high = (factor, high) if rate < shape.rate_hz else (low, factor)
    return factor, rate


def _step(shape: Shape, factor: float, engine: EngineName, threads: int) -> Callable[[], float]:
    """Return a training step on the batch, which returns the loss before it."""
    events, labels = shape.data.batch(slice(0, shape.batch_size))
    network = _network(shape, factor, engine, threads)
    optimizer = torch.optim.SGD(network.parameters(), lr=_LEARNING_RATE)

    def step() -> float:
        optimizer.zero_grad()
        loss = network.loss(events, labels)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        network.project()
        return float(loss.detach())

    return step
