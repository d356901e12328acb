"""The figures of Kilgore et al. 2025, each from the stored tables of one of its studies."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from eccles import figures
from eccles.errors import counted
from eccles.figures import Drawing, Film, style
from eccles.studies.article import Article
from eccles.studies.done import Done, done_runs, said, source
from eccles.studies.drawn import ArticleFigure
from eccles.studies.kilgore2025.protocol import (
    BAND,
    DIGITS,
    FASHION,
    LATE,
    MAIN,
    NOISY,
    PORTRAITS,
    ROBUSTNESS,
    SAMPLES,
    STAND_IN,
    STAND_IN_UNBOUNDED,
    SUCCESS,
    Task,
    distances_by_group,
    late_accuracy,
)
from eccles.studies.kilgore2025.robustness import results, variants

if TYPE_CHECKING:
    import pandas as pd

LEVELS = (0.2, 0.4, 0.6)
"""Noise at which ratios are compared, in initial scales of the input weights."""

RATIOS = ("50:50", "80:20", "95:5", "100:0", "70:30", "75:25", "90:10")
COLOURS = style.colours(RATIOS)
REPRESENTATIVE = (0.00075, 0.001, 0.004)
"""Scales of the initial input weights whose runs stand for all: low, middle and high activity."""


def _accuracy_by_rate(task: Task, *, published: bool = False) -> Callable[[Article], Drawing]:
    """Return what draws accuracy by initial rate, or by the rate that the article published."""

    def draw(article: Article) -> Drawing:
        study = source(task.studies, article)
        done = done_runs(article, study)
        runs, rate, when = done.runs, "initial_rate_hz", "before training"
        if published:
            runs = runs.assign(rate_hz=task.published_rate(runs, done.tables.epochs))
            rate, when = "rate_hz", "after the first epoch"
        return figures.accuracy_by_rate(
            task.outcomes(runs, done.tables),
            rate=rate,
            when=when,
            decisive="decisive",
            decided_by=task.decided_by,
            success=task.success,
            band=BAND,
            line=_unbounded(article) if study == STAND_IN else task.unbounded,
            colours=COLOURS,
            note=said(
                task.rule.replace("success", "success (filled)"),
                "as published" if published else "",
                done.note,
            ),
        )

    return draw


def _unbounded(article: Article) -> float | None:
    """Return the mean peak of the network without signs on the stand-in, where it was run."""
    if not article.has_runs(STAND_IN_UNBOUNDED):
        return None
    return float(done_runs(article, STAND_IN_UNBOUNDED).runs["peak_accuracy"].mean())


def _in_order(values: pd.DataFrame) -> pd.DataFrame:
    """Return rows by the share of excitatory neurons."""
    place = values["ei"].map(lambda ei: float(ei.split(":")[0]))
    return values.iloc[place.argsort(kind="stable")].reset_index(drop=True)


def _accuracy_by_noise(article: Article) -> Drawing:
    done = done_runs(article, source(NOISY, article))
    values = _in_order(late_accuracy(done.runs, done.tables.epochs))
    label = f"mean test accuracy of the last {LATE} epochs (%)"
    return figures.accuracy_by_noise(values, colours=COLOURS, label=label, note=done.note)


def _activity_by_class(article: Article) -> Drawing:
    done = done_runs(article, MAIN)
    epochs, classes = done.only(done.tables.epochs), done.only(done.tables.classes)
    note = said(FASHION.rule, done.note)
    return figures.activity_by_class(
        done.runs, epochs, classes, success=SUCCESS, colours=COLOURS, note=note
    )


def _activity_film(article: Article) -> Film:
    done = done_runs(article, MAIN)
    epochs, classes = done.only(done.tables.epochs), done.only(done.tables.classes)
    note = said(FASHION.rule, done.note)
    return figures.activity_film(
        done.runs, epochs, classes, success=SUCCESS, colours=COLOURS, note=note
    )


def _activity_by_epoch(ei: str) -> Callable[[Article], Drawing]:
    def draw(article: Article) -> Drawing:
        study, histograms = source((PORTRAITS, MAIN), article), "weight_histograms"
        there = study == PORTRAITS
        done = done_runs(article, study, *([histograms] if there else []))
        runs = done.runs.sort_values(["seed", "w1_std"])
        runs = runs[(runs["ei"] == ei) & (runs["update_noise"] == 0)].drop_duplicates("w1_std")
        wanted = runs[runs["w1_std"].isin(REPRESENTATIVE)]
        chosen = (wanted if len(wanted) else runs.head(len(REPRESENTATIVE))).sort_values("w1_std")
        if not len(chosen):
            raise done.none_such(f"{ei} without update noise")
        titles = {
            str(run): f"w1 scale {w1_std:g}\nseed {seed}"
            for run, w1_std, seed in chosen[["run", "w1_std", "seed"]].itertuples(index=False)
        }
        return figures.activity_by_epoch(
            titles,
            done.tables.epochs,
            done.tables.classes,
            done.tables.table(histograms) if there else None,
            note=said(ei, done.note, "" if there else f"without weights: {PORTRAITS} has them"),
        )

    return draw


def _preferred(done: Done, *, noisy: bool) -> pd.Series:
    """Return the run that stands for others: 80:20, of the middle activity, of the lowest seed."""
    runs = done.runs[(done.runs["update_noise"] > 0) == noisy]
    if not len(runs):
        raise done.none_such("a network with update noise" if noisy else "a network without it")
    far = (runs["ei"] != "80:20") + 0.1 * (runs["w1_std"] != 0.001)
    return runs.assign(far=far).sort_values(["far", "seed"], kind="stable").iloc[0]


def _portrait(article: Article) -> Drawing:
    done = done_runs(article, PORTRAITS, "sample")
    run = _preferred(done, noisy=False)
    rows = done.tables.table("sample", where=f"run = '{run['run']}'")
    rows = rows[rows["epoch"] == rows["epoch"].max()]
    rows = rows[rows["sample"] == rows["sample"].min()]
    classes = done.tables.classes.drop_duplicates("class").sort_values("class")
    note = "\n".join([_of(run), said(f"test sample {rows['sample'].min()}", done.note)])
    names = list(classes["class_name"])
    return figures.portrait(rows, int(run["n_excitatory"]), class_names=names, note=note)


def _update_distributions(article: Article) -> Drawing:
    done = done_runs(article, PORTRAITS, "updates")
    run = _preferred(done, noisy=True)
    rows = done.tables.table("updates", where=f"run = '{run['run']}'")
    epochs = sorted(rows["epoch"].unique())
    # A network that has learnt for a while says more than one at its very start.
    epoch = next((each for each in epochs if each >= 0), epochs[0])
    noise = f"noise {run['update_noise'] / run['w1_std']:g} initial scales"
    batch = f"first batch after {counted(epoch + 1, 'epoch')}"
    note = said(_of(run), noise, batch, done.note)
    return figures.update_distributions(rows[rows["epoch"] == epoch], note=note)


def _of(run: pd.Series) -> str:
    return f"{run['ei']}, w1 scale {run['w1_std']:g}, seed {run['seed']}"


def _differences(article: Article) -> Drawing:
    done = done_runs(article, source(NOISY, article))
    values = _in_order(late_accuracy(done.runs, done.tables.epochs))
    note = said("stars: Wilcoxon, Holm; in brackets: t-test as published", done.note)
    return figures.accuracy_differences(values, levels=LEVELS, colours=COLOURS, note=note)


def _distances(task: Task, samples: str = "all") -> Callable[[Article], Drawing]:
    """Return what draws distances over all test samples, as published, or one a batch."""

    def draw(article: Article) -> Drawing:
        done = done_runs(article, source(task.studies, article), "distances")
        runs = task.outcomes(done.runs[done.runs["n_inhibitory"] > 0], done.tables)
        if not len(runs):
            raise done.none_such("a network with inhibitory neurons")
        values = distances_by_group(runs, done.tables.table("distances"), samples)
        if not len(values):
            raise done.none_such(f"a network with distances over {SAMPLES[samples]}")
        note = said(task.rule, "tau: 1 ms", f"over {SAMPLES[samples]}", done.note)
        return figures.distance_violins(values, over=SAMPLES[samples], note=note)

    return draw


def _accuracy_by_variant(article: Article) -> Drawing:
    done = done_runs(article, ROBUSTNESS)
    runs = _in_order(results(done.tables))
    quiet, noisy = "peak (%), no noise", f"mean of last {LATE} (%), noise"
    return figures.accuracy_by_variant(
        runs.assign(condition=runs["noisy"].map({False: quiet, True: noisy})),
        variants=list(dict.fromkeys(variants(done.tables.study).values())),
        conditions=(quiet, noisy),
        band=BAND,
        colours=COLOURS,
        note=said("test accuracy", done.note),
    )


FIGURES = {
    "1b": ArticleFigure("One sample's way through a network", (PORTRAITS,), _portrait),
    "1c": ArticleFigure("Accuracy by initial firing rate", (MAIN,), _accuracy_by_rate(FASHION)),
    "1c-published": ArticleFigure(
        "Accuracy by firing rate after the first epoch, as published",
        (MAIN,),
        _accuracy_by_rate(FASHION, published=True),
    ),
    "1d": ArticleFigure(
        "Accuracy by initial firing rate, spoken digits", DIGITS.studies, _accuracy_by_rate(DIGITS)
    ),
    "1d-published": ArticleFigure(
        "Accuracy by firing rate after the first epoch over 0.2 s, as published, spoken digits",
        DIGITS.studies,
        _accuracy_by_rate(DIGITS, published=True),
    ),
    "2a": ArticleFigure("What an update is made of", (PORTRAITS,), _update_distributions),
    "2b": ArticleFigure("Accuracy by update noise", NOISY, _accuracy_by_noise),
    "2c-e": ArticleFigure("Ratios against 100:0 under noise", NOISY, _differences),
    "3": ArticleFigure("Activity by class as networks learn or fail", (MAIN,), _activity_by_class),
    "S4": ArticleFigure("Figure 3 as a film", (MAIN,), _activity_film, Film),
    "4": ArticleFigure("Activity by epoch, 50:50", (PORTRAITS, MAIN), _activity_by_epoch("50:50")),
    "S2": ArticleFigure("Activity by epoch, 80:20", (PORTRAITS, MAIN), _activity_by_epoch("80:20")),
    "S3": ArticleFigure("Activity by epoch, 95:5", (PORTRAITS, MAIN), _activity_by_epoch("95:5")),
    "5a-c": ArticleFigure("Distances between spike trains", (MAIN,), _distances(FASHION)),
    "5a-c-sampled": ArticleFigure(
        "Distances between spike trains, over one test sample a batch",
        (MAIN,),
        _distances(FASHION, "one_per_batch"),
    ),
    "5d-f": ArticleFigure(
        "Distances between spike trains, spoken digits", DIGITS.studies, _distances(DIGITS)
    ),
    "5d-f-sampled": ArticleFigure(
        "Distances between spike trains, over one test sample a batch, spoken digits",
        DIGITS.studies,
        _distances(DIGITS, "one_per_batch"),
    ),
    "R1": ArticleFigure("Which conclusions survive", (ROBUSTNESS,), _accuracy_by_variant),
}
"""The figures by the article's numbers, in its order, and then our own; "published" where it
measures in another way, "sampled" where we offer one that it hasn't."""
