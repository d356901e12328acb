"""Claims 8 and 9: how excitatory the activity is, and how much of it there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eccles.errors import counted
from eccles.studies.article import Article
from eccles.studies.claims.claim import Claim
from eccles.studies.claims.finding import Finding, Part, Untestable, found
from eccles.studies.claims.rows import by_ratio, done, table
from eccles.studies.claims.wording import each
from eccles.studies.kilgore2025.protocol import MAIN, SUCCESS

if TYPE_CHECKING:
    import pandas as pd

_NEAR = 2.0
"""Percentage points from their ratio within which failed networks stay near it."""

_MOMENTS = ("before", "first", "last")
"""Before training, after the first epoch, after the last one."""

_ONE_SPIKE = (0.5, 2.0)
_PULLOVER, _SANDAL = 2, 5
_TIMES = 10.0


def _rise_then_decline(article: Article) -> Finding:
    runs = done(article, MAIN)
    runs = runs[runs["n_inhibitory"] > 0]
    epochs, classes = (table(article, MAIN, name, runs) for name in ("epochs", "classes"))
    return found(
        lambda: _course(_percentages(runs, epochs, ["run"]), "networks"),
        lambda: _course(_percentages(runs, classes, ["run", "class"]), "networks and classes"),
        "100:0 is left out: all its spikes are excitatory. Default: a network's spikes over all "
        "classes; as published, each class by itself.",
    )


def _course(percentages: pd.DataFrame, named: str) -> list[Part]:
    """Return the parts of claim 8, over networks or over networks and classes."""
    silent = percentages[list(_MOMENTS)].isna().any(axis=1)
    learnt = by_ratio(percentages[percentages["success"] & ~silent])
    lost = by_ratio(percentages[~percentages["success"] & ~silent])
    if not lost or len(learnt) < percentages["ei"].nunique():
        raise Untestable("each ratio needs successful networks, and there must be failed ones")
    ns = ", ".join(f"{len(rows)}" for rows in learnt.values())
    changes = {ei: rows["first"] - rows["before"] for ei, rows in learnt.items()}
    up = {ei: change.median() for ei, change in changes.items()}
    down = {ei: (rows["last"] - rows["first"]).median() for ei, rows in learnt.items()}
    away = {ei: (rows["last"] - rows["ratio"]).abs().median() for ei, rows in lost.items()}
    rising = {ei: (change > 0).mean() for ei, change in changes.items()}
    return [
        Part(
            min(up.values()) > 0,
            f"in the first epoch {each(up, '+.1f')} points (medians of {ns} successful {named}; "
            f"rising: {each(rising, '.0%')})",
            f"{min(up.values()):+.1f} points in epoch 1",
        ),
        Part(
            max(down.values()) < 0,
            f"from then on {each(down, '+.1f')} points",
            f"{max(down.values()):+.1f} points from epoch 1 on",
        ),
        Part(
            max(away.values()) < _NEAR,
            f"failed ones end {each(away, '.1f')} points from their ratio (medians of "
            f"{', '.join(f'{len(rows)}' for rows in lost.values())}; {silent.sum()} of all "
            f"{len(percentages)} {named} are silent at times and left out)",
        ),
    ]


def _percentages(runs: pd.DataFrame, rows: pd.DataFrame, unit: list[str]) -> pd.DataFrame:
    """Return a row a unit: percent excitatory before, after the first and after the last epoch."""
    excitatory, inhibitory = rows["excitatory_spikes"], rows["inhibitory_spikes"]
    # 0 of 0 spikes is no percentage.
    share = 100 * excitatory / (excitatory + inhibitory)
    epochs = rows["run"].map(runs.set_index("run")["epochs"])
    moments = (rows["epoch"] == -1, rows["epoch"] == 0, rows["epoch"] == epochs - 1)
    wide = runs.assign(
        success=runs["peak_accuracy"] > SUCCESS,
        ratio=100 * runs["n_excitatory"] / (runs["n_excitatory"] + runs["n_inhibitory"]),
    )[["run", "ei", "success", "ratio"]]
    for name, chosen in zip(_MOMENTS, moments, strict=True):
        column = rows[chosen].assign(**{name: share})[[*unit, name]]
        wide = wide.merge(column, on=[key for key in unit if key in wide], how="left")
    return wide


def _end(article: Article) -> Finding:
    runs = done(article, MAIN)
    runs = runs[runs["peak_accuracy"] > SUCCESS]
    if not len(runs):
        raise Untestable("no network is successful")
    classes = table(article, MAIN, "classes", runs).merge(
        runs[["run", "ei", "hidden", "epochs"]], on="run"
    )
    classes = classes[classes["epoch"] == classes["epochs"] - 1]
    classes = classes.assign(spikes=classes["excitatory_spikes"] + classes["inhibitory_spikes"])
    total = (classes["spikes"] * classes["samples"]).groupby(classes["run"]).sum()
    samples = classes.groupby("run")["samples"].sum()
    by_class = classes.pivot_table(index="run", columns="class", values="spikes")
    runs = runs.set_index("run")
    runs = runs.assign(
        spikes=total / samples / runs["hidden"], times=by_class[_PULLOVER] / by_class[_SANDAL]
    )
    names = classes.drop_duplicates("class").set_index("class")["class_name"]
    groups = by_ratio(runs)
    if any(rows["times"].isna().all() for rows in groups.values()):
        raise Untestable("there must be spikes in samples of both classes")
    spikes = {ei: rows["spikes"].median() for ei, rows in groups.items()}
    times = {ei: rows["times"].median() for ei, rows in groups.items()}
    ns = ", ".join(f"{len(rows)}" for rows in groups.values())
    parts = [
        Part(
            _ONE_SPIKE[0] <= min(spikes.values()) and max(spikes.values()) <= _ONE_SPIKE[1],
            f"{each(spikes, '.2f')} spikes a hidden neuron and sample (medians of {ns} networks)",
            f"{min(spikes.values()):.2f} to {max(spikes.values()):.2f} spikes",
        ),
        Part(
            min(times.values()) > _TIMES,
            f"{names[_PULLOVER]} evokes {each(times, '.1f')} times the spikes of {names[_SANDAL]} "
            f"(medians; {(runs['times'] > _TIMES).sum()} of {counted(len(runs), 'network')} over "
            "ten times)",
            f"{min(times.values()):.1f} to {max(times.values()):.1f} times",
        ),
    ]
    return found(lambda: parts, note="Successful networks only, after the last epoch.")


CLAIMS = (
    Claim(
        "8",
        "E share: up in epoch 1, down",
        "In the first epoch the excitatory share of the hidden spikes rises in successful "
        "networks, and then declines; failed ones stay near their ratio.",
        MAIN,
        "At each ratio with inhibition the median change of successful networks is above 0 in the "
        "first epoch and below 0 from there to the last; failed ones end within 2 points of their "
        "ratio (median).",
        _rise_then_decline,
        figure="4",
    ),
    Claim(
        "9",
        "one spike, Pullover 10 x Sandal",
        "Trained networks end near one spike a hidden neuron and sample, and Pullover (2) evokes "
        "over ten times the hidden activity of Sandal (5).",
        MAIN,
        "At each ratio the median over successful networks is 0.5 to 2 spikes, and over 10 times.",
        _end,
        figure="3",
    ),
)
