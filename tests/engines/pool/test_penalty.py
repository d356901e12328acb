"""The rate penalty in the event engine, held to the plain equations."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from eccles.engines.pool.dense import DensePool
from eccles.engines.pool.event import EventPool
from eccles.functional.surrogate import SuperSpike
from eccles.network import layered
from eccles.wiring import RatePenalty


def problem(random_events, seed, hidden, n_steps, n_samples, drive, **kinds):
    rng = np.random.default_rng(seed)
    network = layered(hidden, **kinds)
    wiring = network.wire(30, 5, surrogate=SuperSpike(10.0))
    weights = {}
    for name, shape in wiring.shapes.items():
        size = drive / 30 if name.startswith("input") else 0.1
        weights[name] = torch.from_numpy(size * np.abs(rng.standard_normal(shape)))
    events = random_events(rng, n_samples, n_steps, 30, 3 * n_steps)
    labels = torch.from_numpy(rng.integers(0, 5, n_samples))
    return wiring, weights, events, labels


def solve(pool, wiring, weights, events, labels):
    own = {name: weight.clone().requires_grad_() for name, weight in weights.items()}
    loss = pool(wiring).loss(own, events, labels)
    if loss.requires_grad:
        loss.backward()
    found = {n: torch.zeros_like(w) if w.grad is None else w.grad for n, w in own.items()}
    return float(loss.detach()), found


@settings(max_examples=15, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 2**32 - 1),
    hidden=st.sampled_from([(1,), (20,), (17, 10)]),
    kinds=st.sampled_from(
        [
            {"ei": "100:0"},
            {"ei": "1:1", "rounding": True, "recurrent": 0.5},
            {"ei": "1:1", "rounding": True, "neuron": "adaptive", "recurrent": True},
            {"ei": "1:1", "rounding": True, "neuron": "conductance"},
        ]
    ),
    n_steps=st.sampled_from([1, 3, 40]),
    n_samples=st.sampled_from([1, 3, 9]),
    drive=st.sampled_from([0.0, 0.5, 30.0]),
    target=st.sampled_from([0.001, 10.0, 60.0]),
    mean=st.booleans(),
)
def test_float64_agrees_with_the_equations(
    random_events, seed, hidden, kinds, n_steps, n_samples, drive, target, mean
):
    wiring, *rest = problem(random_events, seed, hidden, n_steps, n_samples, drive, **kinds)
    readouts = wiring.readouts._replace(mean=mean)
    wiring = replace(wiring, penalty=RatePenalty(0.3, target), readouts=readouts)
    (found, gradients), (wanted, truth) = (
        solve(pool, wiring, *rest) for pool in (EventPool, DensePool)
    )
    assert found == pytest.approx(wanted, rel=1e-10, abs=1e-12)
    for name, gradient in gradients.items():
        torch.testing.assert_close(gradient, truth[name], rtol=1e-9, atol=1e-11)


def test_the_penalty_counts_and_none_changes_no_bit(random_events):
    wiring, *rest = problem(random_events, 1, (20,), 40, 9, 2.0, recurrent=0.5)
    plain, gradients = solve(EventPool, wiring, *rest)
    dear, pressed = solve(EventPool, replace(wiring, penalty=RatePenalty(1.0, 1.0)), *rest)
    cheap, same = solve(EventPool, replace(wiring, penalty=RatePenalty(1.0, 1e4)), *rest)
    assert dear > plain == cheap
    for name, gradient in gradients.items():
        assert torch.equal(gradient, same[name])
    assert not torch.equal(gradients["input->hidden"], pressed["input->hidden"])


@pytest.mark.parametrize("kinds", [{}, {"neuron": "conductance"}, {"neuron": "adaptive"}])
@pytest.mark.parametrize("mean", [False, True])
def test_what_memory_held_before_has_no_part(random_events, kinds, mean):
    """Rows of arrays are filled up to whole vectors, and what fills them is nobody's."""
    wiring, weights, events, labels = problem(
        random_events, 3, (10,), 30, 6, 2.0, recurrent=True, ei="4:1", **kinds
    )
    readouts = wiring.readouts._replace(mean=mean)
    wiring = replace(wiring, readouts=readouts, penalty=RatePenalty(0.1, 1.0))
    _, first = solve(EventPool, wiring, weights, events, labels)
    for _ in range(5):
        poison = [np.full(size, np.nan) for size in (16, 64, 80, 128, 144, 512, 1024) * 20]
        del poison
        _, again = solve(EventPool, wiring, weights, events, labels)
        assert all(torch.equal(first[name], again[name]) for name in first)
        assert all(torch.isfinite(gradient).all() for gradient in again.values())
