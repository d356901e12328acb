"""A network as a graph of NIR: CubaLIF for its neurons, Linear for its projections.

An input of weight w moves our current by w in a step, and that the potential, so the graph has
w_in = 1 / (1 - alpha), r = 1 / (1 - beta), v_leak = v_reset = 0. What a population does to itself
is a graph within the graph, which norse and snntorch both understand.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from eccles.arguments import typed
from eccles.errors import InputError
from eccles.functional.conventions import NorseLIF
from eccles.functional.lif import LIF
from eccles.interop.model import Model, model_of
from eccles.interop.package import nir
from eccles.interop.targets import Target, target, time_constants
from eccles.network import Network
from eccles.network.names import INPUT, OUTPUT
from eccles.network.neurons import LIFSettings
from eccles.nn.shallow import EINetwork
from eccles.nn.spiking import SpikingNetwork
from eccles.storage import write_whole
from eccles.wiring import Wiring

if TYPE_CHECKING:
    from eccles.interop.fidelity import Fidelity


class Exported(NamedTuple):
    """A graph of NIR.

    Attributes:
        graph: a `nir.NIRGraph`.
        target: for whom it is.
        notes: what was left out or is otherwise there, a sentence each.
    """

    graph: Any
    target: Target
    notes: tuple[str, ...]

    @typed("export")
    def with_fidelity(self, measured: Fidelity) -> Exported:
        """Return the same with what was measured of it in the graph's metadata."""
        own = self.graph.metadata["eccles"]
        known = {name: value for name, value in measured.as_dict().items() if value is not None}
        self.graph.metadata = {"eccles": {**own, "fidelity": known}}
        return self

    def write(self, path: Path) -> None:
        """Write the graph as NIR's HDF5, whole or not at all."""
        package = nir()
        write_whole(path, lambda aside: package.write(str(aside), self.graph))


@typed("export")
def to_nir(module: EINetwork | SpikingNetwork | Model, *, to: str = "exact") -> Exported:
    """Return a network as a graph of NIR.

    Args:
        module: an `eccles.EINetwork`, an `eccles.SpikingNetwork`, or a `Model`.
        to: exact, norse or snntorch, whose steps the graph's time constants are for.

    Raises InputError for a network that NIR, or the target, has no nodes for, and without the
    extra `interop`.
    """
    return write_graph(model_of(module), target(to))


def write_graph(model: Model, to: Target) -> Exported:
    """Return a network as a graph of NIR for a target; raises as `to_nir` does."""
    package, network = nir(), model.network
    wiring = network.wire(model.n_inputs, model.n_classes, model.dt)
    reason = refusal(network, wiring, to)
    if reason is not None:
        raise InputError(f"export: the network must be one that NIR can say: {reason}")
    names = list(network.populations)
    called = _called(names)
    nodes = {INPUT: package.Input({"input": np.array([wiring.n_inputs])})}
    edges: list[tuple[str, str]] = []
    late = _late(network)
    for k, (pre, post) in enumerate(pairwise([INPUT, *names, OUTPUT])):
        start, end = called.get(pre, pre), called.get(post, post)
        goal = "readout" if post == OUTPUT and to.whole else end
        for delay, weight in _matrices(model, wiring, pre, post).items():
            name = _between(start, end) + (f"_late_{delay - 1}" if delay > 1 else "")
            nodes[name] = package.Linear(weight)
            way = [start, name, goal]
            if delay > 1:
                held = np.full(len(weight), (delay - 1) * model.dt)
                nodes[f"{name}_delay"] = package.Delay(held)
                way.insert(2, f"{name}_delay")
            edges += pairwise(way)
        if post != OUTPUT:
            lif = _neurons(package, wiring, k, to, model.dt)
            own = _matrices(model, wiring, post, post)
            nodes[end] = _recurrent(package, lif, own, late[k], to, model.dt) if own else lif
    if to.whole:
        ones = np.ones(wiring.n_classes)
        readouts = wiring.readouts
        nodes["readout"] = package.CubaLI(
            **_constants(readouts.alpha * ones, readouts.beta * ones, to, model.dt)
        )
        edges.append(("readout", OUTPUT))
    nodes[OUTPUT] = package.Output({"output": np.array([wiring.n_classes])})
    said = {"network": network.to_yaml(), "dt": model.dt, "for": to.name}
    graph = package.NIRGraph(nodes, edges, metadata={"eccles": said})
    return Exported(graph, to, tuple(_notes(network, to, late)))


def _between(pre: str, post: str) -> str:
    return f"{pre}_to_{post}"


def _called(names: list[str]) -> dict[str, str]:
    """Return what the layers are called in a graph: what they are, unless that would mislead.

    A file has its nodes by the alphabet, and snntorch's reader needs layers that project to
    themselves after what leads to them: it begins at the input and comes round.
    """
    for called in (names, [f"layer{k:03}_{name}" for k, name in enumerate(names)]):
        on_the_way = [_between(INPUT, called[0]), called[0]]
        for pre, post in pairwise(called):
            on_the_way += [_between(pre, post), post]
        read = sorted([INPUT, *on_the_way])
        at = read.index(INPUT)
        if [*read[at + 1 :], *read[:at]] == on_the_way:
            break
    return dict(zip(names, called, strict=True))


def _neurons(package: Any, wiring: Wiring, k: int, to: Target, dt: float) -> Any:
    """Return the node of a population's neurons."""
    place, neuron = wiring.neurons[k]
    assert isinstance(neuron, LIF)
    n = place.stop - place.start
    return package.CubaLIF(
        **_constants(wiring.decays[0].numpy()[place], _spread(neuron.beta, n), to, dt),
        v_threshold=_spread(neuron.threshold, n),
        v_reset=np.zeros(n),
    )


def refusal(network: Network, wiring: Wiring, to: Target) -> str | None:
    """Return why a network has no graph for a target, or None where it has one."""
    for name, population in network.populations.items():
        own = population.neuron
        if not isinstance(own, LIFSettings):
            return f"there is no node for {own.model} neurons, which {name} has"
        if isinstance(population.tau_syn, dict):
            return f"a neuron has one synaptic time constant there, and two in {name}"
        thresholds = population.threshold
        if not to.whole and to.name == "snntorch" and isinstance(thresholds, dict):
            return f"snntorch takes one threshold a layer, and the groups of {name} have several"
    names = list(network.populations)
    steps = {*pairwise([INPUT, *names, OUTPUT]), *((name, name) for name in names)}
    for link in wiring.links:
        pre, _, post = link.weights.partition("->")
        if (pre, post) not in steps:
            return f"layers must follow each other, and {pre} projects to {post}"
        if link.delay > 1 and not to.whole:
            return (
                f"{to.name} has no delays, and from {pre} to {post} there is one; say --for exact"
            )
    return None


def _late(network: Network) -> list[bool]:
    """Return for each population whether its spikes come back a step later here than there."""
    found = []
    for name, population in network.populations.items():
        own = population.neuron
        recurrent = any(
            pre.population == post.population == name
            for pre, post in map(network.pair, network.projections)
        )
        spytorch = isinstance(own, LIFSettings) and own.convention == "spytorch"
        found.append(recurrent and spytorch)
    return found


def _notes(network: Network, to: Target, late: list[bool]) -> list[str]:
    found = []
    if not to.whole:
        found.append(
            f"the readouts are left out, for {to.name} has no node for them: what comes out is the "
            "current into each, which eccles.functional.readout integrates"
        )
    if not to.whole and any(late):
        found.append(
            f"{to.name} lets a spike act on its own layer in the next step, one step sooner than "
            "the network does"
        )
    if network.paired:
        found.append("what an input excites and what its twin inhibits are one weight there")
    kinds = {each.neuron.convention for each in network.populations.values()
             if isinstance(each.neuron, LIFSettings)}  # fmt: skip
    if kinds - {"norse"}:
        found.append(
            "the network's neurons lose the current of the step in which they are reset, and the "
            "graph's don't: spikes after a neuron's first may differ"
        )
    return found


def _constants(
    alpha: NDArray[np.float64], beta: NDArray[np.float64], to: Target, dt: float
) -> dict[str, NDArray[np.float64]]:
    step = to.step or dt
    return {
        "tau_syn": time_constants(alpha, to.method, step),
        "tau_mem": time_constants(beta, to.method, step),
        "r": 1.0 / (1.0 - beta),
        "v_leak": np.zeros(len(beta)),
        "w_in": 1.0 / (1.0 - alpha),
    }


def _recurrent(
    package: Any, lif: Any, own: Mapping[int, NDArray[Any]], late: bool, to: Target, dt: float
) -> Any:
    """Return neurons that project to themselves, as a graph of their own."""
    n = len(lif.v_threshold)
    nodes = {INPUT: package.Input({"input": np.array([n])}), "lif": lif}
    edges = [(INPUT, "lif")]
    for delay, weight in own.items():
        steps = delay - 1 + late
        name = "w_rec" if delay == 1 else f"w_rec_late_{delay - 1}"
        nodes[name] = package.Linear(weight)
        edges.append(("lif", name))
        if steps and to.whole:
            nodes[f"{name}_delay"] = package.Delay(np.full(n, steps * dt))
            edges += [(name, f"{name}_delay"), (f"{name}_delay", "lif")]
        else:
            edges.append((name, "lif"))
    nodes[OUTPUT] = package.Output({"output": np.array([n])})
    return package.NIRGraph(nodes, [*edges, ("lif", OUTPUT)])


def _matrices(model: Model, wiring: Wiring, pre: str, post: str) -> dict[int, NDArray[Any]]:
    """Return the weights of a pair of populations as NIR has them, [n_post, n_pre], by delay.

    Norse's neuron takes a share 1 - beta of its current; the graph's take all of it.
    """
    of = f"{pre}->{post}"
    found: dict[int, NDArray[Any]] = {}
    for link in wiring.links:
        if link.weights != of:
            continue
        whole = model.weights[of]
        n_pre, rows = (
            (wiring.n_inputs, link.pre) if link.from_input else (whole.shape[0], link.rows)
        )
        if link.delay not in found:
            found[link.delay] = np.zeros((whole.shape[1], n_pre), np.float32)
        own = whole[link.rows, link.columns].detach().cpu().to(torch.float32).numpy()
        # What an input excites and inhibits by its twin is one weight in the graph.
        found[link.delay][link.columns, rows] += own.T
    if post != OUTPUT:
        place, neuron = wiring.neurons[list(model.network.populations).index(post)]
        if isinstance(neuron, NorseLIF):
            share = 1.0 - _spread(neuron.beta, place.stop - place.start)
            found = {d: (w * share[:, None]).astype(np.float32) for d, w in found.items()}
    return found


def _spread(value: Any, n: int) -> NDArray[np.float64]:
    """Return one number a neuron."""
    return np.broadcast_to(np.asarray(value, np.float64), (n,)).copy()
