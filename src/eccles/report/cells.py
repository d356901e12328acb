"""The cells of a study: runs that differ in their seeds alone, as one row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eccles.arguments import typed
from eccles.report.kind import kind_of
from eccles.report.rate import rate_of
from eccles.stats.dead import dead

if TYPE_CHECKING:
    import pandas as pd


@typed("report")
def cells(runs: pd.DataFrame, settings: Sequence[str]) -> pd.DataFrame:
    """Return a row a cell: runs, failed and dead ones, accuracy and initial rate of those done.

    Accuracies are peaks on the test set in percent, over the cell's repeats: mean, lowest, highest.
    Real and synthetic data are never in one cell.

    Args:
        runs: a study's runs.
        settings: columns whose values make a cell; the seed isn't one.
    """
    mixed = ["data_kind"] if runs["data_kind"].nunique() > 1 else []
    rate = rate_of(runs)
    names = [name for name in settings if name != "seed"] or [kind_of(runs)]
    keys = [*dict.fromkeys([*names, *mixed])]
    done = runs["status"] == "done"
    values = runs.assign(
        failed=~done,
        dead=dead(runs),
        percent=(100 * runs["peak_accuracy"]).where(done),
        rate=runs[rate.initial].where(done),
    )
    grouped = values.groupby(keys, sort=False, dropna=False)
    table = grouped.agg(
        runs=("run", "size"),
        failed=("failed", "sum"),
        dead=("dead", "sum"),
        mean=("percent", "mean"),
        lowest=("percent", "min"),
        highest=("percent", "max"),
        rate=("rate", "mean"),
    )
    table = table.rename(
        columns={
            "mean": "peak accuracy (%)",
            "lowest": "lowest (%)",
            "highest": "highest (%)",
            "rate": f"initial rate ({rate.unit})",
        }
    )
    return table.reset_index()
