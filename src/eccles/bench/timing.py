"""How the benchmark times: tasks take turns within one run, and medians are compared."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

from eccles.arguments import typed
from eccles.errors import must


@dataclass(frozen=True)
class Timing:
    """Seconds that a call took: the median and the minimum of n timed calls."""

    median: float
    minimum: float
    n: int


@typed("bench")
def interleaved(
    tasks: Mapping[str, Callable[[], object]], *, rounds: int, warmup: int = 1, turn: float = 0.0
) -> dict[str, Timing]:
    """Time several tasks side by side, and return a timing for each name.

    Tasks are taken in turn, A B A B, so that a machine that slows down for a while slows all of
    them. In its turn a task is called until `turn` seconds have passed, once at least: a quick
    task then works with its own caches, as it does in use, not with those a slow one left. Every
    call is timed. The first `warmup` rounds are not counted.

    Args:
        tasks: what to call, by name.
        rounds: turns that each task gets.
        warmup: turns before those, whose times are thrown away.
        turn: the least time of a turn in seconds.
    """
    if rounds < 1:
        raise must("bench", "rounds", "1 or more", rounds)
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for number in range(warmup + rounds):
        for name, task in tasks.items():
            taken = _take_turn(task, turn)
            if number >= warmup:
                seconds[name] += taken
    return {name: Timing(median(calls), min(calls), len(calls)) for name, calls in seconds.items()}


def _take_turn(task: Callable[[], object], turn: float) -> list[float]:
    taken: list[float] = []
    began = now = time.perf_counter()
    while not taken or now - began < turn:
        task()
        before, now = now, time.perf_counter()
        taken.append(now - before)
    return taken


@typed("bench")
def ratio(slow: Timing | None, fast: Timing | None) -> float | None:
    """Return how many times longer `slow` takes, by medians; None unless both are known."""
    return None if slow is None or fast is None else slow.median / fast.median
