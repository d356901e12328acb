"""Neurons as other libraries step them: by hand, beside LIF, and beside those libraries."""

import math

import numpy as np
import pytest
import torch

from eccles.errors import InputError
from eccles.functional import LIF, NorseLIF, SnntorchLIF, SuperSpike, decay, euler_decay
from eccles.network import layered
from eccles.nn import SpikingNetwork

A, B = math.exp(-1 / 5), math.exp(-1 / 10)
N_STEPS, N_SAMPLES, N = 60, 3, 5


def run(neuron, inputs, alpha, recurrent=None):
    """Return spikes and states of neurons with one receptor, as networks step them, [T, B, N]."""
    current = torch.zeros_like(inputs[0])
    state, spikes, states = neuron.start(current), [], []
    for each in inputs:
        s, state = neuron.step(current, None, state)
        spikes.append(s)
        states.append(state)
        current = alpha * current + each + (0 if recurrent is None else s @ recurrent)
    return torch.stack(spikes), torch.stack(states)


def column(*values):
    return torch.tensor(values, dtype=torch.float64).reshape(-1, 1, 1)


@pytest.fixture
def drive():
    rng = np.random.default_rng(3)
    inputs = torch.from_numpy(rng.exponential(0.3, (N_STEPS, N_SAMPLES, N)))
    return inputs, torch.from_numpy(rng.normal(0, 0.2, (N, N)))


def test_snntorch_by_hand():
    """An event at 0 fires at 1. The current of the next step is lost; then what is left of it."""
    spikes, states = run(SnntorchLIF(), column(3, 0, 0, 0, 0), A)
    assert spikes.flatten().tolist() == [0, 1, 0, 1, 0]
    assert states.flatten().tolist() == pytest.approx([0, 3, 0, 3 * A**2, 0], rel=1e-15)


def test_norse_by_hand():
    """An event at 0 fires at 1 as well. The reset comes at once, and the next current counts."""
    neuron = NorseLIF(tau_mem=2e-3)  # Half of the potential stays, and half of the current comes.
    spikes, states = run(neuron, column(3, 0, 0, 0, 0), 0.8)
    assert spikes.flatten().tolist() == [0, 1, 1, 0, 1]
    v3 = 0.5 * 3 * 0.64
    assert states.flatten().tolist() == pytest.approx([0, 0, 0, v3, 0], rel=1e-15)


@pytest.mark.parametrize("kind", [SnntorchLIF, NorseLIF])
def test_the_threshold_is_strict(kind):
    neuron = kind(tau_mem=2e-3, threshold=0.5)
    moved = 0.5 if kind is NorseLIF else 1.0
    for drive, fires in ((0.5 / moved, 0), (math.nextafter(0.5, 1) / moved, 1)):
        assert run(neuron, column(drive, 0), A)[0].flatten().tolist() == [0, fires]


def test_lif_is_snntorchs_seen_a_step_later(drive):
    inputs, _ = drive
    ours, theirs = run(LIF(), inputs, A)[0], run(SnntorchLIF(), inputs, A)[0]
    assert 0.1 < ours.mean() < 0.6
    assert torch.equal(ours[1:], theirs[:-1])


def test_norse_needs_times_of_a_step_at_least():
    assert NorseLIF(tau_mem=1e-3).beta == 0
    with pytest.raises(InputError, match=r"of norse must be a step or more, 1 ms, got '0.9 ms'"):
        _ = NorseLIF(tau_mem=9e-4).beta
    with pytest.raises(InputError, match="must be a step or more"):
        euler_decay(torch.tensor([5e-3, 5e-4]), 1e-3)
    network = layered((5,), neuron={"model": "lif", "convention": "norse"}, tau_syn=9e-4)
    with pytest.raises(InputError, match="must be a step or more"):
        network.wire(3, 2)


@pytest.mark.parametrize("kind", [SnntorchLIF, NorseLIF])
def test_the_reset_passes_no_gradient(kind):
    """The potential after a reset comes of the current alone: its adjoint by hand."""
    inputs = column(5, 0, 0, 0).requires_grad_()
    neuron = kind(tau_mem=2e-3, surrogate=SuperSpike(10.0))
    moved, alpha = 0.5 if kind is NorseLIF else 1.0, 0.5
    spikes, _ = run(neuron, inputs, alpha)
    assert spikes.flatten().tolist() == ([0, 1, 1, 0] if kind is NorseLIF else [0, 1, 0, 1])
    (gradient,) = torch.autograd.grad(spikes[3, 0, 0], inputs)
    kept = moved * alpha**2  # All that step 3 has of the event: the potential before was reset.
    v = 5 * kept
    slope = 1 / (10 * abs(v - 1) + 1) ** 2
    assert gradient[0].item() == pytest.approx(kept * slope, rel=1e-12)


def test_synaptic_of_snntorch_itself(drive):
    snntorch = pytest.importorskip("snntorch", reason="snntorch isn't installed")
    inputs, _ = drive
    neuron = snntorch.Synaptic(alpha=A, beta=B, reset_mechanism="zero").double()
    own = torch.tensor([A, B], dtype=torch.float64)
    neuron.alpha, neuron.beta = own[0], own[1]  # Its buffers are made as float32.
    synapse, membrane, spikes, membranes = *neuron.reset_mem(), [], []
    for each in inputs:
        s, synapse, membrane = neuron(each, synapse, membrane)
        spikes.append(s)
        membranes.append(membrane)
    found, states = run(SnntorchLIF(), inputs, A)
    assert 0.1 < found.mean() < 0.6
    assert torch.equal(found[1:], torch.stack(spikes)[:-1].to(found))
    assert torch.allclose(states[1:], torch.stack(membranes)[:-1], rtol=0, atol=1e-6)


@pytest.mark.parametrize("recurrent", [False, True])
def test_lif_of_norse_itself(drive, recurrent):
    norse = pytest.importorskip("norse.torch.functional.lif", reason="norse isn't installed")
    inputs, weights = drive
    inputs, weights = 8 * inputs.requires_grad_(), weights if recurrent else torch.zeros(N, N)
    weights = weights.double()
    tau = torch.tensor([5e-3, 10e-3], dtype=torch.float64)
    p = norse.LIFParameters(tau_syn_inv=1 / tau[0], tau_mem_inv=1 / tau[1])
    zero = torch.zeros_like(inputs[0])
    state, spikes, membranes = norse.LIFState(zero, zero, zero), [], []
    eye = torch.eye(N, dtype=torch.float64)
    for each in inputs:
        s, state = norse.lif_step(each, state, eye, weights.T, p)
        spikes.append(s)
        membranes.append(state.v)
    theirs = torch.stack(spikes)
    # Norse's surrogate leaves its scale out.
    neuron = NorseLIF(surrogate=SuperSpike(1.0))
    found, states = run(neuron, inputs, euler_decay(5e-3, 1e-3), weights)
    assert 0.1 < found.mean() < 0.9
    assert torch.equal(found[1:], theirs[:-1].to(found))
    assert torch.allclose(states[1:], torch.stack(membranes)[:-1], rtol=0, atol=1e-6)
    (wanted,) = torch.autograd.grad(theirs[:-1].sum(), inputs, retain_graph=True)
    (gradient,) = torch.autograd.grad(found[1:].sum(), inputs)
    assert torch.allclose(gradient, wanted, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(("convention", "kind"), [("snntorch", SnntorchLIF), ("norse", NorseLIF)])
def test_a_network_has_them_by_name(convention, kind):
    network = layered((10,), neuron={"model": "lif", "convention": convention}, recurrent=True)
    model = SpikingNetwork(network, 6, 3)
    assert isinstance(model.wiring.neurons[0][1], kind)
    usual = layered((10,), recurrent=True).wire(6, 3).decays[0]
    assert (model.wiring.decays[0] == (0.8 if convention == "norse" else usual)).all()
    # The kernels step as LIF does; the plain equations take any neuron.
    assert model.engine.name == "dense"
    with pytest.raises(InputError, match=f"and not {kind.__name__}"):
        SpikingNetwork(network, 6, 3, engine="event")


def test_decays_agree_for_short_steps():
    assert euler_decay(10e-3, 1e-6) == pytest.approx(decay(10e-3, 1e-6), rel=1e-7)
