"""The studies of an article that `eccles reproduce` does: which, into which folders, their runs."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from eccles.cli.reproduce_display import say
from eccles.cli.study_data import with_data
from eccles.errors import InputError, nearest

if TYPE_CHECKING:
    from rich.console import Console

    from eccles.sweeps.study import Study


def chosen(article: str, only: str | None) -> list[str]:
    """Return the short names of the article's studies that are asked for."""
    from eccles.studies import judged, names

    shipped = [name.split("/") for name in names()]
    articles = judged()
    if article not in articles:
        others = [f"{name}/{study}" for name, study in shipped if name == article]
        hint = f"; eccles sweep does {' and '.join(others)}" if others else ""
        raise InputError(
            f"reproduce: ARTICLE must be {' or '.join(articles)}, got {article or 'none'}"
            f"{nearest(article, articles)}{hint}"
        )
    studies = [study for name, study in shipped if name == article]
    if only is None:
        return studies
    if only in studies:
        return [only]
    # "noise" is short for "fashion-mnist-noise", as long as no other study ends so.
    meant = [study for study in studies if study.endswith(f"-{only}")]
    if len(meant) != 1:
        raise InputError(
            f"reproduce: --only must be one of {', '.join(studies)}, got {only}"
            f"{nearest(only, [*studies, *(study.split('-')[-1] for study in studies)])}"
        )
    return meant


def sweep_all(
    article: str,
    studies: Sequence[str],
    out: Path,
    console: Console,
    *,
    scale: str,
    repeat: int | None = None,
    jobs: int | None = None,
    retry_failed: bool = False,
    data_dir: Path | None = None,
    aside: bool = False,
) -> int:
    """Do the runs of an article's studies that are left, a folder a study; return how many failed.

    Args:
        article, studies: names, as `chosen` gives them.
        out: the folder of their folders.
        console: where to say which studies are left out, as their data isn't to be had.
        scale: how much of each.
        repeat: seeds of every study (default: as many as it has at that scale).
        jobs, retry_failed, data_dir: as `eccles.sweep` takes them.
        aside: show progress on stderr.
    """
    from eccles.cli.sweep_display import SweepDisplay
    from eccles.studies import find
    from eccles.sweeps.study import read_study
    from eccles.sweeps.sweep import sweep

    # What is wrong with a later study is said before an earlier one takes hours.
    overrides = [] if repeat is None else [f"repeat={repeat}"]
    files = [find(f"{article}/{study}") for study in studies]
    read = [read_study(file, scale, overrides) for file in files]
    asked = dict(zip(studies, read, strict=True))
    _check(article, asked, out)
    failed = 0
    for name, study in with_data(article, asked, console, data_dir).items():
        with SweepDisplay(aside=aside) as watch:
            results = sweep(
                study,
                out / name,
                jobs=jobs,
                retry_failed=retry_failed,
                data_dir=data_dir,
                watch=watch,
            )
        lost = int((results.planned(results.runs)["status"] == "failed").sum())
        done, planned = results.progress
        said = f"{article}/{name} ended: {done:,} of {planned:,} runs done, {lost:,} failed"
        say(console, f"{said}; kept in {out / name}")
        failed += lost
    return failed


def command(article: str, out: Path, only: str | None, *more: str) -> str:
    """Return an `eccles reproduce` that can be copied."""
    chosen = ("--only", only) if only else ()
    return shlex.join(["eccles", "reproduce", article, *chosen, *more, "--out", str(out)])


def check_stored(
    article: str, studies: Sequence[str], out: Path, scale: str | None, only: str | None
) -> None:
    """Raise InputError unless a folder has studies of an article, at the scale that is asked for.

    Args:
        article, studies: names, as `chosen` gives them.
        out: the folder of their folders.
        scale: the scale that they must have (default: any).
        only: what was asked for with --only, to say which command makes it.
    """
    from eccles.studies.article import folders
    from eccles.sweeps.folder import StudyFolder

    there = folders(article, out)
    if not there:
        makes = command(article, out, only, *(("--scale", scale) if scale else ()))
        raise InputError(
            f"reproduce: {out} must hold studies of {article} to judge, got "
            f"{'none' if out.exists() else 'no such folder'}; a clone has them in "
            f"results/{article} (--out results/{article}), and `{makes}` makes them"
            f"{'' if scale else ', which takes days (--scale laptop is quicker)'}"
        )
    for name in studies:
        stored = StudyFolder(there[name]).read().scale if name in there else scale
        if scale not in (None, stored):
            raise InputError(
                f"reproduce: --scale with --no-run must be the one that is stored, got {scale} "
                f"where {there[name]} is {stored}; leave it out, or choose another --out"
            )


def _check(article: str, asked: Mapping[str, Study], out: Path) -> None:
    """Raise InputError, before anything is run, unless all studies may get into the folder."""
    from eccles.studies.article import folders
    from eccles.sweeps.folder import StudyFolder

    if StudyFolder(out).description.exists():
        raise InputError(
            f"reproduce: --out must be a folder of studies, got {out}, which is a study's own; use "
            "the folder that it is in, or another"
        )
    there = folders(article, out)
    for name, study in asked.items():
        folder = there.get(name, out / name)
        if folder != out / name:
            raise InputError(
                f"reproduce: --out must have {article}/{name} as {out / name}, got it in {folder}; "
                "rename that folder, or choose another --out"
            )
        StudyFolder(folder).check(study)
