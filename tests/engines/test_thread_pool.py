"""Shares are done once each, whoever does them, and helpers leave when they should."""

import subprocess
import sys

import numpy as np
import pytest

from eccles.engines import thread_pool as module
from eccles.engines.thread_pool import ThreadPool, orders
from eccles.jit import compiled


@compiled
def add_share(member, members, batch, total):
    for k in range(member, len(batch), members):
        total[k] += batch[k]


@compiled
def serve(mailbox, member, members, *work):
    order = orders(mailbox, 0)
    while order > 0:
        add_share(member, members, *work)
        order = orders(mailbox, order)


@pytest.fixture(params=[1, 2, 3])
def pool(request):
    pool = ThreadPool(request.param)
    yield pool
    pool.dismiss()


def test_every_share_is_done_once_an_order(pool):
    batch, total, expected = np.zeros(7), np.zeros(7), np.zeros(7)
    for turn in range(200):
        batch[:] = turn + np.arange(7)
        expected += batch
        pool.share(add_share, serve, batch, total)
        assert (total == expected).all()


def test_other_work_replaces_the_first(pool):
    for _ in range(5):
        batch, total = np.arange(5.0), np.zeros(5)
        pool.share(add_share, serve, batch, total)
        pool.share(add_share, serve, batch, total)
        assert (total == 2 * batch).all()


def test_a_helper_that_lost_patience_is_called_back(pool):
    batch, total = np.arange(5.0), np.zeros(5)
    for turn in range(1, 4):
        pool.share(add_share, serve, batch, total)
        assert (total == turn * batch).all()
        for serving in pool._serving:
            # Nobody orders, so every helper leaves by itself.
            serving.result(timeout=30)


def test_a_share_whose_helper_left_is_done_all_the_same(pool, monkeypatch):
    batch, total = np.arange(5.0), np.zeros(5)
    pool.share(add_share, serve, batch, total)
    for mailbox, serving in zip(pool._mailboxes, pool._serving, strict=True):
        serving.result(timeout=30)
        # As if it left between the look at this number and the order.
        mailbox[module._GONE] = 0
    real = module._write

    def late(mailbox, place, number):
        real(mailbox, place, number)
        mailbox[module._GONE] = 1

    monkeypatch.setattr(module, "_write", late)
    pool.share(add_share, serve, batch, total)
    assert (total == 2 * batch).all()


def test_an_interrupt_leaves_no_helper_in_the_way(pool):
    batch, total = np.arange(5.0), np.zeros(5)
    pool.share(add_share, serve, batch, total)

    def interrupted(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pool.share(interrupted, serve, batch, total)
    assert pool._serving == [None] * (pool.members - 1)
    before = total.copy()
    pool.share(add_share, serve, batch, total)
    assert (total == before + batch).all()


@pytest.mark.parametrize("n", [0, 1, 5, 100])
def test_map_covers_every_number_once(pool, n):
    seen = np.zeros(n)

    def task(first, last):
        seen[first:last] += 1

    pool.map(task, n)
    assert (seen == 1).all()


def test_a_helper_that_fails_is_heard():
    def broken(*_):
        raise MemoryError("no room for a helper")

    pool = ThreadPool(2)
    with pytest.raises(MemoryError, match="no room"):
        pool.share(add_share, broken, np.arange(5.0), np.zeros(5))
    pool.share(add_share, serve, np.arange(5.0), np.zeros(5))
    pool.dismiss()


@pytest.mark.slow
def test_a_fork_has_helpers_of_its_own():
    code = (
        "import os, sys, numpy as np, eccles\n"
        "from eccles.engines.event.engine import EventEngine\n"
        "data = eccles.data.load('fashion-mnist-sample').train\n"
        "network = eccles.EINetwork(784, eccles.Populations(80, 20), 10, engine=EventEngine(2))\n"
        "batch = data.batch(slice(0, 256))\n"
        "loss = network.loss(*batch).item()\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    os._exit(0 if network.loss(*batch).item() == loss else 1)\n"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], timeout=120, check=False, capture_output=True
    )
    assert done.returncode == 0, done.stderr
