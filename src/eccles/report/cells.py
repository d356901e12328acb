"""The cells of a study: runs that differ in their seeds alone, as one row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eccles.arguments import typed
from eccles.report.kind import kind_of
from eccles.report.rate import rate_of
from eccles.stats.dead import dead
from eccles.stats.intervals import confidence_interval

if TYPE_CHECKING:
    import pandas as pd


@typed("report")
def cells(runs: pd.DataFrame, settings: Sequence[str]) -> pd.DataFrame:
    """Return a row a cell: runs done, failed, dead, their accuracy and how sure it is, their rate.

    Accuracies are peaks on the test set in percent, over the cell's repeats: mean, its interval of
    95 % as `eccles results` has it, lowest, highest. Real and synthetic data are never in one cell.

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
        n=("percent", "count"),
        failed=("failed", "sum"),
        dead=("dead", "sum"),
        mean=("percent", "mean"),
        low=("percent", lambda cell: _interval(cell)[0]),
        high=("percent", lambda cell: _interval(cell)[1]),
        lowest=("percent", "min"),
        highest=("percent", "max"),
        rate=("rate", "mean"),
    )
    table = table.rename(
        columns={
            "mean": "peak accuracy (%)",
            "low": "95 % interval from (%)",
            "high": "to (%)",
            "lowest": "lowest (%)",
            "highest": "highest (%)",
            "rate": f"rate before training ({rate.unit})",
        }
    )
    return table.reset_index()


def _interval(cell: pd.Series[float]) -> tuple[float, float]:
    return confidence_interval(cell.dropna().to_numpy(float))
