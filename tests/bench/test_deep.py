import pytest
import torch

from eccles.bench import benchmark, deep
from eccles.errors import RunError


def test_both_comparisons_are_timed():
    before = torch.get_num_threads()
    ratios = deep.measure(threads=1, rounds=1, turn=0.0, small=True)
    assert all(0 < value < float("inf") for value in ratios)
    assert torch.get_num_threads() == before


def test_what_differs_is_not_timed(monkeypatch):
    one_pass = deep.deep.soft_reset
    monkeypatch.setattr(deep.deep, "soft_reset", lambda x, p: 2 * one_pass(x, p))
    with pytest.raises(RunError, match=r"must come to what the loop does, got gradients 1 apart"):
        deep.measure(threads=1, rounds=1, turn=0.0, small=True)


def test_ratios_have_goals():
    neurons, circuits = benchmark._deep_ratios(deep.Ratios(3.9, 1.6), 2)
    assert (neurons.value, neurons.goal, neurons.met) == (3.9, "at least 4 x", False)
    assert (circuits.value, circuits.goal, circuits.met) == (1.6, "at most 1.7 x", True)
    assert circuits.name == "training step, E-I / batch norm, 2 threads"
