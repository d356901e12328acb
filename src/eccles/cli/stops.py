"""Ctrl-C, wherever it comes: in an import, a compiler or a query, which make their own of it.

And SIGTERM, which ends a command at once.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from types import FrameType
from typing import Any


class Stops:
    """A context that handles Ctrl-C and SIGTERM; `came` says whether Ctrl-C was pressed.

    Some packages turn a KeyboardInterrupt into another error, or print it and go on. An error after
    Ctrl-C therefore counts as caused by it, and an interrupt that was swallowed is raised again.
    SIGTERM ends the process as it always does, after a sentence.

    Args:
        said: the sentence.
    """

    def __init__(self, said: str = "stopped") -> None:
        self.came = False
        self._said = said
        self._ends = False
        self._before: Any = None
        self._hook: Any = None

    def __enter__(self) -> Stops:
        mine = threading.current_thread() is threading.main_thread()
        # Whoever ignores the signal, as nohup does, goes on doing so.
        if mine and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            self._before = signal.signal(signal.SIGINT, self._come)
            self._hook, sys.unraisablehook = sys.unraisablehook, self._unraisable
        if mine and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, self._end)
            self._ends = True
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
            sys.unraisablehook = self._hook
            self._before = None
        if self._ends:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def _end(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        # Whatever is stored is whole at any moment.
        signal.signal(number, signal.SIG_DFL)
        with suppress(OSError):
            os.write(2, f"eccles: {self._said}\n".encode())
        signal.raise_signal(number)

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
