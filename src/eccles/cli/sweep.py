"""`eccles sweep`: a study's runs, watched, in a folder that the same command goes on with."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from eccles.cli.flags import flag, read
from eccles.errors import InputError, must

if TYPE_CHECKING:
    from eccles.sweeps.study import Study

_ADDRESS = re.compile(r"(?:[a-z]+://)?[\w.:%\[\]-]{1,255}/?", re.ASCII)


@dataclass(frozen=True)
class Arguments:
    """Do the runs of a study, on all cores or on a cluster, and keep their results in tables.

    A study is a YAML file that names settings and the values to try, or one that ships with
    Eccles: kilgore2025/fashion-mnist, liu2026/ablations, and more. Runs that the folder has
    aren't done again, so the same command goes on where it was stopped, and a value added to the
    file runs only what is new. A run that fails is a row of the results, with its traceback.

    Try
        eccles sweep kilgore2025/fashion-mnist --scale smoke
        eccles sweep kilgore2025/fashion-mnist --dry-run
        eccles sweep my-study.yaml --out results/mine --set epochs=5
        eccles sweep my-study.yaml --dask tcp://host:8786
    """

    study: Annotated[tyro.conf.Positional[str], flag("STUDY", "(required)")] = ""
    """A YAML file, or the name of a study that ships."""

    out: Annotated[Path | None, flag("DIR")] = None
    """The study's folder (default: studies/NAME-SCALE)."""

    scale: str = "full"
    """A scale of the study: full, or one that it defines; those that ship have smoke (under two
    minutes) and laptop (half an hour to an hour)."""

    set: tyro.conf.UseAppendAction[tuple[str, ...]] = ()
    """SETTING=VALUE for all runs, grid.SETTING=[A, B] for an axis, or repeat=N; may be repeated."""

    dry_run: bool = False
    """Print the runs and, where the data is here, how long they will take; do none."""

    jobs: Annotated[int | None, flag("N")] = None
    """Processes on this machine, one thread each (default: as many as cores)."""

    dask: Annotated[str | None, flag("ADDRESS")] = None
    """Address of a Dask scheduler, to use its workers instead."""

    shard: Annotated[str | None, flag("K/N")] = None
    """Do one share of the runs only: 2/8 is the second of eight."""

    retry_failed: bool = False
    """Do the runs that failed before again."""

    data_dir: Annotated[Path | None, flag("DIR")] = None
    """Folder with the data set's files (default: search for them)."""

    json: bool = False
    """Print events as lines of JSON, for scripts."""

    debug: bool = False
    """Show where an error comes from."""


def run(words: Sequence[str]) -> int:
    """Run `eccles sweep WORDS`; exit status 1 if a run failed."""
    given = read(Arguments, "sweep", words)
    if given.jobs is not None and given.dask is not None:
        raise InputError("sweep: --jobs and --dask can't both be given; drop one of the two")
    if given.dask is not None and not _ADDRESS.fullmatch(given.dask):
        accepted = "the address of a Dask scheduler, such as tcp://host:8786"
        raise must("sweep", "--dask", accepted, given.dask)

    if not given.study:
        from eccles.studies import names

        known = ", ".join(names())
        raise InputError(f"sweep: STUDY must be a YAML file, or one of {known}, got none")

    if given.dry_run:
        _preview(given)
        return 0
    from eccles.cli.sweep_display import JsonLines, SweepDisplay, print_study
    from eccles.sweeps.sweep import sweep

    study, out = _asked(given)
    with JsonLines() if given.json else SweepDisplay() as watch:
        results = sweep(
            study,
            out,
            jobs=given.jobs,
            dask_address=given.dask,
            shard=given.shard,
            retry_failed=given.retry_failed,
            data_dir=given.data_dir,
            watch=watch,
        )
    failures = int((results.planned(results.runs)["status"] == "failed").sum())
    if not given.json:
        print_study(results)
    return 1 if failures else 0


def _asked(given: Arguments) -> tuple[Study, Path]:
    """Return the study that is asked for, and its folder."""
    from eccles.studies import find
    from eccles.sweeps.study import read_study

    study = read_study(find(given.study), given.scale, given.set)
    return study, given.out or Path("studies") / f"{study.name.replace('/', '-')}-{study.scale}"


def _preview(given: Arguments) -> None:
    """Print what a sweep would do; raise what it would refuse, once the plan is there to see."""
    from rich.console import Console

    with Console(stderr=True).status("reading the study, and trying some of its runs"):
        from eccles.cli.sweep_display import print_preview
        from eccles.sweeps.sweep import preview

        study, out = _asked(given)
        done = preview(
            study,
            out,
            jobs=given.jobs,
            shard=given.shard,
            retry_failed=given.retry_failed,
            data_dir=given.data_dir,
            spent=time.process_time(),
        )
    print_preview(done, out, json=given.json, dask=given.dask)
    if isinstance(done.reason, InputError):
        raise done.reason
