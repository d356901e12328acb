"""What `eccles reproduce` says: claims with verdicts, what survives of them, all of it as JSON."""

from __future__ import annotations

import json as json_format
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from eccles.studies.article import Article
    from eccles.studies.article_contents import Extra, Section
    from eccles.studies.claims import Claim, Finding
    from eccles.sweeps.tables import StudyTables

_WIDE = 120
"""Columns of what goes into a file or another program."""

_COLOURS = {"reproduced": "green", "not reproduced": "red", "not testable": "yellow"}


def console_of(*, aside: bool) -> Console:
    """Return where to say things: stdout, or stderr where that is for a script."""
    from rich.console import Console

    console = Console(file=sys.stderr if aside else sys.stdout)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = _WIDE
    return console


def say(console: Console, text: str) -> None:
    """Print a sentence as it is."""
    console.print(text, highlight=False, markup=False, soft_wrap=True)


def as_json(
    article: Article,
    judged: Sequence[tuple[Claim, Finding]],
    extra: Extra | None,
    varied: StudyTables | None,
    figures: Sequence[str],
    report: Path | None,
) -> str:
    """Return studies, claims and files as one JSON object."""
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
                "name": claim.short,
                "statement": claim.statement,
                "study": claim.study,
                "rule": claim.rule,
                **asdict(finding),
            }
            for claim, finding in judged
        ],
    }
    if extra is not None:
        content[extra.study] = [] if varied is None else extra.rows(varied).to_dict("records")
    return json_format.dumps(content, indent=2)


def print_verdicts(judged: Sequence[tuple[Claim, Finding]], console: Console) -> None:
    """Print a line a claim: number, name, verdict, parts that hold; then how many of each."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from eccles.studies.claims import Verdict, tally

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("", justify="right", no_wrap=True)
    both = any(finding.verdict_as_published for _, finding in judged)
    for name in ("claim", "verdict", "parts", *(["as published"] if both else [])):
        table.add_column(name, no_wrap=True)
    for claim, finding in judged:
        verdicts = (finding.verdict, finding.verdict_as_published)
        here, published = (
            Text(each, style=_COLOURS[each]) if each else Text() for each in verdicts
        )
        # Numbers that can't show a claim don't show a part of it either.
        counts = finding.parts and finding.verdict != Verdict.NOT_TESTABLE
        parts = f"{finding.held} of {finding.parts}" if counts else ""
        cells = (claim.id, Text(claim.short), here, parts, published)
        table.add_row(*cells[: len(table.columns)])
    console.print(table)
    console.print(tally(judged), highlight=False)


def print_claims(judged: Sequence[tuple[Claim, Finding]], console: Console) -> None:
    """Print each claim with its verdict, rule, numbers and notes."""
    from rich.table import Table
    from rich.text import Text

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


def print_sections(sections: Sequence[Section], console: Console) -> None:
    """Print tables of what holds where: numbers and rules."""
    from rich.table import Table
    from rich.text import Text

    colours = {"holds": "green", "does not hold": "red", "can't be told": "yellow"}
    for section in sections:
        table = Table(title=Text(section.title), title_justify="left")
        for name in ("variant", "", "here"):
            table.add_column(name)
        rows = section.rows[["variant", "holds", "ours"]]
        for variant, holds, ours in rows.itertuples(index=False):
            table.add_row(variant, Text(holds, style=colours[holds]), Text(ours))
        console.print(table)
        say(console, f"rule: {section.rule}")
        console.print()
