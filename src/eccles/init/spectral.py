"""Spectral initialisation: recurrent weights with Dale's signs and a given spectral radius.

Magnitudes are exponential, those of inhibitory neurons n_E / n_I times larger, no neuron projects
to itself, and the matrix is scaled to the spectral radius that is asked for. Source: Li,
Cornford et al. 2023, NeurIPS, "Learning better with Dale's Law: a spectral perspective".
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from eccles import seeds
from eccles.arguments import typed
from eccles.errors import must
from eccles.events import SpikeEvents
from eccles.init.driven import Driven, startable
from eccles.measures.spectra import spectral_radius
from eccles.populations import Populations

if TYPE_CHECKING:
    from numpy.typing import NDArray

RADIUS = 1.5
"""The spectral radius of Li, Cornford et al. 2023."""


class _Drawn(NamedTuple):
    weights: NDArray[np.float64]
    scales: NDArray[np.float64]


@typed("init")
def spectral_weights(
    neurons: Populations, random: np.random.Generator, radius: float = RADIUS
) -> Tensor:
    """Return recurrent weights float32 [n, n], signs by presynaptic neuron.

    Raises InputError where no cycle of neurons makes a spectral radius, as of a single neuron.
    """
    signs = neurons.signs().double().numpy()
    return torch.from_numpy(_drawn(signs, None, random, radius, "the network").weights).float()


@typed("init")
@torch.no_grad()
def spectral(
    network: nn.Module, events: SpikeEvents, *, radius: float = RADIUS, seed: int = 0
) -> dict[str, float]:
    """Draw the weights within each population to a spectral radius, in each_slice.

    Free groups have normal weights. Projections between populations stay as they are, and those
    with a scale of their own. The scales that the network knows of become those found.

    Args:
        network: a `SpikingNetwork`.
        events: samples of it.
        radius: the spectral radius of each population's weights, those alone that are drawn.
        seed: each population draws from a stream of its own and this seed.

    Returns the scale of each projection that was drawn. Raises InputError for a network without
    recurrence, or whose connections make no cycle.
    """
    own = startable(network, events)
    driven = own.driven()
    scales: dict[str, float] = {}
    for population in dict.fromkeys(each.population for each in driven.values()):
        groups = {name: each for name, each in driven.items() if each.population == population}
        scales |= _within(population, groups, radius, seed)
    if not scales:
        hint = "try --recurrent, or init fluctuation"
        raise must("init", "spectral", "of a network with recurrent projections", "none", hint)
    own.note_scales(scales)
    return scales


def _within(
    population: str, groups: Mapping[str, Driven], radius: float, seed: int
) -> dict[str, float]:
    """Draw the weights within a population, and return their scales."""
    slices = {name: own.neurons for name, own in groups.items()}
    first = min(each_slice.start for each_slice in slices.values())
    n = max(each_slice.stop for each_slice in slices.values()) - first
    signs, connected = np.zeros(n), np.zeros((n, n), np.bool_)
    blocks = {}
    for name, own in groups.items():
        for each in own.synapses:
            if each.source in groups and not each.own_scale:
                rows, columns = (
                    slice(each_slice.start - first, each_slice.stop - first)
                    for each_slice in (slices[str(each.source)], slices[name])
                )
                signs[rows] = each.sign
                connected[rows, columns] = (
                    True if each.connected is None else each.connected.cpu().numpy()
                )
                blocks[each.name] = each, rows, columns
    if not blocks:
        return {}
    random = seeds.stream(seed, f"spectral {population}")
    drawn = _drawn(signs, connected, random, radius, population)
    for each, rows, columns in blocks.values():
        each.draw(torch.from_numpy(drawn.weights[rows, columns]).float())
    return {name: float(drawn.scales[rows.start]) for name, (_, rows, _) in blocks.items()}


def _drawn(
    signs: NDArray[np.float64],
    connected: NDArray[np.bool_] | None,
    random: np.random.Generator,
    radius: float,
    where: str,
) -> _Drawn:
    """Return weights from neurons of given signs, 0 where they are free, and the scale of each."""
    if not (math.isfinite(radius) and radius > 0):
        raise must("init", "radius", "a number above 0", radius)
    n = len(signs)
    excite, inhibit = int((signs > 0).sum()), int((signs < 0).sum())
    scales = np.where(signs < 0, excite / inhibit if excite and inhibit else 1.0, 1.0)
    exponential, normal = random.standard_exponential((n, n)), random.standard_normal((n, n))
    weights = np.where(signs[:, None] == 0, normal, signs[:, None] * exponential) * scales[:, None]
    np.fill_diagonal(weights, 0.0)
    if connected is not None:
        weights[~connected] = 0.0
    found = spectral_radius(weights)
    if found < 1e-9 * np.abs(weights).max(initial=1.0):
        accepted = f"of connections within {where} that make a cycle"
        raise must("init", "spectral", accepted, "none", "try init fluctuation")
    return _Drawn(radius / found * weights, radius / found * scales)
