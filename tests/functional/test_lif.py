import math

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from eccles.functional import LIF, LIFParameters, LIFState, SuperSpike, decay, lif, lif_step

A, B = math.exp(-1 / 5), math.exp(-1 / 10)

DRIVES = arrays(
    np.float64,
    st.tuples(st.integers(1, 30), st.integers(1, 3), st.integers(1, 3)),
    elements=st.sampled_from([0.0, 0.0, 0.1, 0.4, 1.01, 1.5, -0.7, 20.0]),
)


def column(*values):
    """Return the inputs of one neuron in one sample, [T, 1, 1]."""
    return torch.tensor(values, dtype=torch.float64).reshape(-1, 1, 1)


def run(*values, **constants):
    """Return spikes and membranes of one neuron, as lists."""
    spikes, _, membranes = lif(column(*values), LIFParameters(**constants))
    return spikes.flatten().tolist(), membranes.flatten().tolist()


def test_decays():
    p = LIFParameters()
    assert (p.alpha, p.beta) == (A, B)
    assert decay(20e-3, 1e-3) == math.exp(-1 / 20)
    assert LIFParameters(dt=2e-3).beta == math.exp(-2 / 10)


def test_a_membrane_below_threshold_by_hand():
    spikes, membranes = run(0.4, 0, 0, 0, 0)
    assert spikes == [0, 0, 0, 0, 0]
    wanted = [0, 0, 0.4, 0.4 * (B + A), 0.4 * (B * B + B * A + A * A)]
    assert membranes == pytest.approx(wanted, rel=1e-15)
    assert membranes == pytest.approx([0, 0, 0.4, 0.689427, 0.891948], abs=1e-6)


def test_a_spike_and_its_reset_by_hand():
    """A large event at 0 fires at 2. What arrived at 2 is lost; the synapse goes on."""
    spikes, membranes = run(3, 0, 0, 0, 0, 0, 0)
    assert spikes == [0, 0, 1, 0, 1, 0, 1]
    # v at 3 is the reset, which loses i at 2 = 3 A; v at 4 is i at 3 = 3 A^2 alone, and so on.
    assert membranes == pytest.approx([0, 0, 3, 0, 3 * A**2, 0, 3 * A**4], rel=1e-15, abs=0)


@pytest.mark.parametrize("t", [0, 1, 4])
def test_the_earliest_spike_is_two_steps_after_its_event(t):
    drive = [0.0] * 8
    drive[t] = 1e9
    spikes, _ = run(*drive)
    assert spikes.index(1) == t + 2


def test_the_threshold_is_strict():
    assert run(1, 0, 0)[0] == [0, 0, 0]
    assert run(math.nextafter(1, 2), 0, 0)[0] == [0, 0, 1]
    assert run(2, 0, 0, threshold=2.0)[0] == [0, 0, 0]
    assert run(2.1, 0, 0, threshold=2.0)[0] == [0, 0, 1]


def test_another_rest_by_hand():
    """The membrane starts at rest, decays towards it and is reset to it."""
    spikes, membranes = run(0.3, 0, 2, 0, 0, 0, 0, 0, v_rest=-0.5)
    i3 = 0.3 * A**2 + 2
    rises = [0, 0, 0.3, 0.3 * (B + A), 0.3 * (B + A) * B + i3, 0, i3 * A**2, i3 * A**2 * (B + A)]
    assert membranes == pytest.approx([-0.5 + rise for rise in rises], rel=1e-14)
    assert spikes == [0, 0, 0, 0, 1, 0, 0, 1]


def test_one_step_by_hand():
    state = LIFState(torch.tensor([[0.25, 0.25]]), torch.tensor([[0.5, 1.5]]))
    p = LIFParameters(tau_mem=1e300, tau_syn=1e-3 / math.log(2))
    s, (i, v) = lif_step(torch.tensor([[1.0, 1.0]]), state, p)
    assert s.tolist() == [[0, 1]]
    assert i.tolist() == [[1.125, 1.125]]
    assert v.tolist() == [[0.75, 0.0]]


def oracle(drive, p):
    """The equations once more, a number at a time."""
    spikes, membranes = np.zeros_like(drive), np.zeros_like(drive)
    for b, n in np.ndindex(drive.shape[1:]):
        i, v = 0.0, p.v_rest
        for t in range(len(drive)):
            membranes[t, b, n] = v
            if v > p.threshold:
                spikes[t, b, n] = 1
                v = p.v_rest
            else:
                v = p.v_rest + p.beta * (v - p.v_rest) + i
            i = p.alpha * i + drive[t, b, n]
    return spikes, membranes


@settings(deadline=None)
@given(
    DRIVES,
    st.sampled_from(
        [LIFParameters(), LIFParameters(5e-3, 5e-3), LIFParameters(2e-3, 9e-3, 5e-4, -0.3, 0.8)]
    ),
)
def test_it_agrees_with_an_independent_run(drive, p):
    spikes, state, membranes = lif(torch.from_numpy(drive), p)
    wanted_spikes, wanted_membranes = oracle(drive, p)
    assert np.array_equal(spikes.numpy(), wanted_spikes)
    assert np.allclose(membranes.numpy(), wanted_membranes, rtol=1e-12, atol=1e-12)
    assert not (spikes[1:] * spikes[:-1]).any()
    assert not spikes[:2].any()
    assert state.v.shape == drive.shape[1:]


@settings(deadline=None)
@given(DRIVES, st.integers(0, 30))
def test_a_run_may_be_cut_anywhere(drive, cut):
    p = LIFParameters()
    x = torch.from_numpy(drive)
    assume(len(x) > 1)
    cut = 1 + cut % (len(x) - 1)
    spikes, end, membranes = lif(x, p)
    first, state, before = lif(x[:cut], p)
    second, state, after = lif(x[cut:], p, state)
    assert torch.equal(torch.cat([first, second]), spikes)
    assert torch.equal(torch.cat([before, after]), membranes)
    assert torch.equal(state.i, end.i)
    assert torch.equal(state.v, end.v)


def test_the_reset_passes_no_gradient():
    """dv/dx by hand: the event at 0 reaches v at 2 only; after the reset v comes from i alone."""
    x = column(3, 0, 0, 0, 0, 0, 0).requires_grad_()
    spikes, _, membranes = lif(x, LIFParameters())
    assert spikes.flatten().tolist() == [0, 0, 1, 0, 1, 0, 1]
    wanted = [0, 0, 1, 0, A**2, 0, A**4]
    for t in range(2, 7):
        (gradient,) = torch.autograd.grad(membranes[t, 0, 0], x, retain_graph=True)
        assert gradient[0].item() == pytest.approx(wanted[t], rel=1e-15, abs=0)
        slope = 1 / (100 * abs(membranes[t].item() - 1) + 1) ** 2
        (gradient,) = torch.autograd.grad(spikes[t, 0, 0], x, retain_graph=True)
        assert gradient[0].item() == pytest.approx(wanted[t] * slope, rel=1e-12, abs=0)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10**6))
def test_gradients_agree_with_an_adjoint_by_hand(seed):
    """The adjoint of each line of the step, in reverse, with 1 for the reset's derivative."""
    rng = np.random.default_rng(seed)
    n_steps = int(rng.integers(3, 25))
    p = LIFParameters(7e-3, 3e-3, 1e-3, 0.1, 0.9, SuperSpike(10.0))
    x = torch.from_numpy(rng.exponential(0.3, (n_steps, 2, 3))).requires_grad_()
    upstream = rng.standard_normal(x.shape)
    spikes, _, membranes = lif(x, p)
    (spikes * torch.from_numpy(upstream)).sum().backward()
    s, v = spikes.detach().numpy(), membranes.detach().numpy()
    i_bar, v_bar = np.zeros(x.shape[1:]), np.zeros(x.shape[1:])
    wanted = np.zeros(x.shape)
    for t in reversed(range(n_steps)):
        wanted[t] = i_bar
        slope = 1 / (10 * np.abs(v[t] - 0.9) + 1) ** 2
        i_bar, v_bar = (
            p.alpha * i_bar + (1 - s[t]) * v_bar,
            p.beta * (1 - s[t]) * v_bar + slope * upstream[t],
        )
    assert x.grad.numpy() == pytest.approx(wanted, rel=1e-10, abs=1e-14)


@settings(deadline=None, max_examples=50)
@given(DRIVES, st.sampled_from([torch.float32, torch.float64]))
def test_a_membrane_with_one_receptor_is_the_same_bit_for_bit(drive, kind):
    """In a network the receptor's current is kept outside the neuron."""
    x = torch.from_numpy(drive).to(kind)
    p, neuron = LIFParameters(), LIF()
    rest = torch.zeros_like(x[0])
    state, v, g = LIFState(rest, rest), neuron.start(rest), rest
    for current in x:
        wanted, state = lif_step(current, state, p)
        found, v = neuron.step(g, None, v)
        g = p.alpha * g + current
        assert torch.equal(found, wanted)
        assert torch.equal(v, state.v)
        assert torch.equal(g, state.i)


def test_receptors_come_with_their_signs():
    neuron = LIF(threshold=0.5)
    apart = neuron.step(torch.tensor([[0.9]]), torch.tensor([[0.2]]), torch.tensor([[0.25]]))
    assert apart[0].item() == 0
    assert apart[1].item() == pytest.approx(B * 0.25 + 0.7)
    assert neuron.step(torch.zeros(1, 1), None, torch.tensor([[0.51]]))[0].item() == 1


def test_neurons_of_one_stretch_may_differ():
    neuron = LIF(tau_mem=torch.tensor([10e-3, 20e-3]), threshold=torch.tensor([1.0, 0.5]))
    s, v = neuron.step(torch.zeros(1, 2), None, torch.tensor([[0.8, 0.4]]))
    assert s.tolist() == [[0, 0]]
    assert v[0].tolist() == pytest.approx([0.8 * B, 0.4 * math.exp(-1 / 20)])
    assert neuron.step(torch.zeros(1, 2), None, torch.tensor([[0.8, 0.6]]))[0].tolist() == [[0, 1]]
