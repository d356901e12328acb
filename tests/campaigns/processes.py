"""Processes that are there to be killed: forks of this one, and fresh ones."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil


class Process:
    """An `eccles WORDS` under way in a process group of its own, with what it says in files."""

    def __init__(self, words: Sequence[str], log: Path, *, fork: bool, plant: bool = False) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        self._out, self._err = log.with_suffix(".out"), log.with_suffix(".err")
        self._status: int | None = None
        for path in (self._out, self._err):
            path.unlink(missing_ok=True)
        if fork:
            self._popen = None
            self.pid = os.fork()
            if self.pid == 0:
                _be(words, self._out, self._err, plant)
            # As the child does, whoever comes first.
            with suppress(OSError):
                os.setpgid(self.pid, self.pid)
        else:
            with self._out.open("wb") as out, self._err.open("wb") as err:
                self._popen = subprocess.Popen(
                    [sys.executable, "-m", "eccles", *words],
                    stdout=out,
                    stderr=err,
                    start_new_session=True,
                )
            self.pid = self._popen.pid

    @property
    def complaint(self) -> str:
        """What it said on stderr."""
        try:
            return self._err.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return ""  # It was killed before it had begun.

    def status(self) -> int | None:
        """Return how it ended, as subprocess has it, or None while it hasn't."""
        if self._popen is not None:
            return self._popen.poll()
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        return self._status

    def wait(self, seconds: float) -> int | None:
        """Return how it ended, or None where it takes more time than that."""
        end = time.monotonic() + seconds
        while (status := self.status()) is None and time.monotonic() < end:
            time.sleep(0.002)
        return status

    def kill(self, sign: int, *, group: bool = False) -> None:
        """Send it a signal, or all of its group."""
        with suppress(ProcessLookupError):
            (os.killpg if group else os.kill)(self.pid, sign)

    def workers(self) -> list[int]:
        """Return the processes that do runs for it."""
        found = []
        with suppress(psutil.Error):
            for child in psutil.Process(self.pid).children(recursive=True):
                with suppress(psutil.Error):
                    if "spawn_main" in " ".join(child.cmdline()):
                        found.append(child.pid)
        return found


def _be(words: Sequence[str], out: Path, err: Path, plant: bool) -> None:
    """Become `eccles WORDS`, in a child; never return."""
    status = 70
    try:
        with suppress(OSError):
            os.setpgid(0, 0)
        for path, number in ((out, 1), (err, 2)):
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
            os.dup2(file, number)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        if plant:
            _break_checkpoints()
        from eccles.cli import main

        status = main(list(words))
    except KeyboardInterrupt:
        # It came before Eccles began, where its own process would have been at its imports.
        status = 130
    finally:
        with suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def _break_checkpoints() -> None:
    """Have every checkpoint say that the epoch before has still to be trained."""
    from eccles.training.run import checkpoint

    whole = checkpoint.save

    def broken(*given: Any, next_epoch: int, streams: dict[str, list[int]], **named: Any) -> None:
        before = max(0, next_epoch - 1)
        shifted = {name: [seed, before] for name, (seed, _) in streams.items()}
        whole(*given, next_epoch=before, streams=shifted, **named)

    checkpoint.save = broken  # type: ignore[assignment]


def end_with_parent() -> None:
    """Have the system end this process when its parent ends; Linux has that."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def end_of(process: Process) -> None:
    """Let nothing of a process be left."""
    process.kill(signal.SIGKILL, group=True)
    process.wait(60)
