import sys
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest
import torch

from eccles.bench import steps
from eccles.bench.peers import NOT_INSTALLED, jax_step, snntorch_loss
from eccles.bench.workload import Workload, training_step
from eccles.engines import DenseEngine, Weights

pytestmark = pytest.mark.slow

BATCH = 32


@pytest.fixture(scope="module")
def work(samples):
    return Workload.of(samples, BATCH, n_batches=3)


def losses(step, n=4):
    return [step() for _ in range(n)]


def dense(work):
    return training_step(work, engine=DenseEngine())


@pytest.mark.parametrize("scale", [1, 4], ids=["quiet", "busy"])
def test_every_contender_computes_the_same_losses(work, scale):
    w1, w2 = work.weights
    busy = replace(work, weights=Weights(scale * w1, w2))
    group = steps.measure("here", busy, threads=2, rounds=1, turn=0.0, with_peers=False)
    names = [(row.name, row.threads) for row in group.rows]
    assert names == [
        (steps.DENSE, 1),
        (steps.DENSE, 2),
        (steps.READY, 1),
        (steps.EVENT, 1),
        (steps.EVENT, 2),
        (steps.NOISE, 1),
        *((name, 1) for name in steps.DEVICES),
    ]
    first = group.rows[0].losses[0]
    for row in group.rows:
        if row.name not in steps.DEVICES:
            assert row.losses[0] == pytest.approx(first, rel=1e-6), row.name
        assert row.note == ""
        assert row.timing.n >= 1
    assert group.rate_hz > 0
    assert group.timing(steps.EVENT, 2) is group.rows[4].timing
    assert group.timing(steps.JAX, None) is None


def test_with_one_thread_nothing_is_run_twice(work):
    group = steps.measure("here", work, threads=1, rounds=1, turn=0.0, with_peers=False)
    assert [row.name for row in group.rows] == [
        steps.DENSE,
        steps.READY,
        steps.EVENT,
        steps.NOISE,
        *steps.DEVICES,
    ]


def test_work_starts_over_after_its_last_batch(work):
    first, second, third, again = losses(dense(work))
    assert again == first
    assert len({first, second, third}) == 3


def test_a_contender_whose_loss_differs_is_not_timed(work, monkeypatch):
    def wrong(work):
        return training_step(
            work, lambda network, k: 1.001 * network.loss(*work.batch(k)), engine=DenseEngine()
        )

    monkeypatch.setattr(steps, "_ready", wrong)
    group = steps.measure("here", work, threads=1, rounds=1, turn=0.0, with_peers=False)
    row = group.rows[1]
    assert row.name == steps.READY
    assert row.note.startswith("different: a loss of ")
    assert row.timing is None
    assert group.timing(steps.READY, 1) is None


def test_gradients_that_differ_are_noticed(work, monkeypatch):
    def no_gradient(work):
        return training_step(
            work,
            lambda network, k: (
                network.loss(*work.batch(k)).detach() + 0 * network.input_to_hidden.sum()
            ),
            engine=DenseEngine(),
        )

    monkeypatch.setattr(steps, "_ready", no_gradient)
    group = steps.measure(
        "here", replace(work, learning_rate=1.0), threads=1, rounds=1, turn=0.0, with_peers=False
    )
    assert group.rows[1].losses[0] == group.rows[0].losses[0]
    assert group.rows[1].note.startswith("different")


def test_torch_gets_its_threads_back(work):
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        steps.measure("here", work, threads=2, rounds=1, turn=0.0, with_peers=False)
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)


def test_peers_that_are_not_installed_have_a_row_that_says_so(work, monkeypatch):
    monkeypatch.setitem(sys.modules, "snntorch", None)
    monkeypatch.setitem(sys.modules, "jax", None)
    group = steps.measure("here", work, threads=1, rounds=1, turn=0.0)
    absent = {row.name: row for row in group.rows if row.note}
    assert set(absent) == {steps.SNNTORCH, steps.JAX}
    for row in absent.values():
        assert row.note == NOT_INSTALLED
        assert (row.losses, row.timing) == ((), None)


@pytest.mark.skipif(find_spec("snntorch") is None, reason="needs snntorch")
@pytest.mark.parametrize("scale", [1, 4], ids=["quiet", "busy"])
@pytest.mark.filterwarnings("ignore")
def test_snntorch_is_the_same_model(work, scale):
    w1, w2 = work.weights
    busy = replace(work, weights=Weights(scale * w1, w2))
    theirs = losses(training_step(busy, snntorch_loss(busy)), 2)
    assert theirs == pytest.approx(losses(dense(busy), 2), rel=1e-6)


@pytest.mark.skipif(find_spec("snntorch") is None, reason="needs snntorch")
@pytest.mark.filterwarnings("ignore")
def test_snntorch_has_the_same_gradients(work):
    events, labels = work.batch(0)
    ours, theirs = work.network(DenseEngine()), work.network()
    ours.loss(events, labels).backward()
    snntorch_loss(work)(theirs, 0).backward()
    for mine, other in zip(ours.weights, theirs.weights, strict=True):
        largest = mine.grad.abs().max().item()
        np.testing.assert_allclose(other.grad, mine.grad, rtol=0, atol=1e-5 * largest)


@pytest.mark.skipif(find_spec("jax") is None, reason="needs jax")
@pytest.mark.parametrize("scale", [1, 4], ids=["quiet", "busy"])
@pytest.mark.filterwarnings("ignore")
def test_jax_is_the_same_model(work, scale):
    w1, w2 = work.weights
    busy = replace(work, weights=Weights(scale * w1, w2))
    theirs = losses(jax_step(busy), 2)
    assert theirs == pytest.approx(losses(dense(busy), 2), rel=1e-5)
