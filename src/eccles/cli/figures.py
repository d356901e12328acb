"""`eccles figures`: pictures of any study, and an article's figures and tables."""

from __future__ import annotations

import json as json_format
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from eccles.cli.article_figures import article_of, drawn_of, named, of_article
from eccles.cli.figure_rows import Row, print_rows, runs_of
from eccles.cli.flags import flag, read
from eccles.cli.folders import Stored, for_files, stored
from eccles.cli.formats import check_can_draw, formats_of, save_each
from eccles.errors import InputError, must
from eccles.studies.article import no_study
from eccles.studies.article import stored as studies_of
from eccles.studies.axes import Axes
from eccles.studies.own_figures import folder_name, pictures
from eccles.training.run.stored import is_run

if TYPE_CHECKING:
    from eccles.figures import Drawing
    from eccles.sweeps.tables import StudyTables


@dataclass(frozen=True)
class Arguments:
    """Make the figures of stored studies, or of one run; nothing is run or trained.

    Of any study it draws what came of its runs by the settings that varied, means with 95 %
    intervals and a point a run, learning curves, and all that it measured. Of an article's studies
    it makes that article's figures and tables, all that those in the folder allow, and says what is
    left out, why, and which command makes the missing runs. Of one run it draws accuracy, loss and
    rate by epoch, and all that it measured. Beside each picture lie its numbers as CSV; a table is
    written as CSV and Markdown.

    Try
        eccles figures studies/my-study-full
        eccles figures studies/my-study-full --x tau_mem --by ei --y final_rate_hz
        eccles figures studies/my-study-full --x epoch --y loss --by lr
        eccles figures studies/my-study-full --y weights.mean --rows projection
        eccles figures results/kilgore2025 --only 1c,3 --format png --out pictures
        eccles figures my-run --format svg
    """

    folder: Stored = None
    """Folder of one study, of several side by side, or of one run."""

    x: Annotated[str | None, flag("COLUMN")] = None
    """What is along the horizontal axis: a setting, any column of runs, or epoch (default: the
    setting that varies most)."""

    y: Annotated[str | None, flag("COLUMN")] = None
    """What is drawn: a column of runs, of epochs, or of a measure, with its table's name where
    several have it, such as weights.mean (default: peak_accuracy)."""

    by: Annotated[str | None, flag("COLUMN")] = None
    """What tells lines apart (default: another setting that varies)."""

    rows: Annotated[str | None, flag("COLUMN")] = None
    """What tells panels apart (default: another setting that varies)."""

    only: Annotated[str | None, flag("NAMES", "(default: all)")] = None
    """What to make, with commas between, such as 1c,3,T1 of an article or peak_accuracy of any
    study; a name that isn't there is answered with those that are."""

    format: Annotated[str | None, flag("FORMATS", "(default: all)")] = None
    """Formats of pictures, with commas between: svg, pdf, png, and of the film S4 gif, mp4."""

    out: Annotated[Path | None, flag("PATH", "(default: DIR/figures)")] = None
    """Folder for the files."""

    json: bool = False
    """Print what was drawn and what wasn't as JSON."""

    debug: bool = False
    """Show where an error comes from."""


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
    of = {} if axes.said else {each.folder: article_of(each) for each in studies}
    own = [each for each in studies if not of.get(each.folder)]
    articles = [article for article in dict.fromkeys(of.values()) if article]
    only = None
    if given.only is not None:
        known = [name for article in articles for name in drawn_of(article)]
        known += [name for tables in own for name in _names(tables)]
        only = named(given.only, known, "there are")
    rows = []
    for article in articles:
        rows += of_article(article, folder, only, formats, out)
    rows += _of_studies(own, axes, only, folder, formats, out)
    _tell(rows, given, out)
    if not any(row.files for row in rows):
        raise InputError(f"figures: {folder} must hold runs to draw, got nothing for any")
    return 0


def _tell(rows: list[Row], given: Arguments, out: Path) -> None:
    if given.json:
        print(json_format.dumps([vars(row) for row in rows], indent=1))
    else:
        print_rows(rows, out)


def _of_run(folder: Path, given: Arguments, formats: list[str] | None, out: Path) -> list[Row]:
    """Draw one run: its epochs, and all that it measured."""
    from eccles.report.run import drawings_of
    from eccles.training.run.stored import read_run

    check_can_draw("figures")
    found = read_run(folder)
    drawings = drawings_of(found)
    if given.only is not None:
        only = named(given.only, drawings, "this run has")
        drawings = {name: drawings[name] for name in only}
    return _rows(drawings, found.name, "1 run", out, formats)


def _names(tables: StudyTables) -> list[str]:
    """Return the names of a study's own pictures: none where nothing can be drawn."""
    try:
        return list(pictures(tables, Axes()))
    except InputError:
        return []


def _of_studies(
    studies: Sequence[StudyTables],
    axes: Axes,
    only: Collection[str] | None,
    folder: Path,
    formats: list[str] | None,
    out: Path,
) -> list[Row]:
    """Draw any studies, or some of their pictures, and return what came of each picture.

    A study that can't be drawn has the reason in its row; the only one raises it as an error.
    """
    rows = []
    for tables in studies:
        name = tables.study.name
        try:
            found = pictures(tables, axes)
            drawings = {each: found[each]() for each in found if only is None or each in only}
            if drawings:
                prefix = folder_name(tables, folder)
                rows += _rows(drawings, name, runs_of(tables), out, formats, prefix)
        except InputError as error:
            if len(studies) == 1:
                raise
            reason = str(error).removeprefix("figures: ")
            rows.append(Row(name, name, name, left_out=reason))
    return rows


def _rows(
    drawings: Mapping[str, Drawing],
    study: str,
    runs: str,
    out: Path,
    formats: list[str] | None,
    prefix: str = "",
) -> list[Row]:
    """Save pictures under a prefix and their names; return what came of each that could be."""
    from eccles.figures import Drawing

    named = {f"{prefix}{name}": drawing for name, drawing in drawings.items()}
    saved = save_each(named, out, formats)
    if not saved:
        accepted = f"some of {', '.join(Drawing.FORMATS)} here"
        raise must("figures", "--format", accepted, ",".join(formats or ()))
    rows = []
    for name, drawing in drawings.items():
        if files := saved.get(f"{prefix}{name}"):
            said = drawing.caption
            rows.append(Row(name, said, study, runs, said, [str(path) for path in files]))
    return rows
