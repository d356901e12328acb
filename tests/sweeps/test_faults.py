"""Faults in the middle of a study, on real processes: the same command gives the same tables.

The undisturbed study is done by one process and the others by two, so each of these tests that
the number of processes changes nothing either.
"""

import os
import resource
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress

import psutil
import pytest

from eccles.cli import main
from eccles.sweeps.plan import plan
from eccles.sweeps.study import read_study
from eccles.sweeps.tables import load

from . import faults
from .faults import RUNS, TABLES, Study, alive, check_nothing_is_half_written, rows, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="uses /proc, tmpfs and prlimit"),
]

CLOCK = """
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* A wall clock that jumps by years and by minutes, ten times a second. */
int clock_gettime(clockid_t id, struct timespec *t) {
    static const long jumps[] = {0, 700000000, -700000000, 120, -120};
    int result = syscall(SYS_clock_gettime, id, t);
    if (id == CLOCK_REALTIME && !result) {
        struct timespec steady;
        syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &steady);
        t->tv_sec += jumps[(steady.tv_sec * 10 + steady.tv_nsec / 100000000) % 5];
    }
    return result;
}

int gettimeofday(struct timeval *restrict t, void *restrict zone) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    t->tv_sec = now.tv_sec;
    t->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *t) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (t) *t = now.tv_sec;
    return now.tv_sec;
}
"""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Return the folder of a study that nothing happened to, done by one process."""
    study = Study(tmp_path_factory.mktemp("undisturbed"), "--jobs", "1")
    study.finish()
    return study.out


@pytest.fixture
def study(tmp_path):
    return Study(tmp_path, "--jobs", "2")


@pytest.fixture
def finished(undisturbed, study):
    """Return a study that is finished; its folder is a copy."""
    shutil.copytree(undisturbed, study.out)
    return study


def check(study, undisturbed):
    """Check that a study ended as one that nothing happened to."""
    assert rows(study.out) == rows(undisturbed)
    assert study.recorded() == {run.identity for run in plan(read_study(study.file)).runs}
    assert not list(study.out.glob("underway/*"))
    check_nothing_is_half_written(study.out)


def test_a_worker_that_is_killed(study, undisturbed):
    with study.start() as command:
        run, worker = study.halt()
        assert worker in command.workers()
        before = study.history(run)
        os.kill(worker, signal.SIGKILL)
        study.goes_on(run, before)
        assert command.status() == 0
    assert command.complaint == ""
    # The same coordinator does all runs, and each of them once.
    assert run in {event["run"] for event in command.events("lost")}
    ended = [event["run"] for event in command.events("ended")]
    assert len(ended) == len(set(ended)) == RUNS
    check(study, undisturbed)


def test_a_coordinator_that_is_killed(study, undisturbed):
    with study.start() as command:
        run, worker = study.halt()
        workers = command.workers()
        assert worker in workers
        command.popen.kill()
        os.kill(worker, signal.SIGCONT)
        # Nobody but they themselves can end them.
        until(lambda: not alive(workers))
        assert run not in study.recorded()
    before = study.history(run)
    known = study.recorded()
    with study.start() as command:
        study.goes_on(run, before)
        assert command.status() == 0
    assert {event["run"] for event in command.events("ended")}.isdisjoint(known)
    check(study, undisturbed)


@contextmanager
def small_disk(path):
    """Mount a disk in memory, or skip."""
    path.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=24m", "eccles-test", str(path)]
    if os.geteuid() or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk takes root")
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


def fill(disk):
    """Leave not one byte of room."""
    with (disk / "filler").open("ab", buffering=0) as file:
        for n in (1 << 16, 1 << 12, 1):
            try:
                while True:
                    file.write(bytes(n))
            except OSError:
                pass


def test_a_disk_that_is_full(tmp_path, undisturbed):
    with small_disk(tmp_path / "disk") as disk:
        study = Study(tmp_path, "--jobs", "2", out=disk / "out")
        with study.start() as command:
            _, worker = study.halt()
            fill(disk)
            os.kill(worker, signal.SIGCONT)
            assert command.status() == 1
        assert "must be writable, got" in command.sentence()
        assert "No space left on device" in command.sentence()
        check_nothing_is_half_written(study.out)
        # Whoever tries again without making room is told so.
        fill(disk)
        with study.start() as command:
            assert command.status() == 1
        assert "No space left on device" in command.sentence()
        check_nothing_is_half_written(study.out)
        (disk / "filler").unlink()
        study.finish()
        check(study, undisturbed)


def limit(process, size):
    """Let a process write no file beyond a size."""
    process.rlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_a_worker_that_may_write_no_more(study):
    with study.start() as command:
        _, worker = study.halt()
        limit(psutil.Process(worker), 2000)
        os.kill(worker, signal.SIGCONT)
        assert command.status() == 1
    assert "must be writable, got" in command.sentence()
    assert "File too large" in command.sentence()
    check_nothing_is_half_written(study.out)


def test_tables_that_cant_be_written(finished, undisturbed):
    for name in TABLES:
        (finished.out / f"{name}.parquet").unlink()
    with finished.start() as command:
        until(lambda: command.said)
        # It reads records now, and writes tables next.
        limit(psutil.Process(command.pid), 1000)
        assert command.status() == 1
    assert "parquet must be writable, got" in command.sentence()
    assert "File too large" in command.sentence()
    check_nothing_is_half_written(finished.out)
    assert not finished.finish().events("ended")
    check(finished, undisturbed)


def cut(path):
    os.truncate(path, path.stat().st_size // 2)


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(content)


def test_records_that_are_damaged(finished, undisturbed):
    short, rotten, *_ = sorted(finished.out.glob("records/*.json"))
    cut(short)
    flip(rotten)
    # Without tables that are all sound, nothing but records is believed.
    cut(finished.out / "epochs.parquet")
    command = finished.finish()
    assert {event["run"] for event in command.events("ended")} == {short.stem, rotten.stem}
    assert len(command.events("ended")) == 2
    check(finished, undisturbed)


@pytest.mark.parametrize("damage", [cut, flip])
def test_records_that_are_damaged_beside_sound_tables(finished, undisturbed, damage, capsys):
    for path in finished.out.glob("records/*.json"):
        damage(path)
    assert main(finished.words) == 0
    assert '"ended"' not in capsys.readouterr().out
    assert rows(finished.out) == rows(undisturbed)
    assert rows(load(finished.out).folder) == rows(undisturbed)


@pytest.mark.parametrize("damage", [cut, flip])
@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_is_damaged(finished, undisturbed, name, damage, capsys):
    damage(finished.out / f"{name}.parquet")
    assert main(finished.words) == 0
    assert '"ended"' not in capsys.readouterr().out
    check(finished, undisturbed)


def test_tables_without_records(finished, undisturbed):
    shutil.rmtree(finished.out / "records")
    command = finished.finish()
    assert command.events("planned")[0]["progress"]["known"] == RUNS
    assert not command.events("ended")
    assert rows(finished.out) == rows(undisturbed)
    for name in TABLES:
        table = f"{name}.parquet"
        assert (finished.out / table).read_bytes() == (undisturbed / table).read_bytes()


def test_two_coordinators(study, undisturbed):
    with study.start() as first:
        _, worker = study.halt()
        first.popen.send_signal(signal.SIGSTOP)
        with study.start() as second:
            assert second.status() == 1
        assert f"must not be in use, got process {first.pid} on " in second.sentence()
        first.popen.send_signal(signal.SIGCONT)
        os.kill(worker, signal.SIGCONT)
        assert first.status() == 0
    assert first.complaint == ""
    assert len(first.events("ended")) == RUNS
    check(study, undisturbed)


def test_two_shares_at_once(tmp_path, undisturbed):
    study = Study(tmp_path, "--jobs", "1")
    with study.start("--shard", "1/2") as first, study.start("--shard", "2/2") as second:
        assert (first.status(), second.status()) == (0, 0)
    assert first.complaint == second.complaint == ""
    one, other = ({event["run"] for event in each.events("ended")} for each in (first, second))
    assert (len(one), len(other), len(one | other)) == (2, 2, RUNS)
    check(study, undisturbed)


def test_a_clock_that_jumps(study, undisturbed, tmp_path):
    if shutil.which("cc") is None:
        pytest.skip("another clock takes a C compiler")
    source, library = tmp_path / "clock.c", tmp_path / "clock.so"
    source.write_text(CLOCK)
    subprocess.run(["cc", "-shared", "-fPIC", "-O", "-o", library, source], check=True)
    code = "import time\nfor _ in range(30): print(time.gmtime().tm_year); time.sleep(0.05)"
    env = {**os.environ, "LD_PRELOAD": str(library)}
    years = subprocess.check_output([sys.executable, "-c", code], env=env).split()
    assert len(set(years)) > 1
    with study.start(env={"LD_PRELOAD": str(library)}) as command:
        assert command.status() == 0, command.complaint
    assert command.complaint == ""
    found = [e["progress"] for k in ("planned", "ended", "finished") for e in command.events(k)]
    assert len(found) == RUNS + 2
    seconds = [progress["seconds"] for progress in found]
    assert seconds == sorted(seconds)
    for progress in found:
        assert 0 <= progress["seconds"] < faults.TIMEOUT
        assert 0 <= progress["busy_seconds"] < 2 * faults.TIMEOUT
        assert progress["eta_seconds"] is None or 0 <= progress["eta_seconds"] < faults.TIMEOUT
    check(study, undisturbed)


def to_all(command):
    """Press Ctrl-C, as a terminal passes it on."""
    os.killpg(command.pid, signal.SIGINT)


def imports_torch(worker):
    try:
        maps = psutil.Process(worker).memory_maps()
        return any("libtorch_cpu" in each.path for each in maps)
    except psutil.Error:
        return False


def halted_while_it_starts(command):
    """Stop a worker that imports what it needs; return its process, or None."""
    for worker in command.workers():
        with suppress(ProcessLookupError):
            if imports_torch(worker):
                os.kill(worker, signal.SIGSTOP)
                return worker
    return None


def check_stopped(command):
    assert command.status() == 130
    assert command.sentence() == "eccles: stopped; the same command goes on from the last epoch"


def test_ctrl_c(study, undisturbed):
    with study.start() as command:
        run, worker = study.halt()
        workers = command.workers()
        to_all(command)
        os.kill(worker, signal.SIGCONT)
        check_stopped(command)
        until(lambda: not alive(workers))
    before = study.history(run)
    with study.start() as command:
        # It may have been at the end of its run.
        if before:
            study.goes_on(run, before)
        assert command.status() == 0
    check(study, undisturbed)


def test_sigint_for_the_coordinator_alone(study):
    with study.start() as command:
        _, worker = study.halt()
        workers = command.workers()
        os.kill(command.pid, signal.SIGINT)
        os.kill(worker, signal.SIGCONT)
        check_stopped(command)
        until(lambda: not alive(workers))
    check_nothing_is_half_written(study.out)


def test_ctrl_c_while_workers_start(study):
    with study.start() as command:
        worker = until(lambda: halted_while_it_starts(command))
        workers = command.workers()
        to_all(command)
        os.kill(worker, signal.SIGCONT)
        check_stopped(command)
        until(lambda: not alive(workers))
    check_nothing_is_half_written(study.out)
