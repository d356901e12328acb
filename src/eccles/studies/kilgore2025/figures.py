"""The figures of Kilgore et al. 2025, each from the stored tables of one of its studies."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from eccles import figures
from eccles.errors import InputError
from eccles.figures import Drawing, style
from eccles.studies import find
from eccles.studies.article import Article
from eccles.sweeps.plan import plan
from eccles.sweeps.study import read_study
from eccles.sweeps.tables import StudyTables

if TYPE_CHECKING:
    import pandas as pd

SUCCESS = 0.5
"""A run is successful if its peak test accuracy is above it."""

BAND = (0.01, 25.6)
"""Firing rates in Hz that the article calls biological."""

UNBOUNDED = 0.86
"""Accuracy that the article quotes of a network without signs."""

LATE = 10
"""Last epochs over which accuracy under noise is the mean."""

RATIOS = ("50:50", "80:20", "95:5", "100:0", "70:30", "75:25", "90:10")
COLOURS = style.colours(RATIOS)
REPRESENTATIVE = (0.00075, 0.001, 0.004)
"""Scales of the initial input weights whose runs stand for all: low, middle and high activity."""

MAIN, NOISE, PORTRAITS = "fashion-mnist", "fashion-mnist-noise", "portraits"
_RULE = f"success: peak test accuracy over {100 * SUCCESS:g} %"


class ArticleFigure(NamedTuple):
    """A figure of the article: its title, the study that it needs, and how it is drawn."""

    title: str
    study: str
    draw: Callable[[Article], Drawing]


class _Done(NamedTuple):
    """The runs of a study that are done and planned, and what to say of those that aren't."""

    tables: StudyTables
    runs: pd.DataFrame
    note: str

    def only(self, table: pd.DataFrame) -> pd.DataFrame:
        return table[table["run"].isin(self.runs["run"])]


def _done(article: Article, study: str, *measures: str) -> _Done:
    """Return a study's runs that are done, or raise InputError that says how to make them."""
    command = f"eccles sweep {article.name}/{study} --out {article.folder / study} runs them"
    if study not in article:
        planned = len(plan(read_study(find(f"{article.name}/{study}"))).runs)
        raise InputError(
            f"figures: {article.folder} must hold the {planned:,} runs of {article.name}/{study}, "
            f"got only {', '.join(article)}; {command}"
        )
    tables = article[study]
    where = f"figures: {tables.folder} must hold"
    command = f"eccles sweep {tables.study.name} --out {tables.folder}"
    if tables.study.scale != "full":
        command += f" --scale {tables.study.scale}"
    runs = tables.planned(tables.runs[tables.runs["status"] == "done"])
    if not len(runs):
        raise InputError(f"{where} runs that are done, got none; {command} runs them")
    for measure in measures:
        if measure not in tables.names or not len(tables.table(measure)):
            raise InputError(
                f"{where} the measure {measure}, got {', '.join(tables.names)}; {command} "
                f"--set measure.{measure}={runs['epochs'].max()} runs it"
            )
    n, planned = tables.progress
    scale = "" if tables.study.scale == "full" else f" at scale {tables.study.scale}"
    note = "" if n == planned and not scale else f"{n:,} of {planned:,} runs{scale}"
    return _Done(tables, runs, note)


def _said(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _accuracy_by_rate(article: Article) -> Drawing:
    done = _done(article, MAIN)
    note = _said(f"filled: {_RULE}", done.note)
    return figures.accuracy_by_rate(
        done.runs, success=SUCCESS, band=BAND, line=UNBOUNDED, colours=COLOURS, note=note
    )


def late_accuracy(runs: pd.DataFrame, epochs: pd.DataFrame) -> pd.DataFrame:
    """Return ei, noise, seed and accuracy of each run: its mean over the last 10 epochs.

    Noise is in initial scales of the input weights.
    """
    trained = epochs[epochs["epoch"] >= 0].sort_values("epoch")
    late = trained.groupby("run").tail(LATE).groupby("run")["accuracy"].mean()
    noise = (runs["update_noise"] / runs["w1_std"]).round(9)
    values = runs.assign(noise=noise, accuracy=runs["run"].map(late))
    values = values[["run", "ei", "noise", "seed", "accuracy"]]
    return values.sort_values(["noise", "seed"], kind="stable", ignore_index=True)


def _in_order(values: pd.DataFrame) -> pd.DataFrame:
    """Return rows by the share of excitatory neurons."""
    place = values["ei"].map(lambda ei: float(ei.split(":")[0]))
    return values.iloc[place.argsort(kind="stable")].reset_index(drop=True)


def _accuracy_by_noise(article: Article) -> Drawing:
    done = _done(article, NOISE)
    values = _in_order(late_accuracy(done.runs, done.tables.epochs))
    label = f"mean test accuracy of the last {LATE} epochs (%)"
    return figures.accuracy_by_noise(values, colours=COLOURS, label=label, note=done.note)


def _activity_by_class(article: Article) -> Drawing:
    done = _done(article, MAIN)
    epochs, classes = done.only(done.tables.epochs), done.only(done.tables.classes)
    note = _said(_RULE, done.note)
    return figures.activity_by_class(
        done.runs, epochs, classes, success=SUCCESS, colours=COLOURS, note=note
    )


def _activity_film(article: Article) -> Drawing:
    done = _done(article, MAIN)
    epochs, classes = done.only(done.tables.epochs), done.only(done.tables.classes)
    note = _said(_RULE, done.note)
    return figures.activity_film(
        done.runs, epochs, classes, success=SUCCESS, colours=COLOURS, note=note
    )


def _activity_by_epoch(ei: str) -> Callable[[Article], Drawing]:
    def draw(article: Article) -> Drawing:
        study = PORTRAITS if PORTRAITS in article else MAIN
        measures = ("weight_histograms",) if study == PORTRAITS else ()
        done = _done(article, study, *measures)
        runs = done.runs[(done.runs["ei"] == ei) & (done.runs["update_noise"] == 0)]
        chosen = runs.sort_values("seed").drop_duplicates("w1_std").sort_values("w1_std")
        wanted = chosen[chosen["w1_std"].isin(REPRESENTATIVE)]
        chosen = wanted if len(wanted) else chosen.head(len(REPRESENTATIVE))
        if not len(chosen):
            raise InputError(
                f"figures: {done.tables.folder} must hold runs of {ei} without noise, got none; "
                f"eccles sweep {done.tables.study.name} runs them"
            )
        titles = {
            str(run): f"w1 scale {w1_std:g}, seed {seed}"
            for run, w1_std, seed in chosen[["run", "w1_std", "seed"]].itertuples(index=False)
        }
        tables = done.tables
        histograms = "weight_histograms"
        return figures.activity_by_epoch(
            titles,
            tables.epochs,
            tables.classes,
            tables.table(histograms) if histograms in tables.names else None,
            note=_said(ei, done.note),
        )

    return draw


FIGURES = {
    "1c": ArticleFigure("Accuracy by initial firing rate", MAIN, _accuracy_by_rate),
    "2b": ArticleFigure("Accuracy by update noise", NOISE, _accuracy_by_noise),
    "3": ArticleFigure("Activity by class as networks learn or fail", MAIN, _activity_by_class),
    "S4": ArticleFigure("Figure 3 as a film", MAIN, _activity_film),
    "4": ArticleFigure("Activity by epoch, 50:50", PORTRAITS, _activity_by_epoch("50:50")),
    "S2": ArticleFigure("Activity by epoch, 80:20", PORTRAITS, _activity_by_epoch("80:20")),
    "S3": ArticleFigure("Activity by epoch, 95:5", PORTRAITS, _activity_by_epoch("95:5")),
}
"""The figures by the article's numbers, in its order."""
