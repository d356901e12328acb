"""Walls against this machine's own folders."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


# Of these tests alone, and of all processes that run them.
os.environ["NUMBA_CACHE_DIR"] = str(ROOT / ".pytest_cache" / "kernels")

# A shell lets what it starts in the background ignore Ctrl-C, and children of these would, too.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _walls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECCLES_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ECCLES_OFFLINE", "1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.delenv("ECCLES_DATA", raising=False)


@pytest.fixture
def never_waits() -> Callable[[int], AbstractContextManager[None]]:
    """Return what gives whoever waits, as for a pipe, an error that nothing expects."""

    @contextmanager
    def guard(seconds: int) -> Iterator[None]:
        def end(*_: object) -> None:
            raise AssertionError("this waits for ever")

        before = signal.signal(signal.SIGALRM, end)
        signal.alarm(seconds)
        yield
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)

    return guard
