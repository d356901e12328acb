import copy

import pytest
import torch
from torch import nn

from eccles import InputError, RunError, dale
from eccles.functional import SoftResetParameters, integrate, soft_reset, stabilise
from eccles.init import ei_init
from eccles.nn import CircuitRules, EIConv2d, EILinear, EIReadout, regulate

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
    with pytest.raises(RunError, match=r"all weights of 0\.input_to_excitatory must be 0 or more"):
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
    with pytest.raises(InputError, match=r"excitatory units must be a whole .* 4 or more.*got 3"):
        EILinear(6, 3)
    with pytest.raises(InputError, match=r"readouts must be a whole number of 1 or more, got 0"):
        EIReadout(6, 0)
    with pytest.raises(InputError, match="EIConv2d: the layer must be initialised before use"):
        EIConv2d(2, 8)(spikes(5, 2, 4, 4))
    with pytest.raises(InputError, match=r"number of inputs must be a whole number.*got 0"):
        EILinear(0, 8)
    with pytest.raises(InputError, match=r"EIConv2d: kernel_size must be a whole .*\(3, 3\)"):
        EIConv2d(2, 8, (3, 3))
    with pytest.raises(InputError, match="EIConv2d: stride must be a whole number of 1 or more"):
        EIConv2d(2, 8, stride=0)
    with pytest.raises(InputError, match="EIConv2d: padding must be a whole number of 0 or more"):
        EIConv2d(2, 8, padding=-1)
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


BURSTS = CircuitRules(inhibitory_spikes=4)


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize(
    ("layer", "shape"),
    [(EILinear(6, 8, BURSTS), (5, 6)), (EIConv2d(2, 8, rules=BURSTS), (5, 2, 5, 6))],
)
def test_inhibitory_units_that_spike(layer, shape, held):
    """They inhibit by whole spikes of one size, about as much as graded ones, step by step."""
    x = spikes(1 if held else 4, *shape).double()
    layer = ready(copy.deepcopy(layer).double(), x)
    with torch.no_grad():
        found = layer.currents(x, 4)
    drive = layer.drive(layer.samples(x), layer.input_to_inhibitory).detach()
    assert layer.inhibitory_threshold == pytest.approx(float(drive.mean()) / 4)
    counts = found.subtractive * layer.n_inhibitory / layer.inhibitory_threshold
    assert torch.allclose(counts, counts.round(), atol=1e-9)
    assert len(found.subtractive) == 4 * shape[0]
    assert float(found.subtractive.mean()) == pytest.approx(float(drive.mean()), rel=0.05)
    current = layer(x, None, 4)
    assert current.shape[:2] == (4, shape[0])
    assert torch.equal(layer.spikes(x, P, 4), soft_reset(current, P)[0])


def test_inhibitory_spikes_are_saved_with_the_layer_and_need_steps():
    x = spikes(4, 5, 6)
    layer = ready(EILinear(6, 8, BURSTS), x)
    again = EILinear(6, 8, BURSTS)
    again.load_state_dict(layer.state_dict())
    assert torch.equal(again(x), layer(x))
    with pytest.raises(InputError, match=r"shape must be \[T, B, ...\], got \(5, 6\)"):
        layer(x[0])
    with pytest.raises(RuntimeError, match="inhibitory_threshold"):
        EILinear(6, 8).load_state_dict(layer.state_dict())


@pytest.mark.parametrize("layer", [EILinear(6, 8), EIReadout(6, 3), EIConv2d(2, 8)])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda x: x - 1, r"the input must be 0 or more, got -1\.0; .*without subtracting"),
        (lambda x: x * torch.nan, "the input must be 0 or more, got nan"),
        (lambda x: x.double(), "input's type must be torch.float32, that of the weights"),
        (lambda x: (255 * x).byte(), r"got torch\.uint8; convert"),
    ],
)
def test_inputs_that_no_circuit_takes(layer, change, said):
    layer = copy.deepcopy(layer)
    x = spikes(5, 2, 4, 4) if isinstance(layer, EIConv2d) else spikes(5, 6)
    ready(layer, x)
    with pytest.raises(InputError, match=f"{type(layer).__name__}: .*{said}"):
        layer(change(x))


def test_an_empty_batch_gives_nothing():
    layer = ready(EILinear(6, 8), spikes(4, 5, 6))
    assert layer.spikes(torch.zeros(4, 0, 6), P).shape == (4, 0, 8)


@pytest.mark.parametrize(
    ("switches", "said"),
    [
        ({"stabiliser": "adaptiv"}, r"no stabiliser 'adaptiv' \(did you mean 'adaptive'\?\)"),
        ({"straight_through": "False"}, "straight_through must be True or False, got 'False'"),
        ({"gradient_exponent": "1"}, "gradient_exponent must be a number, got '1'"),
        ({"gradient_exponent": float("nan")}, "gradient_exponent must be 0 or more, got nan"),
        ({"least_weight": -1.0}, "least_weight must be 0 or more, got -1.0"),
        ({"dann": True, "least_weight": 0.1}, "tonic, least_weight, balance must be left alone"),
        ({"dale": False, "balance": 0.2}, "balance must be None without Dale's principle, got 0.2"),
        ({"inhibitory_spikes": 0}, "inhibitory_spikes must be above 0, or None, got 0"),
    ],
)
def test_switches_that_cannot_be(switches, said):
    with pytest.raises(InputError, match=said):
        CircuitRules(**switches)


def test_gains_of_dann_are_not_those_of_another_circuit():
    x = spikes(5, 6)
    weights = ready(EILinear(6, 8), x).state_dict()
    with pytest.raises(InputError, match="must be those of DANN, got 'those of an E-I"):
        EILinear(6, 8, CircuitRules.of_dann()).load_state_dict(weights)


def test_gradients_of_dann_are_scaled_as_published():
    """W_IE by 1 / sqrt(n_E), W_EI by 1 / d, the log gain by 1 / (sqrt(n_E) d)."""
    x = spikes(50, 6)
    scaled = ready(EILinear(6, 9, CircuitRules.of_dann()), x)
    bare = CircuitRules(stabiliser="epsilon", straight_through=False, gradient_exponent=0)
    plain = ready(EILinear(6, 9, bare), x)
    weights = scaled.state_dict() | {"divisive_gain": scaled.divisive_gain.detach().exp()}
    plain.load_state_dict({k: v for k, v in weights.items() if "extra" not in k}, strict=False)
    for layer in (scaled, plain):
        (layer(x) * torch.arange(9)).sum().backward()
    factors = {
        "input_to_excitatory": 1,
        "input_to_inhibitory": 1 / 3,
        "inhibitory_to_excitatory": 1 / 6,
        # d/d log g = g d/dg
        "divisive_gain": plain.divisive_gain.detach() / (3 * 6),
    }
    for name, factor in factors.items():
        wanted = factor * plain.get_parameter(name).grad
        assert wanted.abs().max() > 0
        assert torch.allclose(scaled.get_parameter(name).grad, wanted, rtol=1e-4)


def balanced(**changed):
    return EILinear(12, 8, CircuitRules(**{"tonic": 0.5, "balance": 1.0, **changed}))


def test_a_layer_that_keeps_its_balance_learns_excitation_alone():
    x = spikes(4, 5, 12)
    layer = ready(balanced(), x)
    layer(x).square().sum().backward()
    learnt = {name for name, value in layer.named_parameters() if value.grad is not None}
    assert learnt == {"input_to_excitatory", "gain", "bias"}


@pytest.mark.parametrize("make", [balanced, lambda: EIConv2d(3, 8, rules=balanced().rules)])
def test_balance_is_mended(make):
    layer = make()
    x = spikes(4, 5, 12) if isinstance(layer, EILinear) else spikes(4, 5, 3, 4, 4)
    ready(layer, x)
    with torch.no_grad():
        layer.input_to_excitatory.mul_(1.3)
        layer.input_to_excitatory[:, 0].mul_(1.5)
    for _ in range(30):  # Division follows the spread of the other two.
        layer(x)
        regulate(layer)
    found = layer.eval().currents(x)
    over = [k for k in range(found.excitatory.ndim) if k != 1]
    torch.testing.assert_close(found.excitatory.mean(over), found.subtractive.mean(over))
    spread = (found.excitatory - found.subtractive).std(over, correction=0).mean()
    torch.testing.assert_close(found.divisive.mean(), spread)
    # An input inhibits as much as it excites, so that of no sample do all units get more.
    each = (found.excitatory - found.subtractive).mean(1)
    assert each.abs().max() < 1e-4 * found.excitatory.mean()


def test_only_batches_of_training_are_regulated_by_and_once():
    x = spikes(4, 5, 12)
    layer = ready(balanced(), x)
    layer(x)
    with torch.no_grad():
        layer(2 * x)
    layer.eval()(3 * x)
    before = layer.input_to_excitatory.detach().clone()
    regulate(layer)
    after = layer.input_to_excitatory.detach().clone()
    assert not torch.equal(before, after)
    regulate(layer)
    assert torch.equal(layer.input_to_excitatory, after)


@pytest.mark.parametrize("tonic", [0.0, 0.5])
def test_weights_that_start_larger_give_the_same_currents(tonic):
    x = spikes(40, 50, 12)
    usual = ready(EILinear(12, 8, CircuitRules(tonic=tonic)), x)
    mean = float(usual.input_to_excitatory.detach().mean())
    larger = ready(EILinear(12, 8, CircuitRules(tonic=tonic, least_weight=3.0)), x)
    assert mean < 1
    assert 2 < float(larger.input_to_excitatory.detach().mean()) < 4
    torch.testing.assert_close(larger(x), usual(x), rtol=1e-4, atol=1e-5)
    unmoved = ready(EILinear(12, 8, CircuitRules(tonic=tonic, least_weight=mean / 10)), x)
    assert torch.equal(unmoved.input_to_excitatory, usual.input_to_excitatory)


def test_readouts_keep_the_scale_of_their_start():
    x = spikes(4, 5, 12)
    usual, larger = (
        ready(EIReadout(12, 8, CircuitRules(least_weight=least)), x) for least in (0.0, 3.0)
    )
    assert torch.equal(usual.input_to_excitatory, larger.input_to_excitatory)


def test_inhibition_of_an_input_comes_back_with_its_excitation():
    x = spikes(4, 5, 12)
    layer = ready(balanced(), x)

    def regulated(times):
        for _ in range(times):
            layer(x)
            regulate(layer)

    with torch.no_grad():
        layer.input_to_excitatory[:, 0] = 0.0
    regulated(300)
    assert layer.input_to_inhibitory[:, 0].max() < 1e-11
    with torch.no_grad():
        layer.input_to_excitatory[:, 0] = 0.1
    regulated(300)
    passed_on = layer.inhibitory_to_excitatory.mean(0) @ layer.input_to_inhibitory
    torch.testing.assert_close(passed_on[0], layer.input_to_excitatory[:, 0].mean())


def test_a_share_of_the_divisor_is_tonic():
    x = spikes(40, 50, 12)
    plain, tonic = ready(EILinear(12, 8), x), ready(balanced(tonic=0.25), x)
    whole, part = plain.currents(x).divisive, tonic.currents(x).divisive
    torch.testing.assert_close(part, 0.75 * whole + 0.25 * whole.mean())
    assert float(tonic.currents(torch.zeros_like(x)).divisive.min()) == float(tonic.tonic) > 0
