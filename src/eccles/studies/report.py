"""The report of stored studies: of one, of several, with an article's claims and figures if known.

`report` returns it as HTML, `write_report` writes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import eccles
from eccles.errors import InputError, counted
from eccles.report import Picture, Table, cells, check_installed, explorer, page
from eccles.report.kind import kind_of
from eccles.report.run import run_report
from eccles.storage import write_text
from eccles.studies import judged
from eccles.studies.article import Article, no_study, stored
from eccles.studies.article_report import Parts, of_article
from eccles.studies.axes import Axes
from eccles.studies.own_figures import condition, own_figures, varied
from eccles.sweeps.implied import say_implied
from eccles.sweeps.study import FULL
from eccles.sweeps.tables import StudyTables
from eccles.training.run.stored import is_run
from eccles.units import clock

if TYPE_CHECKING:
    import pandas as pd

MEASURED = ("weights", "weight_histograms")
"""Tables of weights, in studies that measure them."""


def write_report(folder: Path | str, out: Path | str | None = None) -> Path:
    """Write the report of a folder's studies; return its path (default: FOLDER/report.html)."""
    path = Path(folder) / "report.html" if out is None else Path(out)
    write_text(path, report(folder))
    return path


def report(folder: Path | str) -> str:
    """Return the report of a study's folder, of a folder of several, or of one run's, as HTML.

    It depends on the stored tables alone: the same tables give the same bytes.

    Raises InputError where there are no runs, or the report's packages aren't installed.
    """
    check_installed()
    if is_run(Path(folder)):
        return run_report(Path(folder))
    studies = stored(folder)
    if not studies:
        raise no_study("report", folder)
    shown = [tables for tables in studies if "runs" in tables.names and len(_runs(tables))]
    if not shown:
        first = studies[0]
        raise InputError(
            f"report: {folder} must hold runs, got none of {first.study.name}; "
            f"eccles sweep {first.study.name} --out {first.folder} runs them"
        )
    kinds = {tables.study.is_deep for tables in shown}
    if len(kinds) > 1:
        raise InputError(
            f"report: {folder} must hold studies of shallow networks or of deep ones, got both; "
            "report the folder of each by itself"
        )
    parts = _parts(folder, shown)
    joined = _together(shown)
    runs = joined["runs"]
    kind = "circuit" if "circuit" in runs else kind_of(runs)
    settings = dict.fromkeys(
        [*parts.first, *(name for tables in shown for name in (kind, *tables.study.varied))]
    )
    drawn = None
    if (runs["status"] == "done").any():
        weights, histograms = (joined.get(name) for name in MEASURED)
        drawn = explorer(
            runs,
            joined["epochs"],
            weights,
            list(settings),
            dict(parts.colours),
            histograms=histograms,
        )
    folded = [
        Table(f"{_name(tables)}: a row a cell", cells(_runs(tables), tables.study.varied), True)
        for tables in shown
    ]
    return page(
        parts.title,
        parts.about,
        _facts(shown, runs),
        claims=parts.claims,
        pictures=parts.pictures,
        tables=[*parts.tables, *folded],
        explorer=drawn,
        notes=[*parts.notes, *_besides(shown), *_failures(runs)],
    )


def _parts(folder: Path | str, shown: Sequence[StudyTables]) -> Parts:
    """Return what the article of these studies adds; of others, their names and questions."""
    articles = {tables.study.name.split("/")[0] for tables in shown}
    for article in sorted(articles & set(judged())):
        return of_article(Article(article, folder))
    title = ", ".join(dict.fromkeys(tables.study.name for tables in shown))
    about = " ".join(dict.fromkeys(tables.study.about for tables in shown if tables.study.about))
    conditions = [condition(tables) for tables in shown if tables.progress[0]]
    colours = {value: colour for _, own in conditions for value, colour in own.items()}
    first = [name for name, _ in conditions]
    return Parts(title, about, pictures=_pictures(shown), colours=colours, first=first)


def _pictures(shown: Sequence[StudyTables]) -> list[Picture]:
    """Return the pictures of studies of one's own that have runs which are done."""
    made: list[Picture] = []
    for tables in shown:
        with suppress(InputError):
            for drawing in own_figures(tables, Axes()).values():
                title = drawing.caption.partition(": ")[0].partition(",")[0].rstrip(".")
                number = str(len(made) + 1)
                made.append(Picture(number, title, drawing.svg(), drawing.caption))
    return made


def _runs(tables: StudyTables) -> pd.DataFrame:
    return varied(tables, tables.planned(tables.runs))[0]


def _name(tables: StudyTables) -> str:
    study = tables.study
    return study.name if study.scale == FULL else f"{study.name} ({study.scale})"


def _together(shown: Sequence[StudyTables]) -> dict[str, pd.DataFrame]:
    """Return the tables of all studies that the explorer shows; no run of them is there twice."""
    import pandas as pd

    seen: set[str] = set()
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in ("runs", "epochs", *MEASURED)}
    for tables in shown:
        runs = _runs(tables)
        runs = runs[~runs["run"].isin(seen)].assign(study=_name(tables))
        seen.update(runs["run"])
        parts["runs"].append(runs)
        for name in ("epochs", *MEASURED):
            if name in tables.names:
                rows = tables.table(name)
                parts[name].append(rows[rows["run"].isin(runs["run"])])
    return {
        # Columns that are empty in one study would change the type of the others'.
        name: pd.concat([f.astype(object) for f in each], ignore_index=True).infer_objects()
        for name, each in parts.items()
        if each
    }


def _facts(shown: Sequence[StudyTables], runs: pd.DataFrame) -> list[tuple[str, str]]:
    """Return where the results come from."""
    done = [(_name(tables), *tables.progress) for tables in shown]
    kinds = runs[["data", "data_kind", "train_samples", "test_samples"]].dropna().drop_duplicates()
    data = [
        f"{name} ({kind}): {train:,} training and {test:,} test samples"
        for name, kind, train, test in kinds.itertuples(index=False)
    ]
    started = sorted(runs["started"].dropna())
    packages = ("eccles", "torch", "numpy", "numba", "python")
    versions = [f"{name} {_several(runs[f'{name}_version'])}" for name in packages]
    facts = [
        ("studies", "; ".join(f"{name}: {n:,} of {counted(m, 'run')}" for name, n, m in done)),
        ("data", "; ".join(data)),
        ("runs started", " to ".join(dict.fromkeys([started[0], started[-1]])) if started else ""),
        ("training time", f"{clock(runs['seconds'].sum())}, over all runs"),
        ("versions", ", ".join(versions)),
        ("commit", _several(runs["eccles_commit"])),
        ("platform", _several(runs["platform"])),
        ("report by", f"eccles {eccles.__version__}"),
    ]
    return [(name, value) for name, value in facts if value]


def _several(values: Iterable[object]) -> str:
    return ", ".join(sorted({str(value) for value in values if value is not None}))


def _besides(shown: Sequence[StudyTables]) -> list[str]:
    """Return what "auto" became where it differs within a study."""
    said = (say_implied(tables.study, _runs(tables)) for tables in shown)
    return [f"{each[0].upper()}{each[1:]}." for each in said if each]


def _failures(runs: pd.DataFrame) -> list[str]:
    failed = runs[runs["status"] != "done"]
    notes = [f"Run {run} failed: {error}" for run, error in failed[["run", "error"]].to_numpy()[:3]]
    if len(failed) > len(notes):
        notes.append(
            f"{counted(len(failed) - len(notes), 'more run')} failed; eccles results lists all."
        )
    return notes
