"""What the coordinator does with workers that die, in executors that are told when to fail."""

import threading
import time
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext

import pytest

from eccles.errors import RunError, StorageError
from eccles.sweeps import record
from eccles.sweeps.executors import Workers
from eccles.sweeps.folder import StudyFolder
from eccles.sweeps.plan import plan
from eccles.sweeps.runner import Runner
from eccles.sweeps.watch import Progress, Unwatched
from eccles.sweeps.worker import Job, Outcome


class Scripted(Executor):
    """Answers each submission by the next of a list: an outcome's status, or an error."""

    def __init__(self, script):
        self.script = script
        self.seen = []

    def submit(self, function, *arguments):
        future = Future()
        if function is int:
            future.set_result(0)
            return future
        (job,) = arguments
        self.seen.append(job.identity)
        answer = self.script.pop(0) if self.script else "done"
        if isinstance(answer, BaseException):
            future.set_exception(answer)
        else:
            future.set_result(Outcome(job.identity, answer, 0.5, 100, 1.0))
        return future


class Told(Unwatched):
    def __init__(self):
        self.ended_runs, self.lost_runs = [], []

    def ended(self, run, outcome, progress):
        self.ended_runs.append((run.identity, outcome.status))

    def lost(self, run, reason):
        self.lost_runs.append((run.identity, reason))


@pytest.fixture
def scripted(small, tmp_path):
    def do(*script, executor=None):
        runs = plan(small).runs
        # A study that is under way has its folders; none is made anew where they are gone.
        (tmp_path / "out" / "records").mkdir(parents=True, exist_ok=True)
        folder, told = StudyFolder(tmp_path / "out"), Told()
        executor = executor or Scripted(list(script))

        def job(run):
            settings = {**small.base, **run.settings}
            wanted = tmp_path / "wanted"
            return Job(
                run.identity, settings, {}, folder.path, "s", "full", False, None, wanted, {}
            )

        @contextmanager
        def workers():
            yield Workers(executor, lambda: 1)

        runner = Runner(folder, job, len(runs), 0, told, lambda: None)
        try:
            runner.run(runs, workers)
        finally:
            told.progress = runner.progress
            told.submitted = executor.seen
            told.runs = [run.identity for run in runs]
        return told

    return do


def test_every_run_once(scripted):
    told = scripted()
    assert told.submitted == told.runs
    assert sorted(told.ended_runs) == sorted((identity, "done") for identity in told.runs)
    assert (told.progress.done, told.progress.left, told.progress.sample_epochs) == (4, 0, 400)


def test_a_run_whose_worker_died_is_done_again(scripted):
    told = scripted("done", RuntimeError("killed"))
    lost = told.runs[1]
    assert told.lost_runs == [(lost, "its worker died (RuntimeError)")]
    assert sorted(identity for identity, _ in told.ended_runs) == sorted(told.runs)
    assert told.submitted.count(lost) == 2


def test_a_run_that_kills_its_worker_thrice_has_failed(small, tmp_path, scripted):
    first = plan(small).runs[0].identity

    class Pool(Scripted):
        """Breaks on one run, and takes along all that was given to it together with that run."""

        together = None

        def submit(self, function, *arguments):
            if function is int:
                return super().submit(function)
            self.together = self.together or []
            self.together.append(arguments[0].identity)
            return Given(self, arguments[0].identity, self.together)

    class Given(Future):
        def __init__(self, pool, name, together):
            super().__init__()
            self.pool, self.name, self.together = pool, name, together
            self.set_result(None)

        def result(self, timeout=None):
            self.pool.together = None
            if first in self.together:
                raise BrokenExecutor
            return Outcome(self.name, "done", 0.5, 100, 1.0)

    told = scripted(executor=Pool([]))
    assert dict(told.ended_runs) == {
        name: "failed" if name == first else "done" for name in told.runs
    }
    kept = record.read(record.path_of(tmp_path / "out/records", first)).run
    assert "its worker died (BrokenExecutor) 3 times" in kept["error"]
    assert (kept["status"], kept["ei"]) == ("failed", "50:50")
    assert (told.progress.failed, told.progress.left) == (1, 0)


def test_what_stops_a_study_is_raised(scripted):
    with pytest.raises(StorageError, match="no room"):
        scripted("done", StorageError("no room"))


def test_runs_that_somebody_else_stopped(scripted):
    with pytest.raises(RunError, match="must be left to this command"):
        scripted("dropped")


def test_a_cluster_that_let_go_of_its_runs(small, tmp_path):
    class Gone(Scripted):
        def submit(self, function, *arguments):
            future = Future()
            future.cancel()
            future.set_running_or_notify_cancel()
            return future

    @contextmanager
    def workers():
        yield Workers(Gone([]), lambda: 1)

    folder = StudyFolder(tmp_path)
    runner = Runner(folder, lambda run: run, 4, 0, Unwatched(), lambda: None)
    with pytest.raises(RunError, match="must stay reachable, got CancelledError"):
        runner.run(plan(small).runs, workers)


def test_a_cluster_that_cant_be_reached(small, tmp_path):
    class Unreachable(ThreadPoolExecutor):
        def submit(self, function, *arguments):
            raise OSError("gone")

    @contextmanager
    def workers():
        yield Workers(Unreachable(1), lambda: 1)

    runner = Runner(StudyFolder(tmp_path), lambda run: run, 4, 0, Unwatched(), lambda: None)
    with pytest.raises(RunError, match="must stay reachable, got OSError"):
        runner.run(plan(small).runs, workers)


def test_a_cluster_that_goes_while_its_workers_are_counted(small, tmp_path):
    """Once it has taken runs, whose futures may never hear of it."""
    counts = iter([1, OSError("reset by peer")])

    def slots():
        count = next(counts)
        if isinstance(count, OSError):
            raise count
        return count

    class Silent(Scripted):
        def submit(self, function, *arguments):
            return Future()

    @contextmanager
    def workers():
        yield Workers(Silent([]), slots)

    runner = Runner(StudyFolder(tmp_path), lambda run: run, 4, 0, Unwatched(), lambda: None)
    with pytest.raises(RunError, match="must stay reachable, got OSError"):
        runner.run(plan(small).runs, workers)


def test_a_cluster_that_goes_with_a_worker(small, tmp_path):
    class Gone(Scripted):
        def submit(self, function, *arguments):
            if function is int:
                raise OSError("gone")
            return super().submit(function, *arguments)

    @contextmanager
    def workers():
        yield Workers(Gone([BrokenExecutor()]), lambda: 1)

    runner = Runner(StudyFolder(tmp_path), lambda run: run, 4, 0, Unwatched(), lambda: None)
    with pytest.raises(RunError, match="must stay reachable, got OSError"):
        runner.run(plan(small).runs, workers)


def test_progress_by_hand():
    progress = Progress(
        planned=100,
        known=20,
        known_failed=3,
        done=9,
        failed=1,
        running=2,
        sample_epochs=5000,
        seconds=25.0,
        busy_seconds=40.0,
        slots=2,
    )
    assert progress.left == 70
    assert progress.throughput == 200.0
    assert progress.eta == 70 * 4 / 2
    assert progress._replace(done=0, failed=0).eta is None


def test_a_run_that_is_done_again_is_left_once(small, tmp_path):
    """A record may turn out to be damaged after its run was counted."""

    @contextmanager
    def workers():
        yield Workers(Scripted([]), lambda: 1)

    runs = plan(small).runs
    runner = Runner(StudyFolder(tmp_path), lambda run: run, 4, 1, Unwatched(), lambda: None)
    runner.take(runs[1:])
    assert (runner.progress.known, runner.progress.known_failed, runner.progress.left) == (1, 1, 3)
    runner.run(runs[1:], workers)
    assert (runner.progress.done, runner.progress.left) == (3, 0)
    runner.take(runs[:2])
    assert runner.progress.left == 2
    runner.run(runs[:2], workers)
    assert (runner.progress.known + runner.progress.done, runner.progress.left) == (4, 0)


def test_tables_are_made_while_runs_go_on(small, tmp_path, monkeypatch):
    from eccles.sweeps import runner

    monkeypatch.setattr(runner, "_STORE_EVERY", 0.0)
    stored, go_on = [], threading.Event()

    class Waits(ThreadPoolExecutor):
        def submit(self, function, *arguments):
            job = arguments[0]
            return super().submit(lambda: go_on.wait(60) and Outcome(job.identity, "done"))

    def store():
        stored.append(len(stored))
        go_on.set()

    @contextmanager
    def workers():
        with Waits(1) as executor:
            yield Workers(executor, lambda: 1)

    done = Runner(StudyFolder(tmp_path), lambda run: run, 4, 0, Unwatched(), store)
    done.run(plan(small).runs, workers)
    assert stored
    assert done.progress.done == 4


@pytest.mark.parametrize("error", [None, StorageError("no room")])
def test_tables_under_way_become_whole_before_a_study_ends(small, tmp_path, monkeypatch, error):
    from eccles.sweeps import runner

    monkeypatch.setattr(runner, "_STORE_EVERY", 0.0)
    begun, whole = threading.Event(), []

    class Waits(ThreadPoolExecutor):
        def submit(self, function, *arguments):
            return super().submit(end, arguments[0].identity)

    def end(identity):
        begun.wait(60)
        if error is not None:
            raise error
        return Outcome(identity, "done")

    def store():
        begun.set()
        time.sleep(0.5)
        whole.append(True)

    @contextmanager
    def workers():
        with Waits(4) as executor:
            yield Workers(executor, lambda: 4)

    done = Runner(StudyFolder(tmp_path), lambda run: run, 4, 0, Unwatched(), store)
    with nullcontext() if error is None else pytest.raises(StorageError):
        done.run(plan(small).runs, workers)
    assert whole


def test_tables_that_cant_be_written_stop_a_study(small, tmp_path, monkeypatch):
    from eccles.sweeps import runner

    monkeypatch.setattr(runner, "_STORE_EVERY", 0.0)

    def store():
        raise StorageError("no room")

    @contextmanager
    def workers():
        with ThreadPoolExecutor(1) as executor:
            yield Workers(executor, lambda: 1)

    done = Runner(StudyFolder(tmp_path), lambda run: run, 4, 0, Unwatched(), store)
    monkeypatch.setattr(runner, "execute", lambda run: time.sleep(1) or Outcome(run[0], "done"))
    with pytest.raises(StorageError, match="no room"):
        done.run(plan(small).runs, workers)
