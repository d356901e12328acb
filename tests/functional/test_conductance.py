import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from eccles import InputError
from eccles.functional import ConductanceLIF, SuperSpike

KEEP = math.exp(-1 / 10)


def column(value):
    return torch.tensor([[value]], dtype=torch.float64)


def step(v, excitatory, inhibitory, **constants):
    """Return the spike and the next potential of one neuron."""
    neuron = ConductanceLIF(**constants)
    s, following = neuron.step(column(excitatory), column(inhibitory), column(v))
    return s.item(), following.item()


def test_a_leak_by_hand():
    assert step(0.5, 0.0, 0.0) == (0, pytest.approx(0.5 * KEEP, rel=1e-15))


def test_excitation_by_hand():
    """With g_E = 1 the membrane goes to half of 14/3, twice as quickly as it leaks."""
    assert step(0.0, 1.0, 0.0) == (0, pytest.approx(7 / 3 * (1 - KEEP**2), rel=1e-15))


def test_inhibition_by_hand():
    """With g_I = 3 the membrane goes to three quarters of -2/3; shunting only pulls to rest."""
    assert step(0.8, 0.0, 3.0)[1] == pytest.approx(-0.5 + 1.3 * KEEP**4, rel=1e-14)
    assert step(0.8, 0.0, 3.0, e_inhibitory=0.0)[1] == pytest.approx(0.8 * KEEP**4, rel=1e-15)


def test_both_by_hand():
    target = (2 * 14 / 3 - 1 * 2 / 3) / 4
    assert step(0.5, 2.0, 1.0)[1] == pytest.approx(target + (0.5 - target) * KEEP**4, rel=1e-14)


def test_a_spike_resets_to_rest_and_the_threshold_is_strict():
    assert step(1.0, 0.0, 0.0)[0] == 0
    assert step(math.nextafter(1.0, 2), 5.0, 0.0) == (1, 0)
    assert step(0.7, 5.0, 0.0, threshold=0.6) == (1, 0)
    assert ConductanceLIF().start(torch.ones(2, 3)).tolist() == [[0.0] * 3] * 2


@given(st.floats(-0.6, 1.0), st.floats(0, 1e6), st.floats(0, 1e6))
def test_it_is_stable_at_any_conductance(v, excitatory, inhibitory):
    _, following = step(v, excitatory, inhibitory)
    assert -2 / 3 - 1e-12 <= following <= 14 / 3 + 1e-12


@given(st.floats(-0.6, 1.0), st.floats(0, 10), st.floats(0, 10))
def test_a_step_is_two_half_steps(v, excitatory, inhibitory):
    """The solution over a step is exact: only spikes depend on its length."""
    _, whole = step(v, excitatory, inhibitory, threshold=9.0)
    _, half = step(v, excitatory, inhibitory, threshold=9.0, dt=5e-4)
    _, again = step(half, excitatory, inhibitory, threshold=9.0, dt=5e-4)
    assert again == pytest.approx(whole, rel=1e-12, abs=1e-12)


def test_gradients_by_hand():
    """With e = exp(-G / 10): dv/dv = e, dv/dg_E = (14/3 - v_inf)(1 - e)/G - (v - v_inf) e / 10."""
    neuron = ConductanceLIF(surrogate=SuperSpike(10.0))
    v, ge, gi = (column(x).requires_grad_() for x in (0.5, 2.0, 1.0))
    s, following = neuron.step(ge, gi, v)
    found = torch.autograd.grad(following.sum(), (v, ge, gi), retain_graph=True)
    total, target, e = 4.0, (28 / 3 - 2 / 3) / 4, KEEP**4
    late = (0.5 - target) * e / 10
    wanted = (
        e,
        (14 / 3 - target) * (1 - e) / total - late,
        (-2 / 3 - target) * (1 - e) / total - late,
    )
    assert [each.item() for each in found] == pytest.approx(wanted, rel=1e-12)
    assert torch.autograd.grad(s.sum(), v)[0].item() == pytest.approx(1 / 6**2, rel=1e-12)


def test_excitation_and_inhibition_must_come_apart():
    with pytest.raises(InputError, match=r"^conductance: excitation and .* must come apart"):
        ConductanceLIF().step(torch.ones(1, 1), None, torch.zeros(1, 1))
