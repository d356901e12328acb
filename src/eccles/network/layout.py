"""A network laid out for the engines: its neurons in one row, its projections as links."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch

from eccles.errors import must, whole
from eccles.functional.conventions import euler_decay
from eccles.functional.lif import decay
from eccles.functional.neuron import Constant, Neuron
from eccles.functional.surrogate import STEEP, Surrogate
from eccles.network.constants import ByGroup
from eccles.network.names import INPUTS, PAIRED, READOUTS, End
from eccles.network.neurons import Common, of_norse
from eccles.network.population import Population
from eccles.populations import Spread
from eccles.units import duration
from eccles.wiring import Group, Link, Readouts, Wiring

if TYPE_CHECKING:
    from eccles.network.network import Network


def matrix(pre: str, post: str) -> str:
    """Return the name of the matrix of a pair of populations."""
    return f"{pre}->{post}"


def wire(
    network: Network,
    n_inputs: int,
    n_classes: int,
    dt: float,
    surrogate: Surrogate | None,
    n_steps: int | None,
) -> Wiring:
    """Return the wiring; see `Network.wire`."""
    whole("network", "n_inputs", n_inputs)
    whole("network", "n_classes", n_classes)
    units = network.units(INPUTS, n_inputs)
    if isinstance(units, Spread) and not 0 < units.n_inhibitory < n_inputs:
        accepted = f"a ratio that gives each kind one of {n_inputs:,} inputs, or excitatory"
        raise must("network", "inputs", accepted, network.inputs)
    if not (math.isfinite(dt) and dt > 0):
        raise must("network", "dt", "above 0 (seconds)", dt)
    spans, groups, neurons = {}, [], []
    start = 0
    for name, population in network.populations.items():
        spans[name] = slice(start, start + population.n_neurons)
        for group in population.groups:
            where = _shifted(population.slice_of(group), start)
            groups.append(Group(group, name, where, network.sign(End(name, group))))
        neurons.append((spans[name], _neuron(population, dt, surrogate or STEEP)))
        start += population.n_neurons
    sizes = {name: each.n_neurons for name, each in network.populations.items()}
    sizes |= {INPUTS.population: network.rows_of_inputs(n_inputs), READOUTS.population: n_classes}
    apart = _apart(network)
    links, shapes = [], {}
    for name, projection in network.projections.items():
        pre, post = network.pair(name)
        of = matrix(pre.population, post.population)
        shapes[of] = (sizes[pre.population], sizes[post.population])
        rows, columns = (_slice_of(network, end, sizes[end.population]) for end in (pre, post))
        links.append(
            Link(
                of,
                rows,
                columns,
                # Twins fire together: one train of spikes, and weights of their own.
                slice(0, n_inputs) if pre.is_input else _shifted(rows, spans[pre.population].start),
                columns if post == READOUTS else _shifted(columns, spans[post.population].start),
                _steps(name, projection.delay, dt, n_steps),
                int(apart and network.sign(pre) < 0 and post != READOUTS),
            )
        )
    readout = network.readout
    return Wiring(
        n_inputs=n_inputs,
        n_neurons=start,
        n_classes=n_classes,
        groups=tuple(groups),
        neurons=tuple(neurons),
        decays=_decays(network, dt, apart),
        links=tuple(links),
        readouts=Readouts(
            decay(readout.tau_syn, dt), decay(readout.tau_mem, dt), readout.zero_start, readout.mean
        ),
        shapes=shapes,
        dt=dt,
    )


def _apart(network: Network) -> bool:
    """Return whether any population needs excitatory and inhibitory receptors of their own."""
    return any(each.has_receptors for each in network.populations.values())


def _decays(network: Network, dt: float, apart: bool) -> tuple[torch.Tensor, ...]:
    def of(sign: str) -> torch.Tensor:
        return torch.cat(
            [
                _constants(each.n_neurons, _decay_of(each)(each.tau_of(sign), dt))  # type: ignore[arg-type]
                for each in network.populations.values()
            ]
        )

    return (of("excitatory"), of("inhibitory")) if apart else (of("excitatory"),)


def _decay_of(population: Population) -> Callable[..., Any]:
    """Return what makes a decay of a time constant, as the population's neurons take it."""
    return euler_decay if of_norse(population.neuron) else decay


def _constants(size: int, value: float) -> torch.Tensor:
    return torch.full((size,), value, dtype=torch.float64, device="cpu")


def _shifted(neurons: slice, by: int) -> slice:
    return slice(neurons.start + by, neurons.stop + by)


def _slice_of(network: Network, end: End, size: int) -> slice:
    """Return where a group is in its population."""
    if end in PAIRED:
        return slice(0, size // 2) if PAIRED[end] > 0 else slice(size // 2, size)
    if end in (INPUTS, READOUTS):
        return slice(0, size)
    return network.populations[end.population].slice_of(end.group)


def _steps(name: str, delay: float | None, dt: float, n_steps: int | None) -> int:
    """Return a delay in steps."""
    if delay is None:
        return 1
    steps = round(delay / dt)
    if steps < 1 or abs(delay / dt - steps) > 1e-6:
        accepted = f"a whole number of steps of {duration(dt)}"
        raise must("network", f'delay of "{name}"', accepted, duration(delay))
    if n_steps is not None and steps > n_steps:
        accepted = f"at most a sample's {duration(n_steps * dt)}"
        raise must("network", f'delay of "{name}"', accepted, duration(delay))
    return steps


def _neuron(population: Population, dt: float, surrogate: Surrogate) -> Neuron:
    """Return what the neurons of a population compute."""

    def constant(value: ByGroup) -> Constant:
        if not isinstance(value, dict):
            return value
        each = [_constants(size, value[group]) for group, size in population.groups.items()]
        return torch.cat(each)

    common = Common(
        constant(population.tau_mem), constant(population.threshold), dt, surrogate, constant
    )
    return population.neuron.made(common)
