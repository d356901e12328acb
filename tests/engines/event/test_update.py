"""One compiled step has the bits of loss, SGD, noise and projection one after the other."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from eccles import dale, noise
from eccles.engines import Descent, Weights
from eccles.engines.event.engine import EventEngine
from eccles.populations import Populations

KEY = 2**63 + 12345


def bits(tensor):
    """Return the bits: a zero has a sign, and what is no number equals itself."""
    return tensor.detach().numpy().view(np.int32 if tensor.dtype == torch.float32 else np.int64)


def parameters(case):
    return Weights(*(w.clone().requires_grad_() for w in case.weights))


def descent(rate=0.01, sigmas=None, batch=0, excitatory=(None, None)):
    return Descent(rate, sigmas, KEY, batch, excitatory)


def plainly(engine, weights, case, step):
    """Take the step by torch's own means; return the loss."""
    optimizer = torch.optim.SGD(weights, lr=step.rate)
    optimizer.zero_grad()
    loss = engine.loss(weights, case.events, case.labels, case.neuron)
    loss.backward()
    optimizer.step()
    for layer, weight in enumerate(weights):
        if step.sigmas is not None:
            noise.add_noise_(weight, step.sigmas[layer], step.key, step.batch, layer)
        n = step.excitatory[layer]
        if n is not None:
            dale.project_(weight, Populations(n, len(weight) - n))
    return loss.item()


def at_once(engine, weights, case, step):
    return engine.descend(weights, case.events, case.labels, case.neuron, step)


def check(plain, found):
    for ours, wanted in zip(found, plain, strict=True):
        assert np.array_equal(bits(ours), bits(wanted))


@pytest.fixture(scope="module")
def engines():
    engines = {n: EventEngine(n) for n in (1, 2, 3)}
    yield engines
    for engine in engines.values():
        engine._pool.dismiss()


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    # (hidden, classes): parts of a vector, of a block, and several blocks.
    widths=st.sampled_from([(1, 1), (5, 3), (17, 2), (100, 10), (113, 17), (230, 20)]),
    n_inputs=st.integers(1, 70),
    n_samples=st.sampled_from([1, 40, 129, 300]),
    threads=st.sampled_from([1, 2, 3]),
    dtype=st.sampled_from([torch.float32, torch.float64]),
    sigmas=st.sampled_from([None, (1e-3, 1e-2), (1e-3, 0.0)]),
    rate=st.sampled_from([0.01, 3.0]),
    bound=st.tuples(st.booleans(), st.booleans()),
    share=st.sampled_from([0.0, 0.5, 0.8, 1.0]),
)
def test_bits_are_those_of_torch(
    engines, problem, seed, widths, n_inputs, n_samples, threads, dtype, sigmas, rate, bound, share
):
    case = problem(
        seed, n_inputs, *widths, n_samples, n_steps=20, mean_events=30, drive=0.5, dtype=dtype
    )
    ours, wanted = parameters(case), parameters(case)
    excitatory = tuple(
        round(share * len(w)) if is_bound else None for w, is_bound in zip(ours, bound, strict=True)
    )
    for batch in range(3):
        step = descent(rate, sigmas, batch, excitatory)
        expected = plainly(engines[1], wanted, case, step)
        assert at_once(engines[threads], ours, case, step) == expected
        check(wanted, ours)
        case = case.take(np.roll(np.arange(n_samples), 1))


def test_weights_move_in_every_way(engines, problem):
    """Else the comparison might compare nothing."""
    case = problem(n_samples=40, dtype=torch.float32)
    weights = parameters(case)
    before = [w.detach().clone() for w in weights]
    at_once(engines[1], weights, case, descent())
    assert all(((w != old).float().mean() > 0.5) for w, old in zip(weights, before, strict=True))
    noiseless = [w.detach().clone() for w in weights]
    at_once(engines[1], weights, case, descent(1e-12, (1e-3, 0.0)))
    difference = weights[0].detach() - noiseless[0]
    assert difference.std().item() == pytest.approx(1e-3, rel=0.1)
    assert (weights[1] - noiseless[1]).abs().max() < 1e-9
    at_once(engines[1], weights, case, descent(0.01, None, 0, (60, 40)))
    assert (weights[0] >= 0).all()
    assert (weights[1][:40] >= 0).all()
    assert (weights[1][40:] <= 0).all()
    assert (weights[1] == 0).float().mean() > 0.3


def test_zeros_keep_their_sign_and_no_number_stays_one(engines, problem):
    case = problem(n_samples=1, mean_events=0, dtype=torch.float32)
    case = case.take(case.clear_samples(0.0))
    ours = parameters(case)
    odd = torch.tensor([-0.0, 0.0, torch.nan, torch.inf, -torch.inf, 1.0, -1.0])
    with torch.no_grad():
        ours[1][:7, 0] = ours[1][80:87, 0] = odd
    wanted = Weights(*(w.detach().clone().requires_grad_() for w in ours))
    for engine, take, weights in ((engines[2], at_once, ours), (engines[1], plainly, wanted)):
        take(engine, weights, case, descent(0.01, None, 0, (60, 80)))
    check(wanted, ours)
    assert ours[1][2, 0].isnan()
    assert ours[1][80:87, 0].tolist()[4:] == [-torch.inf, 0.0, -1.0]


@pytest.mark.parametrize("threads", [1, 2])
def test_a_change_between_two_steps_is_seen(engines, problem, threads):
    case = problem(n_samples=150, dtype=torch.float32)
    other = problem(7, n_samples=20, dtype=torch.float32)
    engine = engines[threads]
    ours, wanted = parameters(case), parameters(case)

    def scale(weights):
        with torch.no_grad():
            weights[0].mul_(0.9)

    def load(weights):
        with torch.no_grad():
            weights[1].copy_(case.weights[1])

    def disturb(weights):
        noise.add_noise_(weights[0], 1e-3, 1, 0, 0)

    def replace(weights):
        weights[0].data = weights[0].detach() * 1.5

    def elsewhere(weights):
        at_once(engine, parameters(other), other, descent())

    def look(weights):
        engine.respond(other.weights, other.events, other.neuron)

    for change in (scale, load, disturb, replace, elsewhere, look):
        for _ in range(2):
            expected = plainly(engines[1], wanted, case, descent())
            assert at_once(engine, ours, case, descent()) == expected, change
            check(wanted, ours)
        for weights in (ours, wanted):
            change(weights)


def test_a_response_is_that_of_the_new_weights(engines, problem, dense):
    case = problem(n_samples=30, drive=0.2)
    weights = parameters(case)
    for _ in range(3):
        at_once(engines[1], weights, case, descent(0.1))
        found = engines[1].respond(weights, case.events, case.neuron)
        wanted = dense.respond(weights, case.events, case.neuron)
        assert torch.equal(found.spike_counts, wanted.spike_counts)
        assert torch.allclose(found.peaks, wanted.peaks, rtol=1e-9)


def test_autograd_is_told_of_the_change(engines, problem):
    case = problem(n_samples=5)
    weights = parameters(case)
    loss = (weights[0] ** 2).sum()
    at_once(engines[1], weights, case, descent())
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_an_interrupted_update_leaves_no_stale_copy(problem, monkeypatch):
    case = problem(n_samples=150, dtype=torch.float32)
    engine = EventEngine(2)
    ours = parameters(case)
    at_once(engine, ours, case, descent())
    share, calls = engine._pool.share, []

    def interrupted(*args):
        calls.append(args)
        share(*args)
        if len(calls) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(engine._pool, "share", interrupted)
    with pytest.raises(KeyboardInterrupt):
        at_once(engine, ours, case, descent(0.5))
    # As if the update had stopped halfway: torch's weights are what counts.
    engine._packing.w1[:] = 0
    wanted = Weights(*(w.detach().clone().requires_grad_() for w in ours))
    expected = plainly(EventEngine(), wanted, case, descent())
    assert at_once(engine, ours, case, descent()) == expected
    check(wanted, ours)
