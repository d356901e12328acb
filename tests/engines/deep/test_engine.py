"""The kernels are held to the plain equations: spikes bit for bit, gradients to rounding."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from eccles import InputError
from eccles.engines.deep import engine as deep
from eccles.functional import (
    ArcTan,
    Sigmoid,
    SoftResetParameters,
    integrate,
    soft_reset,
    stabilise,
)

SHARE = {torch.float64: 1e-10, torch.float32: 1e-4}
"""Largest difference of gradients, relative to the largest gradient, or to `FLOOR` of a term."""

FLOOR = 2e-2

NEURONS = st.builds(
    SoftResetParameters,
    tau=st.sampled_from([1.0, 2.0, 3.0]),
    threshold=st.sampled_from([1.0, 0.7]),
    surrogate=st.sampled_from([Sigmoid(4.0), Sigmoid(1.5)]),
)
PLACES = st.sampled_from([(), (1,), (3, 5), (2, 2), (1, 7), (33, 35)])
DTYPES = st.sampled_from([torch.float64, torch.float32])


def circuit_by_equations(net, divisive, gain, bias, p, n_steps, stabiliser, straight_through):
    divisor = stabilise(divisive.flatten(0, 1), stabiliser, straight_through)
    current = integrate(net.flatten(0, 1), divisor, gain, bias).reshape(net.shape)
    return soft_reset(current.expand(n_steps, *net.shape[1:]), p)[0]


def laid(x, layout):
    """Return the same values with channels last, as part of a wider tensor, or as they are."""
    if layout == "last":
        return x.movedim(2, -1).contiguous().movedim(-1, 2)
    if layout == "slice":
        return torch.cat([x, x + 1], dim=2)[:, :, : x.shape[2]]
    return x


def results(function, inputs, upstream):
    """Return the spikes, and the gradients of a loss that is linear in them."""
    leaves = [x.detach().requires_grad_() for x in inputs]
    spikes = function(*leaves)
    spikes.backward(upstream)
    return spikes.detach(), [leaf.grad for leaf in leaves]


def agree(got, wanted, dtype):
    assert torch.equal(got[0], wanted[0])
    for mine, theirs in zip(got[1], wanted[1], strict=True):
        # The kernel's exp(-y) has fewer digits where it is small, and a sum's terms may cancel.
        terms = got[0].numel() / theirs.numel()
        largest = max(theirs.abs().max().item(), FLOOR * terms**0.5)
        assert torch.allclose(mine, theirs, rtol=0, atol=SHARE[dtype] * largest)


@pytest.fixture(autouse=True)
def _threads():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 6), st.booleans(), st.integers(1, 3), PLACES, NEURONS, DTYPES, st.integers(0, 99)
)
def test_neurons_are_those_of_the_equations(n_steps, held, n_samples, places, p, dtype, seed):
    torch.manual_seed(seed)
    shape = (n_samples, 4, *places)
    currents = 1.5 * torch.randn(1 if held else n_steps, *shape, dtype=dtype)
    upstream = torch.randn(n_steps, *shape, dtype=dtype)
    got = results(lambda x: deep.soft_reset(x, p, n_steps), [currents], upstream)
    wanted = results(lambda x: soft_reset(x.expand(n_steps, *shape), p)[0], [currents], upstream)
    agree(got, wanted, dtype)


@settings(max_examples=80, deadline=None)
@given(
    st.integers(1, 6),
    st.booleans(),
    st.integers(1, 3),
    st.integers(1, 9),
    PLACES,
    NEURONS,
    DTYPES,
    st.sampled_from(["adaptive", "epsilon", "none"]),
    st.booleans(),
    st.tuples(*[st.sampled_from(["first", "last", "slice"])] * 3),
    st.integers(0, 99),
)
def test_circuits_are_those_of_the_equations(
    n_steps, held, n_samples, n, places, p, dtype, stabiliser, straight_through, layouts, seed
):
    torch.manual_seed(seed)
    shape = (n_samples, n, *places)
    inputs = (1 if held else n_steps, *shape)
    net, divisive = torch.randn(inputs, dtype=dtype), 0.1 + torch.rand(inputs, dtype=dtype)
    if stabiliser == "adaptive":
        divisive[torch.rand(inputs) < 0.3] = 0
        divisive[0, 0] = 0
    gain, bias = torch.rand(n, dtype=dtype), 0.5 + 0.5 * torch.randn(n, dtype=dtype)
    upstream = laid(torch.randn(n_steps, *shape, dtype=dtype), layouts[2])
    tensors = [laid(net, layouts[0]), laid(divisive, layouts[1]), gain, bias]

    def fast(*x):
        return deep.circuit_spikes(
            *x, p, n_steps=n_steps, stabiliser=stabiliser, straight_through=straight_through
        )

    def plain(*x):
        return circuit_by_equations(*x, p, n_steps, stabiliser, straight_through)

    agree(results(fast, tensors, upstream), results(plain, tensors, upstream), dtype)


def test_epsilon_stands_alone_where_all_is_silent():
    """I_int is then 1e8 or 0, where no gradient is left to compare."""
    p = SoftResetParameters()
    net = torch.tensor([1.0, -1.0, 0.0], dtype=torch.float64).reshape(1, 1, 3)
    inputs = [net, torch.zeros_like(net), torch.ones(3).double(), torch.zeros(3).double()]
    upstream = torch.ones(2, 1, 3, dtype=torch.float64)
    got = results(
        lambda *x: deep.circuit_spikes(*x, p, n_steps=2, stabiliser="epsilon"), inputs, upstream
    )
    wanted = results(lambda *x: circuit_by_equations(*x, p, 2, "epsilon", True), inputs, upstream)
    assert got[0].flatten().tolist() == [1, 0, 0, 1, 0, 0]
    agree(got, wanted, torch.float64)


def test_a_silent_sample_has_gradients_of_zero():
    p = SoftResetParameters()
    shape = (2, 1, 5, 3, 3)
    inputs = [torch.randn(shape), torch.zeros(shape), torch.ones(5), torch.full((5,), 0.9)]
    spikes, grads = results(lambda *x: deep.circuit_spikes(*x, p), inputs, torch.ones(shape))
    # The bias alone: 0.9, then 0.45 + 0.9.
    assert spikes[0].eq(0).all()
    assert spikes[1].eq(1).all()
    assert [grad.abs().max().item() for grad in grads[:3]] == [0, 0, 0]
    assert (grads[3] > 0).all()


@pytest.mark.parametrize("layout", ["first", "last"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_threads_change_no_bit(layout, dtype):
    torch.manual_seed(1)
    shape = (4, 5, 9, 21, 23)
    divisive = torch.rand(shape, dtype=dtype)
    divisive[divisive < 0.1] = 0
    inputs = [
        torch.randn(shape, dtype=dtype),
        divisive,
        torch.rand(9).to(dtype),
        torch.rand(9).to(dtype),
    ]
    inputs[:2] = [laid(x, layout) for x in inputs[:2]]
    upstream = torch.randn(shape, dtype=dtype)
    assert upstream.numel() > deep._WORTH_SHARING
    p = SoftResetParameters()
    found = []
    for threads in (1, 2, 3):
        torch.set_num_threads(threads)
        circuits = results(lambda *x: deep.circuit_spikes(*x, p), inputs, upstream)
        neurons = results(lambda x: deep.soft_reset(x, p), inputs[:1], upstream)
        found.append([circuits[0], *circuits[1], neurons[0], *neurons[1]])
    for several in found[1:]:
        assert all(map(torch.equal, found[0], several))


def test_what_is_no_number_shows_in_the_gradient():
    currents = torch.tensor([[0.5, torch.nan, 0.5]])
    _, (grad,) = results(
        lambda x: deep.soft_reset(x, SoftResetParameters(), 3), [currents], torch.ones(3, 3)
    )
    assert grad.isnan().tolist() == [[False, True, False]]


def test_far_from_threshold_the_gradient_is_zero():
    currents = torch.tensor([[-1e6, -30.0, 30.0, 1e6]])
    _, (grad,) = results(
        lambda x: deep.soft_reset(x, SoftResetParameters()), [currents], torch.ones(1, 4)
    )
    assert grad.tolist() == [[0, 0, 0, 0]]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_where_kernels_do_not_apply_the_equations_do(dtype, monkeypatch):
    monkeypatch.setattr(deep, "_Layout", None)
    p = SoftResetParameters(surrogate=ArcTan())
    shape = (3, 2, 4)
    torch.manual_seed(0)
    inputs = [torch.randn(shape), torch.rand(shape), torch.ones(4), torch.zeros(4)]
    inputs = [x.to(dtype) for x in inputs]
    got = results(lambda *x: deep.circuit_spikes(*x, p), inputs, torch.ones(shape))
    wanted = results(
        lambda *x: circuit_by_equations(*x, p, 3, "adaptive", True), inputs, torch.ones(shape)
    )
    assert torch.equal(got[0], wanted[0])
    assert all(map(torch.equal, got[1], wanted[1]))
    assert torch.equal(deep.soft_reset(inputs[0], p), soft_reset(inputs[0], p)[0])


def test_steps_that_cannot_be():
    with pytest.raises(InputError, match="the currents' steps must be 1 or 4, got 2"):
        deep.soft_reset(torch.zeros(2, 1, 3), SoftResetParameters(), 4)
    with pytest.raises(InputError, match=r"tau must be 1 step or more, got 0\.5"):
        deep.soft_reset(torch.zeros(2, 1, 3), SoftResetParameters(tau=0.5))
