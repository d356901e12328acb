"""The shallow E/I network: inputs, one hidden layer of LIF neurons, leaky readouts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from eccles import functional, init, seeds
from eccles.arguments import typed
from eccles.dale import project_
from eccles.engines import Engine, Response, Weights
from eccles.engines import engine as choose_engine
from eccles.events import SpikeEvents
from eccles.former import obeys_dale, warn
from eccles.functional.lif import LIFParameters
from eccles.init.driven import Driven, Synapses
from eccles.init.membrane import Membrane
from eccles.populations import Populations
from eccles.wiring import Group


class EINetwork(nn.Module):
    """A feed-forward network whose hidden neurons are excitatory or inhibitory.

    Inputs are excitatory. No biases, no delays, no recurrence. Weights are signed parameters
    [n_pre, n_post]: `input_to_hidden` and `hidden_to_output`. `project` restores Dale's principle
    after an optimizer step; a network without it has none to restore.

    Args:
        n_inputs: input units.
        hidden: the hidden neurons, from `Populations.parse("80:20", 100)`.
        n_classes: readouts.
        neuron: constants of hidden neurons and readouts.
        w1_std, w2_std: scales of the initial weights. Unless given, w1_std is 0.001 and w2_std
            is 7 (1 - beta) / sqrt(n_hidden); without Dale's principle both are
            7 (1 - beta) / sqrt(fan-in).
        dale: whether weights obey Dale's principle. If not, they are normal with either sign, and
            `project` does nothing: the reference that networks under the principle are held to.
        seed: seed of the initial weights.
        engine: what computes `loss` and `respond`; the fastest that fits on a CPU unless given.
        unbounded: the former name of `dale=False`, with a warning.

    Attributes:
        w1_stds, w2_std: scales of the initial weights, those of the inputs by the kind of neuron
            that they go to, E or I: alike unless `init.to_rate` was given a rate for each.

    Source: Kilgore et al. 2025, doi 10.1038/s41598-025-03408-7.
    """

    @typed("network")
    def __init__(
        self,
        n_inputs: int,
        hidden: Populations,
        n_classes: int,
        *,
        neuron: LIFParameters | None = None,
        w1_std: float | None = None,
        w2_std: float | None = None,
        dale: bool = True,
        seed: int = 0,
        engine: Engine | None = None,
        unbounded: bool | None = None,
    ) -> None:
        super().__init__()
        self.neuron = neuron or LIFParameters()
        self.inputs = Populations(n_inputs, 0)
        self.hidden = hidden
        self.dale = obeys_dale(dale, unbounded)
        self.engine: Engine = engine or choose_engine("auto", neuron=self.neuron)
        beta = self.neuron.beta
        if w1_std is None:
            w1_std = 0.001 if self.dale else init.fan_in_std(n_inputs, beta)
        if w2_std is None:
            w2_std = init.fan_in_std(hidden.n_neurons, beta)
        self.w1_stds = dict.fromkeys(self._kinds(), w1_std)
        self.w2_std = w2_std
        streams = (seeds.stream(seed, "input -> hidden"), seeds.stream(seed, "hidden -> output"))
        if self.dale:
            w1 = init.half_normal(self.inputs, hidden.n_neurons, w1_std, streams[0])
            w2 = init.half_normal(hidden, n_classes, w2_std, streams[1])
        else:
            w1 = init.signed_normal(n_inputs, hidden.n_neurons, w1_std, streams[0])
            w2 = init.signed_normal(hidden.n_neurons, n_classes, w2_std, streams[1])
        self.input_to_hidden = nn.Parameter(w1)
        self.hidden_to_output = nn.Parameter(w2)

    @property
    def groups(self) -> dict[str, Group]:
        """The hidden neurons by kind, E and I; each says where its neurons are."""
        return {
            "E": Group("E", "hidden", self.hidden["E"], 1),
            "I": Group("I", "hidden", self.hidden["I"], -1),
        }

    @property
    def unbounded(self) -> bool:
        """The former name of `not network.dale`, which leaves after 0.2."""
        warn("EINetwork.unbounded", "not EINetwork.dale")
        return not self.dale

    @property
    def weights(self) -> Weights:
        """Both weights, as engines take them."""
        return Weights(self.input_to_hidden, self.hidden_to_output)

    @typed("network")
    def forward(self, spikes: Tensor) -> Tensor:
        """Return readout potentials [T + 1, B, C] to input spikes [T, B, N], by the equations."""
        hidden = self.hidden_spikes(spikes)
        return functional.readout(hidden @ self.hidden_to_output, self.neuron)

    @typed("network")
    def hidden_spikes(self, spikes: Tensor) -> Tensor:
        """Return hidden spikes [T, B, H] to input spikes [T, B, N], by the equations."""
        return functional.lif(spikes @ self.input_to_hidden, self.neuron)[0]

    @typed("network")
    def loss(self, events: SpikeEvents, labels: Any) -> Tensor:
        """Return the max-over-time loss of a batch of events and labels [B], by the engine.

        Labels are whole numbers of any type, as a tensor, an array or a list. Raises InputError for
        others, and for events of another step than the network's or of other inputs.
        """
        return self.engine.loss(self.weights, events, labels, self.neuron)

    @typed("network")
    def respond(self, events: SpikeEvents) -> Response:
        """Return readout peaks and hidden spike counts for a batch of events, by the engine."""
        return self.engine.respond(self.weights, events, self.neuron)

    @typed("network")
    def spikes(self, events: SpikeEvents) -> SpikeEvents:
        """Return the hidden spikes of a batch of events, by the engine."""
        return self.engine.spikes(self.weights, events, self.neuron)

    def projections(self) -> dict[str, tuple[Tensor, Populations]]:
        """Return the weights that Dale's principle binds, with their presynaptic neurons."""
        if not self.dale:
            return {}
        return {
            "input -> hidden": (self.input_to_hidden, self.inputs),
            "hidden -> output": (self.hidden_to_output, self.hidden),
        }

    @property
    def initial_std(self) -> tuple[float | None, float]:
        """Scales of both initial weights; None for one that differs by the kind of neuron."""
        found = set(self.w1_stds.values())
        return found.pop() if len(found) == 1 else None, self.w2_std

    def driven(self) -> dict[str, Driven]:
        """Return the hidden neurons of each kind, E and I, with the weights onto them.

        `init.to_rate` and other rules of initial weights take a network by this.
        """
        weights, own, sign = self.input_to_hidden.detach(), self.neuron, int(self.dale)
        membrane = Membrane(own.tau_mem, (own.tau_syn, own.tau_syn), own.dt, own.threshold)
        return {
            kind: Driven(
                "hidden",
                kind,
                neurons,
                (Synapses(f"input -> {kind}", weights[:, neurons], sign=sign),),
                None,
                membrane,
            )
            for kind, neurons in self._kinds().items()
        }

    def note_factors(self, factors: Mapping[str, float]) -> None:
        """Record that the input weights of some kinds of neurons were multiplied by factors."""
        self.w1_stds = {kind: std * factors.get(kind, 1.0) for kind, std in self.w1_stds.items()}

    def note_scales(self, scales: Mapping[str, float]) -> None:
        """Record the scales from which the input weights of some kinds of neurons were drawn."""
        own = {kind: scales.get(f"input -> {kind}", std) for kind, std in self.w1_stds.items()}
        self.w1_stds = own

    def _kinds(self) -> dict[str, slice]:
        slices = {kind: self.hidden[kind] for kind in ("E", "I")}
        return {kind: where for kind, where in slices.items() if where.stop > where.start}

    @torch.no_grad()
    def project(self) -> None:
        """Set every weight of the wrong sign to zero."""
        for weight, pre in self.projections().values():
            project_(weight, pre)
