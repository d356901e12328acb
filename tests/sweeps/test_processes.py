"""Workers start without the caller's script; where they can't start, nothing is stored."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

SCRIPT = """
import sys
import eccles

base = {"data": "fashion-mnist-sample", "epochs": 1, "hidden": 10}
study = eccles.Study(base=base, grid={"ei": ["80:20"]}, repeat=1)
results = eccles.sweep(study, sys.argv[1], jobs=1)
print(list(results.runs["status"]))
"""


@pytest.mark.parametrize("way", ["script", "standard input"])
def test_a_script_without_a_guard_sweeps(way, tmp_path):
    script = tmp_path / "mine.py"
    script.write_text(SCRIPT)
    words = ["mine.py" if way == "script" else "-", "out"]
    with script.open() as given:
        command = [sys.executable, *words]
        done = subprocess.run(
            command, stdin=given, cwd=tmp_path, capture_output=True, text=True, check=False
        )
    assert (done.returncode, done.stdout, done.stderr) == (0, "['done']\n", "")


KILLED = """
import multiprocessing, os, signal
from eccles.processes import Pool

pool = Pool(1, mp_context=multiprocessing.get_context("spawn"))
assert "PYTHONWARNINGS" not in os.environ
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_nothing_is_said_of_what_a_killed_process_leaves():
    env = {name: each for name, each in os.environ.items() if name != "PYTHONWARNINGS"}
    command = [sys.executable, "-c", KILLED]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (-9, "")


LAME = """
import os, sys
if "--multiprocessing-fork" in sys.orig_argv:
    os._exit(3)
"""


ONCE = """
import os, sys
if "--multiprocessing-fork" in sys.orig_argv and not os.path.exists("ended"):
    open("ended", "w").close()
    os._exit(3)
"""


def swept(folder, lame):
    """Sweep where each new process of Python begins with `lame`."""
    (folder / "sitecustomize.py").write_text(lame)
    (folder / "mine.py").write_text(SCRIPT)
    path = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-c", "import runpy, sys; sys.argv = ['mine.py', 'out']\n" + GUARD]
    env = {**os.environ, "PYTHONPATH": path}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_a_worker_that_is_killed_while_it_starts_is_started_again(tmp_path):
    done = swept(tmp_path, ONCE)
    assert (tmp_path / "ended").exists()
    assert (done.returncode, done.stdout, done.stderr) == (0, "['done']\n", "")


def test_workers_that_do_not_start_store_nothing(tmp_path):
    """Each new process of Python ends at once; it may lack memory, a library, a file."""
    done = swept(tmp_path, LAME)
    assert done.returncode == 1
    assert done.stderr.startswith("sweep: worker processes must start, got ones that ended")
    assert done.stderr.count("\n") == 1
    assert list((tmp_path / "out" / "records").glob("*")) == []


GUARD = """
import eccles
try:
    runpy.run_path("mine.py")
except eccles.RunError as error:
    sys.exit(str(error))
"""
