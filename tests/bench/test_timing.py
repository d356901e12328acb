import pytest

from eccles.bench import interleaved, ratio, timing
from eccles.bench.timing import Timing
from eccles.errors import InputError


class Clock:
    """A clock that tasks advance by as much as they claim to take."""

    def __init__(self):
        self.now = 0.0
        self.calls = []

    def task(self, name, *seconds):
        durations = iter(seconds)

        def run():
            self.calls.append(name)
            self.now += next(durations)

        return run


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr(timing.time, "perf_counter", lambda: made.now)
    return made


def test_tasks_take_turns_and_the_warmup_does_not_count(clock):
    tasks = {"a": clock.task("a", 90, 1, 2, 6), "b": clock.task("b", 80, 4, 5, 5)}
    timings = interleaved(tasks, rounds=3, warmup=1)
    assert clock.calls == list("abababab")
    assert timings == {"a": Timing(2, 1, 3), "b": Timing(5, 4, 3)}


def test_a_turn_lasts_and_each_call_in_it_is_timed(clock):
    tasks = {"quick": clock.task("q", *[1, 3, 2] * 2), "slow": clock.task("s", 9, 9)}
    timings = interleaved(tasks, rounds=2, warmup=0, turn=5.5)
    assert clock.calls == list("qqqsqqqs")
    assert timings == {"quick": Timing(2, 1, 6), "slow": Timing(9, 9, 2)}


def test_a_ratio_of_what_is_not_known_is_not_known():
    slow, fast = Timing(6.0, 5.0, 3), Timing(2.0, 1.0, 3)
    assert ratio(slow, fast) == 3.0
    assert ratio(None, fast) is None
    assert ratio(slow, None) is None


def test_no_rounds_are_refused():
    with pytest.raises(InputError, match=r"rounds must be 1 or more, got 0"):
        interleaved({}, rounds=0)
