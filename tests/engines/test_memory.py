"""What is freed is used again, and given back in the end."""

import resource
import sys
from pathlib import Path

import pytest
import torch

from eccles.engines.memory import kept_memory

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a switch of glibc's")

PAGE = resource.getpagesize()
LARGE_PAGE = 2 << 20
SIZE = 64 << 20


def faults():
    """Return how many pages the system has handed out."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def use(times):
    """Return the pages that so many tensors took, one after the other."""
    before = faults()
    for _ in range(times):
        torch.empty(SIZE, dtype=torch.uint8).fill_(1)
    return faults() - before


def test_the_next_tensor_takes_no_new_page():
    with kept_memory():
        # Small tensors that live on may cut a gap short, so the first few don't all fit in one.
        use(20)
        assert use(8) <= 4 * SIZE // PAGE
    assert use(8) >= 8 * SIZE // LARGE_PAGE


@pytest.mark.parametrize("failing", [False, True])
def test_it_is_given_back(failing):
    with kept_memory():
        pass  # What earlier tests freed is given back.
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
        assert use(8) >= 8 * SIZE // LARGE_PAGE
