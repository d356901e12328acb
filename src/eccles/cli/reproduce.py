"""`eccles reproduce`: an article's studies, figures and report, and a verdict on its claims."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from eccles.cli.article_studies import check_stored, chosen, command, sweep_all
from eccles.cli.flags import flag, read
from eccles.cli.folders import for_files
from eccles.cli.reproduce_display import (
    as_json,
    console_of,
    print_claims,
    print_sections,
    print_verdicts,
    say,
)
from eccles.errors import InputError, counted, nearest
from eccles.studies import judged as articles
from eccles.sweeps.study import FULL

if TYPE_CHECKING:
    from rich.console import Console

    from eccles.studies.article import Article

_SCALES = FULL, "laptop", "smoke"


@dataclass(frozen=True)
class Arguments:
    """Do an article's studies, draw its figures, write a report, and judge its claims.

    Beside the article's studies there may be some of our own, such as robustness, and a stand-in
    for data that not everybody can have, done where those can't be had, at scale smoke, or where
    --only asks for it. What the folder has isn't done again, so the same command goes on where it
    was stopped. A claim is reproduced, not reproduced, or not testable with what there is;
    --details prints by which rule and numbers, and the report has them too.

    Try
        eccles reproduce kilgore2025 --scale smoke
        eccles reproduce kilgore2025 --scale laptop --only noise
        eccles reproduce kilgore2025 --out results/kilgore2025 --no-run
        eccles reproduce liu2026 --out results/liu2026 --no-run
    """

    article: Annotated[tyro.conf.Positional[str], flag("ARTICLE", f"({', '.join(articles())})")] = (
        ""
    )
    """The article's name."""

    out: Annotated[Path | None, flag("DIR")] = None
    """Folder of its studies, figures and report (default: reproduced/ARTICLE-SCALE)."""

    scale: Annotated[str | None, flag("{full,laptop,smoke}", "(default: full)")] = None
    """How much of each study: full (what the article did), laptop (about half an hour a study) or
    smoke (minutes in all, to see that it works: its runs are too few and small to judge by). With
    --no-run, the scale that is stored."""

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

    details: Annotated[bool, flag()] = False
    """Print each claim's rule, numbers and notes, and what survives in every variant, too."""

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
    if given.scale not in (None, *_SCALES):
        raise InputError(
            f"reproduce: --scale must be one of {', '.join(_SCALES)}, got {given.scale!r}"
            f"{nearest(str(given.scale), _SCALES)}; see eccles reproduce --help"
        )
    studies = chosen(given.article, given.only)
    scale = given.scale or FULL
    out = given.out or Path("reproduced") / f"{given.article}-{scale}"
    for_files(out, "reproduce")
    if given.no_run:
        _check_unneeded(given)
        check_stored(given.article, studies, out, given.scale, given.only)

    from eccles.report import check_installed
    from eccles.stats.frames import require

    # Hours of runs shouldn't end in the news that a package is missing.
    require("duckdb", "pandas", "statsmodels")
    if not given.no_run:
        check_installed()
    aside = given.json or given.markdown
    console = console_of(aside=aside)
    failed = 0
    if not given.no_run:
        failed = sweep_all(
            given.article,
            studies,
            out,
            console,
            scale=scale,
            repeat=given.repeat,
            jobs=given.jobs,
            retry_failed=given.retry_failed,
            data_dir=given.data_dir,
            aside=aside,
        )

    from eccles.studies.article import Article
    from eccles.studies.article_contents import contents
    from eccles.studies.claims import markdown
    from eccles.studies.report import write_report

    article, own = Article(given.article, out), contents(given.article)
    files, report = [], None
    if not given.no_run:
        with _stopped_while_drawing():
            files = _draw(article, studies, console)
            say(console_of(aside=True), "writing the report")
            report = write_report(out)
    judged = [
        (claim, finding)
        for claim, finding in own.judge(article)
        if given.only is None or {claim.study, claim.stand_in} & set(studies)
    ]
    extra = own.extra if own.extra is not None and own.extra.study in studies else None
    varied = None
    if extra is not None:
        # Asked for alone, it is there or the error says how to make it.
        varied = article[extra.study] if len(studies) == 1 else extra.stored(article)
    if given.json:
        print(as_json(article, judged, own.extra, varied, files, report))
    elif given.markdown and (judged or varied is not None):
        shown = [markdown(judged)] if judged else []
        print("\n\n".join(shown + ([extra.markdown(varied)] if extra and varied else [])))
    else:
        if given.details and judged:
            print_claims(judged, console)
        if given.details and extra is not None and varied is not None:
            print_sections(extra.sections(varied), console)
        if judged:
            print_verdicts(judged, console)
        if extra is not None and varied is not None:
            for sentence in extra.conclusions(varied):
                say(console, sentence)
        if not given.details and (judged or varied is not None):
            again = command(given.article, out, given.only, "--no-run", "--details")
            say(console, f"rules and numbers: {again}")
        if not judged and varied is None:
            say(console, f"no claim of {given.article} is about {', '.join(studies)}")
        if report is not None:
            say(console, f"report in {report}")
    if failed:
        runs, them = ("run", "it") if failed == 1 else ("runs", "them")
        again = f"the same command with --retry-failed does {them} again"
        say(console, f"{failed:,} {runs} failed; {again}")
    return 1 if failed else 0


def _check_unneeded(given: Arguments) -> None:
    """Raise InputError where something is asked of runs, and of none at once."""
    asked = {"--repeat": given.repeat is not None, "--retry-failed": given.retry_failed}
    for name, is_given in asked.items():
        if is_given:
            raise InputError(f"reproduce: {name} and --no-run can't both be given; drop one")


@contextmanager
def _stopped_while_drawing() -> Iterator[None]:
    """Let Ctrl-C say that no run was stopped."""
    try:
        yield
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            "stopped; all runs have ended and are kept, and the same command draws figures and "
            "report anew"
        ) from None


def _draw(article: Article, studies: list[str], console: Console) -> list[str]:
    """Draw the figures of some studies; return their files, say what is left out and why."""
    from eccles.cli.article_figures import drawn
    from eccles.cli.figure_rows import left_out
    from eccles.studies.article_contents import contents

    both = contents(article.name).drawn
    wanted = {name: each for name, each in both.items() if each.source(article) in studies}
    out = article.folder / "figures"
    say(console_of(aside=True), "drawing the figures")
    rows = drawn(article, wanted, None, out, alone=False)
    for sentence in left_out(rows):
        say(console, sentence)
    files = [file for row in rows for file in row.files]
    say(console, f"{counted(len(files), 'file')} of figures in {out}")
    return files
