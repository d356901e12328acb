import math

import pytest
import torch

from eccles import SpikeEvents
from eccles.engines import DenseEngine, Weights
from eccles.functional import LIFParameters, Triangle

A, B = math.exp(-1 / 5), math.exp(-1 / 10)


@pytest.fixture
def one_spike():
    """One event at step 0 of weight 1.5: the membrane is 1.5 at 2, when the neuron fires."""
    x = torch.zeros(5, 1, 1)
    x[0] = 1
    w1 = torch.tensor([[1.5]], dtype=torch.float64, requires_grad=True)
    w2 = torch.tensor([[2.0, -1.0]], dtype=torch.float64, requires_grad=True)
    return Weights(w1, w2), SpikeEvents.from_dense(x)


def test_a_loss_and_its_gradients_by_hand(one_spike):
    """The spike at 2 is a potential of w2 at 4 and (A + B) w2 at 5; v at 4 is 1.5 A^2 > 1."""
    weights, events = one_spike
    peaks, counts = DenseEngine().respond(weights, events, LIFParameters())
    assert 1.5 * A**2 > 1
    assert counts.tolist() == [[2]]
    peak = 2 * (A + B)
    assert peaks.tolist() == [[pytest.approx(peak, rel=1e-15), 0.0]]
    loss = DenseEngine().loss(weights, events, torch.tensor([1]), LIFParameters())
    loss.backward()
    p = 1 / (1 + math.exp(-peak))
    assert loss.item() == pytest.approx(-math.log(1 - p), rel=1e-12)
    # Class 1 stays below its start and passes nothing.
    assert weights[1].grad.tolist() == [[pytest.approx(p * (A + B), rel=1e-12), 0.0]]
    # At 5 o sees the spikes s(2) and s(3), whose slopes are those of v = 1.5 and v = 0; but v(3)
    # was reset and owes the event nothing.
    slope = 1 / (100 * 0.5 + 1) ** 2
    assert weights[0].grad.item() == pytest.approx(p * 2 * (A + B) * slope, rel=1e-12)


def test_any_neuron(one_spike):
    weights, events = one_spike
    neuron = LIFParameters(v_rest=0.2, threshold=1.6, surrogate=Triangle(0.5))
    peaks, counts = DenseEngine().respond(weights, events, neuron)
    # 0.2 + 1.5 at 2, and at 4 only 0.2 + 1.5 A^2.
    assert counts.tolist() == [[1]]
    assert peaks[0, 0].item() == pytest.approx(2 * (A + B), rel=1e-12)
    assert not peaks.requires_grad
