"""Initial weights of any network: scales that start it at a moderate rate, draws and masks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import erfc

from eccles import seeds
from eccles.arguments import Checked
from eccles.functional.lif import decay
from eccles.init.weights import fan_in_std
from eccles.network.constants import of_group
from eccles.network.names import READOUTS, End
from eccles.network.neurons import ConductanceSettings, IzhikevichSettings, of_norse
from eccles.network.projection import Projection
from eccles.populations import Spread

if TYPE_CHECKING:
    from torch import Tensor

    from eccles.network.network import Network
    from eccles.wiring import Link, Wiring


@dataclass(frozen=True)
class UsualScales(Checked):
    """Scales of initial weights for projections whose own scale the network doesn't give.

    They hold where weights bear a sign. A share is the summed weight of all synapses of one sign
    onto a neuron: each synapse weighs the share over their number. So excitation and inhibition are
    balanced whatever the ratio of E to I. Mixed inputs are balanced as well: those that inhibit
    are E/I times as strong as those that excite; and so are paired ones.

    Attributes:
        inputs: scale of a projection from the inputs, that of Kilgore et al. 2025 for images.
        driven: the same onto groups that recurrent projections reach as well, which learn little
            from a start with fewer spikes.
        forward: share of a feed-forward projection between neurons, over synapses of any sign.
        recurrent: share of excitatory, and of inhibitory, synapses of a recurrent projection: one
            that leads back, or stays within a population.
        free: scale of recurrent projections of free groups, in units of
            7 (1 - beta) / sqrt(fan-in), the scale of all other free ones.
        readouts: scale of projections to readouts that inhibitory groups project to as well, in the
            same units: strong ones let the first updates silence what all samples have in common.
        deep: the same from a population that isn't the first after the inputs.

    Projections to readouts have the scale 7 (1 - beta) / sqrt(fan-in) as well, times `readouts` or
    `deep`. All other numbers are for LIF neurons of 10 and 5 ms and steps of 1 ms. For other
    neurons they are multiplied so that a spike moves the potential as far, except for `inputs`,
    which stays as it is for all LIF and adaptive neurons. They were tuned by measurement. Where a
    run starts at a given rate, all weights to a group are scaled afterwards, so that these numbers
    only set proportions: excitation to inhibition, inputs to recurrent projections.
    """

    inputs: float = 1e-3
    driven: float = 2.5e-3
    forward: float = 2.0
    recurrent: float = 0.4
    free: float = 0.3
    readouts: float = 1.0
    deep: float = 0.1


USUAL = UsualScales()
_QUADRATIC = 3.0
"""How much stronger synapses onto Izhikevich's neurons are, measured likewise."""


def scales(network: Network, n_inputs: int, dt: float, usual: UsualScales) -> dict[str, float]:
    """Return the scale of every projection's initial weights: its own, or the usual one.

    Args:
        network: the network.
        n_inputs: units of the input.
        dt: length of a step in seconds.
        usual: what holds where a projection says none.
    """
    return {
        name: _usual(network, name, n_inputs, dt, usual) if own.scale is None else own.scale
        for name, own in network.projections.items()
    }


def masks(network: Network, wiring: Wiring, seed: int) -> dict[str, Tensor | None]:
    """Return for each matrix which of its weights are connections, or None where all are.

    Each projection draws its connections from a stream of its own.
    """
    found: dict[str, Tensor | None] = {}
    for name, shape in wiring.shapes.items():
        mask = torch.zeros(shape, dtype=torch.bool, device="cpu")
        for projection, own, link in _links(network, wiring, name):
            block = mask[link.rows, link.columns]
            if own.probability < 1:
                pre, post = network.pair(projection)
                random = seeds.stream(seed, f"mask {pre.whole_name}->{post.whole_name}")
                block |= torch.from_numpy(random.random(block.shape) < own.probability)
            else:
                block.fill_(True)
        found[name] = None if bool(mask.all()) else mask
    return found


def weights(
    network: Network, wiring: Wiring, of: Mapping[str, float], seed: int
) -> dict[str, Tensor]:
    """Return the initial weights of each matrix, float32, zero where no projection is.

    Args:
        network: the network.
        wiring: the network laid out.
        of: the scale of each projection, from `scales`.
        seed: each matrix draws its numbers from a stream of its own and this seed.
    """
    found = {}
    for name, shape in wiring.shapes.items():
        # One draw a matrix, which each projection scales: that of a layer of E and I neurons.
        normals = seeds.stream(seed, name.replace("->", " -> ")).standard_normal(shape)
        weight = torch.zeros(shape, dtype=torch.float32, device="cpu")
        for projection, own, link in _links(network, wiring, name):
            drawn = _distributed(normals[link.rows, link.columns], own.init, of[projection])
            pre = network.pair(projection)[0]
            units = network.units(pre, wiring.n_inputs)
            sign = (
                units.balanced()[:, None] if isinstance(units, Spread) else network.sign(pre) or 1
            )
            weight[link.rows, link.columns] = sign * torch.from_numpy(drawn).float()
        found[name] = weight
    return found


def _links(network: Network, wiring: Wiring, name: str) -> list[tuple[str, Projection, Link]]:
    """Return the projections that a matrix holds, each with its link."""
    ties = zip(network.projections.items(), wiring.links, strict=True)
    return [(of, own, link) for (of, own), link in ties if link.weights == name]


def _distributed(normals: NDArray[np.float64], init: str, scale: float) -> NDArray[np.float64]:
    """Return normal numbers made into weights' magnitudes, or into free weights."""
    if init == "normal":
        return scale * normals
    if init == "exponential":
        # -log of the chance of a larger magnitude: exponential, of mean 1.
        drawn: NDArray[np.float64] = scale * np.abs(np.log(erfc(np.abs(normals) / np.sqrt(2.0))))
        return drawn
    return np.abs(scale * normals)


def _usual(network: Network, name: str, n_inputs: int, dt: float, usual: UsualScales) -> float:
    pre, post = network.pair(name)
    # The scale of mixed inputs is that of the excitatory ones.
    sign = 1 if pre.is_input and network.mixed_inputs else network.sign(pre)
    # How many synapses a neuron has, on average, from where this projection comes from.
    alike = [
        (network.sign(source), own.probability * _size(network, source, n_inputs))
        for other, own in network.projections.items()
        for source, target in [network.pair(other)]
        if target == post and _way(network, other) == _way(network, name)
    ]
    fan_in = sum(n for _, n in alike)
    if post == READOUTS or sign == 0:
        own = fan_in_std(fan_in, _beta(network, post, dt))
        if post == READOUTS and any(other < 0 for other, _ in alike):
            return own * (usual.deep if network.depths()[pre.population] > 1 else usual.readouts)
        return usual.free * own if network.recurrent(name) else own
    strength = _strength(network, post, sign, dt)
    if pre.is_input:
        ties = ((other, network.pair(other)[1]) for other in network.projections)
        if any(target == post and network.recurrent(other) for other, target in ties):
            return usual.driven * strength
        neuron = network.populations[post.population].neuron
        plain = neuron.model in {"lif", "adaptive"} and not of_norse(neuron)
        # What inhibits by a slower receptor is weaker, so that paired inputs are in balance.
        return usual.inputs * (strength / _strength(network, post, 1, dt) if plain else strength)
    if network.recurrent(name):
        return usual.recurrent * strength / sum(n for other, n in alike if other == sign)
    return usual.forward * strength / fan_in


def _way(network: Network, projection: str) -> tuple[bool, bool]:
    """Return whether a projection comes from the input, and whether it leads back."""
    return network.pair(projection)[0].is_input, network.recurrent(projection)


def _size(network: Network, end: End, n_inputs: int) -> int:
    return n_inputs if end.is_input else network.populations[end.population].groups[end.group]


def _beta(network: Network, end: End, dt: float) -> float:
    """Return the share of the potential that one step leaves."""
    if end == READOUTS:
        return decay(network.readout.tau_mem, dt)
    return decay(of_group(network.populations[end.population].tau_mem, end.group), dt)


def _strength(network: Network, post: End, sign: int, dt: float) -> float:
    """Return how much stronger synapses must be than onto usual neurons to move them as far.

    Spikes that arrive at a rate r have moved a LIF neuron in the end by r dt w / ((1 - alpha)
    (1 - beta)), and a membrane with conductances by r dt w / (1 - alpha) times its distance from
    the reversal potential, here that of the threshold.
    """
    population = network.populations[post.population]
    neuron, threshold = population.neuron, of_group(population.threshold, post.group)
    kept = decay(population.tau_of("excitatory" if sign > 0 else "inhibitory"), dt)
    if isinstance(neuron, ConductanceSettings):
        reversal = neuron.e_excitatory if sign > 0 else neuron.e_inhibitory
        gain = max(abs(reversal - threshold), 0.1)
    elif isinstance(neuron, IzhikevichSettings):
        gain = 1.0 / (_QUADRATIC * (1.0 - decay(10e-3, 1e-3)))
    else:
        gain = 1.0 if of_norse(neuron) else 1.0 / (1.0 - _beta(network, post, dt))
    usual = 1e-3 / ((1.0 - decay(5e-3, 1e-3)) * (1.0 - decay(10e-3, 1e-3)))
    return threshold * usual * (1.0 - kept) / (gain * dt)
