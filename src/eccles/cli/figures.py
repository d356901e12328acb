"""`eccles figures`: an article's figures, from the stored tables of its studies."""

from __future__ import annotations

import json as json_format
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from eccles.cli.flags import parsed
from eccles.errors import InputError, must, nearest

if TYPE_CHECKING:
    from eccles.studies.article import Article
    from eccles.studies.kilgore2025.figures import ArticleFigure

_WIDE = 160


@dataclass(frozen=True)
class Arguments:
    """Draw the figures of Kilgore et al. 2025 from stored tables, with the numbers beside them.

    It draws all that the studies in a folder allow, and says what is left out, why, and which
    command makes the missing runs. Nothing is run or trained.

    Try
        eccles figures results/kilgore2025
        eccles figures results/kilgore2025 --only 1c,3 --format png --out pictures
    """

    folder: Annotated[tyro.conf.Positional[Path | None], tyro.conf.arg(metavar="DIR")] = None
    """Folder of one study, or of several side by side."""

    only: str | None = None
    """Figures to draw, with commas between, such as 1c,2c-e (default: all)."""

    format: str | None = None
    """Formats, with commas between: svg, pdf, png, and of the film gif, mp4 (default: all)."""

    out: Path | None = None
    """Folder for the files (default: DIR/figures)."""

    json: bool = False
    """Print what was drawn and what wasn't as JSON."""

    debug: bool = False
    """Show where an error comes from."""


@dataclass(frozen=True)
class Row:
    """What came of one figure."""

    figure: str
    title: str
    study: str
    runs: str = ""
    caption: str = ""
    files: list[str] = field(default_factory=list)
    left_out: str | None = None


def run(words: Sequence[str]) -> int:
    """Run `eccles figures WORDS`."""
    given = parsed(
        lambda: tyro.cli(
            Annotated[Arguments, tyro.conf.arg(name="")], prog="eccles figures", args=words
        ),
        "eccles figures",
    )
    if given.folder is None:
        raise InputError(
            "figures: DIR must be the folder of a study, or of several, got none; "
            "eccles sweep makes them"
        )
    from eccles.studies.article import Article
    from eccles.studies.kilgore2025.figures import FIGURES

    article = Article("kilgore2025", given.folder)
    chosen = _chosen(given.only, FIGURES)
    formats = _formats(given.format)
    out = given.out or given.folder / "figures"
    rows = drawn(article, chosen, formats, out, alone=given.only is not None)
    if given.json:
        print(json_format.dumps([vars(row) for row in rows], indent=1))
    else:
        _print(rows, out)
    if not any(row.files for row in rows):
        raise InputError(f"figures: {given.folder} must hold runs to draw, got nothing for any")
    return 0


def _chosen(only: str | None, known: dict[str, ArticleFigure]) -> dict[str, ArticleFigure]:
    names = list(known) if only is None else [name.strip() for name in only.split(",")]
    for name in names:
        if name not in known:
            raise InputError(
                f"figures: there is no figure {name!r}{nearest(name, known)}; "
                f"there are {', '.join(known)}"
            )
    return {name: each for name, each in known.items() if name in names}


def _formats(text: str | None) -> list[str] | None:
    if text is None:
        return None
    from eccles.figures import Drawing, Film

    known = (*Drawing.FORMATS, *Film.FORMATS)
    formats = [name.strip().lower() for name in text.split(",")]
    for name in formats:
        if name not in known:
            raise must("figures", "--format", f"some of {', '.join(known)}", name)
    return formats


def drawn(
    article: Article,
    chosen: dict[str, ArticleFigure],
    formats: list[str] | None,
    out: Path,
    *,
    alone: bool,
) -> list[Row]:
    """Draw figures; one that can't be drawn is a row that says why, or where `alone` an error."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(file=sys.stderr)
    bar = Progress(
        TextColumn("drawing {task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    rows = []
    with bar:
        task = bar.add_task("", total=len(chosen))
        for name, figure in chosen.items():
            bar.update(task, description=f"figure {name}: {figure.title}")
            try:
                rows.append(_saved(article, name, figure, formats, out))
            except InputError as error:
                if alone:
                    raise
                source = figure.source(article)
                rows.append(Row(name, figure.title, source, left_out=str(error)))
            bar.advance(task)
    return rows


def _saved(
    article: Article, name: str, figure: ArticleFigure, formats: list[str] | None, out: Path
) -> Row:
    drawing = figure.draw(article)
    kinds = list(drawing.possible() if formats is None else formats)
    kinds = [kind for kind in kinds if kind in drawing.FORMATS]
    if not kinds:
        raise InputError(
            f"figures: figure {name} comes as {', '.join(drawing.FORMATS)}, got --format "
            f"{','.join(formats or ())}; add one of them"
        )
    paths = drawing.save(out, name, kinds)
    source = figure.source(article)
    n, planned = article[source].progress
    runs = f"{n:,} of {planned:,} runs" if n < planned else f"{n:,} runs"
    files = [str(path) for path in paths]
    return Row(name, figure.title, source, runs, drawing.caption, files)


def _print(rows: list[Row], out: Path) -> None:
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
    for row in rows:
        if row.left_out:
            said = f"left out: {row.figure}, {row.title}: {row.left_out}"
            console.print(said, highlight=False, markup=False, soft_wrap=True)
