import copy
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.network.networks import descriptions

from eccles import (
    EINetwork,
    InputError,
    Network,
    Populations,
    RunError,
    SpikeEvents,
    SpikingNetwork,
    dale,
)
from eccles.engines import DenseEngine
from eccles.engines.pool.dense import DensePool
from eccles.functional import Neuron
from eccles.network import circuit, kilgore2025, layered


def some_events(n_units, n_samples=4, n_steps=20, seed=0, rate=0.2):
    rng = np.random.default_rng(seed)
    raster = torch.from_numpy((rng.random((n_steps, n_samples, n_units)) < rate).astype(np.float32))
    return SpikeEvents.from_dense(raster), torch.arange(n_samples) % 3


def sparse_circuit(engine="dense", **changed):
    """Return a small circuit in which connections are missing."""
    ties = {
        "input -> E": {"scale": 0.2},
        "input -> PV": {"scale": 0.3, "probability": 0.5},
        "E -> E": {"scale": 0.1, "probability": 0.3},
        "E -> PV": {"scale": 0.2, "delay": "2 ms"},
        "PV -> E": {"scale": 0.3},
        "E -> output": {},
    }
    populations = {"cortex": {"groups": {"E": 8, "PV": 3}, "tau_mem": {"E": "20 ms", "PV": 0.01}}}
    network = Network.model_validate({"populations": populations, "projections": ties})
    return SpikingNetwork(network, 6, 3, engine=engine, **changed)


@pytest.mark.parametrize("dale", [True, False])
@pytest.mark.parametrize("ei", ["75:25", "100:0", "0:100"])
def test_kilgores_network_is_einetwork(ei, dale):
    """The same bits to start with, and the same loss and gradients."""
    hidden = Populations.parse(ei, 16)
    one = EINetwork(12, hidden, 3, dale=dale, w1_std=0.3, seed=3, engine=DenseEngine())
    preset = kilgore2025(ei, 16, w1_std=0.3, dale=dale)
    two = SpikingNetwork(preset, 12, 3, seed=3, engine="dense")
    assert list(two.state_dict()) == list(one.state_dict())
    assert all(map(torch.equal, one.parameters(), two.parameters()))
    assert list(two.scales.values())[-1] == one.initial_std[1]
    one.double(), two.double()
    events, labels = some_events(12)
    losses = [each.loss(events, labels) for each in (one, two)]
    for loss in losses:
        loss.backward()
    assert one.respond(events).spike_counts.sum() > 20
    assert torch.equal(one.respond(events).spike_counts, two.respond(events).spike_counts)
    assert losses[1].item() == pytest.approx(losses[0].item(), rel=1e-12)
    for a, b in zip(one.parameters(), two.parameters(), strict=True):
        assert torch.allclose(a.grad, b.grad, rtol=1e-12, atol=1e-15)
    two.project(), one.project()
    assert all(map(torch.equal, one.parameters(), two.parameters()))


def test_usual_scales_are_einetworks():
    for obeys in (True, False):
        one = EINetwork(784, Populations(80, 20), 10, dale=obeys)
        two = SpikingNetwork(kilgore2025(dale=obeys), 784, 10)
        assert all(map(torch.equal, one.parameters(), two.parameters()))


def test_usual_scales_by_hand():
    """All synapses of one sign together: 0.4, here of 8 E on average, of 80 E, of 12 PV and 8 SST.

    With 20 and 10 ms in place of 10 and 5 ms a synapse moves a membrane 3.7 times as far.
    """
    said = circuit().model_dump()
    cortex = said["populations"]["cortex"]
    scales = SpikingNetwork(Network.model_validate(said), 700, 10).scales
    a, b, c = (np.exp(-1 / tau) for tau in (5, 10, 20))
    slow = (1 - b) * (1 - c) / ((1 - a) * (1 - b))
    assert scales["E -> E"] == pytest.approx(slow * 0.4 / 8)
    assert scales["input -> E"] == pytest.approx(slow * 2.5e-3)
    assert scales["E -> SST"] == pytest.approx(slow * 0.4 / 80)
    cortex |= {"tau_mem": 0.01, "tau_syn": 0.005}
    scales = SpikingNetwork(Network.model_validate(said), 700, 10).scales
    assert scales["input -> PV"] == pytest.approx(2.5e-3)
    assert scales["E -> E"] == pytest.approx(0.4 / 8)
    assert scales["E -> PV"] == pytest.approx(0.4 / 80)
    assert scales["PV -> E"] == scales["SST -> E"] == pytest.approx(0.4 / 20)
    assert scales["SST -> PV"] == pytest.approx(0.4 / 8)
    layers = SpikingNetwork(layered((10, 20)), 700, 10).scales
    assert layers["input -> hidden1.E"] == 1e-3
    assert layers["hidden1.E -> hidden2.I"] == pytest.approx(2.0 / 10)
    assert layers["hidden1.I -> hidden2.E"] == pytest.approx(2.0 / 10)
    # A second layer, which I neurons leave as well, drives readouts less; one without I doesn't.
    usual = 7 * (1 - b)
    assert layers["hidden2.I -> output"] == pytest.approx(0.1 * usual / 20**0.5)
    alone = SpikingNetwork(layered((10, 20), ei="100:0"), 700, 10).scales
    assert alone["hidden2.E -> output"] == pytest.approx(usual / 20**0.5)
    assert scales["E -> output"] == pytest.approx(usual / 80**0.5)
    pulled = SpikingNetwork(layered((10, 20), neuron="conductance"), 700, 10).scales
    assert pulled["input -> hidden1.E"] == pytest.approx(1e-3 / ((1 - b) * (14 / 3 - 1)))
    assert pulled["hidden1.I -> hidden2.E"] == pytest.approx(0.2 / ((1 - b) * (1 + 2 / 3)))


def test_what_a_network_holds():
    network = sparse_circuit()
    assert {name: tuple(w.shape) for name, w in network.state_dict().items()} == {
        "input_to_cortex": (6, 11),
        "cortex_to_cortex": (11, 11),
        "cortex_to_output": (11, 3),
    }
    assert list(network.matrices) == ["input->cortex", "cortex->cortex", "cortex->output"]
    assert network.matrices["cortex->cortex"] is network.cortex_to_cortex
    assert {name: group.neurons for name, group in network.groups.items()} == {
        "E": slice(0, 8),
        "PV": slice(8, 11),
    }
    assert network.group("PV").sign == -1
    assert network.populations == {"cortex": slice(0, 11)}
    with pytest.raises(InputError, match=r"there is no group 'PVs' \(did you mean 'PV'\?\)"):
        network.group("PVs")
    # Absent: E -> E at 0.3, PV -> PV, and PV to the readouts.
    weights = network.cortex_to_cortex.detach()
    assert 5 < int((weights[:8, :8] > 0).sum()) < 40
    assert (weights[:8, 8:] > 0).all()
    assert (weights[8:, :8] < 0).all()
    assert not weights[8:, 8:].any()
    assert not network.cortex_to_output.detach()[8:].any()


def test_a_seed_sets_weights_and_connections():
    one, again, other = sparse_circuit(seed=1), sparse_circuit(seed=1), sparse_circuit(seed=2)
    assert all(map(torch.equal, one.parameters(), again.parameters()))
    assert not any(map(torch.equal, one.parameters(), other.parameters()))
    name = "cortex->cortex"
    assert torch.equal(one.masks()[name], again.masks()[name])
    assert not torch.equal(one.masks()[name], other.masks()[name])


def test_distributions_of_initial_weights():
    ties = {"input -> E": {"scale": 0.5, "init": "exponential"}, "E -> output": {"scale": 2}}
    network = Network.model_validate(
        {"populations": {"a": {"groups": {"E": 200}}}, "projections": ties}
    )
    weight = SpikingNetwork(network, 200, 10).input_to_a.detach()
    assert (weight >= 0).all()
    assert weight.mean().item() == pytest.approx(0.5, rel=0.02)
    assert weight.std().item() == pytest.approx(0.5, rel=0.02)
    assert weight.median().item() == pytest.approx(0.5 * np.log(2), rel=0.02)
    out = SpikingNetwork(network, 200, 10).a_to_output.detach()
    assert out.square().mean().sqrt().item() == pytest.approx(2, rel=0.05)


@settings(deadline=None, max_examples=30)
@given(descriptions(), st.integers(0, 10**6))
def test_dale_and_masks_hold_after_any_update(said, seed):
    network = Network.model_validate(said)
    one = SpikingNetwork(network, 5, 3, seed=seed)
    dale.check(one)
    covered = {name: torch.zeros(shape, dtype=torch.bool) for name, shape in
               one.wiring.shapes.items()}  # fmt: skip
    for link in one.wiring.links:
        covered[link.weights][link.rows, link.columns] = True
    for name, weight in one.matrices.items():
        assert not weight[~covered[name]].any()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in one.parameters():
            weight += torch.randn(weight.shape, generator=generator)
    moved = copy.deepcopy(one)
    one.project()
    dale.project(moved)
    dale.check(one)
    assert all(map(torch.equal, one.parameters(), moved.parameters()))
    for link, name in zip(one.wiring.links, network.projections, strict=True):
        block = one.matrices[link.weights][link.rows, link.columns]
        sign = network.sign(network.pair(name)[0])
        assert (sign * block >= 0).all()
        if sign == 0 and network.projections[name].probability == 1 and block.numel() > 30:
            assert (block > 0).any()
            assert (block < 0).any()
    for name, mask in one.masks().items():
        assert not one.matrices[name][~mask].any()


@pytest.mark.slow
@settings(deadline=None, max_examples=12)
@given(descriptions(most=4), st.integers(0, 10**6))
def test_nothing_flows_where_no_connection_is(said, seed):
    """Not even where a weight isn't zero: the loss doesn't see it, and its gradient is zero."""
    one = SpikingNetwork(Network.model_validate(said), 5, 3, seed=seed, engine="dense").double()
    events, labels = some_events(5, seed=seed)
    before = one.loss(events, labels)
    with torch.no_grad():
        for name, mask in one.masks().items():
            one.matrices[name][~mask] += 1.0
    after = one.loss(events, labels)
    after.backward()
    assert after.item() == before.item()
    for name, mask in one.masks().items():
        gradient = one.matrices[name].grad
        assert gradient is not None
        assert not gradient[~mask].any()


def test_the_check_names_the_projection():
    network = sparse_circuit()
    dale.check(network)
    with torch.no_grad():
        network.cortex_to_cortex[9, 3] = 0.5
    with pytest.raises(RunError, match=r"weights of PV -> E must bear .* got 1 of 24 that don't"):
        dale.check(network)
    network.project()
    absent = (~network.masks()["cortex->cortex"][:8, :8]).nonzero()[0]
    with torch.no_grad():
        network.cortex_to_cortex[absent[0], absent[1]] = 0.5
    with pytest.raises(RunError, match=r"of E -> E must be 0 where there is no connection, got 1"):
        dale.check(network)
    network.project()
    with torch.no_grad():
        network.cortex_to_cortex[10, 10] = -0.5
    with pytest.raises(RunError, match=r"of cortex->cortex must be 0 where there is no connection"):
        dale.check(network)
    with pytest.raises(RunError, match=r"of 0.cortex->cortex must be 0"):
        dale.check(torch.nn.Sequential(network))


def test_a_state_goes_into_another_network():
    one, other = sparse_circuit(), sparse_circuit()
    with torch.no_grad():
        for weight in one.parameters():
            weight *= 2
    other.load_state_dict(one.state_dict())
    events, _ = some_events(6)
    assert torch.equal(one.respond(events).peaks, other.respond(events).peaks)
    dale.check(other)


def test_training_keeps_dale_and_masks():
    network = sparse_circuit()
    optimizer = torch.optim.Adam(network.parameters(), lr=0.05)
    events, labels = some_events(6, 12)
    losses = []
    for _ in range(8):
        optimizer.zero_grad()
        loss = network.loss(events, labels)
        loss.backward()
        optimizer.step()
        network.project()
        dale.check(network)
        losses.append(loss.item())
    assert losses[-1] < losses[0]


def test_forward_and_spikes_agree_with_the_engine():
    network = sparse_circuit().double()
    events, labels = some_events(6)
    raster = events.to_dense(torch.float64)
    potentials, hidden = network(raster), network.hidden_spikes(raster)
    assert potentials.shape == (21, 4, 3)
    assert hidden.sum() > 20
    response = network.respond(events)
    assert torch.equal(response.peaks, potentials.max(dim=0).values)
    assert torch.equal(response.spike_counts, hidden.sum(dim=0).int())
    assert torch.equal(network.spikes(events).to_dense(torch.float64), hidden)
    assert not response.peaks.requires_grad
    assert network.loss(events, labels).requires_grad


@pytest.mark.parametrize("engine", ["dense", "event"])
def test_readouts_may_score_by_their_means(engine):
    said = sparse_circuit().network.model_dump() | {"readout": {"kind": "mean-over-time"}}
    network = SpikingNetwork(Network.model_validate(said), 6, 3, engine=engine).double()
    events, labels = some_events(6)
    potentials = network(events.to_dense(torch.float64))
    scores = potentials[1:].mean(dim=0)
    assert torch.allclose(network.respond(events).peaks, scores, rtol=1e-12, atol=0)
    loss = torch.nn.functional.cross_entropy(scores, labels)
    assert network.loss(events, labels).item() == pytest.approx(loss.item(), rel=1e-12)


def test_the_event_engine_agrees():
    one, other = sparse_circuit("auto", threads=2).double(), sparse_circuit().double()
    assert (one.engine.name, other.engine.name) == ("event", "dense")
    events, labels = some_events(6, n_samples=9)
    losses = [each.loss(events, labels) for each in (one, other)]
    for loss in losses:
        loss.backward()
    assert losses[0].item() == pytest.approx(losses[1].item(), rel=1e-12)
    for a, b in zip(one.parameters(), other.parameters(), strict=True):
        assert b.grad.any()
        assert torch.allclose(a.grad, b.grad, rtol=1e-10, atol=1e-14)
    assert torch.equal(one.respond(events).spike_counts, other.respond(events).spike_counts)
    raster = one.spikes(events).to_dense()
    assert torch.equal(raster, other.spikes(events).to_dense())
    again = copy.deepcopy(one)
    assert torch.equal(again.respond(events).peaks, one.respond(events).peaks)


def test_auto_takes_the_plain_equations_where_it_must():
    assert SpikingNetwork(layered(neuron="izhikevich"), 6, 3).engine.name == "dense"
    with pytest.raises(InputError, match="event can't compute this network: it knows LIF"):
        SpikingNetwork(layered(neuron="izhikevich"), 6, 3, engine="event")


class Alternating:
    """Fires in every other step, whatever comes."""

    def start(self, like):
        return torch.zeros_like(like)

    def step(self, excitatory, inhibitory, state):
        assert isinstance(self, Neuron)
        return state + 0.0 * excitatory, 1.0 - state


def test_neurons_of_ones_own():
    network = layered((10, 5))
    model = SpikingNetwork(network, 6, 3, neurons={"hidden2": Alternating()}, engine="dense")
    events, labels = some_events(6)
    counts = model.respond(events).spike_counts
    assert (counts[:, model.populations["hidden2"]] == 10).all()
    assert (counts[:, model.populations["hidden1"]] < 10).all()
    assert model.loss(events, labels).requires_grad


def test_what_it_refuses():
    with pytest.raises(InputError, match=r"some of 'hidden3' \(did you mean 'hidden2'\?\)"):
        SpikingNetwork(layered((10, 5)), 6, 3, neurons={"hidden3": Alternating()})
    with pytest.raises(InputError, match='delay of "E -> PV" must be at most a sample'):
        sparse_circuit(n_steps=1)
    with pytest.raises(InputError, match="engine"):
        sparse_circuit(engine="quick")
    events, labels = some_events(7)
    with pytest.raises(InputError, match="the events must be of 6 units, got 7"):
        sparse_circuit().loss(events, labels)


def test_mixed_inputs_by_hand():
    """Every fifth row inhibits, four times as strongly as if it excited."""
    plain, mixed = (
        SpikingNetwork(layered((10,), inputs=inputs), 20, 3, seed=2)
        for inputs in ("excitatory", "80:20")
    )
    signs = torch.ones(20, 1)
    signs[4::5] = -4.0
    assert torch.equal(mixed.input_to_hidden, plain.input_to_hidden * signs)
    assert torch.equal(mixed.hidden_to_output, plain.hidden_to_output)
    dale.check(mixed)
    with torch.no_grad():
        mixed.input_to_hidden.neg_()
    with pytest.raises(RunError, match="got 160 of 160 that don't"):
        dale.check(mixed)
    for project in (mixed.project, lambda: dale.project(mixed)):
        project()
        assert not mixed.input_to_hidden.any()
    one = layered((10,), inputs="100:0")
    assert one == layered((10,))
    assert one.identity() == layered((10,)).identity() != mixed.network.identity()


def test_each_kind_of_input_has_one():
    network = layered((10,), inputs="99:1")
    with pytest.raises(InputError, match=r"gives each kind one of 20 inputs, .* got '99:1'"):
        SpikingNetwork(network, 20, 3)
    assert SpikingNetwork(network, 100, 3).inputs.n_inhibitory == 1
    with pytest.raises(InputError, match="inputs must be left out with dale=False"):
        layered((10,), inputs="80:20", dale=False)


@pytest.mark.parametrize("neuron", ["lif", "adaptive"])
@pytest.mark.parametrize("engine", ["event", "dense"])
def test_paired_inputs_act_by_their_sum(engine, neuron):
    """As free inputs of that sum: one loss, and for both twins the free weight's gradient."""
    paired = SpikingNetwork(
        layered((10,), inputs="paired", neuron=neuron, w1_std=0.5), 10, 3, seed=1, engine=engine
    ).double()
    free = SpikingNetwork(
        layered((10,), dale=False, neuron=neuron), 10, 3, seed=1, engine=engine
    ).double()
    assert paired.input_to_hidden.shape == (20, 10)
    assert (paired.input_to_hidden[:10] > 0).all()
    assert (paired.input_to_hidden[10:] < 0).all()
    with torch.no_grad():
        free.input_to_hidden.copy_(paired.input_to_hidden.reshape(2, 10, 10).sum(dim=0))
        free.hidden_to_output.copy_(paired.hidden_to_output)
    events, labels = some_events(10, rate=0.4)
    losses = [each.loss(events, labels) for each in (paired, free)]
    for loss in losses:
        loss.backward()
    assert 20 < paired.respond(events).spike_counts.sum() == free.respond(events).spike_counts.sum()
    assert losses[0].item() == pytest.approx(losses[1].item(), rel=1e-12)
    assert free.input_to_hidden.grad.abs().max() > 1e-3
    for twins in paired.input_to_hidden.grad.reshape(2, 10, 10):
        assert torch.allclose(twins, free.input_to_hidden.grad, rtol=1e-10, atol=1e-14)
    assert torch.allclose(paired.hidden_to_output.grad, free.hidden_to_output.grad, rtol=1e-10)


@pytest.mark.parametrize("engine", ["event", "dense"])
@pytest.mark.parametrize("neuron", ["lif", "conductance"])
@pytest.mark.parametrize("delay", [None, "3 ms"])
def test_paired_inputs_are_twice_as_many_inputs(engine, neuron, delay):
    """As inputs in their own right, of which each second half repeats the spikes of the first."""
    network = Network.model_validate(
        {
            "populations": {"a": {"groups": {"E": 8, "I": 4}, "neuron": neuron}},
            "projections": {
                "input.E -> a": {"scale": 0.6},
                "input.I -> E": {"scale": 0.4, "probability": 0.5, "delay": delay},
                "input.I -> I": {"scale": 0.3},
                "a -> a": {"scale": 0.2},
                "a -> output": {},
            },
            "inputs": "paired",
        }
    )
    paired = SpikingNetwork(network, 10, 3, seed=1, engine=engine).double()
    ties = [
        link._replace(pre=link.rows) if link.from_input else link for link in paired.wiring.links
    ]
    apart = DensePool(replace(paired.wiring, n_inputs=20, links=tuple(ties)))
    events, labels = some_events(10, rate=0.4)
    raster = events.to_dense().double()
    twice = SpikeEvents.from_dense(torch.cat([raster, raster], dim=2))
    own = {name: weight.detach().clone().requires_grad_() for name, weight in
           paired.weights.items()}  # fmt: skip
    losses = paired.loss(events, labels), apart.loss(own, twice, labels)
    for loss in losses:
        loss.backward()
    assert 20 < apart.respond(own, twice).spike_counts.sum() < 12 * 4 * 15
    assert losses[0].item() == pytest.approx(losses[1].item(), rel=1e-12)
    for name, mask in {**dict.fromkeys(own), **paired.masks()}.items():
        wanted = own[name].grad if mask is None else torch.where(mask, own[name].grad, 0.0)
        assert wanted.abs().max() > 1e-4
        assert torch.allclose(paired.matrices[name].grad, wanted, rtol=1e-9, atol=1e-13)


def test_parts_of_paired_inputs_have_projections_of_their_own():
    """Feed-forward inhibition onto E alone, half of the connections, each kind at its scale."""
    network = Network.model_validate(
        {
            "populations": {"cortex": {"groups": {"E": 8, "PV": 3}}},
            "projections": {
                "input.E -> cortex": {"scale": 0.5},
                "input.I -> E": {"scale": 0.25, "probability": 0.5},
                "PV -> E": {},
                "E -> output": {},
            },
            "inputs": "paired",
        }
    )
    assert [name for name in network.projections if "input" in name] == [
        "input.E -> E", "input.E -> PV", "input.I -> E",
    ]  # fmt: skip
    assert Network.from_yaml(network.to_yaml()) == network
    assert network.unreached() == []
    one = SpikingNetwork(network, 40, 3, seed=0)
    weight = one.input_to_cortex
    assert not weight[40:, 8:].any()
    inhibiting = weight[40:, :8]
    assert 0.3 < (inhibiting != 0).float().mean() < 0.7
    assert -0.3 < inhibiting[inhibiting != 0].mean() < -0.1
    assert 0.3 < weight[:40].mean() < 0.5
    with torch.no_grad():
        weight.add_(1.0)
    one.project()
    assert not one.input_to_cortex[40:].any()
    assert (one.input_to_cortex[:40] > 0).all()
