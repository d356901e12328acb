import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from eccles import InputError, Populations, RunError, dale
from eccles.nn import EINetwork
from eccles.populations import Spread

PRE = Populations(2, 1)
NAN = float("nan")


def test_projection_by_hand():
    weight = torch.tensor([[1.0, -2.0], [0.0, 3.0], [-4.0, 5.0]])
    assert dale.project_(weight, PRE) is weight
    assert weight.tolist() == [[1, 0], [0, 3], [-4, 0]]


@pytest.mark.parametrize(
    ("weight", "count"),
    [
        ([[1.0, 0.0], [2.0, 3.0], [-1.0, 0.0]], 0),
        ([[1.0, -1.0], [2.0, 3.0], [-1.0, 0.0]], 1),
        ([[-1.0, -1.0], [-2.0, -3.0], [1.0, 1.0]], 6),
        ([[NAN, 1.0], [2.0, 3.0], [NAN, 1.0]], 3),
        ([[-0.0, 0.0], [0.0, 0.0], [0.0, -0.0]], 0),
        ([[float("inf"), 1e-45], [1.0, 1.0], [float("-inf"), 1e-45]], 1),
    ],
)
def test_violations_by_hand(weight, count):
    assert dale.violations(torch.tensor(weight), PRE) == count


@given(st.integers(0, 6), st.integers(0, 6), st.integers(1, 5), st.integers(0, 10**6))
def test_projection_only_zeroes(excitatory, inhibitory, n_post, seed):
    assume(excitatory + inhibitory > 0)
    pre = Populations(excitatory, inhibitory)
    generator = torch.Generator().manual_seed(seed)
    before = torch.randn(pre.n_neurons, n_post, generator=generator).round(decimals=1)
    weight = dale.project_(before.clone(), pre)
    changed = weight != before
    assert int(changed.sum()) == dale.violations(before, pre)
    assert not weight[changed].any()
    assert dale.violations(weight, pre) == 0
    assert torch.equal(dale.project_(weight.clone(), pre), weight)
    assert (weight * before >= 0).all()


def test_nan_stays_for_the_check_to_find():
    weight = torch.tensor([[NAN], [1.0], [NAN]])
    assert dale.violations(dale.project_(weight, PRE), PRE) == 2


def test_parameters_keep_their_gradients():
    weight = torch.nn.Parameter(torch.full((3, 2), -1.0))
    weight.sum().backward()
    dale.project_(weight, PRE)
    assert weight.tolist() == [[0, 0], [0, 0], [-1, -1]]
    assert weight.grad.sum() == 6
    assert weight.requires_grad


def test_the_check_names_the_projection():
    network = EINetwork(4, PRE, 2)
    dale.check(network)
    with torch.no_grad():
        network.hidden_to_output[2, 1] = 0.1
        network.hidden_to_output[0, 0] = NAN
    with pytest.raises(
        RunError, match=r"weights of hidden -> output must .* got 2 of 6 that don't"
    ):
        dale.check(network)
    with torch.no_grad():
        network.input_to_hidden[1, 1] = -0.1
    with pytest.raises(RunError, match=r"of input -> hidden must .* got 1 of 12"):
        dale.check(network)


@pytest.mark.parametrize("shape", [(2, 2), (4, 2), (3,), (3, 2, 1)])
def test_shapes_must_fit(shape):
    for function in (dale.project_, dale.violations):
        with pytest.raises(InputError, match=r"shape must be \[3, n_post\]"):
            function(torch.zeros(shape), PRE)


@given(st.integers(0, 10**6), st.sampled_from(["80:20", "50:50", "2:1", "0:100"]))
def test_units_of_both_kinds_keep_their_signs(seed, ei):
    pre = Spread.parse(ei, 13)
    weight = torch.randn(13, 4, generator=torch.Generator().manual_seed(seed))
    wrong = weight * pre.signs()[:, None] < 0
    assert dale.violations(weight, pre) == int(wrong.sum())
    found = dale.project_(weight.clone(), pre)
    assert torch.equal(found, torch.where(wrong, 0.0, weight))
    found[3, 2] = NAN
    assert dale.violations(found, pre) == 1
    with pytest.raises(InputError, match=r"shape must be \[13, n_post\]"):
        dale.project_(torch.zeros(12, 4), pre)
