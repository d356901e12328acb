"""Walls against this machine's own folders."""

import os
import signal
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
