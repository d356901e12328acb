import numpy as np
import pytest

from eccles.bench import distances
from eccles.bench.workload import Workload
from eccles.errors import RunError


@pytest.fixture
def work(samples):
    return Workload.of(samples.take(slice(0, 200)), 50, 2)


@pytest.mark.slow
def test_elephant_comes_to_the_same_and_is_timed(work):
    assert 0 < distances.measure(work, rounds=1, turn=0.0) < float("inf")


def test_without_elephant_there_is_nothing_to_compare(work, monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(distances, "import_module", missing)
    assert distances.measure(work, rounds=1, turn=0.0) is None


def test_numbers_that_differ_are_not_timed(work, monkeypatch):
    monkeypatch.setattr(
        distances, "elephant_distances", lambda spikes: lambda: np.full((100, 100), 0.5)
    )
    with pytest.raises(RunError, match=r"distances must be elephant's, got 0\.\d+ between them"):
        distances.measure(work, rounds=1, turn=0.0)
