"""What a kind of input is."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import NamedTuple, Protocol


class Input(NamedTuple):
    """How to say an input in a line, and the call that tries it."""

    shown: str
    call: Callable[[], object]


class Kind(Protocol):
    """A source of inputs of one kind; `home` is a folder that `make` of `goods` has filled."""

    name: str

    def __init__(self, home: Path) -> None: ...

    def draw(self, rng: Random) -> Input:
        """Return the input that this stream of chance makes."""
        ...


def fresh(path: Path) -> Path:
    """Return a path that nothing is at."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    return path
