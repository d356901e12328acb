"""Ctrl-C, wherever it comes: in an import, a compiler or a query, which make their own of it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType, TracebackType
from typing import Any


class Stops:
    """While it is entered it knows whether Ctrl-C came.

    What some packages make of a KeyboardInterrupt is another error, or a text on stderr and
    nothing else. An error that comes after Ctrl-C is therefore taken for its outcome, and one that
    was swallowed comes again.
    """

    def __init__(self) -> None:
        self.came = False
        self._before: Any = None
        self._hook: Any = None

    def __enter__(self) -> Stops:
        mine = threading.current_thread() is threading.main_thread()
        # Whoever ignores the signal, as nohup does, goes on doing so.
        if mine and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            self._before = signal.signal(signal.SIGINT, self._come)
            self._hook, sys.unraisablehook = sys.unraisablehook, self._unraisable
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
            sys.unraisablehook = self._hook
            self._before = None

    def _come(self, number: int, frame: FrameType | None) -> None:
        self.came = True
        signal.default_int_handler(number, frame)

    def _unraisable(self, swallowed: Any) -> None:
        if issubclass(swallowed.exc_type, KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        else:
            self._hook(swallowed)


def leave_quietly() -> None:
    """Let Ctrl-C end this process without a word, once its work is done."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))
