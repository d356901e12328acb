import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from eccles import InputError
from eccles.functional import Sigmoid, SoftResetParameters, soft_reset, soft_reset_step

P = SoftResetParameters()


def column(*values):
    """Return the currents of one neuron in one sample, [T, 1, 1]."""
    return torch.tensor(values, dtype=torch.float64).reshape(-1, 1, 1)


def run(*values, **constants):
    spikes, membrane = soft_reset(column(*values), SoftResetParameters(**constants))
    return spikes.flatten().tolist(), membrane.item()


def test_membranes_by_hand():
    # v: 0.6, 0.3 + 0.8 = 1.1 (spike, leaves 0.1), 0.05 + 0.2, 0.125 + 2.9 = 3.025 (leaves 2.025),
    # then 1.0125 of it is a spike once more, without any input.
    spikes, membrane = run(0.6, 0.8, 0.2, 2.9, 0.0)
    assert spikes == [0, 1, 0, 1, 1]
    assert membrane == pytest.approx(0.0125)
    # tau of 1 step forgets everything; tau of 4 keeps three quarters.
    assert run(0.6, 0.8, tau=1.0) == ([0, 0], pytest.approx(0.8))
    assert run(0.6, 0.6, tau=4.0) == ([0, 1], pytest.approx(0.05))
    assert run(0.6, 0.25, threshold=0.5) == ([1, 0], pytest.approx(0.3))


def test_a_spike_at_the_threshold_itself():
    assert run(1.0, 0.0) == ([1, 0], 0.0)
    assert run(1.0 - 1e-15)[0] == [0]


def test_gradients_by_hand():
    """The adjoint of an input is all later slopes, halved at each step; resets pass nothing."""
    currents = column(0.6, 0.8, 0.2).requires_grad_()
    upstream = column(1.0, 3.0, -2.0)
    soft_reset(currents, P)[0].backward(upstream)
    slope = Sigmoid(4.0)(column(0.6 - 1, 1.1 - 1, 0.25 - 1))
    last = -2 * slope[2].item()
    middle = 3 * slope[1].item() + last / 2
    first = slope[0].item() + middle / 2
    assert currents.grad.flatten().tolist() == pytest.approx([first, middle, last], rel=1e-12)


def test_the_membrane_goes_on_from_where_it_was():
    currents = torch.randn(7, 2, 3, dtype=torch.float64)
    spikes, membrane = soft_reset(currents, P)
    first, between = soft_reset(currents[:4], P)
    second, end = soft_reset(currents[4:], P, between)
    assert torch.equal(spikes, torch.cat([first, second]))
    assert torch.equal(membrane, end)
    s, v = soft_reset_step(currents[0], torch.zeros(2, 3).double(), P)
    assert torch.equal(s, spikes[0])
    assert torch.equal(v, currents[0] - s)


@settings(deadline=None)
@given(st.lists(st.floats(0, 3), min_size=1, max_size=12))
def test_without_a_leak_charge_is_kept(currents):
    """What came in is in the membrane, or left in spikes of one threshold each."""
    spikes, membrane = run(*currents, tau=1e300)
    assert sum(currents) == pytest.approx(membrane + sum(spikes), abs=1e-12)


def test_a_time_constant_below_one_step():
    with pytest.raises(InputError, match=r"soft reset: tau must be 1 step or more, got 0\.9"):
        run(1.0, tau=0.9)
