"""Weights by fluctuations: against the published formulas, and in networks of every wiring."""

import math

import numpy as np
import pytest
import torch

import eccles
from eccles import EINetwork, InputError, Network, Populations, SpikeEvents, SpikingNetwork
from eccles.init import Afferent, Membrane, balanced, exponential, fluctuation, predicted
from eccles.network import circuit, layered


@pytest.fixture(scope="module")
def events():
    return eccles.data.load("fashion-mnist-sample").train.events[:100]


def test_scales_are_those_of_the_published_formulas():
    """Rossbroich et al. 2022, with one rate of all who project, as they have it."""
    membrane, nu, share, sigma = Membrane(20e-3, (10e-3, 20e-3), 2e-3), 15.8, 0.9, 0.7
    n_ff, n_rec, n_inh = 700, 128, 32
    each = nu * membrane.dt
    (eps, e2), (eps_i, e2_i) = (membrane.kernel(inhibits=way) for way in (False, True))
    delta_r = math.sqrt(share * n_rec / ((1 - share) * n_ff))
    delta_i = n_inh * eps_i / (eps * (n_ff + n_rec / delta_r))
    variance = e2 * n_ff + e2 * n_rec / delta_r**2 + e2_i * n_inh / delta_i**2
    ff = math.sqrt(2 * each * variance) / sigma
    afferents = [
        Afferent(1, n_ff * each), Afferent(1, n_rec * each, True), Afferent(-1, n_inh * each, True)
    ]  # fmt: skip
    found = balanced(membrane, afferents, sigma, share)
    assert found == pytest.approx([1 / ff, 1 / (ff * delta_r), 1 / (ff * delta_i)])


def test_moments_of_exponential_weights():
    drawn = exponential(Populations(300, 100), 500, 0.02, np.random.default_rng(0)).double()
    assert (drawn[:300] > 0).all()
    assert (drawn[300:] < 0).all()
    # Of 200,000 weights; the standard error is the mean by the root of their number.
    assert float(drawn.abs().mean()) == pytest.approx(0.02, rel=4 / math.sqrt(200_000))
    assert float((drawn**2).mean()) == pytest.approx(2 * 0.02**2, rel=0.03)


NETWORKS = {
    "one layer": lambda: EINetwork(784, Populations(40, 10), 10),
    "without dale": lambda: EINetwork(784, Populations(40, 10), 10, dale=False),
    "the same by description": lambda: SpikingNetwork(layered((50,)), 784, 10),
    "layers": lambda: SpikingNetwork(layered((40, 30)), 784, 10),
    "recurrent": lambda: SpikingNetwork(layered((50,), recurrent=True), 784, 10),
    "sparse": lambda: SpikingNetwork(layered((40, 30), recurrent=0.3), 784, 10),
    "free": lambda: SpikingNetwork(layered((50,), recurrent=True, dale=False), 784, 10),
    "groups": lambda: SpikingNetwork(circuit(), 784, 10),
    "adaptive": lambda: SpikingNetwork(layered((50,), recurrent=1, neuron="adaptive"), 784, 10),
    "conductance": lambda: SpikingNetwork(
        layered((50,), recurrent=1, neuron="conductance"), 784, 10
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_is_drawn_within_its_signs(name, events):
    network = NETWORKS[name]()
    before = [weight.detach().clone() for weight in network.parameters()]
    scales = fluctuation(network, events, seed=3)
    assert not torch.equal(before[0], next(network.parameters()))
    assert torch.equal(before[-1], list(network.parameters())[-1])  # To the readouts.
    eccles.dale.check(network)
    masks = network.masks() if isinstance(network, SpikingNetwork) else {}
    assert not any(network.matrices[of].detach()[~mask].any() for of, mask in masks.items())
    for own in network.driven().values():
        for each in own.synapses:
            weights = each.weights if each.connected is None else each.weights[each.connected]
            size = weights.abs().mean() / (1 if each.sign else math.sqrt(2 / math.pi))
            near = 6 / math.sqrt(weights.numel())
            assert float(size) == pytest.approx(scales[each.name], rel=near)
    if isinstance(network, SpikingNetwork):
        assert scales.items() <= network.scales.items()
    else:
        assert network.w1_stds == {kind: scales[f"input -> {kind}"] for kind in "EI"}
    again = NETWORKS[name]()
    fluctuation(again, events, seed=3)
    assert torch.equal(next(again.parameters()), next(network.parameters()))
    fluctuation(again, events, seed=4)
    assert not torch.equal(next(again.parameters()), next(network.parameters()))


def test_theory_finds_the_fluctuations_again(events):
    """By inputs that spike alike in all samples, which the images don't."""
    random = np.random.default_rng(0)
    raster = random.poisson(0.02, (150, 20, 300)).astype(np.uint8)
    alike = SpikeEvents.from_dense(raster)
    network = SpikingNetwork(layered((200,), recurrent=True), 300, 10)
    fluctuation(network, alike, sigma=0.8)
    for name, found in predicted(network, alike).items():
        assert found.mean == pytest.approx(0, abs=0.25)
        assert found.std == pytest.approx(0.8, rel=0.15)
        place = network.group(name).neurons
        counts = network.respond(alike).spike_counts[:, place]
        measured = float(counts.double().mean()) / 0.15
        assert measured == pytest.approx(found.rate, rel=0.3)


@pytest.mark.parametrize("scale", [0.02, 0.05])
def test_theory_adds_up_what_paired_inputs_do(events, scale):
    """They spike together, so the potential is that of free inputs of their summed weights."""
    paired = SpikingNetwork(layered((50,), inputs="paired", w1_std=scale), 784, 10)
    free = SpikingNetwork(layered((50,), dale=False), 784, 10)
    with torch.no_grad():
        free.input_to_hidden.copy_(paired.input_to_hidden.reshape(2, 784, 50).sum(dim=0))
    found, wanted = predicted(paired, events), predicted(free, events)
    for name in ("E", "I"):
        assert tuple(found[name]) == pytest.approx(tuple(wanted[name]))


def test_paired_inputs_start_in_balance_whatever_their_receptors():
    """By hand: a current lasts 1 / (1 - alpha) steps, so that a slower one starts weaker."""
    slow = {"excitatory": "5 ms", "inhibitory": "20 ms"}
    network = Network(
        populations={"a": {"groups": {"E": 8}, "tau_syn": slow}},
        projections={"input -> E": {}, "E -> output": {}},
        inputs="paired",
    )
    scales = SpikingNetwork(network, 30, 3).scales
    assert scales["input.E -> E"] == 1e-3
    ratio = (1 - math.exp(-1 / 20)) / (1 - math.exp(-1 / 5))
    assert scales["input.I -> E"] == pytest.approx(1e-3 * ratio)


def test_scales_that_are_said_stay(events):
    network = Network(
        populations={"a": {"groups": {"E": 20, "I": 10}}},
        projections={"input -> E": {}, "input -> I": {"scale": 0.01}, "I -> E": {},
                     "E -> output": {}},
    )  # fmt: skip
    model = SpikingNetwork(network, 784, 10)
    before = model.weights["input->a"].detach()[:, 20:].clone()
    assert set(fluctuation(model, events)) == {"input -> E", "I -> E"}
    assert torch.equal(model.weights["input->a"].detach()[:, 20:], before)
    assert model.scales["input -> I"] == 0.01


@pytest.mark.parametrize(
    ("network", "said", "sentence"),
    [
        (lambda: SpikingNetwork(layered((5,), neuron="izhikevich"), 784, 10), {},
         "the neuron of E must be one of leaky membranes"),
        (lambda: SpikingNetwork(layered((5,), inputs="80:20"), 784, 10), {},
         "fluctuation must be of inputs that all excite, got 'mixed inputs'"),
        (lambda: SpikingNetwork(layered((5,), inputs="paired"), 784, 10), {},
         "fluctuation must be of inputs that all excite, got 'paired inputs'"),
        (NETWORKS["one layer"], {"sigma": 0.0}, "sigma must be a number above 0"),
        (NETWORKS["one layer"], {"share": 1.0}, "share must be above 0 and below 1"),
        (lambda: torch.nn.Linear(2, 2), {}, "network must be an EINetwork or a SpikingNetwork"),
    ],
)  # fmt: skip
def test_what_cannot_be(network, said, sentence, events):
    with pytest.raises(InputError, match=f"init: {sentence}"):
        fluctuation(network(), events, **said)
