import pytest
import torch
from torch import nn

import eccles.nn
from eccles.functional import SoftResetParameters, soft_reset
from eccles.init import ei_init
from eccles.nn import CircuitRules, EILinear, SpikingLayer, TimeDistributed


def test_a_module_sees_all_steps_as_one_batch():
    """So a batch norm's moments are those of all steps."""
    x = torch.rand(3, 4, 5, generator=torch.Generator().manual_seed(0))
    norm = nn.BatchNorm1d(5)
    y = TimeDistributed(norm)(x)
    assert y.shape == (3, 4, 5)
    flat = x.reshape(12, 5)
    wanted = (flat - flat.mean(0)) / (flat.var(0, correction=0) + norm.eps).sqrt()
    torch.testing.assert_close(y.reshape(12, 5), wanted)
    assert TimeDistributed(nn.Flatten())(torch.zeros(2, 3, 4, 5)).shape == (2, 3, 20)


def test_spikes_are_those_of_the_equations():
    x = 2 * torch.rand(6, 2, 3, generator=torch.Generator().manual_seed(1))
    p = SoftResetParameters(tau=3.0)
    assert torch.equal(SpikingLayer(nn.Identity(), p)(x), soft_reset(x, p)[0])


def test_a_held_input_is_computed_once_and_means_the_same():
    calls = []

    class Double(nn.Module):
        def forward(self, x):
            calls.append(tuple(x.shape))
            return 2 * x

    x = torch.rand(1, 2, 3, generator=torch.Generator().manual_seed(2), requires_grad=True)
    other = x.detach().clone().requires_grad_()
    held = SpikingLayer(Double(), n_repeats=5)(x)
    each = SpikingLayer(Double())(other.expand(5, -1, -1))
    assert calls == [(1, 2, 3), (5, 2, 3)]
    assert torch.equal(held, each)
    held.sum().backward()
    each.sum().backward()
    torch.testing.assert_close(x.grad, other.grad)


@pytest.mark.parametrize("fused", [True, False])
def test_membranes_are_single_precision_where_products_are_not(fused):
    x = torch.rand(8, 4, 6, generator=torch.Generator().manual_seed(4))
    torch.manual_seed(4)
    layer, p = TimeDistributed(nn.Linear(6, 200)), SoftResetParameters()
    nn.init.uniform_(layer.module.weight, 0, 0.4)
    with torch.autocast("cpu", torch.bfloat16):
        current = layer(x)
        spikes = SpikingLayer(layer, p, fused=fused)(x)
    assert current.dtype == torch.bfloat16
    assert torch.equal(spikes, soft_reset(current.float(), p)[0])
    assert not torch.equal(spikes, soft_reset(current, p)[0].float())


@pytest.mark.parametrize("rules", [CircuitRules(), CircuitRules(inhibitory_spikes=4)])
def test_mixed_precision_divides_and_integrates_as_the_equations_do(rules):
    x = torch.rand(5, 4, 40, generator=torch.Generator().manual_seed(5))
    layer = EILinear(40, 64, rules)
    ei_init(layer, x)
    with torch.autocast("cpu", torch.bfloat16):
        fused, plain = (SpikingLayer(layer, fused=fused)(x) for fused in (True, False))
        assert layer(x).dtype == torch.float32
    assert torch.equal(fused, plain)
    whole = SpikingLayer(layer)(x)
    assert whole.mean() > 0.05
    assert 0 < (fused != whole).float().mean() < 0.05


@pytest.mark.parametrize("hold", [1, 3])
def test_one_pass_is_the_equations_one_after_the_other(hold):
    x = torch.rand(1 if hold > 1 else 3, 4, 6, generator=torch.Generator().manual_seed(3))
    layer = EILinear(6, 8)
    ei_init(layer, x)
    spikes, grads = [], []
    for fused in (True, False):
        layer.zero_grad()
        made = SpikingLayer(layer, n_repeats=hold, fused=fused)(x)
        (made * torch.linspace(0, 1, made.numel()).reshape(made.shape)).sum().backward()
        spikes.append(made.detach())
        grads.append([p.grad.clone() for p in layer.parameters()])
    assert spikes[0].shape == (3, 4, 8)
    assert torch.equal(*spikes)
    for ours, wanted in zip(*grads, strict=True):
        torch.testing.assert_close(ours, wanted, rtol=1e-4, atol=1e-5)


def test_former_names_work_and_say_so():
    with pytest.warns(DeprecationWarning, match="SpikingLayer"):
        former = eccles.nn.Spiking(nn.Identity(), hold=5)
    with pytest.warns(DeprecationWarning, match="TimeDistributed"):
        assert isinstance(eccles.nn.OverSteps(nn.Identity()), TimeDistributed)
    assert isinstance(former, SpikingLayer)
    assert former.n_repeats == 5
