"""How long kernels take to be compiled, apart from what they compute."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self

from numba.core import event

_AT_WORK = ("numba:compiler_lock", "eccles:compile")
"""What numba calls the time in which it compiles, or reads what it compiled before, and ours."""

_ANEW = ("numba:compile", "eccles:compile")


class CompileClock(event.Listener):
    """Counts the seconds in which this process compiles, in any thread, while it is entered.

    Reading kernels that were compiled before counts too: it is what compiling costs from then on.

    Args:
        on_compile: called when the first kernel is compiled anew, before that takes its time.
    """

    def __init__(self, on_compile: Callable[[], None] = lambda: None) -> None:
        self._on_compile: Callable[[], None] | None = on_compile
        self._lock = threading.Lock()
        self._busy = 0
        self._since = self._spent = self._lapped = 0.0

    def __enter__(self) -> Self:
        for kind in {*_AT_WORK, *_ANEW}:
            event.register(kind, self)  # type: ignore[no-untyped-call]
        return self

    def __exit__(self, *_: object) -> None:
        for kind in {*_AT_WORK, *_ANEW}:
            event.unregister(kind, self)  # type: ignore[no-untyped-call]

    @property
    def seconds(self) -> float:
        """Seconds so far."""
        with self._lock:
            return self._spent + (time.perf_counter() - self._since if self._busy else 0.0)

    def lap(self) -> float:
        """Return the seconds since the last lap, or since the start."""
        before, self._lapped = self._lapped, self.seconds
        return self._lapped - before

    def on_start(self, event: Any) -> None:
        """Start counting, unless a thread compiles already."""
        if event.kind in _ANEW and self._on_compile is not None:
            on_compile, self._on_compile = self._on_compile, None
            on_compile()
        if event.kind in _AT_WORK:
            with self._lock:
                if not self._busy:
                    self._since = time.perf_counter()
                self._busy += 1

    def on_end(self, event: Any) -> None:
        """Stop counting when no thread compiles any more."""
        if event.kind in _AT_WORK:
            with self._lock:
                # What began before this clock was entered isn't counted.
                if self._busy:
                    self._busy -= 1
                    if not self._busy:
                        self._spent += time.perf_counter() - self._since


@contextmanager
def compiling() -> Iterator[None]:
    """Let every clock count what another compiler than numba does here."""
    with event.trigger_event("eccles:compile"):
        yield
