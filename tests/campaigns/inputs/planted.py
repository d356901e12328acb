"""Faults on purpose, to see that a campaign finds them; drawn only where they are asked for."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from pathlib import Path
from random import Random

from judge import Wrong

from eccles.errors import InputError
from inputs.kind import Input

_HANGS = 1e9


class _UnboundError(InputError):
    """An error that says what it is given, of any length."""

    def __init__(self, said: str) -> None:
        self._said = said

    def __str__(self) -> str:
        return self._said


class Planted:
    """One of each fault that a campaign must find, and what it must let pass."""

    name = "planted"

    def __init__(self, home: Path) -> None:
        self._calls = {
            "accepted": lambda: None,
            "refused": self._refuse,
            "error": lambda: [][0],
            "long": lambda: self._refuse("a" * 501),
            "lines": lambda: self._refuse("two\nlines"),
            "wrong": self._wrong,
            "hang": self._spin,
            "memory": lambda: bytearray(2**40),
            "dies": lambda: ctypes.string_at(0),
            "exits": lambda: os._exit(0),
            "status": lambda: sys.exit(3),
            "sentence": lambda: self._refuse("planted: all is well still"),
        }

    def draw(self, rng: Random) -> Input:
        # Twelve inputs in a row are all of them.
        name = list(self._calls)[getattr(rng, "number", 0) % len(self._calls)]
        return Input(f"planted {name}", self._calls[name])

    def _refuse(self, said: str = "planted: all is well") -> None:
        raise _UnboundError(said)

    def _wrong(self) -> None:
        raise Wrong("another number")

    def _spin(self) -> None:
        end = time.monotonic() + _HANGS
        while time.monotonic() < end:
            pass
