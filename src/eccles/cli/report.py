"""`eccles report`: a study, an article's studies, or one run, as one HTML file."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from eccles.cli.flags import flag, read
from eccles.cli.folders import Stored, stored
from eccles.cli.formats import format_of


@dataclass(frozen=True)
class Arguments:
    """Write one HTML file of a study, of several, or of one run: a browser opens it, offline.

    It holds where the results come from, a table of cells, and an explorer of all runs; of an
    article's studies also its claims with verdicts, its figures and its tables. Of one run it holds
    settings, pictures of its epochs and measures, and tables. Nothing is run.

    Try
        eccles report studies/mine
        eccles report results/kilgore2025 --out kilgore2025.html
        eccles report my-run
    """

    folder: Stored = None
    """Folder of one study, of several side by side, or of one run."""

    out: Annotated[Path | None, flag("PATH", "(default: DIR/report.html)")] = None
    """File to write, .html."""

    debug: bool = False
    """Show where an error comes from."""


def run(words: Sequence[str]) -> int:
    """Run `eccles report WORDS`."""
    given = read(Arguments, "report", words)
    folder = stored(given.folder, "report", "the folder of a study, or of several")
    if given.out is not None:
        format_of(given.out, "report", ("html", "htm"))
    from rich.console import Console

    from eccles.studies.report import write_report

    path = write_report(folder, given.out)
    size = path.stat().st_size / 1e6
    said = f"report written to {path} ({size:.1f} MB)"
    Console(file=sys.stdout).print(said, highlight=False, markup=False, soft_wrap=True)
    return 0
