"""`eccles figures`: pictures of any study, and an article's figures and tables."""

from __future__ import annotations

import json as json_format
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

from eccles.cli.bar import bar
from eccles.cli.flags import flag, read
from eccles.cli.formats import formats_of
from eccles.cli.own_figures import Axes, folder_name, own_figures
from eccles.cli.place import Stored, for_files, stored
from eccles.errors import InputError, must, nearest
from eccles.studies import illustrated
from eccles.studies.article import no_study
from eccles.studies.article import stored as studies_of
from eccles.training.run.stored import is_run

if TYPE_CHECKING:
    from eccles.studies.article import Article
    from eccles.studies.drawn import ArticleFigure, ArticleTable
    from eccles.sweeps.tables import StudyTables

    _Made: TypeAlias = ArticleFigure | ArticleTable

_WIDE = 160


@dataclass(frozen=True)
class Arguments:
    """Make the figures of stored studies, or of one run; nothing is run or trained.

    Of any study it draws what came of its runs by the settings that varied, means with 95 %
    intervals and a point a run, and learning curves. Of an article's studies it makes that
    article's figures and tables, all that those in the folder allow, and says what is left out,
    why, and which command makes the missing runs. Of one run it draws accuracy, loss and rate by
    epoch, and all that it measured. Beside each picture lie its numbers as CSV; a table is written
    as CSV and Markdown.

    Try
        eccles figures studies/my-study-full
        eccles figures studies/my-study-full --x tau_mem --by ei --y final_rate_hz
        eccles figures studies/my-study-full --x epoch --y loss --by lr
        eccles figures results/kilgore2025 --only 1c,3 --format png --out pictures
        eccles figures my-run --format svg
    """

    folder: Stored = None
    """Folder of one study, of several side by side, or of one run."""

    x: Annotated[str | None, flag("COLUMN")] = None
    """What is along the horizontal axis: a setting, any column of runs, or epoch (default: the
    setting that varies most)."""

    y: Annotated[str | None, flag("COLUMN")] = None
    """What is drawn: a column of runs, or of epochs (default: peak_accuracy)."""

    by: Annotated[str | None, flag("COLUMN")] = None
    """What tells lines apart (default: another setting that varies)."""

    rows: Annotated[str | None, flag("COLUMN")] = None
    """What tells panels apart (default: another setting that varies)."""

    only: Annotated[str | None, flag("NAMES", "(default: all)")] = None
    """What to make of the article, with commas between, such as 1c,3,T1; a name that isn't there
    is answered with those that are."""

    format: Annotated[str | None, flag("FORMATS", "(default: all)")] = None
    """Formats of pictures, with commas between: svg, pdf, png, and of the film S4 gif, mp4."""

    out: Annotated[Path | None, flag("PATH", "(default: DIR/figures)")] = None
    """Folder for the files."""

    json: bool = False
    """Print what was drawn and what wasn't as JSON."""

    debug: bool = False
    """Show where an error comes from."""


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


def run(words: Sequence[str]) -> int:
    """Run `eccles figures WORDS`."""
    given = read(Arguments, "figures", words)
    folder = stored(given.folder, "figures", "the folder of a study, or of several")
    axes = Axes(given.x, given.y, given.by, given.rows)
    formats = formats_of(given.format, "figures")
    out = for_files(given.out or folder / "figures", "figures")
    if axes.said and given.only is not None:
        hint = "they are for pictures of any study"
        raise must("figures", "--x, --y, --by and --rows", "left out with --only", "both", hint)
    if is_run(folder):
        if axes.said:
            accepted, hint = "left out with the folder of one run", "--only chooses pictures"
            raise must("figures", "--x, --y, --by and --rows", accepted, str(folder), hint)
        _tell(_of_run(folder, given, formats, out), given, out)
        return 0
    studies = studies_of(folder)
    if not studies:
        raise no_study("figures", folder)
    of = {} if axes.said else {each.folder: _article(each) for each in studies}
    own = [] if given.only else [each for each in studies if not of.get(each.folder)]
    articles = [article for article in dict.fromkeys(of.values()) if article]
    rows = []
    for article in articles or (illustrated()[:1] if given.only else ()):
        rows += _of_article(article, folder, given.only, formats, out)
    rows += _of_studies(own, axes, folder, formats, out)
    _tell(rows, given, out)
    if not any(row.files for row in rows):
        raise InputError(f"figures: {folder} must hold runs to draw, got nothing for any")
    return 0


def _tell(rows: list[Row], given: Arguments, out: Path) -> None:
    if given.json:
        print(json_format.dumps([vars(row) for row in rows], indent=1))
    else:
        _print(rows, out)


def _of_run(folder: Path, given: Arguments, formats: list[str] | None, out: Path) -> list[Row]:
    """Draw one run: its epochs, and all that it measured."""
    from eccles.figures import Drawing
    from eccles.report.run import drawings_of
    from eccles.training.run.stored import read_run

    found = read_run(folder)
    drawings = drawings_of(found)
    if given.only is not None:
        names = [name.strip() for name in given.only.split(",")]
        for name in names:
            if name not in drawings:
                raise InputError(
                    f"figures: there is no figure {name!r}{nearest(name, drawings)}; this run has "
                    f"{', '.join(drawings)}"
                )
        drawings = {name: drawings[name] for name in names}
    rows = []
    with bar("drawing", len(drawings)) as advance:
        for name, drawing in drawings.items():
            advance(0, name)
            kinds = None if formats is None else [k for k in formats if k in drawing.FORMATS]
            if kinds != []:
                files = [str(path) for path in drawing.save(out, name, kinds)]
                rows.append(Row(name, drawing.caption, found.name, "1 run", drawing.caption, files))
            advance(1)
    if not rows:
        accepted = f"some of {', '.join(Drawing.FORMATS)} here"
        raise must("figures", "--format", accepted, ",".join(formats or ()))
    return rows


def _article(tables: StudyTables) -> str:
    """Return the article that has a figure or a table of a study, or ""."""
    from eccles.studies.contents import contents

    article, _, study = tables.study.name.partition("/")
    if article not in illustrated():
        return ""
    drawn = contents(article).drawn.values()
    return article if any(study in each.studies for each in drawn) else ""


def _of_article(
    name: str, folder: Path, only: str | None, formats: list[str] | None, out: Path
) -> list[Row]:
    from eccles.studies.article import Article
    from eccles.studies.contents import contents

    article = Article(name, folder)
    chosen = _chosen(only, contents(article.name).drawn)
    return drawn(article, chosen, formats, out, alone=only is not None)


def _of_studies(
    studies: Sequence[StudyTables],
    axes: Axes,
    folder: Path,
    formats: list[str] | None,
    out: Path,
) -> list[Row]:
    """Draw any studies; of one that can't be drawn say why, where it is alone as an error."""
    rows = []
    for tables in studies:
        name = tables.study.name
        try:
            for what, drawing in own_figures(tables, axes).items():
                kinds = None if formats is None else [k for k in formats if k in drawing.FORMATS]
                if kinds == []:
                    accepted = f"some of {', '.join(drawing.FORMATS)} here"
                    raise must("figures", "--format", accepted, ",".join(formats or ()))
                file = f"{folder_name(tables, folder)}{what}"
                paths = [str(path) for path in drawing.save(out, file, kinds)]
                n, planned = tables.progress
                runs = f"{n:,} of {planned:,} runs" if n < planned else f"{n:,} runs"
                rows.append(Row(what, drawing.caption, name, runs, drawing.caption, paths))
        except InputError as error:
            if len(studies) == 1:
                raise
            reason = str(error).removeprefix("figures: ")
            rows.append(Row(name, name, name, left_out=reason))
    return rows


def _chosen(only: str | None, known: dict[str, _Made]) -> dict[str, _Made]:
    names = list(known) if only is None else [name.strip() for name in only.split(",")]
    for name in names:
        if name not in known:
            raise InputError(
                f"figures: there is no figure or table {name!r}{nearest(name, known)}; "
                f"there are {', '.join(known)}"
            )
    return {name: each for name, each in known.items() if name in names}


def drawn(
    article: Article,
    chosen: Mapping[str, _Made],
    formats: list[str] | None,
    out: Path,
    *,
    alone: bool,
) -> list[Row]:
    """Make figures and tables; of one that can't be made say why, where `alone` as an error."""
    rows = []
    with bar("drawing", len(chosen)) as advance:
        for name, made in chosen.items():
            advance(0, f"{name}: {made.title}")
            try:
                rows.append(_row(article, name, made, formats, out))
            except InputError as error:
                if alone:
                    raise
                reason = str(error).removeprefix("figures: ")
                rows.append(Row(name, made.title, made.source(article), left_out=reason))
            advance(1)
    return rows


def _saved(
    article: Article, name: str, figure: ArticleFigure, formats: list[str] | None, out: Path
) -> tuple[list[Path], str]:
    """Save a figure; return its files and its caption."""
    possible = figure.kind.FORMATS
    kinds = None if formats is None else [kind for kind in formats if kind in possible]
    if kinds == []:
        raise InputError(
            f"figures: figure {name} comes as {', '.join(possible)}, got --format "
            f"{','.join(formats or ())}; add one of them"
        )
    drawing = figure.draw(article)
    return drawing.save(out, name, kinds), drawing.caption


def _row(article: Article, name: str, made: _Made, formats: list[str] | None, out: Path) -> Row:
    from eccles.studies.done import titled
    from eccles.studies.drawn import ArticleTable

    if isinstance(made, ArticleTable):
        paths, caption = made.save(article, out, name), made.caption
    else:
        paths, caption = _saved(article, name, made, formats, out)
    source = made.source(article)
    n, planned = article[source].progress
    runs = f"{n:,} of {planned:,} runs" if n < planned else f"{n:,} runs"
    files = [str(path) for path in paths]
    return Row(name, titled(made.title, source, article), source, runs, caption, files)


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
    for said in left_out(rows):
        console.print(said, highlight=False, markup=False, soft_wrap=True)


def left_out(rows: Sequence[Row]) -> list[str]:
    """Return a sentence a reason: which figures and tables are left out for it."""
    reasons = dict.fromkeys(row.left_out for row in rows if row.left_out)
    return [
        f"left out: {', '.join(row.figure for row in rows if row.left_out == reason)}: {reason}"
        for reason in reasons
    ]
