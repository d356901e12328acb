"""A whole study: planned, checked, run, and put into tables."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

from eccles.arguments import typed
from eccles.errors import EcclesError, RunError, check_workers
from eccles.storage import unwritable
from eccles.sweeps import record
from eccles.sweeps.consolidate import consolidate, stored_runs
from eccles.sweeps.estimate import Estimate, estimate, rehearse
from eccles.sweeps.executors import Workers, dask, given, local
from eccles.sweeps.folder import StudyFolder
from eccles.sweeps.parquet import database
from eccles.sweeps.plan import Plan, Planned, plan
from eccles.sweeps.runner import Runner
from eccles.sweeps.schema import versions
from eccles.sweeps.study import Study, read_study
from eccles.sweeps.tables import StudyTables, load
from eccles.sweeps.watch import SweepWatcher, Unwatched
from eccles.sweeps.worker import Job
from eccles.training.samples import files_digest

_PASSES = 3
_SOON_DONE = 5000
"""A study of fewer runs has its tables within a moment."""


class Preview(NamedTuple):
    """What a sweep would do.

    Attributes:
        plan: all its runs, or those of its share.
        left: those that have no record yet.
        estimate: how long they will take; None where none is left, or for a reason.
        reason: why there is no estimate; an InputError where `sweep` would refuse the study.
        others: runs in the folder that the study doesn't plan any more.
    """

    plan: Plan
    left: list[Planned]
    estimate: Estimate | None
    reason: EcclesError | None
    others: int


@typed("sweep")
def sweep(
    study: Study | Path | str,
    out: Path | str,
    *,
    jobs: int | None = None,
    dask_address: str | None = None,
    executor: Executor | None = None,
    shard: str | None = None,
    retry_failed: bool = False,
    data_dir: Path | None = None,
    watch: SweepWatcher | None = None,
) -> StudyTables:
    """Do the runs of a study that have no record yet, and return the results of all.

    Args:
        study: a study, or the YAML file of one.
        out: its folder; what it holds of this study isn't done again.
        jobs: processes on this machine, one thread each; as many as cores unless given.
        dask_address: a Dask scheduler's, to use its workers instead.
        executor: any `concurrent.futures.Executor` to use instead; it does `jobs` runs at once,
            and stays open.
        shard: "2/8" for the second of eight shares of the runs.
        retry_failed: do the runs that failed before again.
        data_dir: folder of the data set's files; searched for unless given.
        watch: what to tell the progress to.

    Raises InputError for a study, folder or cluster that can't be used, StorageError where the
    folder can't be written. A run that fails is a row, not an error.
    """
    slots = _slots(jobs)
    asked = study if isinstance(study, Study) else read_study(Path(study))
    whole = plan(asked)
    part = whole if shard is None else whole.shard(shard)
    folder = StudyFolder(Path(out).absolute())
    folder.check(asked)
    database().close()
    # All that may be wrong with settings or data is found before a worker starts.
    data = own_files(rehearse(whole, data_dir))
    folder.check_data(data)
    watch = watch or Unwatched()
    try:
        folder.path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder.path, error) from None
    with folder.coordinated(shard) as wanted:
        folder.write(asked, data)
        if retry_failed:
            _forget_failed(folder, part)
        order = [run.identity for run in whole.runs]

        def job(run: Planned) -> Job:
            return job_of(whole, run, folder.path, data, data_dir, wanted)

        def workers() -> AbstractContextManager[Workers]:
            if dask_address is not None:
                return dask(dask_address, folder.path)
            if executor is not None:
                return given(executor, slots)
            return local(slots)

        left = unfinished(folder, part, retry_failed=retry_failed)
        known = {run.identity for run in part.runs} - {run.identity for run in left}
        failures = len(failed_runs(folder) & known)
        runner = Runner(
            folder, job, len(part.runs), failures, watch, lambda: consolidate(folder, order)
        )
        runner.take(left)
        watch.planned(part, runner.progress)
        try:
            for _ in range(_PASSES):
                runner.run(left, workers)
                consolidate(folder, order)
                # A record that turned out to be damaged is one to do again.
                left = unfinished(folder, part)
                if not left:
                    break
            else:
                raise RunError(
                    f"sweep: records in {folder.records} must stay as they are written, got "
                    f"{len(left)} damaged ones {_PASSES} times; try another disk"
                )
        except KeyboardInterrupt:
            # Whoever stops a study doesn't want to wait; reading its results makes up for it.
            if len(order) < _SOON_DONE:
                consolidate(folder, order)
            raise
    return load(folder.path)


def preview(
    study: Study,
    out: Path,
    *,
    jobs: int | None = None,
    shard: str | None = None,
    retry_failed: bool = False,
    data_dir: Path | None = None,
    spent: float = 0.0,
) -> Preview:
    """Return what `sweep` would do, after trials of some runs to reckon from.

    `spent` are the seconds that whoever calls has taken until now, to import Eccles, say.

    Downloads nothing, and writes nothing into the folder. Raises InputError for a folder that can't
    be the study's.
    """
    slots = _slots(jobs)
    whole = plan(study)
    part = whole if shard is None else whole.shard(shard)
    folder = StudyFolder(out.absolute())
    folder.check(study)
    left = list(part.runs)
    others = 0
    if folder.description.exists():
        left = unfinished(folder, part, retry_failed=retry_failed)
        others = len(known_runs(folder) - {run.identity for run in whole.runs})
    reckoned, reason = None, None
    began = time.time() - spent
    try:
        splits = rehearse(whole, data_dir, download=False)
        folder.check_data(own_files(splits))
        if left:
            files = own_files(splits)

            def job(run: Planned) -> Job:
                return job_of(whole, run, folder.path, files, data_dir)

            reckoned = estimate(part, left, slots, job, began)
    except EcclesError as error:
        reason = error
    return Preview(part, left, reckoned, reason, others)


def job_of(
    whole: Plan,
    run: Planned,
    folder: Path,
    files: Mapping[str, str],
    data_dir: Path | None = None,
    wanted: Path | None = None,
) -> Job:
    """Return what a worker needs of a run.

    Args:
        whole: all runs of the study.
        run: the run.
        folder: the study's.
        files: what tells the data sets of the user's own files from others, by their names.
        data_dir: folder of the data set's files.
        wanted: a file that is there while the run is wanted (default: the folder).
    """
    study = whole.study
    return Job(
        run.identity,
        study.settings(run.settings),
        study.measure,
        folder,
        study.name,
        study.scale,
        study.keep_weights,
        None if data_dir is None else data_dir.absolute(),
        wanted or folder,
        versions(),
        files.get(whole.config(run).data, ""),
        study.called(run.settings),
    )


def own_files(splits: Sequence[tuple[Any, Any]]) -> dict[str, str]:
    """Return what tells the data sets of the user's own files from others, by their names."""
    found = {each[0].name: files_digest(each) for each in splits}
    return {name: digest for name, digest in found.items() if digest}


def cores() -> int:
    """Return how many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # pragma: no cover - not on this system
        return os.cpu_count() or 1


def _slots(jobs: int | None) -> int:
    if jobs is not None:
        check_workers("sweep", "--jobs", jobs)
    return cores() if jobs is None else jobs


def known_runs(folder: StudyFolder) -> set[str]:
    """Return all runs that have a record, or a row in sound tables."""
    return record.scan(folder.records) | stored_runs(folder).keys()


def unfinished(folder: StudyFolder, part: Plan, *, retry_failed: bool = False) -> list[Planned]:
    """Return the runs that neither records nor tables know; those that failed count as known."""
    known = known_runs(folder)
    if retry_failed:
        known -= failed_runs(folder)
    return [run for run in part.runs if run.identity not in known]


def failed_runs(folder: StudyFolder) -> set[str]:
    """Return all runs that have failed."""
    stored = stored_runs(folder)
    found = {identity for identity, status in stored.items() if status == "failed"}
    for identity in record.scan(folder.records) - stored.keys():
        kept = record.read(record.path_of(folder.records, identity))
        if kept is not None and kept.run["status"] == "failed":
            found.add(identity)
    return found


def _forget_failed(folder: StudyFolder, part: Plan) -> None:
    mine = {run.identity for run in part.runs}
    record.remove(folder.records, failed_runs(folder) & mine)
