import pytest
import torch

from eccles.bench import benchmark, networks
from eccles.bench.timing import Timing
from eccles.errors import RunError


@pytest.mark.slow
def test_every_shape_is_timed_at_its_rate(samples):
    before = torch.get_num_threads()
    rows = networks.measure(samples, threads=2, rounds=1, turn=0.0, small=True)
    assert torch.get_num_threads() == before
    wanted = [shape.rate_hz for shape in networks.shapes(samples, small=True)]
    assert [row.rate_hz for row in rows] == pytest.approx(wanted, rel=0.05)
    for row in rows:
        timings = (row.dense, row.event, row.several)
        assert all(0 < timing.median < float("inf") for timing in timings)
    spoken = [row for row in rows if "700" in row.name]
    assert [row.epoch is not None for row in rows] == [row in spoken for row in rows]
    assert spoken[0].epoch == pytest.approx(spoken[0].several.median * 8156 / 16)


def test_what_differs_is_not_timed(samples, monkeypatch):
    loss = networks.SpikingNetwork.loss

    def other(self, events, labels):
        return loss(self, events, labels) * (1.1 if self.engine.name == "event" else 1.0)

    monkeypatch.setattr(networks.SpikingNetwork, "loss", other)
    with pytest.raises(RunError, match="must have the same loss by all"):
        networks.measure(samples, threads=1, rounds=1, turn=0.0, small=True)


def test_ratios_have_goals():
    second, quick = Timing(1.0, 1.0, 1), Timing(0.01, 0.01, 1)
    half = Timing(0.005, 0.005, 1)
    row = networks.Row("shape", 20.0, second, quick, half, 4.0, "spoken network over dense")
    over, threads, epoch = benchmark._network_ratios((row,), 2)
    assert (over.value, over.goal, over.met) == (100.0, "at least 15 x", True)
    assert (threads.value, threads.goal, threads.met) == (2.0, "at least 1.6 x", True)
    assert (epoch.value, epoch.goal, epoch.met) == (4.0, "at most 5 s", True)
