import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from eccles.functional import by_covariance, lost, lost_by_input, mended


def test_what_is_lost_by_hand():
    excitatory = torch.tensor([[2.0, 1.0], [6.0, 3.0]])  # Two samples of two units; means 4 and 2.
    subtractive = torch.tensor([[1.0, 0.0], [3.0, 2.0]])  # Means 2 and 1.
    divisor = torch.full((2, 2), 0.25)
    found = lost(excitatory, excitatory - subtractive, divisor)
    assert found.excitation.tolist() == [0.5, 0.5]
    # Of I_EE - I_sub, [1, 3] and [1, 1]: spreads 1 and 0, so 0.5 in the mean, over 0.25.
    assert float(found.division) == 2.0


def test_what_an_input_has_lost_by_hand():
    excitatory = torch.tensor([[1.0, 0.0, 0.0], [3.0, 1.0, 0.0]])  # Three inputs; means 2, 1/2, 0.
    inhibitory = torch.tensor([[4.0, 1.0, 0.0], [0.0, 1.0, 0.0]])
    passed_on = torch.tensor([[1.0, 0.0], [0.5, 0.5]])  # On average [3/4, 1/4]: 3, 1 and 0.
    found = lost_by_input(excitatory, inhibitory, passed_on)
    torch.testing.assert_close(found, torch.tensor([2 / 3, 1 / 2, 1.0]))


def test_a_unit_without_currents_has_lost_nothing():
    nothing = torch.zeros(3, 2)
    found = lost(nothing, nothing, nothing)
    assert found.excitation.tolist() == [1.0, 1.0]
    assert float(found.division) == 1.0


@given(factor=st.floats(1e-12, 1e12), rate=st.floats(0, 1))
def test_an_update_mends_a_part_in_the_right_direction(factor, rate):
    found = float(mended(torch.tensor(factor, dtype=torch.float64), rate))
    assert 0.5**rate * (1 - 1e-9) <= found <= 2.0**rate * (1 + 1e-9)
    assert min(1.0, factor) * (1 - 1e-9) <= found <= max(1.0, factor) * (1 + 1e-9)


@pytest.mark.parametrize(
    ("drive", "shapes"),
    [
        (lambda x, weight: x @ weight.T, ((7, 4), (3, 4))),
        (lambda x, weight: functional.conv2d(x, weight, padding=1), ((7, 4, 5, 5), (3, 4, 3, 3))),
    ],
)
def test_gradients_by_covariance(drive, shapes):
    random = torch.Generator().manual_seed(0)
    x, weight = (torch.rand(s, generator=random, dtype=torch.float64) for s in shapes)
    x.requires_grad_()
    weight.requires_grad_()
    result = by_covariance(drive, x, weight)
    assert torch.equal(result, drive(x, weight))
    given_back = torch.rand(result.shape, generator=random, dtype=torch.float64)
    of_x, of_weight = torch.autograd.grad((result * given_back).sum(), (x, weight))
    plain_x = torch.autograd.grad((drive(x, weight) * given_back).sum(), x)[0]
    torch.testing.assert_close(of_x, plain_x)
    over = [k for k in range(x.ndim) if k != 1]
    apart = x.detach() - x.detach().mean(over, keepdim=True)
    expected = torch.autograd.grad((drive(apart, weight) * given_back).sum(), weight)[0]
    torch.testing.assert_close(of_weight, expected)
