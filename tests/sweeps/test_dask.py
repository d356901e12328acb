"""Studies on a real Dask cluster of this machine, and clusters that fail."""

import os
import signal
import socket
import sys
from contextlib import ExitStack

import pytest

from eccles.sweeps.plan import plan
from eccles.sweeps.study import read_study

from .faults import RUNS, Study, alive, check_nothing_is_half_written, process, rows, until

pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="signals and locks of Linux"),
]

OTHER_NUMBA = """
import importlib.metadata

theirs = importlib.metadata.version
importlib.metadata.version = lambda name: "0.0.1" if name == "numba" else theirs(name)
"""

BUSY = """
import sys, time
from distributed import Client

with Client(sys.argv[1], timeout=60) as client:
    while any(client.processing().values()):
        time.sleep(0.05)
"""


def free_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


class Cluster:
    """A scheduler, and workers that come one by one."""

    def __init__(self, folder, held):
        self.folder, self._held = folder, held
        self.address = f"tcp://127.0.0.1:{free_port()}"
        port = self.address.rpartition(":")[2]
        words = ("--host", "127.0.0.1", "--port", port, "--no-dashboard", "--no-show")
        self.scheduler = self._start("scheduler", *words)
        until(lambda: "Scheduler at" in self.scheduler.complaint)

    def add_worker(self, *words, env=None):
        """Start a worker, and wait until the scheduler knows it."""
        words = ("--nthreads", "1", "--nworkers", "1", "--no-dashboard", *words)
        words += ("--host", "127.0.0.1", "--local-directory", str(self.folder / "scratch"))
        worker = self._start("worker", self.address, *words, env=env)
        until(lambda: "Registered to:" in worker.complaint)
        return worker

    def wait_until_idle(self):
        command = process(self.folder / "idle", "-c", BUSY, self.address)
        assert self._held.enter_context(command).status() == 0

    def _start(self, kind, *words, env=None):
        name = f"distributed.cli.dask_{kind}"
        started = process(self.folder / kind, "-m", name, *words, env=env)
        return self._held.enter_context(started)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Return the folder of a study that one process of this machine did."""
    study = Study(tmp_path_factory.mktemp("undisturbed"), "--jobs", "1")
    study.finish()
    return study.out


@pytest.fixture
def clusters(tmp_path):
    """Return a function that starts a scheduler; all ends with the test."""
    with ExitStack() as held:
        yield lambda: Cluster(tmp_path / "cluster", held)


@pytest.fixture
def cluster(clusters):
    """Return a cluster of two workers: one with a nanny, that starts it again, and one without."""
    cluster = clusters()
    cluster.add_worker("--no-nanny")
    cluster.add_worker()
    return cluster


def on(cluster, folder):
    return Study(folder, "--dask", cluster.address)


def check(study, undisturbed):
    """Check that a study ended as one that nothing happened to."""
    assert rows(study.out) == rows(undisturbed)
    assert study.recorded() == {run.identity for run in plan(read_study(study.file)).runs}
    assert not list(study.out.glob("underway/*"))
    check_nothing_is_half_written(study.out)


def test_workers_that_are_killed(cluster, tmp_path, undisturbed):
    study = on(cluster, tmp_path)
    with study.start() as command:
        first, worker = study.halt()
        os.kill(worker, signal.SIGKILL)
        until(lambda: not alive([worker]))
        second, other = study.halt()
        assert other != worker
        os.kill(other, signal.SIGKILL)
        assert command.status() == 0
    assert command.complaint == ""
    ended = [event["run"] for event in command.events("ended")]
    assert len(ended) == len(set(ended)) == RUNS
    assert {first, second} <= set(ended)
    check(study, undisturbed)


def test_ctrl_c_leaves_the_cluster_idle_and_usable(cluster, tmp_path, undisturbed):
    study = on(cluster, tmp_path)
    with study.start() as command:
        run, worker = study.halt()
        os.killpg(command.pid, signal.SIGINT)
        os.kill(worker, signal.SIGCONT)
        assert command.status() == 130
    assert command.sentence() == "eccles: stopped; the same command goes on from the last epoch"
    cluster.wait_until_idle()
    before = study.history(run)
    with study.start() as command:
        # It may have been at the end of its run.
        if before:
            study.goes_on(run, before)
        assert command.status() == 0
    assert command.complaint == ""
    check(study, undisturbed)


def test_a_scheduler_that_is_killed(clusters, tmp_path):
    cluster = clusters()
    cluster.add_worker("--no-nanny")
    study = on(cluster, tmp_path)
    with study.start() as command:
        _, worker = study.halt()
        cluster.scheduler.popen.kill()
        os.kill(worker, signal.SIGCONT)
        assert command.status() == 1
    assert "the workers must stay reachable" in command.sentence()
    check_nothing_is_half_written(study.out)


def test_a_cluster_that_cant_do_the_runs(clusters, tmp_path):
    cluster = clusters()
    study = on(cluster, tmp_path)
    with study.start() as command:
        assert command.status() == 1
    assert f"the Dask cluster at {cluster.address} must have workers" in command.sentence()
    (tmp_path / "sitecustomize.py").write_text(OTHER_NUMBA)
    worker = cluster.add_worker("--no-nanny", env={"PYTHONPATH": str(tmp_path)})
    address = worker.complaint.partition("Start worker at:")[2].split()[0]
    with study.start() as command:
        assert command.status() == 2
    assert f"Dask worker {address} must have the versions that are here" in command.sentence()
    assert "got numba_version 0.0.1 for " in command.sentence()
    assert not study.recorded()


@pytest.mark.parametrize("listens", [False, True])
def test_an_address_where_nobody_answers(tmp_path, listens):
    with ExitStack() as held:
        port = free_port()
        if listens:
            held.enter_context(socket.create_server(("127.0.0.1", port)))
        address = f"tcp://127.0.0.1:{port}"
        command = held.enter_context(Study(tmp_path, "--dask", address).start())
        assert command.status() == 1
    said = f"--dask must be the address of a Dask scheduler, got '{address}'"
    assert said in command.sentence()
