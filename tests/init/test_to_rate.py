"""Networks are started at rates, which are measured again from their spikes."""

import numpy as np
import pytest
import torch

import eccles
from eccles import EINetwork, InputError, Network, Populations, SpikeEvents, SpikingNetwork
from eccles.engines import DenseEngine
from eccles.init import to_rate
from eccles.network import circuit, kilgore2025, layered


@pytest.fixture(scope="module")
def events():
    """Return 300 real samples."""
    return eccles.data.load("fashion-mnist-sample").train.events[:300]


def shallow(ei="80:20", hidden=50, **options):
    return EINetwork(784, Populations.parse(ei, hidden), 10, **options)


def pool(network, **options):
    return SpikingNetwork(network, 784, 10, **options)


def rates_of(network, events):
    """Return rates in Hz by group, of the spikes themselves."""
    spikes = network.spikes(events)
    counts = np.bincount(spikes.units, minlength=spikes.n_units)
    seconds = len(events) * events.n_steps * events.dt
    return {name: counts[own.neurons].mean() / seconds for name, own in network.driven().items()}


NETWORKS = {
    "one layer": lambda: shallow(),
    "one layer, dense": lambda: shallow(hidden=20, engine=DenseEngine()),
    "without dale": lambda: shallow(dale=False),
    "excitatory alone": lambda: shallow("100:0"),
    "of one layer, by its description": lambda: pool(kilgore2025(hidden=50)),
    "two layers": lambda: pool(layered((40, 30))),
    "recurrent": lambda: pool(layered((40,), recurrent=True)),
    "sparse and recurrent layers": lambda: pool(layered((40, 30), recurrent=0.2)),
    "adaptive": lambda: pool(layered((40,), recurrent=True, neuron="adaptive")),
    "conductance": lambda: pool(layered((40,), recurrent=True, neuron="conductance")),
    "free": lambda: pool(layered((40,), recurrent=True, dale=False)),
    "circuit": lambda: pool(circuit()),
}


@pytest.mark.parametrize("rate", ["1 Hz", 8.0])
@pytest.mark.parametrize("name", NETWORKS)
def test_all_neurons_fire_at_one_rate(name, rate, events):
    network = NETWORKS[name]()
    found = to_rate(network, events, rate)
    wanted = 1.0 if rate == "1 Hz" else rate
    measured = rates_of(network, events)
    assert found.rates == pytest.approx(measured)
    sizes = {group: own.neurons.stop - own.neurons.start for group, own in network.driven().items()}
    if name in {"one layer", "two layers", "recurrent"}:
        # Groups of a population are alike: it is their mean that is met.
        for population in {own.population for own in network.driven().values()}:
            inside = [g for g, own in network.driven().items() if own.population == population]
            mean = sum(measured[g] * sizes[g] for g in inside) / sum(sizes[g] for g in inside)
            assert mean == pytest.approx(wanted, rel=0.02)
            assert len({found.factors[group] for group in inside}) == 1
    total = sum(measured[g] * sizes[g] for g in sizes) / sum(sizes.values())
    assert total == pytest.approx(wanted, rel=0.02)


@pytest.mark.parametrize("name", ["one layer", "recurrent", "circuit"])
def test_groups_fire_at_rates_of_their_own(name, events):
    network = NETWORKS[name]()
    second = "PV" if name == "circuit" else "I"
    found = to_rate(network, events, {"E": "3 Hz", second: 12})
    measured = rates_of(network, events)
    assert measured["E"] == pytest.approx(3, rel=0.02)
    assert measured[second] == pytest.approx(12, rel=0.02)
    assert set(found.factors) == {"E", second}


def test_a_group_that_is_not_named_keeps_its_weights(events):
    network = shallow()
    before = network.input_to_hidden.detach().clone()
    factor = to_rate(network, events, "E: 5 Hz").factors["E"]
    after = network.input_to_hidden.detach()
    assert torch.equal(after[:, 40:], before[:, 40:])
    assert torch.equal(after[:, :40], (before[:, :40].double() * factor).float())
    assert network.w1_stds == {"E": pytest.approx(1e-3 * factor), "I": 1e-3}
    assert network.initial_std[0] is None


def test_layers_by_name(events):
    network = pool(layered((30, 20)))
    to_rate(network, events, {"hidden1": 4, "hidden2.E": 6, "hidden2.I": 2})
    measured = rates_of(network, events)
    first = (measured["hidden1.E"] * 24 + measured["hidden1.I"] * 6) / 30
    assert first == pytest.approx(4, rel=0.02)
    assert measured["hidden2.E"] == pytest.approx(6, rel=0.02)
    assert measured["hidden2.I"] == pytest.approx(2, rel=0.02)
    other = pool(layered((30, 20)))
    to_rate(other, events, "E: 4 Hz")
    measured = rates_of(other, events)
    assert measured["hidden1.E"] == pytest.approx(4, rel=0.02)
    assert measured["hidden2.E"] == pytest.approx(4, rel=0.02)


def test_scales_are_those_that_were_found(events):
    network = shallow(w1_std=0.002, seed=3)
    factor = to_rate(network, events, 5).factors["E"]
    assert network.initial_std == (0.002 * factor, network.w2_std)
    assert shallow(w1_std=0.002 * factor, seed=3).input_to_hidden.detach().numpy() == pytest.approx(
        network.input_to_hidden.detach().numpy(), rel=1e-6
    )
    net = pool(circuit())
    before = dict(net.scales)
    factors = to_rate(net, events, 5).factors
    for name, scale in net.scales.items():
        group = name.split(" -> ")[1]
        assert scale == before[name] * factors.get(group, 1.0)


def test_the_same_weights_give_the_same_bits(events):
    def found(**options):
        network = pool(layered((30, 20), recurrent=True), seed=4, **options)
        return to_rate(network, events, 5), network.input_to_hidden1.detach()

    one, two, three = found(), found(), found(threads=2)
    assert one[0] == two[0] == three[0]
    assert torch.equal(one[1], two[1])
    assert torch.equal(one[1], three[1])


def test_own_scales_and_what_nothing_reaches_are_left_alone(events):
    ties = {"input -> E": {}, "E -> E": {}, "input -> PV": {"scale": 2e-4}, "E -> PV": {}}
    ties |= {"PV -> E": {}, "SST -> E": {}, "E -> output": {}}
    groups = {"groups": {"E": 30, "PV": 5, "SST": 3}}
    network = pool(Network(populations={"cortex": groups}, projections=ties))
    before = network.input_to_cortex.detach()[:, 30:35].clone()
    assert set(to_rate(network, events, 5).factors) == {"E"}
    assert torch.equal(network.input_to_cortex.detach()[:, 30:35], before)
    assert set(to_rate(network, events, {"E": 5, "PV": 5}).factors) == {"E", "PV"}
    with pytest.raises(InputError, match="of a group that the input reaches, which SST isn't"):
        to_rate(network, events, {"SST": 5})


@pytest.mark.parametrize(
    ("rate", "sentence"),
    [
        (0, "init: rate must be a rate above 0"),
        (-1.0, "a rate above 0"),
        ("5 ms", "a rate above 0 such as \"5 Hz\", got '5 ms'"),
        (float("nan"), "a rate above 0"),
        (501, "a rate must be at most 500 Hz, got '501 Hz'; a neuron fires in every other step"),
        ("E: 5 Hz, P: 5 Hz", "there is no group 'P'"),
        ("E: 5 Hz, E: 6 Hz", "each group once"),
        ({"E": 5, "hidden": 6}, "the rate of E must be given once"),
        ({}, "a rate such as"),
        ("E", "a rate above 0"),
        (True, "a rate above 0|rate must be"),
    ],
)
def test_rates_that_cannot_be(rate, sentence, events):
    network = shallow()
    before = network.input_to_hidden.detach().clone()
    with pytest.raises(InputError, match=sentence):
        to_rate(network, events, rate)
    assert torch.equal(network.input_to_hidden.detach(), before)


def test_a_rate_that_cannot_be_met_says_which_were_seen(events):
    network = shallow(hidden=5)
    network.input_to_hidden.data.zero_()
    with pytest.raises(InputError, match=r"E, I must be able to start at 5 Hz, .*no spike at any"):
        to_rate(network, events, 5)
    # One neuron and one sample: a spike more or less is all there is.
    one = shallow("100:0", 1)
    before = one.input_to_hidden.detach().clone()
    with pytest.raises(InputError, match="got 10 Hz and 20 Hz with nothing between"):
        to_rate(one, events[:1], 15)
    assert torch.equal(one.input_to_hidden.detach(), before)
    assert one.initial_std[0] == 1e-3


def test_other_modules_and_no_samples(events):
    with pytest.raises(InputError, match="an EINetwork or a SpikingNetwork, got 'Linear'"):
        to_rate(torch.nn.Linear(2, 2), events, 5)
    with pytest.raises(InputError, match="events must be of one sample at least"):
        to_rate(shallow(), events[:0], 5)
    with pytest.raises(InputError, match="events"):
        to_rate(shallow(), SpikeEvents.from_dense(np.zeros((5, 2, 3))), 5)


def test_a_rate_need_only_be_neared(events):
    """Five neurons fire in one sample of 0.1 s at 0, 2, 4, 6, ... Hz, and never at 5."""
    network = pool(layered((5,), ei="100:0"))
    with pytest.raises(InputError, match="must be able to start at 5 Hz, to 2%, got 4 Hz and 6 Hz"):
        to_rate(network, events[:1], 5)
    start = to_rate(network, events[:1], 5, tolerance=0.5)
    assert start.rates["E"] in (pytest.approx(4), pytest.approx(6))
