"""What came of figures and tables: a row each, printed as a table, with the reasons of the rest."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from eccles.errors import counted

if TYPE_CHECKING:
    from eccles.sweeps.tables import StudyTables

_WIDE = 160


@dataclass(frozen=True)
class Row:
    """What came of one figure or table."""

    figure: str
    title: str
    study: str
    runs: str = ""
    caption: str = ""
    files: list[str] = field(default_factory=list)
    left_out: str | None = None


def runs_of(tables: StudyTables) -> str:
    """Return how many runs of a study there are, and of how many where some are missing."""
    n, planned = tables.progress
    return f"{n:,} of {planned:,} runs" if n < planned else counted(n, "run")


def print_rows(rows: Sequence[Row], out: Path) -> None:
    """Print what was made, and why the rest wasn't."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = _WIDE
    table = Table()
    for title in ("figure", "title", "study", "runs", "files"):
        table.add_column(title)
    for row in rows:
        if row.files:
            names = ", ".join(Path(file).name for file in row.files)
            table.add_row(row.figure, row.title, row.study, row.runs, names)
    if table.row_count:
        console.print(table)
        console.print(f"files in {out}", highlight=False, markup=False, soft_wrap=True)
    for said in left_out(rows):
        console.print(said, highlight=False, markup=False, soft_wrap=True)


def left_out(rows: Sequence[Row]) -> list[str]:
    """Return a sentence a reason: which figures and tables are left out for it."""
    reasons = dict.fromkeys(row.left_out for row in rows if row.left_out)
    return [
        f"left out: {', '.join(row.figure for row in rows if row.left_out == reason)}: {reason}"
        for reason in reasons
    ]
