import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from eccles.functional import inhibit, integrate, net_and_divisive, stabilise


def rows(*values):
    return torch.tensor(values, dtype=torch.float64)


def test_currents_by_hand():
    weight, gain_i = rows([1.0, 0.0], [0.5, 2.0]), rows(0.25, 0.5)
    currents = inhibit(rows([3.0, 1.0]), rows([2.0, 1.0]), weight, gain_i)
    assert currents.excitatory.tolist() == [[3, 1]]
    assert currents.subtractive.tolist() == [[2, 3]]
    assert currents.divisive.tolist() == [[0.5, 1.25]]
    net, divisive = net_and_divisive(rows([3.0, 1.0]), rows([2.0, 1.0]), weight, gain_i)
    assert (net.tolist(), divisive.tolist()) == ([[1, -2]], [[0.5, 1.25]])
    current = integrate(net, divisive, rows(1.0, 2.0), rows(0.1, -0.1))
    assert current.tolist() == [pytest.approx([2.1, -3.3])]


@settings(deadline=None)
@given(st.integers(1, 3), st.integers(1, 5), st.integers(1, 3), st.sampled_from([(), (2, 3)]))
def test_inhibition_joins_the_channels_of_one_place(n_samples, n, n_inhibitory, places):
    torch.manual_seed(n)
    e = torch.rand(n_samples, n, *places, dtype=torch.float64)
    s = torch.rand(n_samples, n_inhibitory, *places, dtype=torch.float64)
    weight, gain = torch.rand(n, n_inhibitory).double(), torch.rand(n_inhibitory).double()
    currents = inhibit(e, s, weight, gain)
    assert torch.allclose(currents.subtractive, torch.einsum("ek,nk...->ne...", weight, s))
    assert torch.allclose(currents.divisive, torch.einsum("ek,k,nk...->ne...", weight, gain, s))
    net, divisive = net_and_divisive(e, s, weight, gain)
    assert torch.allclose(net, e - currents.subtractive, rtol=1e-12, atol=1e-12)
    assert torch.allclose(divisive, currents.divisive, rtol=1e-12, atol=0)


DIVISIVE = [[0.0, 2.0, 0.5], [0.0, 0.0, 0.0], [3.0, 0.0, 7.0]]
INFINITY = float("inf")


def test_divisors_by_hand():
    """Each sample has a minimum of its own; one without any is divided by infinity."""
    x = rows(*DIVISIVE)
    adaptive = [[0.5, 2.0, 0.5], [INFINITY] * 3, [3.0, 3.0, 7.0]]
    assert stabilise(x).tolist() == adaptive
    assert stabilise(x, straight_through=False).tolist() == adaptive
    assert torch.equal(stabilise(x, "epsilon"), x + 1e-8)
    assert torch.equal(stabilise(x, "none"), x)


def test_the_smallest_is_sought_in_all_channels_and_places():
    x = torch.full((2, 3, 4, 5), 2.0)
    x[0, 1, 2, 3] = 0.25
    x[0, 0, 0, 0] = x[1, 2, 3, 4] = 0.0
    divisor = stabilise(x)
    assert divisor[0, 0, 0, 0] == 0.25
    assert divisor[1, 2, 3, 4] == 2.0


@pytest.mark.parametrize(("straight_through", "passed"), [(True, [1, 1, 1]), (False, [0, 1, 1])])
def test_what_passes_the_stabiliser(straight_through, passed):
    """The minimum itself, 0.5, gets no more for standing in elsewhere."""
    x = rows(DIVISIVE[0]).requires_grad_()
    stabilise(x, straight_through=straight_through).sum().backward()
    assert x.grad.tolist() == [passed]


@pytest.mark.parametrize("straight_through", [True, False])
def test_a_silent_sample_leaves_the_bias_and_gradients_of_zero(straight_through):
    net, divisive = rows([1.0, -2.0]).requires_grad_(), rows([0.0, 0.0]).requires_grad_()
    gain, bias = rows(1.0, 3.0).requires_grad_(), rows(0.5, -0.5).requires_grad_()
    divisor = stabilise(divisive, straight_through=straight_through)
    current = integrate(net, divisor, gain, bias)
    assert current.tolist() == [[0.5, -0.5]]
    current.sum().backward()
    assert [x.grad.abs().max().item() for x in (net, divisive, gain)] == [0, 0, 0]
    assert bias.grad.tolist() == [1, 1]


@pytest.mark.parametrize("places", [(), (2, 2)])
@pytest.mark.parametrize("stabiliser", ["adaptive", "epsilon", "none"])
def test_gradients_are_those_of_differences(places, stabiliser):
    """A smooth spike stands for the neuron, and no divisor is 0, where two rules would differ."""
    torch.manual_seed(0)
    inputs = [torch.rand(2, 3, *places), 0.2 + torch.rand(2, 2, *places), 0.2 + torch.rand(3, 2)]
    inputs += [0.5 + torch.rand(2), torch.rand(3), torch.randn(3)]

    def spikes(excitatory, inhibitory, weight_ei, gain_i, gain, bias):
        _, subtractive, divisive = inhibit(excitatory, inhibitory, weight_ei, gain_i)
        divisor = stabilise(divisive, stabiliser)
        return integrate(excitatory - subtractive, divisor, gain, bias).sub(1.0).mul(4.0).sigmoid()

    leaves = [x.double().requires_grad_() for x in inputs]
    assert torch.autograd.gradcheck(spikes, leaves)
