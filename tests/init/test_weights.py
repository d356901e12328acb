import math

import numpy as np
import pytest
import torch

from eccles import InputError, Populations
from eccles.init import fan_in_std, half_normal, signed_normal


def random(seed=0):
    return np.random.default_rng(seed)


def test_scales_by_hand():
    """Those of the article: 100 hidden neurons, tau_mem of 10 and 5 ms."""
    assert fan_in_std(100, math.exp(-1 / 10)) == pytest.approx(0.0666, abs=5e-5)
    assert fan_in_std(100, math.exp(-1 / 5)) == pytest.approx(0.1269, abs=5e-5)
    assert fan_in_std(784, math.exp(-1 / 10)) == pytest.approx(0.25 * (1 - math.exp(-1 / 10)))
    assert fan_in_std(49, 0.5) == 0.5


def test_half_normal_weights():
    pre = Populations(300, 100)
    weight = half_normal(pre, 500, 0.2, random())
    assert (weight.shape, weight.dtype) == ((400, 500), torch.float32)
    for kind, sign in (("E", 1), ("I", -1)):
        part = sign * weight[pre[kind]].double()
        n = part.numel()
        assert (part >= 0).all()
        # A half-normal number has mean s sqrt(2 / pi), mean square s^2, fourth moment 3 s^4.
        mean, variance = math.sqrt(2 / math.pi), 1 - 2 / math.pi
        assert abs(part.mean() / 0.2 - mean) < 4 * math.sqrt(variance / n)
        assert abs((part / 0.2).square().mean() - 1) < 4 * math.sqrt(2 / n)


def test_signed_normal_weights():
    weight = signed_normal(200, 500, 0.2, random()).double() / 0.2
    n = weight.numel()
    assert abs(weight.mean()) < 4 / math.sqrt(n)
    assert abs(weight.square().mean() - 1) < 4 * math.sqrt(2 / n)
    assert abs((weight < 0).double().mean() - 0.5) < 2 / math.sqrt(n)


def test_a_half_normal_is_a_folded_normal():
    pre = Populations(3, 2)
    folded = half_normal(pre, 4, 0.5, random(1))
    signed = signed_normal(5, 4, 0.5, random(1))
    assert torch.equal(folded.abs(), signed.abs())
    assert torch.equal(folded, half_normal(pre, 4, 0.5, random(1)))
    assert not torch.equal(folded, half_normal(pre, 4, 0.5, random(2)))
    assert torch.equal(signed_normal(5, 4, 1.0, random(1)), 2 * signed)


def test_no_scale_is_no_weight():
    assert not half_normal(Populations(2, 2), 3, 0.0, random()).any()
    assert not signed_normal(2, 3, 0, random()).any()


@pytest.mark.parametrize("std", [-0.1, float("nan"), float("inf")])
def test_scales_that_cannot_be(std):
    with pytest.raises(InputError, match="init: std must be a finite number, 0 or more, got"):
        half_normal(Populations(2, 2), 3, std, random())
    with pytest.raises(InputError, match="init: std must be"):
        signed_normal(2, 3, std, random())
