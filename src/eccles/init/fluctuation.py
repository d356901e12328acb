"""Fluctuation-driven initialisation: weights that give each membrane a chosen fluctuation.

Excitation and inhibition balance, so that the mean potential is 0, and the weights are exponential,
scaled so that the potential's standard deviation is `sigma`. Feed-forward connections (F) bring the
share a of the variance that is due to excitation, recurrent ones (R) the rest. With n nu spikes a
second over all synapses of a kind, and eps and e2 the integrals of what a spike does to the
potential and of its square:

    delta_R = sqrt(a n_R / ((1 - a) n_F))        lambda_R = delta_R lambda_F
    delta_I = n_I eps_I / (eps_E (n_F + n_R / delta_R))        lambda_I = delta_I lambda_F
    lambda_F = sqrt(2 nu (e2_E n_F + e2_E n_R / delta_R^2 + e2_I n_I / delta_I^2)) / sigma

and weights of mean 1 / lambda. Source: Rossbroich et al. 2022, doi 10.1088/2634-4386/ac97bb, for
networks with Dale's principle.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import nn

from eccles import seeds
from eccles.arguments import typed
from eccles.errors import must
from eccles.events import SpikeEvents
from eccles.init.driven import Driven, startable
from eccles.init.membrane import Drive, Membrane
from eccles.init.predicted import arriving, spikes_a_step
from eccles.init.weights import magnitudes

_ROUNDS = 10
"""How often rates and scales are found from each other, which settles them to many digits."""


class Afferent(NamedTuple):
    """The synapses of one source onto a neuron.

    Attributes:
        sign: +1 excites, -1 inhibits; 0 for free weights, whose mean is 0.
        spikes: spikes that arrive in a step, over all of these synapses.
        back: whether the connections are recurrent.
    """

    sign: int
    spikes: float
    back: bool = False


@typed("init")
def balanced(
    membrane: Membrane, sources: Sequence[Afferent], sigma: float = 1.0, share: float = 0.9
) -> list[float]:
    """Return the scale of the weights from each source.

    It is the mean of exponential weights, or the standard deviation of free ones. Without
    inhibition the mean potential can't be 0; the scale is then such that the threshold lies as many
    standard deviations above the mean as it would with inhibition. With neither excitatory nor free
    sources all scales are NaN.

    Args:
        membrane: constants of the neuron.
        sources: the synapses onto it, by where they come from.
        sigma: standard deviation of the membrane, in units of its threshold.
        share: a, the share of the excitatory variance that feed-forward connections bring.
    """
    ahead, back = (
        sum(_squares(each) * each.spikes for each in sources if each.sign >= 0 and each.back is way)
        for way in (False, True)
    )
    ratio = math.sqrt((1 - share) * ahead / (share * back)) if ahead and back else 1.0
    relative = [ratio if each.back and each.sign >= 0 else 1.0 for each in sources]
    total, against = (membrane.kernel(inhibits=inhibits)[0] for inhibits in (False, True))
    pairs = list(zip(sources, relative, strict=True))
    drive = total * sum(each.spikes * by for each, by in pairs if each.sign > 0)
    inhibits = against * sum(each.spikes for each in sources if each.sign < 0)
    if drive and inhibits:
        relative = [by if each.sign >= 0 else drive / inhibits for each, by in pairs]
    unit = membrane.under(_drives(sources, relative))
    reach = float(unit.mean + unit.std / sigma)
    factor = membrane.threshold / reach if (ahead or back) and reach > 0 else math.nan
    return [factor * by for by in relative]


@typed("init")
@torch.no_grad()
def fluctuation(
    network: nn.Module,
    events: SpikeEvents,
    *,
    sigma: float = 1.0,
    share: float = 0.9,
    seed: int = 0,
) -> dict[str, float]:
    """Draw a network's weights so that its membranes fluctuate by `sigma`, in place.

    Projections to readouts, those whose scale the network's description gives, and those to groups
    that nothing excites stay as they are. The rates of inputs are measured in the events, those of
    neurons come from Rice's formula. The network's record of its scales is updated.

    Args:
        network: an `EINetwork` or a `SpikingNetwork`.
        events: samples that say how often the inputs spike.
        sigma: standard deviation of the membranes, in units of their thresholds.
        share: a, the share of the excitatory variance that feed-forward connections bring.
        seed: each projection draws from a stream of its own and this seed.

    Returns the scale of each projection that was drawn. Raises InputError for a network with
    neurons that have no leaky membrane, and as `to_rate` does.
    """
    if not (math.isfinite(sigma) and sigma > 0):
        raise must("init", "sigma", "a number above 0", sigma)
    if not 0 < share < 1:
        raise must("init", "share", "above 0 and below 1", share)
    own_network = startable(network, events)
    driven = own_network.driven()
    if any(each.mixed and not each.own_scale for own in driven.values() for each in own.synapses):
        hint = "the rule is of groups with one sign; start at a rate instead"
        raise must("init", "fluctuation", "of inputs that all excite", "mixed inputs", hint)
    if any(len(own.from_inputs) > 1 for own in driven.values()):
        hint = "the rule is of spikes that come independently; start at a rate instead"
        raise must("init", "fluctuation", "of inputs that all excite", "paired inputs", hint)
    inputs = float(spikes_a_step(events).mean())
    membranes = {name: _membrane(name, own) for name, own in driven.items()}
    scales: dict[str, float] = {}
    rates = {name: float(own.reached) for name, own in driven.items()}
    for _ in range(_ROUNDS):
        for name, own in driven.items():
            ties = [each for each in own.synapses if not each.own_scale]
            sources = [
                Afferent(each.sign, arriving(each, inputs, rates, events.dt), each.back)
                for each in ties
            ]
            found = balanced(membranes[name], sources, sigma, share)
            if own.reached and not any(map(math.isnan, found)):
                scales |= {each.name: scale for each, scale in zip(ties, found, strict=True)}
                rates[name] = float(membranes[name].under(_drives(sources, found)).rate)
    for own in driven.values():
        for each in own.synapses:
            if each.name in scales:
                random = seeds.stream(seed, f"fluctuation {each.name}")
                each.draw(magnitudes(each.sign, each.weights.shape, scales[each.name], random))
    own_network.note_scales(scales)
    return scales


def _membrane(name: str, own: Driven) -> Membrane:
    if own.membrane is None:
        accepted = "one of leaky membranes"
        hint = "start at a rate instead, or by half-normal"
        raise must("init", f"the neuron of {name}", accepted, "izhikevich", hint)
    return own.membrane


def _drives(sources: Sequence[Afferent], scales: Sequence[float]) -> list[Drive]:
    """Return what weights of these scales do: exponential ones, or normal ones that are free."""
    return [
        Drive(
            each.sign < 0,
            each.spikes * each.sign * scale,
            each.spikes * _squares(each) * scale**2,
        )
        for each, scale in zip(sources, scales, strict=True)
    ]


def _squares(source: Afferent) -> float:
    """Return the mean square of weights of scale 1."""
    return 2.0 if source.sign else 1.0
