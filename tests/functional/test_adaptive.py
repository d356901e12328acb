import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from eccles.functional import LIF, AdaptiveLIF, AdaptiveState, SuperSpike

B, RHO = math.exp(-1 / 10), math.exp(-1 / 100)


def held(neuron, current, n_steps):
    """Return spikes, membranes and adaptations of a neuron under a current that is held."""
    drive = torch.full((1, 1), current, dtype=torch.float64)
    state, rows = neuron.start(drive), []
    for _ in range(n_steps):
        v, a = state
        s, state = neuron.step(drive, None, state)
        rows.append((s.item(), v.item(), a.item()))
    return [list(column) for column in zip(*rows, strict=True)]


def test_constants():
    assert (AdaptiveLIF().beta, AdaptiveLIF().rho) == (B, RHO)


def test_a_spike_raises_the_threshold_by_hand():
    """0.7 (1 + B) is 1.33, over the threshold of a fresh neuron, and under one of 1.39."""
    spikes, membranes, adaptations = held(AdaptiveLIF(strength=0.4), 0.7, 8)
    two, three = 0.7 * (1 + B), 0.7 * (1 + B + B * B)
    assert 1 < two < 1 + 0.4 * RHO * RHO < three
    assert membranes == pytest.approx([0, 0.7, two, 0, 0.7, two, three, 0], rel=1e-15)
    assert spikes == [0, 0, 1, 0, 0, 0, 1, 0]
    assert adaptations == pytest.approx([0, 0, 0, 1, RHO, RHO**2, RHO**3, RHO**4 + 1], rel=1e-15)


def test_the_threshold_is_strict():
    neuron = AdaptiveLIF(strength=0.25)
    for v, spikes in ((1.25, 0.0), (math.nextafter(1.25, 2), 1.0)):
        state = AdaptiveState(*(torch.tensor([[x]], dtype=torch.float64) for x in (v, 1.0)))
        assert neuron.step(torch.zeros(1, 1, dtype=torch.float64), None, state)[0].item() == spikes


def test_inhibition_subtracts():
    neuron = AdaptiveLIF()
    state = neuron.start(torch.zeros(1, 1))
    _, (v, _) = neuron.step(torch.tensor([[0.5]]), torch.tensor([[0.2]]), state)
    assert v.item() == pytest.approx(0.3)


@given(st.floats(0, 2), st.integers(1, 30))
def test_without_strength_it_is_the_plain_neuron(current, n_steps):
    drive = torch.full((1, 1), current, dtype=torch.float64)
    plain, adaptive = LIF(), AdaptiveLIF(strength=0.0)
    one, two = plain.start(drive), adaptive.start(drive)
    for _ in range(n_steps):
        a, one = plain.step(drive, None, one)
        b, two = adaptive.step(drive, None, two)
        assert torch.equal(a, b)
        assert torch.equal(one, two.v)


def test_gradients_by_hand():
    """The reset passes none, the adaptation does: da[2]/dv[0] is the slope of s[0] times rho."""
    neuron = AdaptiveLIF(strength=0.5, surrogate=SuperSpike(10.0))
    v0 = torch.tensor([[1.2]], dtype=torch.float64, requires_grad=True)
    a0 = torch.tensor([[0.1]], dtype=torch.float64, requires_grad=True)
    drive = torch.tensor([[1.4]], dtype=torch.float64)
    s, state = neuron.step(drive, None, AdaptiveState(v0, a0))
    slope = 1 / (10 * abs(1.2 - 1.05) + 1) ** 2
    assert s.item() == 1
    assert torch.autograd.grad(s.sum(), v0, retain_graph=True)[0].item() == pytest.approx(slope)
    down = torch.autograd.grad(s.sum(), a0, retain_graph=True)[0].item()
    assert down == pytest.approx(-0.5 * slope)
    assert torch.autograd.grad(state.v.sum(), v0, retain_graph=True)[0].item() == 0.0
    _, last = neuron.step(drive, None, state)
    by_v = torch.autograd.grad(last.a.sum(), v0, retain_graph=True)[0].item()
    # By the kept adaptation, and by the threshold of the second step, whose v is 0.
    second = 1 / (10 * abs(0 - 1 - 0.5 * state.a.item()) + 1) ** 2
    assert by_v == pytest.approx(RHO * slope - 0.5 * second * slope, rel=1e-12)
