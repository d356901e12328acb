"""The rows of a study's tables that a judge may use: those of seeds that are whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eccles.studies.article import Article
from eccles.studies.claims.finding import Unmeasured, Untestable
from eccles.sweeps.tables import StudyTables

if TYPE_CHECKING:
    import pandas as pd

_LEAST_SEEDS = 2


def whole_seeds(tables: StudyTables) -> tuple[list[int], int]:
    """Return the seeds whose every planned run has ended, and how many seeds are planned.

    Runs come seed by seed, so a study that was interrupted is a whole one with fewer repeats. Of
    a seed that is under way the cells that are there are no fair choice of all.
    """
    usual = tables.study.base.get("seed", 0)
    seeds = {
        run: int(settings.get("seed", usual)) for run, settings in tables.planned_settings.items()
    }
    ended = set(tables.runs.loc[tables.runs["status"].isin(["done", "failed"]), "run"])
    left = {seed for run, seed in seeds.items() if run not in ended}
    planned = set(seeds.values())
    return sorted(planned - left), len(planned)


def done(article: Article, study: str) -> pd.DataFrame:
    """Return the runs of a study's whole seeds that are done.

    Raises `Untestable` for fewer than two whole seeds.
    """
    tables = article[study]
    whole, planned = whole_seeds(tables)
    chance = "so there is no telling chance from effect"
    if planned < _LEAST_SEEDS:
        raise Untestable(f"one seed only, {chance}")
    if len(whole) < _LEAST_SEEDS:
        raise Untestable(f"fewer than two seeds are whole, {chance}")
    runs = tables.planned(tables.runs)
    runs = runs[(runs["status"] == "done") & runs["seed"].isin(whole)]
    if not len(runs):
        raise Untestable("no run is done")
    return runs


def table(article: Article, study: str, name: str, runs: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a study's table that are of these runs.

    Raises `Unmeasured` where there is no such table.
    """
    tables = article[study]
    if name not in tables.names:
        raise Unmeasured(
            f"{name} weren't measured in these runs; eccles reproduce {article.name} --only "
            f"{study} --scale {tables.study.scale} with another --out measures them"
        )
    rows = tables.table(name)
    return rows[rows["run"].isin(runs["run"])]


def by_ratio(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the rows of each ratio, from the fewest excitatory neurons to the most."""
    groups = {str(ei): rows for ei, rows in frame.groupby("ei")}
    return dict(sorted(groups.items(), key=lambda group: _share(group[0])))


def _share(ei: str) -> float:
    excitatory, _, inhibitory = ei.partition(":")
    return float(excitatory) / (float(excitatory) + float(inhibitory))
