"""Processes that start cold compile a kernel in turn: one does, the others load what it kept."""

from __future__ import annotations

import time
from contextlib import ExitStack, suppress
from pathlib import Path

from eccles.errors import RunError, StorageError
from eccles.locks import Lock, locked

_PATIENCE = 120.0
"""Seconds after which a process that waits compiles for itself; no kernel takes as long."""

_LOOK = 0.02
"""Seconds between two looks."""


class Turn:
    """The right to compile one kernel, by a lock file beside it that goes when the turn ends.

    A turn that can't be had costs time and nothing else: then several processes compile the same.
    """

    def __init__(self) -> None:
        self._held = ExitStack()

    def take(self, kernel: Path) -> bool:
        """Wait until no other process compiles a kernel; return whether one did meanwhile."""
        self.end()
        path, waited = kernel.with_suffix(".lock"), False
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            try:
                lock = self._held.enter_context(locked(path, f"jit: {path}"))
            except StorageError:
                break
            except RunError:
                waited = True
                time.sleep(_LOOK)
            else:
                # Removed while it is held, so that whoever waits for it opens another one.
                self._held.callback(_remove, path, lock)
                break
        return waited

    def end(self) -> None:
        """Let others compile."""
        with suppress(Exception):
            self._held.close()


def _remove(path: Path, lock: Lock) -> None:
    with suppress(OSError, StorageError):
        if lock.is_there():
            path.unlink()
