"""Cells of a table: how many values, their mean, their spread, and the mean's interval."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

from eccles.arguments import typed
from eccles.errors import must
from eccles.stats.frames import check_columns
from eccles.stats.intervals import confidence_interval

if TYPE_CHECKING:
    import pandas as pd

_ADDED = ("n", "mean", "sd", "low", "high")


@typed("stats")
def summary(
    rows: pd.DataFrame, by: Sequence[str], value: str = "peak_accuracy", level: float = 0.95
) -> pd.DataFrame:
    """Return a row a cell: its settings, n, mean, sd, and the mean's interval from low to high.

    Rows without a value don't count; a cell without any is left out. The standard deviation and
    the interval of a single value are NaN. `confidence_interval` says how the interval is found.

    Args:
        rows: such as a study's runs.
        by: columns whose values make a cell, in the order in which they come.
        value: a column of numbers.
        level: share of studies whose interval holds the true mean.

    Raises InputError for a column that isn't there, or of no numbers.
    """
    check_columns(rows, *by, value)
    import pandas as pd

    taken = [*by, *_ADDED]
    if len(set(taken)) < len(taken) or not rows.columns.is_unique:
        accepted = f"columns of different names, none of them {', '.join(_ADDED)}"
        raise must("stats", "by", accepted, list(by))
    numbers = pd.api.types.is_numeric_dtype(rows[value])
    if not numbers or pd.api.types.is_complex_dtype(rows[value]):
        raise must("stats", "value", "a column of numbers", value)
    for name in by:
        if not rows[name].map(lambda each: isinstance(each, Hashable)).all():
            raise must("stats", "by", "columns of texts, numbers and truth values", name)
    known = rows[rows[value].notna()]
    found = []
    groups = known.groupby(list(by), sort=False, dropna=False) if by else [((), known)]
    for cell, values in groups:
        numbers = values[value].to_numpy(float)
        low, high = confidence_interval(numbers, "mean", level)
        sd = float(numbers.std(ddof=1)) if len(numbers) > 1 else float("nan")
        found.append((*cell, len(numbers), float(numbers.mean()), sd, low, high))
    return pd.DataFrame(found, columns=[*by, *_ADDED])
