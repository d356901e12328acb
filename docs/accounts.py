"""Fill the tables of docs/reproduction from stored results, and draw its figures.

    python docs/accounts.py results/kilgore2025

A page holds a table between two lines, `<!-- table NAME -->` and `<!-- end -->`; a test holds the
pages to the results.
"""

import sys
from pathlib import Path

from eccles import stats
from eccles.errors import InputError
from eccles.figures.style import look
from eccles.stats.tables import fill_tables, pipe_table
from eccles.storage import write_whole
from eccles.studies.article import Article
from eccles.studies.article_contents import contents
from eccles.studies.claims import markdown
from eccles.studies.done import source
from eccles.studies.kilgore2025.figures import FIGURES
from eccles.studies.kilgore2025.protocol import (
    DIGITS,
    MAIN,
    NOISY,
    STAND_IN,
    STAND_IN_UNBOUNDED,
    SUCCESS,
    late_accuracy,
)
from eccles.studies.kilgore2025.tables import TABLES as ARTICLE_TABLES

PAGES = Path(__file__).parent / "reproduction"
FILLED = ("claims", "fashion-mnist", "fashion-mnist-noise", "robustness", "spoken-digits")
"""The pages of this article; scripts beside this one fill the others."""
CLOUDS = ("3",)
"""Figures of so many points that a picture of dots is the smaller file."""


def filled(page, article):
    """Return a page's text with its tables as the results have them."""
    return fill_tables(page, lambda name: TABLES[name](article))


def progress(article):
    """Return how much of each study is done."""
    body = []
    for study in article:
        n, planned = article[study].progress
        body.append([f"`{article.name}/{study}`", f"{n:,}", f"{planned:,}"])
    return pipe_table(("study", "runs done", "planned"), body)


def accuracy_by_rate(article):
    """Return mean peak accuracy and how many seeds succeed, a row a scale and a column a ratio."""
    runs = _done(article[MAIN])
    ratios = list(runs["ei"].unique())
    body = []
    for w1_std, level in runs.groupby("w1_std"):
        cells = []
        for ei in ratios:
            peak = level[level["ei"] == ei]["peak_accuracy"]
            good = int((peak > SUCCESS).sum())
            cells.append(f"{100 * peak.mean():.1f} % ({good}/{len(peak)})" if len(peak) else "")
        rate = level["initial_rate_hz"].mean()
        body.append([f"{w1_std:g}", f"{rate:.2f} Hz", *cells])
    return pipe_table(("w1 scale", "initial rate", *ratios), body)


def accuracy_by_noise(article):
    """Return the mean of the last accuracies and their spread, a row a level, a column a ratio."""
    values = _late(article)
    ratios = list(values["ei"].unique())
    body = []
    for noise, level in values.groupby("noise"):
        cells = []
        for ei in ratios:
            own = 100 * level[level["ei"] == ei]["accuracy"]
            cells.append(f"{own.mean():.1f} ± {own.std():.1f} ({len(own)})" if len(own) else "")
        body.append([f"{noise:g}", *cells])
    return pipe_table(("noise", *ratios), body)


def differences(article):
    """Return each ratio's difference to 100:0 at three levels, with all tests."""
    values = _late(article)
    found = stats.compare_to_reference(
        values[values["noise"].isin([0.2, 0.4, 0.6])], value="accuracy", within=["noise"]
    )
    for column in ("difference", "low", "high"):
        found[f"{column} (points)"] = 100 * found[column]
    chosen = ["noise", "ei", "n_pairs", "difference (points)", "low (points)", "high (points)"]
    chosen += ["cohen_dz", "p_wilcoxon", "p_holm", "p_t", "seeds_needed"]
    return stats.markdown(found[chosen]).strip()


def distances(article):
    """Return table 1; nothing where distances weren't measured."""
    return _distances("T1", article)


def stand_in_rates(article):
    """Return accuracies of the stand-in, a row a scale and a column a ratio; nothing unless run."""
    if not article.has_runs(STAND_IN):
        return ""
    runs = DIGITS.outcomes(_done(article[STAND_IN]), article[STAND_IN])
    ratios = list(runs["ei"].unique())
    body = []
    for w1_std, level in runs.groupby("w1_std"):
        cells = []
        for ei in ratios:
            own = level[level["ei"] == ei]
            peak, late = 100 * own["peak_accuracy"].mean(), 100 * own["decisive"].mean()
            good = int(own["successful"].sum())
            cells.append(f"{peak:.1f} % ({late:.1f} %, {good}/{len(own)})" if len(own) else "")
        rate = level["initial_rate_hz"].mean()
        body.append([f"{w1_std:g}", f"{rate:.2f} Hz", *cells])
    return pipe_table(("w1 scale", "initial rate", *ratios), body)


def stand_in_differences(article):
    """Return each ratio's difference to 100:0 on the stand-in, a row a scale, or nothing."""
    if not article.has_runs(STAND_IN):
        return ""
    runs = _done(article[STAND_IN]).rename(columns={"peak_accuracy": "accuracy"})
    if "100:0" not in set(runs["ei"]):
        return ""  # Not yet.
    found = stats.compare_to_reference(runs, value="accuracy", within=["w1_std"])
    rates = runs.groupby("w1_std")["initial_rate_hz"].mean()
    ratios = list(found["ei"].unique())
    body = []
    for w1_std, level in found.groupby("w1_std"):
        own = level.set_index("ei")
        cells = []
        for ei in ratios:
            cells.append("")
            if ei in own.index and own.loc[ei, "n_pairs"]:
                mean, low, high = (100 * own.loc[ei, ["difference", "low", "high"]]).astype(float)
                n = own.loc[ei, "n_pairs"]
                cells[-1] = f"{mean:+.1f} [{low:.1f}, {high:.1f}] (n = {n})"
        body.append([f"{rates[w1_std]:.2f} Hz", *cells])
    return pipe_table(("initial rate", *(f"{ei} - 100:0" for ei in ratios)), body)


def stand_in_unbounded(article):
    """Return what the network without signs gets on the stand-in; nothing unless it was run."""
    if not article.has_runs(STAND_IN_UNBOUNDED):
        return ""
    runs = DIGITS.outcomes(_done(article[STAND_IN_UNBOUNDED]), article[STAND_IN_UNBOUNDED])
    body = []
    for run in runs.sort_values("seed").itertuples():
        peak, late = f"{100 * run.peak_accuracy:.1f} %", f"{100 * run.decisive:.1f} %"
        body.append([str(run.seed), f"{run.initial_rate_hz:.2f} Hz", peak, late])
    return pipe_table(("seed", "initial rate", "peak", f"mean of the last {DIGITS.last}"), body)


def stand_in_distances(article):
    """Return table 2, of the stand-in; nothing where distances weren't measured."""
    return _distances("T2", article) if article.has_runs(STAND_IN) else ""


def findings(article):
    """Return the claims with their verdicts."""
    pictures = {name: f"{name}.{_ending(name)}" for name in FIGURES}
    return markdown(contents(article.name).judge(article), pictures)


def survival(article):
    """Return which conclusions outlive which choices; nothing where that wasn't run."""
    extra = contents(article.name).extra
    tables = extra.stored(article)
    return "" if tables is None else extra.markdown(tables)


TABLES = {
    "progress": progress,
    "rates": accuracy_by_rate,
    "noise": accuracy_by_noise,
    "differences": differences,
    "distances": distances,
    "claims": findings,
    "survival": survival,
    "stand-in-rates": stand_in_rates,
    "stand-in-differences": stand_in_differences,
    "stand-in-unbounded": stand_in_unbounded,
    "stand-in-distances": stand_in_distances,
}


def _distances(table, article):
    try:
        rows = ARTICLE_TABLES[table].rows(article)
    except InputError:
        return ""
    return stats.markdown(rows.drop(columns="note")).strip()


def _ending(figure):
    return "png" if figure in CLOUDS else "svg"


def _done(tables):
    return tables.planned(tables.runs[tables.runs["status"] == "done"])


def _late(article):
    study = article[source(NOISY, article)]
    values = late_accuracy(_done(study), study.epochs)
    place = values["ei"].map(lambda ei: float(ei.partition(":")[0]))
    return values.iloc[place.argsort(kind="stable")]


def main(folder):
    """Fill the pages and draw all figures."""
    article = Article("kilgore2025", Path(folder))
    for page in (PAGES / f"{name}.md" for name in FILLED):
        page.write_text(filled(page.read_text(), article))
    for name, figure in FIGURES.items():
        if figure.source(article) not in article:
            print(f"left out: figure {name}, for there are no runs of {figure.source(article)}")
        elif "svg" in figure.kind.FORMATS:
            kind = _ending(name)
            with look():  # The same bytes each time.
                write_whole(PAGES / f"{name}.{kind}", figure.draw(article).writer(kind))


if __name__ == "__main__":
    main(*sys.argv[1:])
