import os
import shutil
import subprocess
import sys
import threading

import pytest

from eccles.errors import RunError, StorageError
from eccles.locks import locked


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


def test_a_lock_is_one_processs_at_a_time(tmp_path):
    path = tmp_path / "folder" / ".lock"
    with locked(path, "train: --out"):
        with (
            pytest.raises(RunError, match=rf"train: --out must not .* process {os.getpid()} on"),
            locked(path, "train: --out"),
        ):
            pass
        with pytest.raises(RunError), locked(path, "x", shared=True):
            pass
    with locked(path, "x"):
        pass


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


def test_a_lock_ends_with_its_process_however_it_ends(tmp_path):
    path = tmp_path / ".lock"
    code = (
        "import sys, time; from pathlib import Path; from eccles.locks import locked\n"
        f"with locked(Path({str(path)!r}), 'x'):\n print('held', flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(RunError, match=f"process {other.pid} "), locked(path, "x"):
            pass
        other.kill()
    with locked(path, "x"):
        pass


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


def test_a_lock_where_nothing_can_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError), locked(tmp_path / "file" / ".lock", "x"):
        pass
