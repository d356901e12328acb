"""The tables of Kilgore et al. 2025, each from the stored tables of one of its studies."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from eccles.stats import category_table
from eccles.studies.article import Article
from eccles.studies.done import done_runs, source
from eccles.studies.drawn import ArticleTable
from eccles.studies.kilgore2025.protocol import DIGITS, FASHION, SAMPLES, Task, distances_by_group

if TYPE_CHECKING:
    import pandas as pd


def distance_table(task: Task) -> Callable[[Article], pd.DataFrame]:
    """Return what makes a table of distances between spike trains: a row a ratio, state and mode.

    Its columns are those of `eccles.stats.category_table`, and samples: which test samples the
    distances are the mean over, all of them, as published, or one a batch. It raises
    InputError where there are no runs with inhibitory neurons, or distances weren't measured.
    """

    def rows(article: Article) -> pd.DataFrame:
        import pandas as pd

        done = done_runs(article, source(task.studies, article), "distances")
        runs = task.outcomes(done.runs[done.runs["n_inhibitory"] > 0], done.tables)
        tables = [
            _by_state(values, samples)
            for samples in SAMPLES
            if len(values := distances_by_group(runs, done.tables.table("distances"), samples))
        ]
        if not tables:
            raise done.none_such("a network with inhibitory neurons")
        return pd.concat(tables, ignore_index=True)

    return rows


def _by_state(values: pd.DataFrame, samples: str) -> pd.DataFrame:
    """Return the rows of a table of distances that are over these test samples."""
    states = ("initial", "successful", "failed")
    place = {ei: float(ei.partition(":")[0]) for ei in values["ei"].unique()}
    place |= {state: states.index(state) for state in states}
    values = values.sort_values(["ei", "group"], key=lambda names: names.map(place), kind="stable")
    found = category_table(values, state="group", value="distance")
    found.insert(found.columns.get_loc("n"), "samples", samples.replace("_", " "))
    return found


_CAPTION = (
    "Medians over n networks of the mean distance between two excitatory neurons (E-E), two "
    "inhibitory ones (I-I) and one of each (E-I), tau 1 ms, over all test samples or one per "
    "batch. p_kruskal with H takes no notice of networks: over all samples it is as published. "
    "p_friedman with chi2 and Kendall's W: within networks."
)

TABLES = {
    "T1": ArticleTable(
        "Van Rossum distances between hidden neurons: medians and tests",
        FASHION.studies,
        distance_table(FASHION),
        _CAPTION,
    ),
    "T2": ArticleTable(
        "Van Rossum distances between hidden neurons, spoken digits: medians and tests",
        DIGITS.studies,
        distance_table(DIGITS),
        _CAPTION,
    ),
}
"""The tables by the article's numbers."""
