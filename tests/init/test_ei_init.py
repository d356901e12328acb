import math

import pytest
import torch
from torch import nn

from eccles import InputError
from eccles.init import Dann, Moments, bernoulli, ei_init, measured
from eccles.nn import CircuitRules, EIConv2d, EILinear, EIReadout


def spikes(*shape, rate=0.2, seed=0):
    """Return independent spikes, 0 or 1."""
    generator = torch.Generator().manual_seed(seed)
    return (torch.rand(shape, generator=generator) < rate).float()


def weights(model):
    return [value.detach().clone() for value in model.parameters()]


def test_scales_by_hand():
    m = bernoulli(0.2)
    assert m == Moments(0.2, 0.2, pytest.approx(0.16))
    sigma, gain = m.scales(100)
    assert sigma == pytest.approx(math.sqrt(0.8 / (100 * 1.8)))
    assert gain == pytest.approx(math.sqrt(1.8 / (100 * 0.2)))
    c = 2 * math.pi - 1
    assert Dann().scales(9) == pytest.approx((math.sqrt(2 * math.pi / (9 * c)), math.sqrt(c / 9)))


def test_moments_by_hand():
    """Variances are over samples, a feature at a time: what differs between features is none."""
    x = torch.tensor([[0.0, 1.0], [2.0, 1.0]])
    assert measured(x, "layer") == (1.0, 1.5, 0.5)


@pytest.mark.parametrize("rate", [0.1, 0.3])
@pytest.mark.parametrize("layer", [EILinear(1200, 600), EIConv2d(100, 400, 3, padding=0)])
def test_invariants_on_independent_spikes(rate, layer):
    x = spikes(1500, 1200, rate=rate) if layer.fan_in == 1200 else spikes(250, 100, 6, 6, rate=rate)
    used = ei_init(layer, x)[""]
    with torch.no_grad():
        excitatory, subtractive, divisive = layer.currents(x)
        current = layer(x)
    assert subtractive.mean().item() == pytest.approx(excitatory.mean().item(), rel=0.02)
    assert divisive.mean().item() == pytest.approx(excitatory.std().item(), rel=0.02)
    spread = math.sqrt(rate * (1 - rate))
    assert excitatory.std().item() == pytest.approx(spread, rel=0.02)
    expected = math.sqrt((1 + 1 / layer.n_inhibitory) / (2 - rate))
    assert used.expected_std(layer.n_inhibitory) == pytest.approx(expected, rel=0.01)
    assert current.std().item() == pytest.approx(expected, rel=0.02)


def test_spread_on_real_images():
    """Not gain: pixels go with each other, so the drive has more spread than its divisor."""
    from eccles.data import load_images

    x = load_images("fashion-mnist-sample").train.batch(slice(0, 256))[0].flatten(1)
    layer = EILinear(1024, 500)
    used = ei_init(layer, x)[""]
    with torch.no_grad():
        excitatory, subtractive, divisive = layer.currents(x)
        current = layer(x)
    assert subtractive.mean().item() == pytest.approx(excitatory.mean().item(), rel=0.02)
    assert current.std().item() == pytest.approx(used.expected_std(125), rel=0.15)
    assert divisive.mean().item() < 0.5 * excitatory.std().item()


def test_weights_are_exponential_and_the_rest_is_constant():
    layer = EILinear(200, 80)
    used = ei_init(layer, spikes(100, 200))[""]
    sigma, gain = used.scales(200)
    for weight in (layer.input_to_excitatory, layer.input_to_inhibitory):
        assert weight.min() >= 0
        assert weight.mean().item() == pytest.approx(sigma, rel=0.05)
        assert weight.std().item() == pytest.approx(sigma, rel=0.1)
    assert (layer.inhibitory_to_excitatory == 1 / 20).all()
    assert layer.divisive_gain.tolist() == pytest.approx([gain] * 20)
    assert (layer.gain == 1).all()
    assert (layer.bias == 0).all()


def test_a_seed_sets_all_weights():
    model = nn.Sequential(EILinear(30, 8), nn.ReLU(), EILinear(8, 8), nn.ReLU(), EIReadout(8, 3))
    x = spikes(50, 30)
    used = ei_init(model, x)
    assert list(used) == ["0", "2", "4"]
    first = weights(model)
    torch.manual_seed(9)
    ei_init(model, x)
    assert all(map(torch.equal, first, weights(model)))
    ei_init(model, x, seed=1)
    assert not any(map(torch.equal, first[:2], weights(model)[:2]))


def test_each_layer_sees_what_the_one_before_makes_of_the_batch():
    model = nn.Sequential(EILinear(30, 8), nn.ReLU(), EILinear(8, 8))
    x = spikes(50, 30)
    used = ei_init(model, x)
    with torch.no_grad():
        assert used["2"] == measured(model[1](model[0](x)), "2")


def test_other_moments():
    x = 0.5 * spikes(400, 30)
    layer = EILinear(30, 8)
    assert ei_init(layer, x)[""] == measured(x, "")
    assert ei_init(layer, x, moments="bernoulli")[""] == bernoulli(measured(x, "").mean)
    assert ei_init(layer, x, moments="prior", prior_rate=0.3)[""] == bernoulli(0.3)
    assert ei_init(layer, x, moments="dann")[""] == Dann()
    dann = EILinear(30, 8, CircuitRules.of_dann())
    ei_init(dann, x, moments="dann")
    assert dann.divisive_gain.tolist() == pytest.approx([math.log(Dann().scales(30).gain)] * 2)


def test_padding_can_count():
    """On maps of 2 x 2, 4 of 9 taps of each kernel are inside."""
    layers = [EIConv2d(40, 8, rules=CircuitRules(padding=counts)) for counts in (False, True)]
    for layer in layers:
        ei_init(layer, spikes(100, 40, 2, 2))
    assert layers[1].effective_fan_in(torch.zeros(1, 40, 2, 2)) == 160
    ratio = layers[1].input_to_excitatory / layers[0].input_to_excitatory
    assert ratio.min().item() == pytest.approx(1.5, rel=1e-5)
    assert ratio.max().item() == pytest.approx(1.5, rel=1e-5)


@pytest.mark.parametrize(
    ("batch", "said"),
    [
        (spikes(5, 30) - 0.1, r"input of 0 must be 0 or more, got -0\.1; .*without subtracting"),
        (torch.zeros(5, 30), "input of 0 must have a spike or a bright pixel, got none in 5"),
        (spikes(5, 30) / 0.0, "input of 0 must be finite, got nan"),
        (spikes(5, 30) + torch.inf, "input of 0 must be finite, got inf"),
        (torch.zeros(0, 30), "input of 0 must be a batch of samples, got 'none'"),
        (torch.ones(5, 30), "input of 0 must differ between samples, got 5 equal ones"),
    ],
)
def test_batches_that_cannot_be(batch, said):
    model = nn.Sequential(EILinear(30, 8))
    with pytest.raises(InputError, match=said):
        ei_init(model, batch)
    assert not model[0].initialised


@pytest.mark.parametrize("moments", ["measured", "bernoulli", "prior", "dann"])
def test_a_silent_batch_is_refused_whatever_gives_the_moments(moments):
    with pytest.raises(InputError, match="input of EILinear must have a spike"):
        ei_init(EILinear(30, 8), torch.zeros(5, 30), moments=moments)


def test_a_model_stays_as_it_was_where_it_fails():
    model = nn.Sequential(EILinear(30, 8), nn.Dropout().eval(), EILinear(8, 8))
    model[0].initialised = True
    before = weights(model)
    model[1].forward = torch.zeros_like
    with pytest.raises(InputError, match="input of 2 must have a spike"):
        ei_init(model, spikes(50, 30))
    assert all(map(torch.equal, before, weights(model)))
    assert (model[0].initialised, model[2].initialised) == (True, False)
    assert [module.training for module in model] == [True, False, True]


def test_models_that_cannot_be():
    with pytest.raises(InputError, match=r"no moments 'mesured' \(did you mean 'measured'"):
        ei_init(EILinear(30, 8), spikes(5, 30), moments="mesured")
    with pytest.raises(InputError, match="the model must be one with E-I layers, got 'Linear'"):
        ei_init(nn.Linear(3, 2), torch.ones(2, 3))
    with pytest.raises(InputError, match=r"prior_rate must be between 0 and 1, got 1\.5"):
        ei_init(EILinear(30, 8), spikes(5, 30), moments="prior", prior_rate=1.5)

    class Forgetful(nn.Module):
        def __init__(self):
            super().__init__()
            self.used, self.unused = EILinear(30, 8), EILinear(8, 8)

        def forward(self, x):
            return self.used(x)

    with pytest.raises(InputError, match=r"every E-I layer must take part .* none of unused"):
        ei_init(Forgetful(), spikes(5, 30))
