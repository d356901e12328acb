import os
import shutil
import subprocess
import sys
import threading

import filelock  # noqa: F401 - before fcntl is hidden, which it needs as it loads
import pytest

from eccles.errors import RunError, StorageError
from eccles.locks import locked

WITHOUT_FLOCK = "import sys, filelock; sys.modules['fcntl'] = None"


@pytest.fixture(params=["flock", "filelock"])
def by(request, monkeypatch):
    """What locks: the system, or a library where the system has no flock."""
    if request.param == "filelock":
        monkeypatch.setitem(sys.modules, "fcntl", None)
    return request.param


def test_a_lock_that_was_removed_is_no_lock(tmp_path):
    path = tmp_path / "folder" / ".lock"
    with locked(path, "train: --out x") as lock:
        lock.check()
        path.unlink()
        with pytest.raises(StorageError, match=r"^train: --out x must be left to .*its .lock remo"):
            lock.check()
        with locked(path, "x") as other:
            other.check()
            with pytest.raises(StorageError):
                lock.check()
        shutil.rmtree(path.parent)
        with pytest.raises(StorageError, match="got the folder removed"):
            lock.check()
    with locked(path, "x"):
        pass


def test_a_lock_that_is_removed_while_another_waits(tmp_path):
    path, order = tmp_path / ".lock", []

    def wait():
        with locked(path, "x", wait=True) as lock:
            lock.check()
            order.append("second")

    with locked(path, "x"):
        other = threading.Thread(target=wait)
        other.start()
        other.join(0.2)
        path.unlink()
        order.append("first")
    other.join()
    assert order == ["first", "second"]


def test_a_lock_is_one_processs_at_a_time(tmp_path, by):
    holder = f"process {os.getpid()} on" if by == "flock" else "another process using"
    path = tmp_path / "folder" / ".lock"
    with locked(path, "train: --out"):
        with (
            pytest.raises(RunError, match=rf"train: --out must not .* got {holder}"),
            locked(path, "train: --out"),
        ):
            pass
        with pytest.raises(RunError), locked(path, "x", shared=True):
            pass
    with locked(path, "x"):
        pass


@pytest.mark.usefixtures("by")
def test_a_shared_lock_keeps_the_others_out(tmp_path):
    path = tmp_path / ".lock"
    with (
        locked(path, "x", shared=True),
        locked(path, "x", shared=True),
        pytest.raises(RunError, match="got another process using it"),
        locked(path, "x"),
    ):
        pass
    with locked(path, "x"):
        pass


def test_a_lock_ends_with_its_process_however_it_ends(tmp_path, by):
    path = tmp_path / ".lock"
    code = (WITHOUT_FLOCK if by == "filelock" else "") + (
        "\nimport time; from pathlib import Path; from eccles.locks import locked\n"
        f"with locked(Path({str(path)!r}), 'x'):\n print('held', flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        holder = f"process {other.pid} on" if by == "flock" else "another process using"
        with pytest.raises(RunError, match=f"got {holder}"), locked(path, "x"):
            pass
        other.kill()
    with locked(path, "x"):
        pass


@pytest.mark.usefixtures("by")
def test_waiting_for_a_lock(tmp_path):
    path, order = tmp_path / ".lock", []

    def wait():
        with locked(path, "x", wait=True):
            order.append("second")

    with locked(path, "x"):
        other = threading.Thread(target=wait)
        other.start()
        other.join(0.2)
        order.append("first")
    other.join()
    assert order == ["first", "second"]


@pytest.mark.usefixtures("by")
def test_a_lock_where_nothing_can_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError), locked(tmp_path / "file" / ".lock", "x"):
        pass


def test_a_folder_that_comes_from_a_system_with_flock_to_one_without(tmp_path, monkeypatch):
    path = tmp_path / ".lock"
    with locked(path, "x"):
        pass
    assert path.read_text().startswith("process ")
    monkeypatch.setitem(sys.modules, "fcntl", None)
    with locked(path, "x") as lock:
        lock.check()
        with pytest.raises(RunError, match="another process"), locked(path, "x"):
            pass
    assert path.read_bytes() == b""
