import numpy as np
import pytest
import torch

from eccles import RunError, dale
from eccles.nn import ColumnConv2d, ColumnLinear


def random():
    return np.random.default_rng(0)


def test_every_fifth_input_inhibits():
    layer = ColumnLinear(10, 3, random())
    assert layer.signs.tolist() == [1, 1, 1, 1, -1] * 2
    x = torch.eye(10)
    y = layer(x)
    assert (y[[4, 9]] <= 0).all()
    assert (y[[0, 1, 2, 3, 5, 6, 7, 8]] >= 0).all()
    torch.testing.assert_close(y, (layer.weight * layer.signs).T)


def test_convolutions_have_signs_by_channel():
    layer = ColumnConv2d(5, 7, 3, stride=2, random=random())
    one = torch.zeros(1, 5, 6, 6)
    one[0, 4] = 1
    assert layer(one).shape == (1, 7, 3, 3)
    assert (layer(one) < 0).all()
    assert (layer(one.roll(1, 1)) > 0).all()


def test_excitation_and_inhibition_balance_at_the_start():
    weight = ColumnLinear(1000, 2000, random()).weight.detach().double()
    inhibits = torch.arange(1000) % 5 == 4
    total, inhibitory = weight.sum(), weight[:, inhibits].sum()
    assert float(inhibitory / (total - inhibitory)) == pytest.approx(1, abs=0.01)
    assert float(weight.square().sum(dim=1).mean()) == pytest.approx(8 * 0.25, rel=0.02)


def test_dale_by_columns():
    layer = ColumnLinear(10, 3, random())
    dale.check(layer)
    with torch.no_grad():
        layer.weight.sub_(10)
        layer.bias.sub_(1)
    with pytest.raises(RunError, match="all weights of weight must be 0 or more, got 30 of 30"):
        dale.check(layer)
    dale.project(layer)
    assert not layer.weight.any()
    assert layer.bias.tolist() == [-1, -1, -1]
