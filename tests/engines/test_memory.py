"""What is freed is used again, and given back in the end."""

import ctypes
import resource
import sys
import threading
from pathlib import Path

import pytest
import torch

from eccles.engines.memory import kept_memory

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_trim"),
    reason="a switch of glibc's",
)

SIZE = 64 << 20
LARGER = 6 * SIZE
"""Than any gap that these tests leave in memory."""


def use(times, size=SIZE):
    """Return how many pages so many tensors took from the system, one after the other."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(times):
        torch.empty(size, dtype=torch.uint8).fill_(1)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def off():
    """Return whether each large tensor is of new pages."""
    return use(4, LARGER) > 3 * use(1, LARGER)


def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


@pytest.fixture(autouse=True)
def _fresh():
    with kept_memory():
        pass  # What earlier tests freed is given back.


@pytest.mark.slow
def test_the_next_tensor_takes_no_new_page():
    returned = use(8)
    assert off()
    with kept_memory():
        # Small tensors that live on may cut a gap short, so the first few don't all fit in one.
        use(20)
        assert use(8) <= returned / 2
    assert off()


def test_small_ones_take_none_afterwards_either():
    size = 8 << 20
    use(4, size)
    # What earlier tests left in memory may cut a gap short, so the first few don't all fit in one.
    assert use(8, size) <= 4 * size / resource.getpagesize()


@pytest.mark.slow
def test_the_last_to_leave_turns_it_off():
    returned = use(8)
    inside, leave = threading.Event(), threading.Event()

    def other():
        with kept_memory():
            inside.set()
            leave.wait(30)

    thread = threading.Thread(target=other)
    with kept_memory():
        thread.start()
        assert inside.wait(30)
    use(20)
    assert use(8) <= returned / 2
    leave.set()
    thread.join()
    assert off()


@pytest.mark.parametrize("failing", [False, True])
def test_it_is_given_back(failing):
    before = resident()
    try:
        with kept_memory():
            use(1)
            assert resident() > before + SIZE // 2
            if failing:
                raise RuntimeError
    except RuntimeError:
        assert failing
    assert resident() < before + SIZE // 2


def test_elsewhere_nothing_changes(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    with kept_memory():
        assert off()
