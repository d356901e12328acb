"""Any network of populations and projections as a PyTorch module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from eccles.arguments import typed
from eccles.dale import project_
from eccles.engines import EngineName, Response
from eccles.engines.pool.choice import PoolEngine, pool_engine
from eccles.engines.pool.dense import run
from eccles.errors import InputError, nearest
from eccles.events import SpikeEvents
from eccles.functional.neuron import Neuron
from eccles.functional.surrogate import Surrogate
from eccles.init import projections as initial
from eccles.init.driven import Driven, Synapses
from eccles.init.membrane import membrane_of
from eccles.network.constants import of_group
from eccles.network.names import INPUTS, End, short_names
from eccles.network.network import Network
from eccles.populations import Populations, Spread
from eccles.wiring import Group, Link, RatePenalty, Wiring


class SpikingNetwork(nn.Module):
    """A `Network` with weights, an engine, and Dale's principle.

    Each pair of populations with projections has a signed matrix [n_pre, n_post] as a parameter,
    such as `input_to_hidden` for "input->hidden". Where no connection is, a weight is zero, has a
    gradient of zero, and `project` keeps it there after an optimizer's step.

    Args:
        network: populations, projections, readout.
        n_inputs: units of the input.
        n_classes: readouts.
        dt: length of a step in seconds.
        n_steps: steps of a sample, where delays should be held to it.
        surrogate: what stands in for the derivative of a spike (default: SuperSpike(100)).
        seed: seed of the initial weights and of which connections there are.
        engine: "auto" (the event engine where it takes the network), "event" or "dense", or an
            engine of one's own.
        device: where weights live; the event engine works on a CPU.
        threads: threads of the event engine.
        usual: scales of the projections that have none of their own.
        neurons: neuron models of one's own, by the population whose neurons they replace.
        rate_penalty: what the loss adds for groups that fire too much.

    Raises InputError as `Network.wire` does, and for an engine that can't compute it.

    Attributes:
        network, wiring: the network, and the same laid out.
        scales: scale of the initial weights of each projection, by its name; those that
            `init.to_rate` and other rules of `eccles.init` found, where they were called.
    """

    @typed("network")
    def __init__(
        self,
        network: Network,
        n_inputs: int,
        n_classes: int,
        *,
        dt: float = 1e-3,
        n_steps: int | None = None,
        surrogate: Surrogate | None = None,
        seed: int = 0,
        engine: EngineName | PoolEngine = "auto",
        device: str = "cpu",
        threads: int = 1,
        usual: initial.UsualScales = initial.USUAL,
        neurons: Mapping[str, Neuron] | None = None,
        rate_penalty: RatePenalty | None = None,
    ) -> None:
        super().__init__()
        self.network = network
        wiring = network.wire(n_inputs, n_classes, dt, surrogate, n_steps)
        wiring = replace(wiring, penalty=rate_penalty)
        self.wiring = _with_neurons(network, wiring, neurons or {})
        self.engine: PoolEngine = (
            pool_engine(engine, self.wiring, device=device, threads=threads)
            if isinstance(engine, str)
            else engine
        )
        self.scales = initial.scales(network, n_inputs, dt, usual)
        self.inputs = network.units(INPUTS, n_inputs)
        units = {name: network.units(network.pair(name)[0], n_inputs) for name in self.links}
        self._pre = {name: each for name, each in units.items() if each is not None}
        # Rows of a matrix that several projections share are projected at once.
        self._bound = {
            (link.weights, link.rows.start, link.rows.stop): self._pre[name]
            for name, link in self.links.items()
            if name in self._pre
        }
        self._masks = nn.Module()
        found = initial.masks(network, self.wiring, seed)
        for name, weight in initial.weights(network, self.wiring, self.scales, seed).items():
            mask = found[name]
            if mask is not None:
                self._masks.register_buffer(parameter_name(name), mask, persistent=False)
                weight.masked_fill_(~mask, 0.0)
            self.register_parameter(parameter_name(name), nn.Parameter(weight))
        self.to(device)

    @property
    def matrices(self) -> dict[str, nn.Parameter]:
        """The signed matrices by name, such as "input->hidden"."""
        return {name: self.get_parameter(parameter_name(name)) for name in self.wiring.shapes}

    @property
    def links(self) -> dict[str, Link]:
        """What each projection is in the wiring, by its name, such as "input -> E"."""
        return dict(zip(self.network.projections, self.wiring.links, strict=True))

    @property
    def weights(self) -> dict[str, Tensor]:
        """The matrices as engines take them; missing connections are 0 and get no gradient."""
        masks = self.masks()
        return {
            name: weight if name not in masks else torch.where(masks[name], weight, 0.0)
            for name, weight in self.matrices.items()
        }

    @property
    def groups(self) -> dict[str, Group]:
        """The groups of neurons by name, in order; each says where its neurons are."""
        names = short_names(self.network.populations)
        return {names[End(group.population, group.name)]: group for group in self.wiring.groups}

    @property
    def populations(self) -> dict[str, slice]:
        """Where the neurons of each population are in the row of all."""
        slices = [where for where, _ in self.wiring.neurons]
        return dict(zip(self.network.populations, slices, strict=True))

    def masks(self) -> dict[str, Tensor]:
        """Return which weights are connections, bool, by matrix, where some are missing."""
        known = dict(self._masks.named_buffers())
        named = {name: parameter_name(name) for name in self.wiring.shapes}
        return {name: known[own] for name, own in named.items() if own in known}

    def __repr__(self) -> str:
        sizes = [f"{name} {list(w.shape)}" for name, w in self.matrices.items()]
        return f"SpikingNetwork({self.network}: {', '.join(sizes)})"

    @typed("network")
    def forward(self, spikes: Tensor) -> Tensor:
        """Return readout potentials [T + 1, B, C] to input spikes [T, B, N], by the equations."""
        return run(self.wiring, self.weights, spikes)[0]

    @typed("network")
    def hidden_spikes(self, spikes: Tensor) -> Tensor:
        """Return spikes of all neurons [T, B, N] to input spikes [T, B, n_in], by the equations."""
        return run(self.wiring, self.weights, spikes)[1]

    @typed("network")
    def loss(self, events: SpikeEvents, labels: Any) -> Tensor:
        """Return the loss of a batch of events and labels [B], by the engine.

        Labels are whole numbers of any type, as a tensor, an array or a list. Raises InputError for
        others, and for events of another step than the network's or of other inputs.
        """
        return self.engine.loss(self.weights, events, labels)

    @typed("network")
    @torch.no_grad()
    def respond(self, events: SpikeEvents) -> Response:
        """Return readout peaks, and spike counts of all neurons, for a batch of events."""
        return self.engine.respond(self.weights, events)

    @typed("network")
    @torch.no_grad()
    def spikes(self, events: SpikeEvents) -> SpikeEvents:
        """Return the spikes of all neurons to a batch of events, by the engine."""
        return self.engine.spikes(self.weights, events)

    def projections(self) -> dict[str, tuple[Tensor, Populations | Spread]]:
        """Return the weights that Dale's principle binds, by projection, with who they come from.

        Weights are views [n_pre, n_post] of the parameters; those of free groups aren't among them.
        """
        views = self._views(self.matrices)
        return {name: (views[name], pre) for name, pre in self._pre.items()}

    def connections(self) -> dict[str, tuple[Tensor, Tensor]]:
        """Return the weights in which connections are missing, with bool masks of those there.

        They are named by projection where a projection is sparse, and by matrix where a matrix has
        entries that belong to no projection.
        """
        masks, matrices = self.masks(), self.matrices
        views = self._views({name: matrices[name] for name in masks})
        own = self._views(masks)
        found = {
            name: (weight, own[name]) for name, weight in views.items() if not bool(own[name].all())
        }
        for name, weight in matrices.items():
            if name in masks:
                beside = torch.zeros_like(masks[name])
                for link in self.wiring.links:
                    if link.weights == name:
                        beside[link.rows, link.columns] = True
                found[name] = weight.detach(), beside
        return found

    @torch.no_grad()
    def project(self) -> None:
        """Set every weight of the wrong sign to zero, and every one where no connection is."""
        matrices = self.matrices
        for (name, start, stop), pre in self._bound.items():
            project_(matrices[name][start:stop], pre)
        for name, mask in self.masks().items():
            matrices[name].masked_fill_(~mask, 0.0)

    @typed("network")
    def group(self, name: str) -> Group:
        """Return a group by name, or raise InputError."""
        groups = self.groups
        if name not in groups:
            known = ", ".join(groups)
            raise InputError(
                f"network: there is no group {name!r}{nearest(name, groups)}; there are {known}"
            )
        return groups[name]

    def driven(self) -> dict[str, Driven]:
        """Return all groups of neurons, each with the weights onto them.

        `init.to_rate` and other rules of initial weights take a network by this.
        """
        network, views, masks = self.network, self._views(self.matrices), self._views(self.masks())
        pairs = {name: network.pair(name) for name in network.projections}
        names = dict(zip(network.ends(), self.groups, strict=True))
        unreached = network.unreached()
        return {
            name: Driven(
                end.population,
                end.group,
                self.groups[name].neurons,
                tuple(
                    Synapses(
                        tie,
                        views[tie],
                        names.get(pairs[tie][0]),
                        network.sign(pairs[tie][0]),
                        network.recurrent(tie),
                        network.projections[tie].scale is not None,
                        masks.get(tie),
                        isinstance(self._pre.get(tie), Spread),
                        self.links[tie].delay,
                    )
                    for tie in to
                ),
                _kind(network, end, to),
                membrane_of(network, end, self.wiring.dt),
                name not in unreached,
            )
            for end, name in names.items()
            for to in [[tie for tie, (_, post) in pairs.items() if post == end]]
        }

    def note_factors(self, factors: Mapping[str, float]) -> None:
        """Record that the weights to some groups were multiplied by factors."""
        names = dict(zip(self.network.ends(), self.groups, strict=True))
        for name in self.scales:
            post = self.network.pair(name)[1]
            if post in names:
                self.scales[name] *= factors.get(names[post], 1.0)

    def note_scales(self, scales: Mapping[str, float]) -> None:
        """Record the scales from which the weights of some projections were drawn."""
        self.scales |= scales

    def _views(self, matrices: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return the part of each projection in the matrices, without a gradient."""
        return {
            name: matrices[link.weights].detach()[link.rows, link.columns]
            for name, link in self.links.items()
            if link.weights in matrices
        }


def _kind(network: Network, end: End, projections: list[str]) -> tuple[object, ...]:
    """Return a key that groups of one population share where only random draws differ."""
    population = network.populations[end.population]
    constants = [population.tau_mem, population.threshold, *vars(population.neuron).values()]
    own = (of_group(each, end.group) for each in constants if isinstance(each, float | dict))
    from_where = (
        (network.pair(name)[0], network.projections[name].model_dump_json()) for name in projections
    )
    return *own, frozenset(from_where)


def _with_neurons(network: Network, wiring: Wiring, own: Mapping[str, Neuron]) -> Wiring:
    """Return a wiring with neurons of one's own in some populations."""
    for name in own:
        if name not in network.populations:
            known = ", ".join(network.populations)
            raise InputError(
                f"network: neurons must be of populations, got some of {name!r}"
                f"{nearest(name, network.populations)}; there are {known}"
            )
    stretches = zip(network.populations, wiring.neurons, strict=True)
    neurons = tuple((where, own.get(name, usual)) for name, (where, usual) in stretches)
    return replace(wiring, neurons=neurons)


def parameter_name(matrix: str) -> str:
    """Return what the parameter of a matrix is called.

    >>> parameter_name("input->hidden")
    'input_to_hidden'
    """
    return matrix.replace("->", "_to_")
