"""Worker processes that import what they need, and nothing of whoever starts them."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import resource_tracker
from types import ModuleType
from typing import Any


class Pool(ProcessPoolExecutor):
    """Starts workers that Ctrl-C doesn't reach, not even while they import what they need.

    They don't import the caller's script either, as spawned processes otherwise do: no run needs
    it, a script without a guard would sweep again in each, and one on standard input isn't there.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        # It unblocks SIGINT once it has started, so it starts first.
        _start_tracker()
        super().__init__(*given, **named)

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Take a run; a worker that starts for it inherits which signals are blocked."""
        with _no_main(), _no_interrupt():
            return super().submit(fn, *args, **kwargs)


def _start_tracker() -> None:
    """Start multiprocessing's resource tracker with its warnings switched off.

    It frees the semaphores of workers that were killed, and would print a warning for each.
    """
    before = os.environ.get("PYTHONWARNINGS")
    os.environ["PYTHONWARNINGS"] = "ignore"
    try:
        resource_tracker.ensure_running()
    finally:
        del os.environ["PYTHONWARNINGS"]
        if before is not None:
            os.environ["PYTHONWARNINGS"] = before


@contextmanager
def _no_interrupt() -> Iterator[None]:
    if not hasattr(signal, "pthread_sigmask"):  # pragma: no cover - not on this system
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _no_main() -> Iterator[None]:
    # A new process is told where the main module lies, which an empty one doesn't say.
    before = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = before
