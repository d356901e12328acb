"""A graph of NIR as a network with weights: Eccles' own as it was, any other by what it does.

Neurons of a graph reset at once and lose nothing, as norse's do, so those of a graph of others
become a network of `convention: norse`, which does the same. It sees each layer one step later.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import numpy as np
import torch
from numpy.typing import NDArray

from eccles.arguments import typed
from eccles.dale import violations
from eccles.errors import InputError, must
from eccles.interop.chain import Chain, Layer
from eccles.interop.model import Model
from eccles.interop.reading import chain_of, read_graph
from eccles.interop.targets import TARGETS, Method
from eccles.interop.writing import write_graph
from eccles.network import Network
from eccles.units import duration
from eccles.wiring import Wiring

_CLOSE = 1e-5
_MOST_KINDS = 50


@typed("interop")
def from_nir(
    path: Path, *, step: float | None = None, method: Method = "euler", dt: float | None = None
) -> Model:
    """Return the network and the weights of a file of NIR.

    A file that Eccles wrote, and nothing has changed but weights, gives the network that it was
    written of. Any other must be layers that follow each other, each with recurrence of its own at
    most: CubaLIF or LIF nodes, Linear nodes between, and at the end CubaLI, Linear or neurons.
    Signs are those of the outgoing weights; neurons with both are of a free group.

    Args:
        path: the file.
        step: length in seconds of the steps that its time constants are meant for, where it isn't
            ours: 1e-4 of snntorch's, 1e-3 of norse's.
        method: how it is stepped then.
        dt: length of the network's own steps in seconds (default: the file's where it says one,
            else 1 ms). A step stays a step, whatever it lasts.

    Raises InputError for a file that is none, a graph that is no such network, and without the
    extra `interop`.
    """
    if method not in get_args(Method):
        raise must("interop", "method", f"one of {', '.join(get_args(Method))}", method)
    graph = read_graph(path)
    said = _said(graph)
    if said is not None and step is None:
        to, own_dt = TARGETS[said["for"]], float(said["dt"])
        chain = chain_of(graph, to.method, to.step or own_dt)
        model = _own(said["network"], own_dt, to.name, chain)
        if model is not None:
            return model if dt is None else model._replace(dt=dt)
        return _read_off(chain, own_dt if dt is None else dt)
    if step is None:
        hint = "1e-4 where snntorch has written it, 1e-3 for norse"
        raise must("interop", "step", "given for a file that Eccles didn't write", None, hint)
    for name, value in (("step", step), ("dt", dt)):
        if value is not None and not (math.isfinite(value) and value > 0):
            raise must("interop", name, "above 0 (seconds)", value)
    return _read_off(chain_of(graph, method, step), 1e-3 if dt is None else dt)


def _said(graph: Any) -> dict[str, Any] | None:
    """Return what Eccles has written into a graph about itself, or None."""
    said = graph.metadata.get("eccles") if isinstance(graph.metadata, Mapping) else None
    if not isinstance(said, Mapping) or not {"network", "dt", "for"} <= said.keys():
        return None
    if said["for"] not in TARGETS or not isinstance(said["network"], str):
        return None
    try:
        sound = 0 < float(said["dt"]) < math.inf
    except (TypeError, ValueError):
        return None
    return dict(said) if sound else None


def _own(text: str, dt: float, to: str, chain: Chain) -> Model | None:
    """Return the network that a graph was written of with the graph's weights, if it is the same.

    It is the same if its own graph differs in weights alone, and these have the right signs. Of
    paired inputs a graph has the sums of what they do, so that they are free inputs here.
    """
    try:
        said = Network.from_yaml(text)
        network = _summed(said) if said.paired else said
        wiring = network.wire(chain.n_inputs, chain.n_outputs, dt)
        ones = {
            name: torch.ones(shape, dtype=torch.float32, device="cpu")
            for name, shape in wiring.shapes.items()
        }
        model = Model(network, ones, dt, (_SUMS,) if said.paired else ())
        ours = write_graph(model, TARGETS[to]).graph
        step = TARGETS[to].step or dt
        wanted = chain_of(ours, TARGETS[to].method, step)
        if not _alike(wanted, chain):
            return None
        weights = _weights(model, wanted, chain)
    except InputError:
        return None
    return model._replace(weights=weights) if _right(network, weights, wiring) else None


_SUMS = (
    "what an input excites and what its twin inhibits are one weight in the graph, so the paired "
    "inputs are free here"
)


def _summed(network: Network) -> Network:
    """Return a network whose free inputs do what paired ones do.

    Raises InputError where the two of a pair arrive at different times.
    """
    found: dict[str, Any] = {}
    for name, projection in network.projections.items():
        pre, post = network.pair(name)
        key = f"input -> {post.whole_name}" if pre.is_input else name
        own = {"delay": projection.delay} if pre.is_input else projection
        if found.setdefault(key, own) != own:
            raise must("interop", f"delays of {key}", "one for both of a pair", "several")
    return Network(
        populations=network.populations, projections=found, readout=network.readout, inputs="free"
    )


def _alike(one: Chain, other: Chain) -> bool:
    """Return whether two chains differ in weights at most."""
    layers = [(*each.layers, *([each.readout] if each.readout else [])) for each in (one, other)]
    ties = [[(t.pre, t.post, t.delay, t.weight.shape) for t in each.ties] for each in (one, other)]
    if len(layers[0]) != len(layers[1]) or sorted(ties[0]) != sorted(ties[1]):
        return False
    return all(
        (a is None) == (b is None) and (a is None or np.allclose(a, b, rtol=_CLOSE, atol=0))
        for mine, theirs in zip(*layers, strict=True)
        for a, b in zip(mine[1:], theirs[1:], strict=True)
    )


def _weights(model: Model, ones: Chain, chain: Chain) -> dict[str, torch.Tensor]:
    """Return our weights: those of the graph over what each weight of 1 became in it."""
    theirs = {(t.pre, t.post, t.delay): t.weight for t in chain.ties}
    names = {each.name: population for each, population in
             zip(chain.layers, model.network.populations, strict=True)}  # fmt: skip
    found = {name: torch.zeros_like(weight) for name, weight in model.weights.items()}
    for tie in ones.ties:
        weight = theirs[tie.pre, tie.post, tie.delay]
        there = tie.weight != 0
        if (weight[~there] != 0).any():
            raise must("interop", "weights", "where there are projections", "others")
        name = f"{names.get(tie.pre, tie.pre)}->{names.get(tie.post, tie.post)}"
        own = np.divide(weight, tie.weight, out=np.zeros(weight.shape), where=there)
        found[name] += torch.from_numpy(own).float()
    return found


def _right(network: Network, weights: Mapping[str, torch.Tensor], wiring: Wiring) -> bool:
    """Return whether all weights have their groups' signs, and those of inputs theirs."""
    units = (network.units(network.pair(name)[0], wiring.n_inputs) for name in network.projections)
    return all(
        pre is None or not violations(weights[link.weights][link.rows, link.columns], pre)
        for pre, link in zip(units, wiring.links, strict=True)
    )


def _read_off(chain: Chain, dt: float) -> Model:
    """Return a network that does what a graph does."""
    notes = []
    names = [f"layer{k + 1}" for k in range(len(chain.layers))]
    called = dict(zip((each.name for each in chain.layers), names, strict=True))
    populations, orders = {}, {}
    for layer, name in zip(chain.layers, names, strict=True):
        populations[name], orders[name] = _population(chain, layer, dt)
    ties: dict[tuple[str, str], list[tuple[int, NDArray[Any]]]] = {}
    for tie in chain.ties:
        pre, post = (called.get(each, each) for each in (tie.pre, tie.post))
        ties.setdefault((pre, post), []).append((tie.delay + 1, tie.weight))
        if post == "output" and tie.delay:
            raise must("interop", "delays of the graph", "none before the output", tie.delay)
    if not any(post == "output" for _, post in ties):
        n = len(chain.layers[-1].alpha)
        ties[names[-1], "output"] = [(1, np.eye(n))]
        notes.append("what comes out are spikes; here a readout takes the mean of each")
    weights: dict[str, torch.Tensor] = {}
    projections: dict[str, Any] = {}
    for (pre, post), parts in ties.items():
        gain = _gain(chain, post, names)
        total = np.zeros(parts[0][1].shape)
        for delay, weight in parts:
            own = weight * gain
            own = own[orders[pre]] if pre in orders else own
            own = own[:, orders[post]] if post in orders else own
            total += own
            for source, rows in _groups(populations, pre):
                for to, columns in _groups(populations, post):
                    if not own[rows, columns].any():
                        continue
                    key = f"{source} -> {to}"
                    if key in projections:
                        raise must("interop", f"weights from {pre} to {post}", "of one delay",
                                   "several")  # fmt: skip
                    projections[key] = {} if delay == 1 else {"delay": delay * dt}
        weights[f"{pre}->{post}"] = torch.from_numpy(total).float()
    first = weights[f"input->{names[0]}"]
    network = Network.model_validate(
        {
            "populations": populations,
            "projections": projections,
            "readout": _readout(chain, dt, notes),
            "inputs": "excitatory" if bool((first >= 0).all()) else "free",
        }
    )
    wiring = network.wire(chain.n_inputs, len(weights[f"{names[-1]}->output"][0]), dt)
    notes.append(
        "neurons reset at once, as the graph's do (convention: norse); each layer's spikes come "
        "one step later here"
    )
    kept = {name: weights[name] for name in wiring.shapes}
    return Model(network, kept, dt, tuple(notes))


def _population(chain: Chain, layer: Layer, dt: float) -> tuple[dict[str, Any], NDArray[np.int64]]:
    """Return a population, and in which order the layer's neurons are in it: group by group."""
    outgoing = [tie.weight for tie in chain.ties if tie.pre == layer.name]
    both = np.concatenate(outgoing, axis=1) if outgoing else np.zeros((len(layer.alpha), 0))
    signs = np.where((both >= 0).all(axis=1), 1, np.where((both <= 0).all(axis=1), -1, 0))
    if np.ptp(layer.alpha) > 1e-9:
        raise must("interop", f"tau_syn of {layer.name}", "one for all of its neurons", "several")
    assert layer.threshold is not None
    kinds = np.column_stack([-signs, layer.beta.round(12), layer.threshold])
    rows, of = np.unique(kinds, axis=0, return_inverse=True)
    if len(rows) > _MOST_KINDS:
        accepted = f"of {_MOST_KINDS} kinds at most"
        raise must("interop", f"neurons of {layer.name}", accepted, len(rows))
    order = np.argsort(of.reshape(-1), kind="stable")
    counts = np.bincount(of.reshape(-1))
    letters = {1: "E", -1: "I", 0: "F"}
    words = {1: "excitatory", -1: "inhibitory", 0: "free"}
    own = [-int(row[0]) for row in rows]
    groups = {}
    for k, sign in enumerate(own):
        several = own.count(sign) > 1
        groups[f"{letters[sign]}{own[:k].count(sign) + 1 if several else ''}"] = k
    names = list(groups)
    # A group's neurons come as `Population` has them: by sign, then by name.
    return {
        "groups": {each: int(counts[k]) for each, k in groups.items()},
        "signs": {each: words[own[k]] for each, k in groups.items()},
        "neuron": {"model": "lif", "convention": "norse"},
        "tau_mem": {each: _plain(dt / (1.0 - rows[groups[each]][1])) for each in names},
        "tau_syn": _plain(dt / (1.0 - float(layer.alpha[0]))),
        "threshold": {each: float(rows[groups[each]][2]) for each in names},
    }, order


def _plain(time: float) -> float:
    """Return a time without the digits of rounding."""
    return float(f"{time:.12g}")


def _groups(populations: Mapping[str, Any], name: str) -> list[tuple[str, slice]]:
    """Return the groups of a population with their neurons, or an end of the network."""
    if name not in populations:
        return [(name, slice(None))]
    found, start = [], 0
    for group, size in populations[name]["groups"].items():
        found.append((f"{name}.{group}", slice(start, start + size)))
        start += size
    return found


def _gain(chain: Chain, post: str, names: list[str]) -> NDArray[np.float64]:
    """Return what our weights to a layer are over the graph's, [n_post]."""
    if post != "output":
        layer = chain.layers[names.index(post)]
        return layer.gain / (1.0 - layer.beta)
    return np.ones(1) if chain.readout is None else chain.readout.gain


def _readout(chain: Chain, dt: float, notes: list[str]) -> dict[str, Any]:
    own = chain.readout
    if own is None:
        if any(tie.post == "output" for tie in chain.ties):
            notes.append("the graph has no readout that integrates; ours has its usual constants")
            return {}
        return {"kind": "mean-over-time"}
    if np.ptp(own.alpha) > 1e-9 or np.ptp(own.beta) > 1e-9:
        raise must("interop", f"constants of {own.name}", "one for all", "several")
    taus = {"tau_syn": own.alpha, "tau_mem": own.beta}
    found = {
        name: _plain(-dt / math.log(decays[0])) for name, decays in taus.items() if decays[0] > 0
    }
    if len(found) < len(taus):
        raise must("interop", f"tau_syn of {own.name}", f"above a step, {duration(dt)}", "a step")
    return found
