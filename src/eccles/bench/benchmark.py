"""The whole benchmark: measure everything in one run, then set ratios beside goals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from eccles.arguments import typed
from eccles.bench import deep, distances, networks, scaling, spoken, startup, steps
from eccles.bench.goals import GOALS
from eccles.bench.machine import Machine, this_machine
from eccles.bench.timing import ratio
from eccles.bench.workload import Workload
from eccles.data import Splits, load
from eccles.data.catalogue import FASHION_MNIST, FASHION_MNIST_SAMPLE
from eccles.data.files.sources import find
from eccles.errors import must
from eccles.nn.shallow import EINetwork
from eccles.training.config import TrainConfig
from eccles.training.loop import train

_GOAL_BATCH = 256
_UPDATES = 700
"""Updates that bring the network from 1 Hz to the activity of a trained one."""
_UPDATES_QUICK = 16


@dataclass(frozen=True)
class Result:
    """A number that this run came to.

    Attributes:
        name: what was measured.
        where: the weights or the data that it was measured with.
        value: None where it wasn't or couldn't be measured.
        unit: of the value; "x" for a ratio.
        goal: what was promised, or None.
        met: whether the value meets the goal; None where either is missing.
    """

    name: str
    where: str
    value: float | None
    unit: str
    goal: str | None
    met: bool | None


@dataclass(frozen=True)
class Benchmark:
    """All that one run measured."""

    machine: Machine
    data: dict[str, Any]
    batch_size: int
    threads: int
    quick: bool
    steps: tuple[steps.Group, ...]
    scaling: tuple[scaling.Scale, ...]
    startup: startup.Startup
    results: tuple[Result, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain dicts, lists and numbers."""
        return asdict(self)


@typed("bench")
def run(
    data: str = "auto",
    *,
    quick: bool = False,
    batch_size: int = 256,
    threads: int = 2,
    peers: bool = True,
    tell: Callable[[str], object] = lambda _: None,
) -> Benchmark:
    """Run the benchmark.

    Args:
        data: name of a data set, or "auto" for the full one where it is found without a
            download, else the sample that ships with Eccles.
        quick: one turn each, a small sample, and nothing about starting: some seconds in all,
            to see that it works.
        batch_size: samples of a step; the goals are for 256.
        threads: threads of the contenders that use several.
        peers: whether to run other libraries, where they are installed.
        tell: is told what is measured next.
    """
    for name, value in {"batch_size": batch_size, "threads": threads}.items():
        if value < 1:
            raise must("bench", name, "1 or more", value)
    name = _choose(data, quick)
    here = this_machine()
    tell(f"loading {name}")
    splits = load(name)
    rounds, turn = (1, 0.0) if quick else (12, 0.1)
    groups = []
    compared = None
    for group, work in _works(splits, batch_size, _UPDATES_QUICK if quick else _UPDATES):
        tell(f"training steps with {group}")
        groups.append(
            steps.measure(group, work, threads=threads, rounds=rounds, turn=turn, with_peers=peers)
        )
    if peers:
        tell("distances between spike trains")
        # Of the trained network, which the loop above came to last.
        compared = distances.measure(work, rounds=1 if quick else 5, turn=turn)
    spoken_groups = []
    for group, work in spoken.works(batch_size):
        tell(f"training steps, {group}")
        spoken_groups.append(
            steps.measure(
                group,
                work,
                threads=threads,
                rounds=1 if quick else 5,
                turn=turn,
                with_peers=False,
                own=(steps.DENSE, steps.EVENT),
                same=spoken.SAME,
            )
        )
    tell("networks of any wiring")
    wired = networks.measure(
        splits.train,
        threads=threads,
        rounds=1 if quick else 5,
        turn=turn,
        small=quick,
        with_peers=peers,
    )
    tell("deep networks")
    ratios = deep.measure(threads=threads, rounds=1 if quick else 7, turn=0.0, small=quick)
    tell("cost by samples, events and neurons")
    sizes = scaling.measure(splits.train, batch_size=batch_size, rounds=rounds, turn=turn)
    start = startup.Startup(name)
    if not quick:
        tell("compilation, start and memory")
        start = startup.measure(name, batch_size=batch_size, threads=threads)
    between = _result(
        "elephant / van Rossum distances", groups[-1].name, compared, "x", "distances"
    )
    spoken_ratios = _spoken_ratios(spoken_groups, threads)
    deep_ratios = _deep_ratios(ratios, threads)
    results = [
        *_ratios(groups, threads),
        between,
        *spoken_ratios,
        *_network_ratios(wired, threads),
        *deep_ratios,
        *_costs(start),
    ]
    if quick or batch_size != _GOAL_BATCH:
        results = [replace(result, met=None) for result in results]
    described = {
        "name": name,
        "samples": len(splits.train),
        "events_per_sample": splits.train.events.n_events / max(1, len(splits.train)),
    }
    return Benchmark(
        here,
        described,
        batch_size,
        threads,
        quick,
        (*groups, *spoken_groups),
        sizes,
        start,
        tuple(results),
    )


def _choose(data: str, quick: bool) -> str:
    if data != "auto":
        return data
    small = quick or find(FASHION_MNIST) is None
    return (FASHION_MNIST_SAMPLE if small else FASHION_MNIST).name


def _works(splits: Splits, batch_size: int, updates: int) -> Iterator[tuple[str, Workload]]:
    """Name and return the work at each level of activity."""
    initial = Workload.of(splits.train, batch_size)
    yield "initial weights", initial
    epochs = -(-updates * batch_size // max(1, len(splits.train)))
    config = TrainConfig(epochs=epochs, batch_size=batch_size, engine="event")
    trained = train(config, data=splits).network
    assert isinstance(trained, EINetwork)
    yield "trained weights", Workload.of(splits.train, batch_size, weights=trained.weights)


def _ratios(groups: list[steps.Group], threads: int) -> Iterator[Result]:
    several = f"{threads} threads" if threads > 1 else "1 thread"
    for group in groups:
        where = f"{group.name} ({group.rate_hz:.1f} Hz)"

        def compared(
            name: str,
            slow: tuple[str, int | None],
            fast: tuple[str, int | None],
            goal: str = "",
            group: steps.Group = group,
            where: str = where,
        ) -> Result:
            return _result(name, where, ratio(group.timing(*slow), group.timing(*fast)), "x", goal)

        one, all_ = (steps.EVENT, 1), (steps.EVENT, threads)
        yield compared("dense / event, 1 thread", (steps.DENSE, 1), one, "event engine over dense")
        yield compared("dense with rasters ready / event, 1 thread", (steps.READY, 1), one)
        if threads > 1:
            yield compared(f"dense / event, {several}", (steps.DENSE, threads), all_)
            goal = "second thread" if threads == 2 else ""
            yield compared(f"event, 1 thread / {several}", one, all_, goal)
        yield compared("event with update noise / without", (steps.NOISE, 1), one, "update noise")
        for name, device in steps.DEVICES.items():
            goal = "exp devices" if device.rule == "exp" else "devices"
            yield compared(f"event with device {device.rule} / without", (name, 1), one, goal)
        yield compared(f"snntorch / event, {several}", (steps.SNNTORCH, threads), all_)
        yield compared(f"JAX scan / event, {several}", (steps.JAX, None), all_)


def _spoken_ratios(groups: list[steps.Group], threads: int) -> Iterator[Result]:
    for group in groups:
        where = f"{group.name} ({group.rate_hz:.1f} Hz)"
        one, several = (group.timing(steps.EVENT, n) for n in (1, threads))
        dense, dense_several = (group.timing(steps.DENSE, n) for n in (1, threads))
        goal = "event engine over dense, spoken shape"
        yield _result("dense / event, 1 thread", where, ratio(dense, one), "x", goal)
        if threads > 1:
            goal = f"{goal}, {threads} threads"
            name = f"dense, 1 thread / event, {threads} threads"
            yield _result(name, where, ratio(dense, several), "x", goal)
            name = f"dense / event, {threads} threads"
            yield _result(name, where, ratio(dense_several, several), "x")


def _network_ratios(rows: tuple[networks.Row, ...], threads: int) -> Iterator[Result]:
    for row in rows:
        where = f"{row.name} ({row.rate_hz:.1f} Hz)"
        found = ratio(row.dense, row.event)
        yield _result("network, dense / event, 1 thread", where, found, "x", row.goal)
        if row.several is not None:
            goal = "second thread" if threads == 2 else ""
            name = f"network, event, 1 thread / {threads} threads"
            yield _result(name, where, ratio(row.event, row.several), "x", goal)
        for library, timing in row.peers.items():
            name = f"network, {library} / event, {threads} threads"
            yield _result(name, where, ratio(timing, row.several or row.event), "x")
        if row.epoch is not None:
            goal = "epoch of spoken digits" if row.goal == "spoken network over dense" else ""
            yield _result("8,156 such samples", where, row.epoch, "s", goal)


def _deep_ratios(ratios: deep.Ratios, threads: int) -> Iterator[Result]:
    several = f"{threads} threads" if threads > 1 else "1 thread"
    yield _result(
        f"soft-reset neurons, loop / one pass, {several}",
        deep.NEURONS,
        ratios.neurons,
        "x",
        "one pass over the loop",
    )
    yield _result(
        f"training step, E-I / batch norm, {several}",
        deep.NETWORK,
        ratios.circuits,
        "x",
        "E-I circuits over batch norm",
    )


def _costs(start: startup.Startup) -> Iterator[Result]:
    full = start.data == FASHION_MNIST.name
    gigabytes = None if start.peak_memory is None else start.peak_memory / 1e9
    where = start.data
    yield _result(
        "start to first batch, compiling", where, start.first_compilation, "s", "first compilation"
    )
    yield _result("start to first batch", where, start.cached_start, "s", "cached start")
    yield _result("import eccles", where, start.import_eccles, "s")
    yield _result("reading and verifying images", where, start.reading, "s")
    encode = "encoding" if full else ""
    yield _result("encoding the training images", where, start.encoding, "s", encode)
    yield _result("peak memory of an epoch", where, gigabytes, "GB", "peak memory" if full else "")


def _result(name: str, where: str, value: float | None, unit: str, goal: str = "") -> Result:
    promised = GOALS.get(goal)
    return Result(
        name,
        where,
        value,
        unit,
        None if promised is None else str(promised),
        None if promised is None else promised.met(value),
    )
