import math

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from eccles import InputError
from eccles.functional import ArcTan, Sigmoid, SuperSpike, Triangle, spike, surrogate

KINDS = [SuperSpike, Sigmoid, ArcTan, Triangle]
NAMES = ["superspike", "sigmoid", "arctan", "triangle"]


def at(kind, *xs):
    return kind(torch.tensor(xs, dtype=torch.float64)).tolist()


def test_values_by_hand():
    assert at(SuperSpike(), 0, 0.01, -0.01, 0.99) == pytest.approx([1, 0.25, 0.25, 1e-4])
    assert at(SuperSpike(10.0), 0.1) == pytest.approx([0.25])
    p = 1 / (1 + math.exp(-1))
    assert at(Sigmoid(), 0, 0.25) == pytest.approx([1, 4 * p * (1 - p)])
    assert at(Sigmoid(2.0), 0) == pytest.approx([0.5])
    assert at(ArcTan(), 0, 1 / math.pi) == pytest.approx([1, 0.5])
    assert at(Triangle(), 0, 0.25, 1, 7) == pytest.approx([1, 0.75, 0, 0])
    assert at(Triangle(2.0), 0, 0.25, 0.5) == pytest.approx([2, 1, 0])


@given(st.sampled_from(KINDS), st.floats(0.1, 200), st.floats(0, 50))
@example(Sigmoid, 1.0, 2.0**-52)
def test_each_is_even_and_falls_off(kind, scale, x):
    there, here, mirrored = at(kind(scale), x, 0, -x)
    assert there == pytest.approx(mirrored, rel=1e-12)
    # Next to the peak it may round above it.
    assert 0 <= there <= here * (1 + 1e-12)


@pytest.mark.parametrize(
    ("kind", "area"), [(Sigmoid, 1), (ArcTan, 1), (Triangle, 1), (SuperSpike, 2 / 3)]
)
@pytest.mark.parametrize("scale", [0.5, 3.0])
def test_areas(kind, area, scale):
    """All are of area 1 but SuperSpike, whose is 2 / scale; the tails are beyond the range."""
    x = torch.linspace(-2000, 2000, 4_000_001, dtype=torch.float64)
    wanted = 2 / scale if kind is SuperSpike else area
    assert torch.trapezoid(kind(scale)(x), x).item() == pytest.approx(wanted, rel=2e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_a_spike_and_its_gradient(kind):
    x = torch.tensor([-1.0, -1e-30, 0.0, 1e-30, 2.0], requires_grad=True)
    s = spike(x, kind())
    assert s.tolist() == [0, 0, 0, 1, 1]
    upstream = torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0])
    s.backward(upstream)
    assert torch.equal(x.grad, upstream * kind()(x.detach()))
    assert spike(x.detach().double(), kind()).dtype == torch.float64


def test_by_name():
    assert [type(surrogate(name)) for name in NAMES] == KINDS
    assert [surrogate(name).scale for name in NAMES] == [100, 4, 2, 1]
    assert surrogate("superspike", 7.0) == SuperSpike(7.0)
    with pytest.raises(InputError, match=r"there is no 'superspik' \(did you mean 'superspike'\?"):
        surrogate("superspik")
    with pytest.raises(InputError, match=r"no 'xyz'; there are superspike, sigmoid, arctan, tri"):
        surrogate("xyz")


def test_far_from_the_threshold_a_sigmoid_keeps_its_digits():
    """4 e^-40 / (1 + e^-40)^2 = 1.6993e-17, above the threshold as below it."""
    x = torch.tensor([-10.0, 10.0])
    wanted = torch.tensor([1.6993417e-17, 1.6993417e-17])
    torch.testing.assert_close(Sigmoid(4.0)(x), wanted, rtol=1e-5, atol=0)
