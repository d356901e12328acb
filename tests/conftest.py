"""Walls against this machine's own folders, and compiled kernels that are never stale."""

import hashlib
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def _fresh_kernels() -> None:
    # Numba keeps a kernel until its own file changes; what it calls in another file doesn't
    # count. So the tests keep theirs by the text of every file that kernels are made of.
    sources = sorted((ROOT / "src/eccles/engines").glob("*.py"))
    sources += [ROOT / "src/eccles/jit.py", ROOT / "src/eccles/noise.py"]
    text = b"".join(path.read_bytes() for path in sources)
    folder = ROOT / ".pytest_cache" / "kernels" / hashlib.sha256(text).hexdigest()[:16]
    # Two processes that compile one function for different types at once may take each other's
    # code for their own: numba reads its index, and writes it later. So each has a folder.
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    os.environ["NUMBA_CACHE_DIR"] = str(folder / worker)


_fresh_kernels()


@pytest.fixture(autouse=True)
def _walls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECCLES_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ECCLES_OFFLINE", "1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.delenv("ECCLES_DATA", raising=False)
