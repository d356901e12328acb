"""`eccles reproduce`: an article's studies, figures and report, and a verdict on its claims."""

from __future__ import annotations

import json as json_format
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

from eccles.cli.flags import flag, read
from eccles.cli.place import for_files
from eccles.errors import EcclesError, InputError, nearest

if TYPE_CHECKING:
    from rich.console import Console

    from eccles.studies.article import Article
    from eccles.studies.kilgore2025.claims import Claim, Finding
    from eccles.sweeps.study import Study
    from eccles.sweeps.tables import StudyTables


_WIDE = 120
"""Columns of what goes into a file or another program."""


@dataclass(frozen=True)
class Arguments:
    """Do an article's studies, draw its figures, write a report, and judge its claims.

    Articles: kilgore2025 (excitatory to inhibitory ratio, initial firing rate and update noise).
    Its studies are those of the article, portraits of a few networks, and one of our own about
    robustness. What the folder has isn't done again, so the same command goes on where it was
    stopped. A claim is reproduced, not reproduced, or not testable with what there is; the rule is
    printed with it.

    Try
        eccles reproduce kilgore2025 --scale smoke
        eccles reproduce kilgore2025 --scale laptop --only noise
        eccles reproduce kilgore2025 --out results/kilgore2025 --no-run
    """

    article: Annotated[tyro.conf.Positional[str], flag("ARTICLE")] = ""
    """The article's name."""

    out: Annotated[Path | None, flag("DIR")] = None
    """Folder of its studies, figures and report (default: reproduced/ARTICLE-SCALE)."""

    scale: Annotated[Literal["full", "laptop", "smoke"], flag()] = "full"
    """How much of each, portraits and robustness too: full (what the article did, the default),
    laptop (about half an hour a study) or smoke (under four minutes in all, to see that it works:
    its runs are too few and small to judge by)."""

    only: Annotated[str | None, flag("STUDY")] = None
    """One of its studies, such as noise or robustness, with its claims (default: all)."""

    repeat: Annotated[int | None, flag("N")] = None
    """Seeds of every study (default: as many as it has at that scale)."""

    jobs: Annotated[int | None, flag("N")] = None
    """Processes on this machine, one thread each (default: as many as cores)."""

    data_dir: Annotated[Path | None, flag("DIR")] = None
    """Folder with the data sets' files (default: search for them)."""

    retry_failed: Annotated[bool, flag()] = False
    """Do the runs that failed before again."""

    no_run: Annotated[bool, flag()] = False
    """Judge what is stored: no runs, no figures, no report."""

    json: Annotated[bool, flag()] = False
    """Print one JSON object, for scripts."""

    markdown: Annotated[bool, flag()] = False
    """Print the claims, and what survives of them, as Markdown."""

    debug: Annotated[bool, flag()] = False
    """Show where an error comes from."""


def run(words: Sequence[str]) -> int:
    """Run `eccles reproduce WORDS`; exit status 1 if a run failed."""
    given = read(Arguments, "reproduce", words, config=[tyro.conf.FlagCreatePairsOff])
    if given.json and given.markdown:
        raise InputError("reproduce: --json and --markdown can't both be given; drop one")
    studies = _studies(given.article, given.only)
    out = given.out or Path("reproduced") / f"{given.article}-{given.scale}"
    for_files(out, "reproduce")

    from eccles.report import check_installed
    from eccles.stats.frames import require

    # Hours of runs shouldn't end in the news that a package is missing.
    require("duckdb", "pandas", "statsmodels")
    if not given.no_run:
        check_installed()
    console = _console(aside=given.json or given.markdown)
    failed = 0 if given.no_run else _sweep(given, studies, out, console)

    from eccles.studies.article import Article
    from eccles.studies.kilgore2025 import robustness
    from eccles.studies.kilgore2025.claims import judge, markdown
    from eccles.studies.kilgore2025.protocol import ROBUSTNESS
    from eccles.studies.report import write_report

    article = Article(given.article, out)
    files = [] if given.no_run else _draw(article, studies, console)
    judged = [
        (claim, finding)
        for claim, finding in judge(article)
        if given.only is None or {claim.study, claim.stand_in} & set(studies)
    ]
    varied = robustness.stored(article) if ROBUSTNESS in studies else None
    if studies == [ROBUSTNESS]:
        varied = article[ROBUSTNESS]  # Or the error that says how to make it.
    report = None if given.no_run else write_report(out)
    if given.json:
        print(_json(article, judged, varied, files, report))
    elif given.markdown and (judged or varied is not None):
        shown = [markdown(judged)] if judged else []
        print("\n\n".join(shown + ([robustness.markdown(varied)] if varied else [])))
    else:
        if judged:
            _print(judged, console)
        if varied is not None:
            _print_survival(varied, console)
        if not judged and varied is None:
            _say(console, f"no claim of {given.article} is about {', '.join(studies)}")
        if report is not None:
            _say(console, f"report in {report}")
    if failed:
        runs, them = ("run", "it") if failed == 1 else ("runs", "them")
        again = f"the same command with --retry-failed does {them} again"
        _say(console, f"{failed:,} {runs} failed; {again}")
    return 1 if failed else 0


def _studies(article: str, only: str | None) -> list[str]:
    """Return the short names of the article's studies that are asked for."""
    from eccles.studies import names

    shipped = [name.split("/") for name in names()]
    articles = sorted({name for name, _ in shipped})
    if article not in articles:
        raise InputError(
            f"reproduce: ARTICLE must be {' or '.join(articles)}, got {article or 'none'}"
            f"{nearest(article, articles)}"
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


def _sweep(given: Arguments, studies: list[str], out: Path, console: Console) -> int:
    """Do the studies' runs that are left; return how many failed."""
    from eccles.cli.sweep_display import SweepDisplay
    from eccles.studies import find
    from eccles.sweeps.study import read_study
    from eccles.sweeps.sweep import sweep

    # What is wrong with a later study is said before an earlier one takes hours.
    overrides = [] if given.repeat is None else [f"repeat={given.repeat}"]
    files = [find(f"{given.article}/{study}") for study in studies]
    read = [read_study(file, given.scale, overrides) for file in files]
    asked = dict(zip(studies, read, strict=True))
    _check(given.article, asked, out)
    failed = 0
    for name, study in _with_data(given, asked, console).items():
        with SweepDisplay(aside=given.json or given.markdown) as watch:
            results = sweep(
                study,
                out / name,
                jobs=given.jobs,
                retry_failed=given.retry_failed,
                data_dir=given.data_dir,
                watch=watch,
            )
        failed += int((results.planned(results.runs)["status"] == "failed").sum())
    return failed


def _with_data(given: Arguments, asked: dict[str, Study], console: Console) -> dict[str, Study]:
    """Return the studies whose data is here or can be fetched; say what is left out, and why.

    Raises the error itself for a study that was asked for by name, or where none is left.
    """
    from eccles.data.download import resolve
    from eccles.data.sources import named

    missing: dict[str, EcclesError] = {}
    for name, study in asked.items():
        if "data" in study.base:
            try:
                resolve(named(study.base["data"]), given.data_dir)
            except EcclesError as error:
                missing[name] = error
    if missing and (given.only is not None or len(missing) == len(asked)):
        raise next(iter(missing.values()))
    for name, reason in missing.items():
        _say(console, f"left out: {given.article}/{name}: {reason}")
    return {name: study for name, study in asked.items() if name not in missing}


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
        place = there.get(name, out / name)
        if place != out / name:
            raise InputError(
                f"reproduce: --out must have {article}/{name} as {out / name}, got it in {place}; "
                "rename that folder, or choose another --out"
            )
        StudyFolder(place).check(study)


def _draw(article: Article, studies: list[str], console: Console) -> list[str]:
    """Draw the figures of some studies; return their files, say what is left out and why."""
    from eccles.cli.figures import drawn
    from eccles.studies.kilgore2025.figures import FIGURES, ArticleFigure
    from eccles.studies.kilgore2025.tables import TABLES, ArticleTable

    both: dict[str, ArticleFigure | ArticleTable] = {**FIGURES, **TABLES}
    chosen = {name: each for name, each in both.items() if each.source(article) in studies}
    out = article.folder / "figures"
    rows = drawn(article, chosen, None, out, alone=False)
    for row in rows:
        if row.left_out:
            _say(console, f"left out: figure {row.figure}, {row.title}: {row.left_out}")
    files = [file for row in rows for file in row.files]
    _say(console, f"{len(files)} {'file' if len(files) == 1 else 'files'} of figures in {out}")
    return files


def _console(*, aside: bool) -> Console:
    from rich.console import Console

    console = Console(file=sys.stderr if aside else sys.stdout)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = _WIDE
    return console


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)


def _json(
    article: Article,
    judged: Sequence[tuple[Claim, Finding]],
    varied: StudyTables | None,
    figures: Sequence[str],
    report: Path | None,
) -> str:
    from eccles.studies.kilgore2025.robustness import survival

    progress = {study: article[study].progress for study in article}
    content = {
        "article": article.name,
        "folder": str(article.folder),
        "studies": {
            study: {"scale": article[study].study.scale, "done": n, "planned": m}
            for study, (n, m) in progress.items()
        },
        "figures": list(figures),
        "report": None if report is None else str(report),
        "claims": [
            {
                "id": claim.id,
                "statement": claim.statement,
                "study": claim.study,
                "rule": claim.rule,
                **asdict(finding),
            }
            for claim, finding in judged
        ],
        "robustness": [] if varied is None else survival(varied).to_dict("records"),
    }
    return json_format.dumps(content, indent=2)


_COLOURS = {"reproduced": "green", "not reproduced": "red", "not testable": "yellow"}


def _print(judged: Sequence[tuple[Claim, Finding]], console: Console) -> None:
    from rich.table import Table
    from rich.text import Text

    from eccles.studies.kilgore2025.claims import tally

    for claim, finding in judged:
        table = Table(box=None, show_header=False, padding=(0, 1))
        table.add_column(width=14, style="dim")
        table.add_column()
        verdict = Text(finding.verdict, style=f"bold {_COLOURS[finding.verdict]}")
        table.add_row(Text(f"Claim {claim.id}", style="bold not dim"), Text(claim.statement))
        table.add_row("", verdict)
        lines = {"rule": claim.rule, "here": finding.ours, "note": finding.note}
        if finding.as_published is not None:
            published = f"{finding.verdict_as_published}: {finding.as_published}"
            lines = {**lines, "as published": published, "note": finding.note}
        for name in ("rule", "here", "as published", "note"):
            if text := lines.get(name):
                table.add_row(name, Text(text))
        console.print(table)
        console.print()
    console.print(tally(judged), highlight=False)


def _print_survival(tables: StudyTables, console: Console) -> None:
    """Print which claims survive in which variants: numbers, rules, and what follows."""
    from rich.table import Table
    from rich.text import Text

    from eccles.studies.kilgore2025.robustness import RULES, conclusions, spelt, survival

    found = survival(tables)
    colours = {"holds": "green", "does not hold": "red", "can't be told": "yellow"}
    for rule in RULES:
        table = Table(title=Text(f"Claim {rule.claim} in every variant"), title_justify="left")
        for name in ("variant", "", "here"):
            table.add_column(name)
        own = spelt(found[found["claim"] == rule.claim])
        for variant, holds, ours in own[["variant", "holds", "ours"]].itertuples(index=False):
            table.add_row(variant, Text(holds, style=colours[holds]), Text(ours))
        console.print(table)
        _say(console, f"rule: {rule.text}")
        console.print()
    for sentence in conclusions(found):
        _say(console, sentence)
