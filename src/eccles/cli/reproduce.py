"""`eccles reproduce`: an article's studies, figures and report, and a verdict on its claims."""

from __future__ import annotations

import json as json_format
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from eccles.cli.flags import parsed
from eccles.errors import InputError, nearest

if TYPE_CHECKING:
    from rich.console import Console

    from eccles.studies.article import Article
    from eccles.studies.kilgore2025.claims import Claim, Finding
    from eccles.sweeps.tables import StudyTables


_WIDE = 120
"""Columns of what goes into a file or another program."""


@dataclass(frozen=True)
class Arguments:
    """Do an article's studies, draw its figures, write a report, and judge its claims.

    Articles: kilgore2025 (excitatory to inhibitory ratio, initial firing rate and update noise).
    What the folder has isn't done again, so the same command goes on where it was stopped. A claim
    is reproduced, not reproduced, or not testable with what there is; the rule is printed with it.

    Try
        eccles reproduce kilgore2025 --scale smoke
        eccles reproduce kilgore2025 --scale laptop --only noise
        eccles reproduce kilgore2025 --out results/kilgore2025 --no-run
    """

    article: Annotated[tyro.conf.Positional[str], tyro.conf.arg(metavar="ARTICLE")] = ""
    """The article's name."""

    out: Path | None = None
    """Folder of its studies, figures and report (default: reproduced/ARTICLE-SCALE)."""

    scale: str = "full"
    """How much: full (what the article did), laptop (about half an hour a study) or smoke (under
    four minutes in all, to see that it works: its runs are too few and small to judge by)."""

    only: str | None = None
    """One of its studies, such as noise or robustness, and the claims about that."""

    jobs: int | None = None
    """Processes on this machine, one thread each (default: as many as cores)."""

    data_dir: Path | None = None
    """Folder with the data sets' files (default: search for them)."""

    no_run: bool = False
    """Do no runs: judge what is stored."""

    json: bool = False
    """Print one JSON object, for scripts."""

    markdown: bool = False
    """Print the claims, and what survives of them, as Markdown."""

    debug: bool = False
    """Show where an error comes from."""


def run(words: Sequence[str]) -> int:
    """Run `eccles reproduce WORDS`; exit status 1 if a run failed."""
    given = parsed(
        lambda: tyro.cli(
            Annotated[Arguments, tyro.conf.arg(name="")], prog="eccles reproduce", args=words
        ),
        "eccles reproduce",
    )
    if given.json and given.markdown:
        raise InputError("reproduce: --json and --markdown can't both be given; drop one")
    studies = _studies(given.article, given.only)
    out = given.out or Path("reproduced") / f"{given.article}-{given.scale}"

    from eccles.stats.frames import require

    # Hours of runs shouldn't end in the news that a package is missing.
    require("duckdb", "pandas", "statsmodels")
    console = _console(aside=given.json or given.markdown)
    failed = 0 if given.no_run else _sweep(given, studies, out)

    from eccles.studies.article import Article
    from eccles.studies.kilgore2025 import robustness
    from eccles.studies.kilgore2025.claims import judge, markdown
    from eccles.studies.kilgore2025.protocol import ROBUSTNESS
    from eccles.studies.report import write_report

    article = Article(given.article, out)
    files = [] if given.no_run else _draw(article, studies, console)
    judged = [each for each in judge(article) if given.only is None or each[0].study in studies]
    varied = robustness.stored(article) if ROBUSTNESS in studies else None
    if studies == [ROBUSTNESS]:
        varied = article[ROBUSTNESS]  # Or the error that says how to make it.
    report = None if given.no_run else write_report(out)
    if given.json:
        print(_json(article, judged, varied, files, report))
    elif given.markdown:
        shown = [markdown(judged)] if judged else []
        print("\n\n".join(shown + ([robustness.markdown(varied)] if varied else [])))
    else:
        if judged:
            _print(judged, console)
        if varied is not None:
            _print_survival(varied, console)
        if report is not None:
            _say(console, f"report in {report}")
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


def _sweep(given: Arguments, studies: list[str], out: Path) -> int:
    """Do the studies' runs that are left; return how many failed."""
    from eccles.cli.sweep_display import SweepDisplay
    from eccles.studies import find
    from eccles.sweeps.study import read_study
    from eccles.sweeps.sweep import sweep

    # What is wrong with a later study is said before an earlier one takes hours.
    asked = [read_study(find(f"{given.article}/{study}"), given.scale) for study in studies]
    failed = 0
    for name, study in zip(studies, asked, strict=True):
        with SweepDisplay(aside=given.json or given.markdown) as watch:
            results = sweep(
                study, out / name, jobs=given.jobs, data_dir=given.data_dir, watch=watch
            )
        failed += int((results.planned(results.runs)["status"] == "failed").sum())
    return failed


def _draw(article: Article, studies: list[str], console: Console) -> list[str]:
    """Draw the figures of some studies; return their files, say what is left out and why."""
    from eccles.studies.kilgore2025.figures import FIGURES

    files: list[str] = []
    for name, figure in FIGURES.items():
        if figure.source(article) not in studies:
            continue
        try:
            drawing = figure.draw(article)
            files += map(str, drawing.save(article.folder / "figures", name))
        except InputError as error:
            _say(console, f"left out: figure {name}, {figure.title}: {error}")
    _say(console, f"{len(files)} files of figures in {article.folder / 'figures'}")
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
