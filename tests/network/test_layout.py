import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from tests.network.networks import descriptions

from eccles import InputError, Network, functional
from eccles.network import circuit, kilgore2025, layered
from eccles.network.names import PAIRED

A, B = math.exp(-1 / 5), math.exp(-1 / 10)


def spelt(wiring):
    return [
        (link.weights, link.rows, link.columns, link.pre, link.post, link.delay, link.receptor)
        for link in wiring.links
    ]


def test_kilgore_by_hand():
    wiring = kilgore2025().wire(784, 10)
    assert (wiring.n_inputs, wiring.n_neurons, wiring.n_classes) == (784, 100, 10)
    assert wiring.shapes == {"input->hidden": (784, 100), "hidden->output": (100, 10)}
    ins, out, e, i = slice(0, 784), slice(0, 10), slice(0, 80), slice(80, 100)
    assert spelt(wiring) == [
        ("input->hidden", ins, e, ins, e, 1, 0),
        ("input->hidden", ins, i, ins, i, 1, 0),
        ("hidden->output", e, out, e, out, 1, 0),
        ("hidden->output", i, out, i, out, 1, 0),
    ]
    assert [tuple(group) for group in wiring.groups] == [
        ("E", "hidden", e, 1),
        ("I", "hidden", i, -1),
    ]
    ((place, neuron),) = wiring.neurons
    assert place == slice(0, 100)
    assert isinstance(neuron, functional.LIF)
    assert neuron.beta == B
    (decay,) = wiring.decays
    assert decay.tolist() == [A] * 100
    assert wiring.readouts == (A, B, True, False)


def test_a_circuit_by_hand():
    wiring = circuit().wire(7, 3)
    assert wiring.shapes == {
        "input->cortex": (7, 100),
        "cortex->cortex": (100, 100),
        "cortex->output": (100, 3),
    }
    e, pv, sst = slice(0, 80), slice(80, 92), slice(92, 100)
    assert spelt(wiring)[3:] == [
        ("cortex->cortex", e, pv, e, pv, 1, 0),
        ("cortex->cortex", e, sst, e, sst, 3, 0),
        ("cortex->output", e, slice(0, 3), e, slice(0, 3), 1, 0),
        ("cortex->cortex", pv, e, pv, e, 1, 1),
        ("cortex->cortex", sst, e, sst, e, 1, 1),
        ("cortex->cortex", sst, pv, sst, pv, 1, 1),
    ]
    assert [len(decay) for decay in wiring.decays] == [100, 100]
    assert wiring.decays[1][0] == pytest.approx(math.exp(-1 / 20), rel=1e-15)
    ((_, neuron),) = wiring.neurons
    assert neuron.tau_mem.tolist() == [0.02] * 80 + [0.01] * 12 + [0.02] * 8


def test_layers_by_hand():
    wiring = layered((4, 5), groups=None, ei=0.8, rounding=True, neuron="conductance").wire(2, 2)
    assert wiring.shapes == {
        "input->hidden1": (2, 4),
        "hidden1->hidden2": (4, 5),
        "hidden2->output": (5, 2),
    }
    between = [link for link in wiring.links if link.weights == "hidden1->hidden2"]
    assert [(link.pre, link.post, link.receptor) for link in between] == [
        (slice(0, 3), slice(4, 8), 0),
        (slice(0, 3), slice(8, 9), 0),
        (slice(3, 4), slice(4, 8), 1),
        (slice(3, 4), slice(8, 9), 1),
    ]
    # Readouts have one current, in which inhibition counts negative.
    assert {link.receptor for link in wiring.links if link.to_output} == {0}
    assert len(wiring.decays) == 2
    assert [place for place, _ in wiring.neurons] == [slice(0, 4), slice(4, 9)]


@settings(deadline=None, max_examples=60)
@given(descriptions())
def test_any_network_is_laid_out_whole(said):
    network = Network.model_validate(said)
    wiring = network.wire(5, 3)
    n = wiring.n_neurons
    assert n == network.n_neurons
    # Groups, and neurons, cover the row once, in order.
    for places in ([group.neurons for group in wiring.groups], [p for p, _ in wiring.neurons]):
        assert np.concatenate([np.arange(n)[place] for place in places]).tolist() == list(range(n))
    by_place = {(g.neurons.start, g.neurons.stop): g for g in wiring.groups}

    def group_at(place):
        group = by_place[place.start, place.stop]
        return group.population, group.name

    for name in network.populations:
        own = [group.sign for group in wiring.groups if group.population == name]
        assert own == sorted(own, reverse=True)
    used = {name: np.zeros(shape, int) for name, shape in wiring.shapes.items()}
    assert {link.weights for link in wiring.links} == set(wiring.shapes)
    for link in wiring.links:
        rows, columns = wiring.shapes[link.weights]
        assert 0 <= link.rows.start < link.rows.stop <= rows
        assert 0 <= link.columns.start < link.columns.stop <= columns
        assert link.rows.stop - link.rows.start == link.pre.stop - link.pre.start
        assert link.columns.stop - link.columns.start == link.post.stop - link.post.start
        assert link.pre.stop <= (5 if link.from_input else n)
        assert link.post.stop <= (3 if link.to_output else n)
        assert link.delay >= 1
        assert link.receptor < len(wiring.decays)
        used[link.weights][link.rows, link.columns] += 1
        if not link.from_input:
            group = by_place[link.pre.start, link.pre.stop]
            apart = len(wiring.decays) == 2 and not link.to_output
            assert link.receptor == int(apart and group.sign < 0)
    assert all((each <= 1).all() for each in used.values())
    # Every projection has its link, and there are no others.
    assert len(wiring.links) == len(network.projections)
    for name, projection in network.projections.items():
        pre, post = network.pair(name)
        (link,) = [
            each
            for each in wiring.links
            if each.weights == f"{pre.population}->{post.population}"
            and (pre.is_input or group_at(each.pre) == pre)
            # The second rows are those of the twins that inhibit.
            and (not pre.is_input or (each.rows.start > 0) == (pre in PAIRED and PAIRED[pre] < 0))
            and (post.group == "output" or group_at(each.post) == post)
        ]
        assert link.delay == (1 if projection.delay is None else round(projection.delay / 1e-3))
    apart = any(
        each.neuron.model == "conductance" or isinstance(each.tau_syn, dict)
        for each in network.populations.values()
    )
    assert len(wiring.decays) == 1 + apart
    assert all(decay.shape == (n,) and decay.dtype == torch.float64 for decay in wiring.decays)


@pytest.mark.parametrize(
    ("changed", "asked", "sentence"),
    [
        ({"delay": "2.5 ms"}, {}, 'delay of "E -> E" must be a whole number of steps of 1 ms, got'),
        ({"delay": "3 ms"}, {"dt": 2e-3}, "must be a whole number of steps of 2 ms, got '3 ms'"),
        ({"delay": "0.4 ms"}, {}, "must be a whole number of steps of 1 ms, got '0.4 ms'"),
        ({"delay": "11 ms"}, {"n_steps": 10}, "must be at most a sample's 10 ms, got '11 ms'"),
        ({}, {"n_inputs": 0}, "n_inputs must be a whole number of 1 or more, got 0"),
        ({}, {"n_classes": 2.0}, "n_classes must be a whole number of 1 or more, got 2.0"),
        ({}, {"dt": 0.0}, "dt must be above 0"),
    ],
)
def test_what_a_wiring_refuses(changed, asked, sentence):
    ties = {"input -> E": {}, "E -> E": changed, "E -> output": {}}
    network = Network.model_validate(
        {"populations": {"a": {"groups": {"E": 2}}}, "projections": ties}
    )
    with pytest.raises(InputError, match=sentence):
        network.wire(**{"n_inputs": 3, "n_classes": 2, **asked})


def test_delays_are_whole_steps():
    ties = {"input -> E": {"delay": "10 ms"}, "E -> E": {"delay": "0.6 ms"}, "E -> output": {}}
    network = Network.model_validate(
        {"populations": {"a": {"groups": {"E": 2}}}, "projections": ties}
    )
    wiring = network.wire(3, 2, dt=2e-4, n_steps=50)
    assert [link.delay for link in wiring.links] == [50, 3, 1]


def test_izhikevich_needs_short_steps():
    with pytest.raises(InputError, match="must be 1 ms or less for izhikevich neurons, got '2 ms'"):
        layered(neuron="izhikevich").wire(3, 2, dt=2e-3)
    ((_, neuron),) = (
        layered(neuron={"model": "izhikevich", "preset": "chattering"}).wire(3, 2, dt=5e-4).neurons
    )
    assert (neuron.capacitance, neuron.dt) == (50, 5e-4)
