import math
from itertools import pairwise

import pytest
import torch

from eccles import InputError
from eccles.functional import Izhikevich, IzhikevichState, izhikevich


def column(value):
    return torch.tensor([[value]], dtype=torch.float64)


def held(neuron, current, n_steps):
    """Return when a neuron fires under a current in nA that is held, and its state at the end."""
    drive = column(current)
    state, fired = neuron.start(drive), []
    for t in range(n_steps):
        s, state = neuron.step(drive, None, state)
        if s.item():
            fired.append(t)
    return fired, state


def test_two_steps_from_rest_by_hand():
    """70 pA lift a membrane of 100 pF by 0.7 mV in a millisecond."""
    _, (v, u) = held(Izhikevich(), 0.07, 1)
    assert (v.item(), u.item()) == (pytest.approx(-59.3), 0)
    _, (v, u) = held(Izhikevich(), 0.07, 2)
    assert v.item() == pytest.approx(-59.3 + (0.7 * 0.7 * -19.3 + 70) / 100)
    assert v.item() == pytest.approx(-58.69457)
    assert u.item() == pytest.approx(0.03 * -2 * 0.7)


def test_a_spike_and_its_reset_by_hand():
    neuron = Izhikevich()
    s, (v, u) = neuron.step(column(0.0), None, IzhikevichState(column(36.0), column(10.0)))
    assert (s.item(), v.item()) == (1, -50)
    assert u.item() == pytest.approx(10 + 0.03 * (-2 * 96 - 10) + 100)
    assert neuron.step(column(0.0), None, IzhikevichState(column(35.0), column(0.0)))[0].item() == 0


def test_inhibition_subtracts():
    neuron = Izhikevich()
    _, (v, _) = neuron.step(column(0.05), column(0.02), neuron.start(column(0.0)))
    assert v.item() == pytest.approx(-59.7)


def test_the_least_current_that_fires_by_hand():
    """With x = v - v_rest, rest solves 0.7 x^2 - 12 x + I = 0: up to I = 144 / 2.8 = 51.4 pA."""
    assert held(Izhikevich(), 0.0510, 1000)[0] == []
    assert held(Izhikevich(), 0.0530, 1000)[0]


def test_spikes_adapt():
    """Each adds d to the recovery: intervals of a regular spiking neuron grow at first."""
    fired, _ = held(Izhikevich(), 0.1, 300)
    intervals = [b - a for a, b in pairwise(fired)]
    assert intervals[0] < intervals[1] <= intervals[-1]


def test_shorter_steps_fire_as_often():
    slow, _ = held(Izhikevich(), 0.1, 400)
    fine, _ = held(Izhikevich(dt=2e-4), 0.1, 2000)
    assert len(slow) > 4
    assert abs(len(slow) - len(fine)) <= 1
    assert fine[0] == pytest.approx(5 * slow[0], rel=0.1)


def test_parameters_by_name():
    chattering = izhikevich("chattering")
    constants = (chattering.capacitance, chattering.k, chattering.v_reset, chattering.d)
    assert constants == (50, 1.5, -40, 150)
    fired, _ = held(chattering, 0.2, 300)
    intervals = [b - a for a, b in pairwise(fired)]
    # Pairs of spikes, and long pauses between them.
    assert 5 * min(intervals) < max(intervals)
    with pytest.raises(InputError, match=r"no 'chatering' \(did you mean 'chattering'\?\)"):
        izhikevich("chatering")


def test_gradients_by_hand():
    neuron = Izhikevich()
    v, u = column(-50.0).requires_grad_(), column(5.0).requires_grad_()
    s, following = neuron.step(column(0.0), None, IzhikevichState(v, u))
    by_v, by_u = torch.autograd.grad(following.v.sum(), (v, u), retain_graph=True)
    # d/dv of k (v - v_rest)(v - v_threshold) is 0.7 (10 - 10), and the leak of u is 1 / C.
    assert (by_v.item(), by_u.item()) == (1.0, pytest.approx(-0.01))
    slope = torch.autograd.grad(s.sum(), v, retain_graph=True)[0].item()
    assert slope == pytest.approx(1 / (0.05 * 85 + 1) ** 2)
    # The recovery passes the gradient of the spike: d of it.
    by_v = torch.autograd.grad(following.u.sum(), v)[0].item()
    assert by_v == pytest.approx(0.03 * -2 + 100 * slope)
    assert math.isfinite(by_v)
