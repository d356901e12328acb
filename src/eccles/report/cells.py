"""The cells of a study: runs that differ in their seeds alone, as one row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def cells(runs: pd.DataFrame, settings: Sequence[str]) -> pd.DataFrame:
    """Return a row a cell: how many runs, how many failed, accuracy and initial rate of the others.

    Accuracies are peaks on the test set in percent, over the cell's repeats: mean, lowest, highest.
    Real and synthetic data are never in one cell.

    Args:
        runs: a study's runs.
        settings: columns whose values make a cell; the seed isn't one.
    """
    mixed = ["data_kind"] if runs["data_kind"].nunique() > 1 else []
    names = [name for name in settings if name != "seed"] or ["ei"]
    keys = [*dict.fromkeys([*names, *mixed])]
    done = runs["status"] == "done"
    values = runs.assign(
        failed=~done,
        percent=(100 * runs["peak_accuracy"]).where(done),
        rate=runs["initial_rate_hz"].where(done),
    )
    grouped = values.groupby(keys, sort=False, dropna=False)
    table = grouped.agg(
        runs=("run", "size"),
        failed=("failed", "sum"),
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
            "rate": "initial rate (Hz)",
        }
    )
    return table.reset_index()
