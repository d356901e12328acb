"""Time is a number that a test sets, so that no clock is waited for."""

from types import SimpleNamespace

import pytest
from numba import njit
from numba.core import event

from eccles import TrainConfig, train
from eccles.training import compiling as module
from eccles.training import loop
from eccles.training.compiling import CompileClock, compiling
from eccles.training.watch import Unwatched


@pytest.fixture
def now(monkeypatch):
    """The time of day, for whoever measures how long compiling and epochs take."""
    time = SimpleNamespace(seconds=0.0)
    fake = SimpleNamespace(perf_counter=lambda: time.seconds)
    for each in (module, loop):
        monkeypatch.setattr(each, "time", fake)
    return time


def test_a_clock_by_hand(now):
    told = []
    with CompileClock(lambda: told.append(now.seconds)) as clock:
        now.seconds = 1.0
        with event.trigger_event("numba:compiler_lock"):  # Reads what is kept: 2 s.
            now.seconds = 3.0
        assert (clock.seconds, clock.lap(), told) == (2.0, 2.0, [])
        now.seconds = 10.0
        with event.trigger_event("numba:compiler_lock"):
            now.seconds = 11.0
            # One within the other is the same time.
            with (
                event.trigger_event("numba:compiler_lock"),
                event.trigger_event("numba:compile"),
            ):
                now.seconds = 14.0
                assert clock.seconds == 6.0
            now.seconds = 15.0
        now.seconds = 20.0
        assert (clock.seconds, clock.lap(), clock.lap()) == (7.0, 5.0, 0.0)
        with compiling():
            now.seconds = 21.0
        assert clock.seconds == 8.0
    # Said once, when the first kernel was compiled anew.
    assert told == [11.0]
    with compiling():
        now.seconds = 30.0
    assert clock.seconds == 8.0


def test_what_began_before_the_clock_does_not_count(now):
    with compiling():
        now.seconds = 5.0
        clock = CompileClock().__enter__()
    assert clock.seconds == 0.0
    clock.__exit__()


def test_numba_is_heard():
    told = []
    with CompileClock(lambda: told.append(True)) as clock:
        assert njit(lambda x: x + 1)(1) == 2
        once = clock.seconds
        assert once > 0
        assert njit(lambda x: x + 2)(1) == 3
        assert clock.seconds > once
    assert told == [True]


def test_an_epoch_s_time_is_without_compiling(now, data):
    class Slow(Unwatched):
        """A batch takes 2 s, and the first one of each epoch 100 s more, to compile."""

        def advanced(self, epoch, done, samples):
            now.seconds += 2.0
            if done == 150:
                with compiling():
                    now.seconds += 100.0

    result = train(TrainConfig(epochs=2, batch_size=150), data=data, watch=Slow())
    assert [row["seconds"] for row in result.history] == [0.0, 4.0, 4.0]
    assert [row["compile_seconds"] for row in result.history] == [0.0, 100.0, 100.0]
    summary = result.summary()
    assert (summary["seconds_per_epoch"], summary["compile_seconds"]) == (4.0, 200.0)
