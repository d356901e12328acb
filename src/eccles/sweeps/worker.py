"""What a worker does: one run of a study, from its settings to its record."""

from __future__ import annotations

import errno
import platform
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

from eccles.errors import EcclesError, InputError, StorageError
from eccles.storage import unwritable
from eccles.sweeps import record
from eccles.sweeps.folder import StudyFolder
from eccles.sweeps.plan import FORMAT
from eccles.sweeps.record import Record
from eccles.sweeps.schema import KEY, commit, settings_row, versions
from eccles.training.config import TrainConfig
from eccles.training.loop import train_on
from eccles.training.prepare import data_key, open_data
from eccles.training.run.folder import RunFolder
from eccles.training.run.result import TrainResult
from eccles.training.samples import files_digest
from eccles.training.tasks.task import Task

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}

_KEPT = 4
"""Data sets that stay open in a process."""

_TIMES = ("seconds", "compile_seconds")
"""What an epoch's row says of time; a run's row has their sum."""

_LOOK = 0.5
"""Seconds between two looks at whether the coordinator still wants the run."""


class Job(NamedTuple):
    """A run to do, as it travels to a worker.

    Attributes:
        identity: the run's.
        settings: all of them.
        measure: what to measure, and every how many epochs.
        folder: the study's, on a filesystem that all workers see.
        study, scale: what the run belongs to.
        keep_weights: whether to keep the final weights.
        data_dir: folder of the data set's files, or None to search for them.
        wanted: a file that is there while the coordinator wants the run.
        versions: those of the coordinator, which a worker must have too.
        files: what tells the data set's files from others, where they aren't the published ones.
        called: what the study calls the run's network or module, where it has one of its own.
    """

    identity: str
    settings: dict[str, Any]
    measure: dict[str, int]
    folder: Path
    study: str
    scale: str
    keep_weights: bool
    data_dir: Path | None
    wanted: Path
    versions: dict[str, str]
    files: str = ""
    called: Mapping[str, str] = {}


class Outcome(NamedTuple):
    """How a run ended, as it travels back; all else is in its record."""

    identity: str
    status: Literal["done", "failed", "dropped"]
    peak_accuracy: float | None = None
    sample_epochs: int = 0
    seconds: float = 0.0
    error: str | None = None


class Dropped(Exception):  # noqa: N818 - no error: the coordinator asked for it
    """Raised in a worker when the coordinator doesn't want its run any more."""


class _Wanted:
    """A `Watcher` that raises `Dropped` once the coordinator has gone."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._next = 0.0

    def started(self, _config: TrainConfig, _task: Task, _next_epoch: int) -> None:
        """Look."""
        self._look()

    def compiling(self) -> None:
        """Do nothing: the first batch looks."""

    def advanced(self, _epoch: int, _done: int, _samples: int) -> None:
        """Look, now and then."""
        if time.monotonic() >= self._next:
            self._look()

    def measured(self, row: dict[str, Any]) -> None:
        """Do nothing: the epoch is stored just now."""

    def warned(self, sentence: str) -> None:
        """Do nothing: the study's tables count such runs."""

    def _look(self) -> None:
        self._next = time.monotonic() + _LOOK
        if not self._file.exists():
            raise Dropped


def check_versions(expected: dict[str, str], where: str) -> None:
    """Raise InputError unless this process has the versions that the coordinator has."""
    own = versions()
    other = [
        f"{name.removesuffix('_version')} {own.get(name)} for {value}"
        for name, value in expected.items()
        if own.get(name) != value
    ]
    if other:
        raise InputError(
            f"sweep: {where} must have the versions of the coordinator, got {', '.join(other)}; "
            "install the same set there, with the same constraints.txt"
        )


def execute(job: Job) -> Outcome:
    """Do a run, or go on with it, and write its record.

    A run that fails has a record that says so. What stops the whole study is raised: a folder
    that can't be written, versions that differ.
    """
    check_versions(job.versions, f"worker {platform.node()}")
    folder = StudyFolder(job.folder)
    try:
        return _execute(job, folder)
    except Dropped:
        return Outcome(job.identity, "dropped")


def failed(job: Job, error: str, trace: str | None, seconds: float, started: str) -> Record:
    """Return the record of a run that failed."""
    run = _row(job, "failed", seconds, started) | {"error": error, "traceback": trace}
    with suppress(EcclesError):
        run |= settings_row(TrainConfig.model_validate(job.settings).resolved(), job.called)
    return Record(run, {})


def now() -> str:
    """Return the time of day in UTC, for people to read: nothing is decided by it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _execute(job: Job, folder: StudyFolder) -> Outcome:
    scratch = RunFolder(folder.scratch(job.identity), job.identity)
    began, started = time.perf_counter(), now()
    # Whoever else does this run, a worker that was believed dead, say, is waited for.
    with scratch.held(wait=True):
        known = record.read(record.path_of(folder.records, job.identity))
        if known is not None and known.run["status"] == "done":
            folder.clear(job.identity)
            return _outcome(known)._replace(sample_epochs=0)
        try:
            result = _train(job, scratch)
            # An epoch's time is kept with it, so a run that was interrupted has them all.
            spent = sum(row[name] for row in result.history for name in _TIMES if name in row)
            done = _done(job, result, spent, started)
            if job.keep_weights:
                folder.keep_weights(job.identity, scratch.checkpoint)
        except (Dropped, StorageError):
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno in _NO_ROOM:
                raise unwritable(folder.path, error) from None
            said = str(error) if isinstance(error, EcclesError) else repr(error)
            seconds = time.perf_counter() - began
            done = failed(job, said, traceback.format_exc(), seconds, started)
        record.write(folder.records, done)
        folder.clear(job.identity)
    return _outcome(done)


def _train(job: Job, scratch: RunFolder) -> TrainResult:
    config = TrainConfig.model_validate(job.settings)
    splits = open_splits(config, job.data_dir)
    if files_digest(splits) != job.files:
        raise InputError(
            f"sweep: worker {platform.node()} must have the coordinator's files of {config.data} "
            f"({job.files or 'as published'}), got others; copy them there, or name their folder "
            "with --data-dir"
        )
    going_on = scratch.checkpoint.exists()
    for resume in (True, False):
        try:
            return train_on(
                splits,
                config,
                job.identity,
                scratch,
                resume=resume,
                measure=job.measure,
                watch=_Wanted(job.wanted),
                lock=False,
            )
        except StorageError:
            raise
        except EcclesError:
            # What an interrupted start left may be damaged; the run itself may well succeed.
            if not going_on or not resume:
                raise
            scratch.empty()
    raise AssertionError


_opened: dict[tuple[Any, ...], tuple[Any, Any]] = {}
"""Data sets that this process has opened: a worker does one run after another."""


def open_splits(config: TrainConfig, data_dir: Path | None) -> tuple[Any, Any]:
    """Return the samples of a run, which stay open for the next one."""
    key = (*data_key(config), data_dir)
    if key not in _opened:
        while len(_opened) >= _KEPT:
            del _opened[next(iter(_opened))]
        _opened[key] = open_data(config, data_dir)
    return _opened[key]


def _row(job: Job, status: str, seconds: float, started: str) -> dict[str, Any]:
    return {
        KEY: job.identity,
        "study": job.study,
        "scale": job.scale,
        "status": status,
        "format": FORMAT,
        "eccles_commit": commit(),
        "platform": platform.platform(),
        "host": platform.node(),
        "started": started,
        "seconds": seconds,
        **versions(),
    }


def _done(job: Job, result: TrainResult, seconds: float, started: str) -> Record:
    summary, accuracy, facts = result.summary(), result.accuracy, dict(result.facts)
    run = {
        **_row(job, "done", seconds, started),
        **settings_row(result.config, job.called),
        **{name: facts[name] for name in facts if name != "data"},
        "initial_accuracy": accuracy[0],
        "peak_accuracy": result.peak_accuracy,
        "peak_epoch": accuracy.index(result.peak_accuracy) - 1,
        "final_accuracy": result.final_accuracy,
        "final_loss": result.history[-1]["loss"],
        **{name: summary[name] for name in summary if name.startswith(("initial_", "final_"))},
        "validation_epoch": summary.get("validation_epoch"),
        "validation_chosen_accuracy": summary.get("validation_chosen_accuracy"),
    }
    epochs = [{k: row[k] for k in row if k not in _TIMES} for row in result.history]
    tables = {"epochs": epochs, "classes": result.classes, **result.measures}
    return Record(run, {name: record.columns(rows) for name, rows in tables.items()})


def _outcome(done: Record) -> Outcome:
    run = done.run
    if run["status"] != "done":
        return Outcome(run[KEY], "failed", seconds=run["seconds"], error=run["error"])
    sample_epochs = run["train_samples"] * run["epochs"]
    return Outcome(run[KEY], "done", run["peak_accuracy"], sample_epochs, run["seconds"])
