import pytest
import torch

from eccles.functional import rate_penalty

GROUPS = [slice(0, 2), slice(2, 3)]


def test_a_penalty_by_hand():
    """Two samples; of three neurons two are a group of which a spike each costs nothing."""
    spikes = torch.zeros(4, 2, 3, dtype=torch.float64)
    spikes[:3, 0, 0] = 1  # Three spikes of one of two neurons: 1.5 a neuron, 0.5 beyond.
    spikes[:, 0, 2] = 1  # Four of the neuron alone: 3 beyond.
    spikes[0, 1, 2] = 1
    spikes.requires_grad_()
    cost = rate_penalty(spikes, GROUPS, 0.1, 1.0)
    assert cost.item() == pytest.approx(0.1 * (0.5**2 + 3**2) / 2)
    cost.backward()
    wanted = torch.zeros(4, 2, 3, dtype=torch.float64)
    wanted[:, 0, :2] = 0.1 * 2 * 0.5 / 2 / 2
    wanted[:, 0, 2] = 0.1 * 2 * 3 / 2
    torch.testing.assert_close(spikes.grad, wanted)


def test_what_is_allowed_costs_nothing():
    spikes = torch.ones(5, 3, 3)
    assert float(rate_penalty(spikes, GROUPS, 1e6, 5.0)) == 0
