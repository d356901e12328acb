"""Differences of paired seeds, as the claims weigh them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from eccles.errors import counted
from eccles.studies.article import Article
from eccles.studies.claims.finding import Part, Untestable
from eccles.studies.claims.rows import done, whole_seeds
from eccles.studies.liu2026.changes import changed
from eccles.sweeps.tables import StudyTables

if TYPE_CHECKING:
    import pandas as pd

CHANCE = 0.2
"""Accuracy of ten classes up to which a network has learnt nothing: twice that of guessing."""


class Difference(NamedTuple):
    """A difference of accuracies in points, over paired seeds."""

    mean: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return f"{self.mean:+.1f} points [{self.low:.1f}, {self.high:.1f}], n = {self.n}"

    def above(self, bound: float) -> bool | None:
        """Return whether the whole 95 % interval is above a bound; None if it holds the bound."""
        return True if self.low > bound else False if self.high < bound else None


def ended(article: Article, study: str) -> pd.DataFrame:
    """Return the runs of a study's whole seeds, failed ones too, as `changed` has them.

    Raises `Untestable` for fewer than two whole seeds.
    """
    done(article, study)
    whole, _ = whole_seeds(article[study])
    runs = changed(article[study])
    return runs[runs["seed"].isin(whole)]


def of_model(runs: pd.DataFrame, change: str) -> pd.Series:
    """Return the accuracies of one model's runs with a change, by seed; a failed one has none."""
    own = runs[runs["change"] == change].set_index("seed")["accuracy"].sort_index()
    if not len(own):
        raise Untestable(f"there are no runs with {change}")
    return own


def difference(runs: pd.DataFrame, change: str, reference: str) -> Difference | None:
    """Return change minus reference in points over paired seeds; None where a run failed."""
    from eccles.stats import confidence_interval, differences

    one, other = of_model(runs, change), of_model(runs, reference)
    if one.isna().any() or other.isna().any():
        return None
    points = 100 * np.asarray(differences(one, other))
    low, high = confidence_interval(points)
    return Difference(float(points.mean()), float(low), float(high), len(points))


def worse(runs: pd.DataFrame, model: str, change: str, reference: str) -> Part:
    """Return whether a change costs accuracy: its 95 % interval is below 0, or its runs failed."""
    own = runs[runs["model"] == model]
    apart = difference(own, change, reference)
    if apart is None:
        failed = int(of_model(own, change).isna().sum())
        seeds = own["seed"].nunique()
        number = f"{model}: {failed} of {seeds} runs fail"
        return Part(
            failed == seeds, f"{model}, {change}: {failed} of {seeds} runs not finite", number
        )
    if of_model(own, change).equals(of_model(own, reference)):
        text = f"{model}, {change}: the same accuracy with every seed, n = {apart.n}"
        return Part(False, text, f"{model}: 0 points")
    below = apart.above(0)
    number = f"{model}: {apart.mean:+.1f} points"
    return Part(None if below is None else not below, f"{model}, {change}: {apart}", number)


def models(tables: StudyTables) -> list[str]:
    """Return a study's networks, in its order."""
    return list(dict.fromkeys(tables.planned(tables.runs)["model"]))


def budget(tables: StudyTables) -> str:
    """Return what the runs of a study were, in words: data, width and epochs of each network."""
    runs = tables.planned(tables.runs)
    rows = runs[["model", "width", "epochs"]].drop_duplicates().itertuples(index=False)
    spelt = ", ".join(
        f"{model} at {width:g} of its width for {counted(epochs, 'epoch')}"
        for model, width, epochs in rows
    )
    return f"{' and '.join(runs['data'].unique())}: {spelt}; the article: 300 epochs of CIFAR-10"
