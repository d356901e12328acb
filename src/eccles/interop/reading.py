"""A graph of NIR as a chain of layers, or the sentence that says why it isn't one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eccles.errors import InputError, must
from eccles.interop.chain import Chain, Layer, Numbers, Tie
from eccles.interop.package import nir
from eccles.interop.targets import Method, decays
from eccles.reading import check_file
from eccles.units import duration

_NEURONS = ("CubaLIF", "LIF", "CubaLI")
_KNOWN = ("Input", "Linear", "Affine", *_NEURONS, "Delay", "Output")
_MOST = 100
"""Nodes between two layers, more than any graph has that isn't a circle of them."""


def read_graph(path: Path) -> Any:
    """Return the graph of a file of NIR; raises InputError where it is none."""
    package = nir()
    try:
        check_file(path)
        graph = package.read(str(path), type_check=False)
    except OSError as error:
        got = error.strerror or str(error)
        raise InputError(f"interop: {path} must be a file of NIR, got {got}") from None
    except Exception as error:  # What reading such a file raises is its package's affair.
        got = f"{type(error).__name__}: {error}"
        raise InputError(f"interop: {path} must be a file of NIR, got {got}") from None
    if not isinstance(graph, package.NIRGraph):
        raise must("interop", f"what {path} holds", "a graph", type(graph).__name__)
    return graph


class _Flat(NamedTuple):
    """All nodes of a graph and of those within it, and which node comes before which."""

    nodes: dict[str, Any]
    before: dict[str, list[str]]
    input: str
    output: str


def chain_of(graph: Any, method: Method, step: float) -> Chain:
    """Return the layers of a graph, whose time constants are meant for steps of some length.

    Args:
        graph: a `nir.NIRGraph`.
        method: how it is stepped.
        step: the length of a step in seconds.

    Raises InputError for a graph of other nodes, with biases or potentials that aren't 0, or whose
    layers don't follow each other.
    """
    flat = _flattened(graph)
    found = {name: list(_ways(flat, name, step)) for name in flat.nodes
             if _kind(flat, name) in _NEURONS or name == flat.output}  # fmt: skip
    order = _order(flat, found)
    layers = [_layer(flat, name, found[name], method, step) for name in order]
    readout = layers.pop() if layers[-1].threshold is None else None
    if any(each.threshold is None for each in layers) or not layers:
        raise InputError("interop: the graph must have CubaLI nodes before the output alone")
    names = {flat.input: "input", flat.output: "output"}
    names |= {} if readout is None else {readout.name: "output"}
    ties = []
    for post, ways in found.items():
        for pre, weight, delay in ways:
            if weight is None and post == flat.output:
                continue  # What comes out is spikes, or potentials, themselves.
            n = len(flat.nodes[pre].v_threshold) if pre not in names else None
            own = np.eye(n or _size(flat, post)) if weight is None else weight
            ties.append(Tie(names.get(pre, pre), names.get(post, post), own.T, delay))
    n_inputs = next(each.weight.shape[0] for each in ties if each.pre == "input")
    chain = Chain(n_inputs, tuple(layers), tuple(ties), readout)
    _check_shapes(chain)
    return chain


def _flattened(graph: Any) -> _Flat:
    package = nir()
    nodes: dict[str, Any] = {}
    edges: list[tuple[str, str]] = []

    def add(part: Any, prefix: str) -> None:
        for name, node in part.nodes.items():
            if isinstance(node, package.NIRGraph):
                add(node, f"{prefix}{name}.")
            elif type(node).__name__ in _KNOWN:
                nodes[f"{prefix}{name}"] = node
            else:
                raise must("interop", "nodes of the graph", f"of {', '.join(_KNOWN)}",
                           f"{type(node).__name__}, {prefix}{name}")  # fmt: skip
        edges.extend((f"{prefix}{a}", f"{prefix}{b}") for a, b in part.edges)

    add(graph, "")
    ends = {}
    for kind in ("Input", "Output"):
        top = [name for name in graph.nodes if type(graph.nodes[name]).__name__ == kind]
        if len(top) != 1:
            raise must("interop", f"{kind} nodes of the graph", "one", len(top))
        ends[kind] = top[0]
    inner = {name for name, node in graph.nodes.items() if isinstance(node, package.NIRGraph)}
    before: dict[str, list[str]] = {}
    for a, b in dict.fromkeys(edges):
        start = _door(nodes, a, "Output") if a in inner else a
        end = _door(nodes, b, "Input") if b in inner else b
        for each in (start, end):
            if each not in nodes:
                raise must("interop", "edges of the graph", "between its nodes", f"{a} -> {b}")
        before.setdefault(end, []).append(start)
    return _Flat(nodes, before, ends["Input"], ends["Output"])


def _door(nodes: Mapping[str, Any], graph: str, kind: str) -> str:
    """Return where one comes into a graph within a graph, or out of it."""
    found = [name for name, node in nodes.items()
             if name.startswith(f"{graph}.") and type(node).__name__ == kind]  # fmt: skip
    if len(found) != 1:
        raise must("interop", f"{kind} nodes of {graph}", "one", len(found))
    return found[0]


def _kind(flat: _Flat, name: str) -> str:
    return type(flat.nodes[name]).__name__


def _ways(
    flat: _Flat, name: str, step: float, depth: int = 0
) -> Iterator[tuple[str, NDArray[Any] | None, int]]:
    """Yield what comes to a node: from which layer or input, by which weights, how late."""
    if depth > _MOST:
        raise must("interop", "the graph", "without circles but through neurons", name)
    for pre in flat.before.get(name, ()):
        node, kind = flat.nodes[pre], _kind(flat, pre)
        if kind in _NEURONS or pre == flat.input:
            yield pre, None, 0
            continue
        for source, weight, delay in _ways(flat, pre, step, depth + 1):
            if kind in ("Linear", "Affine"):
                own = _weight(pre, node)
                yield source, own if weight is None else own @ weight, delay
            elif kind == "Delay":
                yield source, weight, delay + _steps(pre, node, step)
            else:
                yield source, weight, delay


def _weight(name: str, node: Any) -> NDArray[Any]:
    weight = np.asarray(node.weight)
    if weight.ndim != 2 or weight.dtype.kind != "f" or not np.isfinite(weight).all():
        raise must("interop", f"weights of {name}", "a matrix of finite numbers", weight.shape)
    if np.any(getattr(node, "bias", 0.0)):
        hint = "neurons have no input that doesn't change"
        raise must("interop", f"the bias of {name}", "0", "others", hint)
    return weight


def _steps(name: str, node: Any, step: float) -> int:
    found = np.unique(np.asarray(node.delay, np.float64) / step)
    if len(found) != 1 or abs(found[0] - round(found[0])) > 1e-6 or found[0] < 0:
        accepted = f"one for all, a whole number of steps of {duration(step)}"
        raise must("interop", f"the delay of {name}", accepted, found[:3].tolist())
    return round(float(found[0]))


def _order(flat: _Flat, found: Mapping[str, list[tuple[str, Any, int]]]) -> list[str]:
    """Return the layers from the input on, or raise InputError where they don't follow so."""
    pairs = {(pre, post) for post, ways in found.items() for pre, _, _ in ways}
    order, here = [], flat.input
    while here != flat.output:
        after = [b for a, b in pairs if a == here != b]
        if len(after) != 1 or after[0] in order:
            told = " and ".join(sorted(after)) or "nothing"
            accepted = "the one that it leads to, so that layers follow each other"
            raise must("interop", f"what comes after {here} in the graph", accepted, told)
        here = after[0]
        order.append(here)
    order.pop()
    steps = {*zip([flat.input, *order], [*order, flat.output], strict=True),
             *((name, name) for name in order)}  # fmt: skip
    if left := [name for name in found if name not in (*order, flat.output)]:
        raise must("interop", "layers of the graph", "on the way to its output", left[0])
    if beside := sorted(pairs - steps):
        raise must("interop", "layers of the graph", "one behind the other", " -> ".join(beside[0]))
    if not order:
        raise must("interop", "the graph", "with a layer of neurons", "none")
    return order


def _layer(
    flat: _Flat, name: str, ways: list[tuple[str, Any, int]], method: Method, step: float
) -> Layer:
    node, kind = flat.nodes[name], _kind(flat, name)
    n = _size(flat, name)
    for _, weight, _ in ways:
        n = len(weight) if weight is not None else n

    def constant(field: str) -> Numbers:
        value = np.asarray(getattr(node, field), np.float64)
        if value.size not in (1, n) or not np.isfinite(value).all():
            accepted = f"finite, one or a number for each of {n} neurons"
            raise must("interop", f"{field} of {name}", accepted, value.shape)
        return np.broadcast_to(value.reshape(-1), (n,)).copy()

    for field in ("v_leak", "v_reset"):
        if hasattr(node, field) and constant(field).any():
            hint = "membranes rest, and are reset, at 0 here"
            raise must("interop", f"{field} of {name}", "0", "others", hint)
    beta = decays(constant("tau" if kind == "LIF" else "tau_mem"), method, step)
    gain = constant("r") * (1.0 - beta)
    alpha = np.zeros(n)
    if kind != "LIF":
        alpha = decays(constant("tau_syn"), method, step)
        gain = gain * constant("w_in") * (1.0 - alpha)
    threshold = None if kind == "CubaLI" else constant("v_threshold")
    return Layer(name, alpha, beta, gain, threshold)


def _size(flat: _Flat, name: str) -> int:
    node = flat.nodes[name]
    return int(np.asarray(node.tau if _kind(flat, name) == "LIF" else node.tau_mem).size)


def _check_shapes(chain: Chain) -> None:
    sizes = {each.name: len(each.alpha) for each in chain.layers}
    sizes |= {"input": chain.n_inputs, "output": chain.n_outputs}
    for tie in chain.ties:
        wanted = (sizes[tie.pre], sizes[tie.post])
        if tie.weight.shape != wanted:
            raise must("interop", f"weights from {tie.pre} to {tie.post}", f"{wanted}",
                       tie.weight.shape)  # fmt: skip
