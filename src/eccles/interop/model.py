"""A network with its weights and the length of its steps: what is exported, or imported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from torch import Tensor

from eccles.errors import must
from eccles.events import SpikeEvents
from eccles.network import Network, layered
from eccles.nn.shallow import EINetwork
from eccles.nn.spiking import SpikingNetwork, parameter_name
from eccles.units import duration
from eccles.wiring import Wiring


class Model(NamedTuple):
    """A network, and what turns it into a module.

    Attributes:
        network: populations, projections, readout.
        weights: signed matrices [n_pre, n_post] by name, such as "input->hidden".
        dt: length of a step in seconds.
        notes: what of a graph is otherwise here, a sentence each; empty where nothing is.
    """

    network: Network
    weights: Mapping[str, Tensor]
    dt: float
    notes: tuple[str, ...] = ()

    @property
    def n_inputs(self) -> int:
        """Units of the input."""
        rows = (len(each) for name, each in self.weights.items() if name.startswith("input->"))
        return self.network.inputs_of_rows(next(rows))

    @property
    def n_classes(self) -> int:
        """Readouts."""
        return next(w.shape[1] for name, w in self.weights.items() if name.endswith("->output"))

    def module(self, **settings: Any) -> SpikingNetwork:
        """Return a module with these weights; settings are those of `eccles.SpikingNetwork`."""
        made = SpikingNetwork(self.network, self.n_inputs, self.n_classes, dt=self.dt, **settings)
        said = {parameter_name(name): weight for name, weight in self.weights.items()}
        made.load_state_dict(said)
        return made


def model_of(module: object, where: str = "export") -> Model:
    """Return the network and weights of a module of ours; a `Model` is returned as it is.

    Raises InputError, as from `where`, for a module of another kind.
    """
    if isinstance(module, Model):
        return module
    if isinstance(module, SpikingNetwork):
        usual = module.network.wire(1, 1, module.wiring.dt).neurons
        for (_, known), (_, found) in zip(usual, module.wiring.neurons, strict=True):
            if type(known) is not type(found):
                raise must(where, "neurons", "those of the network's settings", found)
        own = {name: weight.detach().cpu() for name, weight in module.weights.items()}
        return Model(module.network, own, module.wiring.dt)
    if not isinstance(module, EINetwork):
        hint = "a module of one's own, or a deep network, has no description to export"
        raise must(where, "the network", "an EINetwork or a SpikingNetwork", module, hint)
    own_neuron, sizes = module.neuron, module.hidden
    if own_neuron.v_rest != 0:
        raise must(where, "v_rest", "0", own_neuron.v_rest)
    groups = {"E": sizes.n_excitatory, "I": sizes.n_inhibitory}
    network = layered(
        groups={name: n for name, n in groups.items() if n},
        tau_mem=own_neuron.tau_mem,
        tau_syn=own_neuron.tau_syn,
        threshold=own_neuron.threshold,
        dale=module.dale,
        zero_start=own_neuron.zero_start,
    )
    names = ("input->hidden", "hidden->output")
    both = (each.detach().cpu() for each in module.weights)
    return Model(network, dict(zip(names, both, strict=True)), own_neuron.dt)


def check_samples(events: SpikeEvents, wiring: Wiring, where: str) -> None:
    """Raise InputError, as from `where`, unless there are samples that a network can be given."""
    if not len(events):
        raise must(where, "samples", "one or more", 0)
    if events.n_units != wiring.n_inputs:
        raise must(where, "samples", f"of {wiring.n_inputs} units", events.n_units)
    if abs(events.dt - wiring.dt) > 1e-6 * wiring.dt:
        raise must(where, "the samples' dt", duration(wiring.dt), duration(events.dt))
