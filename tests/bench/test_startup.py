import os
import sys

import numpy as np
import pytest

from eccles.bench import child, startup
from eccles.errors import RunError


@pytest.mark.slow
def test_a_fresh_process_says_when_its_first_batch_is_done():
    start = startup._start("fashion-mnist-sample", 256, 1, dict(os.environ), whole=True)
    assert start.first_batch > 0
    if sys.platform == "linux":
        assert start.peak_memory > 2**20


@pytest.mark.slow
def test_a_process_that_fails_is_an_error(capfd):
    with pytest.raises(RunError, match=r"train on nonsense, got exit status 1"):
        startup._start("nonsense", 256, 1, dict(os.environ))
    assert "nonsense" in capfd.readouterr().err


def test_measuring_puts_medians_in_their_places(monkeypatch):
    starts = iter([startup._Start(9.0, 500)] + [startup._Start(s, None) for s in (3.0, 1.0, 2.0)])
    seen = []

    def fake(data, batch_size, threads, environment, whole=False):
        seen.append((environment["NUMBA_CACHE_DIR"], whole))
        return next(starts)

    monkeypatch.setattr(startup, "_start", fake)
    monkeypatch.setattr(startup, "_import_time", lambda: 0.25)
    got = startup.measure("fashion-mnist-sample", batch_size=256, threads=2)
    assert (got.first_compilation, got.cached_start, got.peak_memory) == (9.0, 2.0, 500)
    assert (got.import_eccles, got.images) == (0.25, 4000)
    assert got.encoding > 0
    assert got.reading > 0
    # One process finds no compiled code; the others find what it left.
    assert len({folder for folder, _ in seen}) == 1
    assert [whole for _, whole in seen] == [True, False, False, False]


def test_peak_memory_is_of_this_process():
    peak = child.peak_memory()
    if sys.platform != "linux":
        pytest.skip("only Linux tells it")
    # An array that is touched is resident, so the peak is that much at the least.
    held = np.ones(1 << 25)
    assert peak > 2**20
    assert child.peak_memory() >= held.nbytes


def test_a_child_trains_no_longer_than_asked(capsys):
    with pytest.raises(SystemExit) as left:
        child.main("fashion-mnist-sample", "256", "1", "0")
    assert left.value.code is None
    assert capsys.readouterr().out == "first batch\n"
