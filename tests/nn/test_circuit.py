import copy

import pytest
import torch
from torch import nn

from eccles import InputError, RunError, dale
from eccles.functional import SoftResetParameters, integrate, soft_reset, stabilise
from eccles.init import ei_init
from eccles.nn import CircuitRules, EIConv2d, EILinear, EIReadout

P = SoftResetParameters()


def spikes(*shape):
    return (torch.rand(shape, generator=torch.Generator().manual_seed(0)) < 0.3).float()


def ready(layer, x):
    ei_init(layer, x)
    return layer


def grads(layer):
    return [value.grad.clone() for value in layer.parameters()]


def test_what_layers_hold():
    shapes = {name: tuple(v.shape) for name, v in EIConv2d(3, 10, 5).named_parameters()}
    assert shapes == {
        "input_to_excitatory": (10, 3, 5, 5),
        "input_to_inhibitory": (2, 3, 5, 5),
        "inhibitory_to_excitatory": (10, 2),
        "divisive_gain": (2,),
        "gain": (10,),
        "bias": (10,),
    }
    shapes = {name: tuple(v.shape) for name, v in EIReadout(6, 3).named_parameters()}
    assert shapes == {
        "input_to_excitatory": (3, 6),
        "input_to_inhibitory": (1, 6),
        "inhibitory_to_excitatory": (3, 1),
    }


@pytest.mark.parametrize(
    ("layer", "shape", "result"),
    [
        (EILinear(6, 8), (5, 6), (5, 8)),
        (EILinear(6, 8), (4, 5, 6), (4, 5, 8)),
        (EIReadout(6, 3), (4, 5, 6), (4, 5, 3)),
        (EIConv2d(2, 8), (5, 2, 7, 9), (5, 8, 7, 9)),
        (EIConv2d(2, 8, stride=2), (4, 5, 2, 7, 9), (4, 5, 8, 4, 5)),
        (EIConv2d(2, 8, 5, padding=0), (5, 2, 7, 9), (5, 8, 3, 5)),
        (EIConv2d(2, 8, 1), (5, 2, 1, 1), (5, 8, 1, 1)),
    ],
)
def test_shapes(layer, shape, result):
    x = spikes(*shape)
    assert ready(layer, x)(x).shape == result


def test_the_current_is_that_of_the_equations():
    x = spikes(20, 6)
    layer = ready(EILinear(6, 8), x)
    with torch.no_grad():
        layer.gain.uniform_(0.5, 1)
        layer.bias.uniform_(-1, 1)
        inhibitory = (x @ layer.input_to_inhibitory.T).relu()
        weight = layer.inhibitory_to_excitatory
        net = x @ layer.input_to_excitatory.T - inhibitory @ weight.T
        divisive = (layer.divisive_gain * inhibitory) @ weight.T
        wanted = integrate(net, stabilise(divisive), layer.gain, layer.bias)
        assert torch.allclose(layer(x), wanted, atol=1e-5)
        excitatory, subtractive, got = layer.currents(x)
        assert torch.allclose(excitatory - subtractive, net, atol=1e-6)
        assert torch.allclose(got, divisive, atol=1e-6)
    x = spikes(20, 6)
    readout = ready(EIReadout(6, 3), x)
    inhibition = (x @ readout.input_to_inhibitory.T) @ readout.inhibitory_to_excitatory.T
    assert torch.allclose(readout(x), x @ readout.input_to_excitatory.T - inhibition, atol=1e-6)


@pytest.mark.parametrize("rules", [CircuitRules(), CircuitRules.of_dann()])
@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize(
    ("layer", "shape"), [(EILinear(6, 8), (3, 6)), (EIConv2d(2, 8), (3, 2, 5, 6))]
)
def test_spikes_are_those_of_the_current(layer, shape, held, rules):
    x = spikes(1 if held else 4, *shape)
    layer = copy.deepcopy(layer).double()
    layer.rules = rules
    ei_init(layer, x.double())
    twin = copy.deepcopy(layer)
    x = x.double()
    fast = layer.spikes(x, P, 4)
    current = twin(x)
    plain, _ = soft_reset(current.expand(4, *current.shape[1:]), P)
    assert torch.equal(fast, plain)
    assert 0 < plain.mean() < 1
    upstream = torch.randn(plain.shape, dtype=torch.float64)
    fast.backward(upstream)
    plain.backward(upstream)
    for mine, theirs in zip(grads(layer), grads(twin), strict=True):
        assert torch.allclose(mine, theirs, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("exponent", "factor"), [(1.0, 1 / 6), (0.5, 6**-0.5), (0.0, 1.0)])
def test_gradients_that_are_scaled(exponent, factor):
    x = spikes(20, 6)
    plain = ready(EILinear(6, 8, CircuitRules(gradient_exponent=0.0)), x)
    scaled = ready(EILinear(6, 8, CircuitRules(gradient_exponent=exponent)), x)
    for layer in (plain, scaled):
        layer(x).square().sum().backward()
    for (name, value), other in zip(scaled.named_parameters(), plain.parameters(), strict=True):
        by = factor if name == "inhibitory_to_excitatory" else 1.0
        assert torch.allclose(value.grad, by * other.grad, rtol=1e-5)


def test_two_forward_passes_before_one_backward():
    x, y = spikes(2, 5, 6), 1 - spikes(2, 5, 6)
    layer = ready(EILinear(6, 8), x)
    (layer.spikes(x, P).sum() + layer.spikes(y, P).sum()).backward()
    both = grads(layer)
    layer.zero_grad()
    for each in (x, y):
        layer.spikes(each, P).sum().backward()
    assert all(map(torch.allclose, both, grads(layer)))


def test_a_silent_sample_has_finite_gradients():
    x = spikes(4, 3, 6)
    layer = ready(EILinear(6, 8), x)
    x[:, 1] = 0
    x.requires_grad_()
    layer.spikes(x, P).sum().backward()
    assert all(grad.isfinite().all() for grad in [x.grad, *grads(layer)])
    assert (x.grad[:, 1] == 0).all()
    assert (layer(torch.zeros(1, 6)) == layer.bias).all()


def test_loaded_weights_are_used_as_they_are():
    x = spikes(20, 6)
    layer = ready(EILinear(6, 8), x)
    other = EILinear(6, 8)
    other.load_state_dict(layer.state_dict())
    assert other.initialised
    assert torch.equal(other(x), layer(x))
    fresh = EILinear(6, 8)
    other.load_state_dict(fresh.state_dict())
    with pytest.raises(InputError, match="EILinear: the layer must be initialised before use"):
        other(x)


def test_dales_principle():
    x = spikes(20, 6)
    model = nn.Sequential(ready(EILinear(6, 8), x))
    dale.check(model)
    with torch.no_grad():
        for value in model.parameters():
            value.sub_(0.1)
    with pytest.raises(RunError, match=r"all weights of 0\.input_to_excitatory must be 0 or above"):
        dale.check(model)
    dale.project(model)
    dale.check(model)
    # The bias alone may have either sign.
    assert (model[0].bias < 0).all()
    free = EILinear(6, 8, CircuitRules(dale=False))
    assert free.magnitudes() == {}
    dann = EILinear(6, 8, CircuitRules.of_dann())
    assert "divisive_gain" not in dann.magnitudes()


def test_what_cannot_be():
    with pytest.raises(InputError, match=r"excitatory units must be 4 or more.*got 3"):
        EILinear(6, 3)
    with pytest.raises(InputError, match=r"excitatory units must be 4 or more.*got 0"):
        EIReadout(6, 0)
    with pytest.raises(InputError, match="EIConv2d: the layer must be initialised before use"):
        EIConv2d(2, 8)(spikes(5, 2, 4, 4))
    linear, conv = ready(EILinear(6, 8), spikes(5, 6)), EIConv2d(2, 8, 5, padding=0)
    with pytest.raises(InputError, match=r"input's shape must be \[\.\.\., 6\], got \(5, 7\)"):
        linear(spikes(5, 7))
    with pytest.raises(InputError, match=r"input's shape must be \[T, B, \.\.\.\], got \(5, 6\)"):
        linear.spikes(spikes(5, 6), P)
    with pytest.raises(InputError, match=r"input's shape must be \[\.\.\., 2, height, width\]"):
        conv(spikes(5, 3, 8, 8))
    with pytest.raises(InputError, match=r"an image's sides must be 5 or more, got \(8, 4\)"):
        conv(spikes(5, 2, 8, 4))
    with pytest.raises(InputError, match="a layer with neurons must be no readout"):
        ready(EIReadout(6, 3), spikes(5, 6)).spikes(spikes(2, 5, 6), P)
