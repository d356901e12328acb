"""What must hold of a table that comes in, and of what is installed."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np

from eccles.errors import InputError, listed, must, nearest

if TYPE_CHECKING:
    import pandas as pd


def require(*packages: str) -> None:
    """Raise InputError that names the extra where a package isn't installed."""
    missing = [name for name in packages if find_spec(name) is None]
    if missing:
        raise InputError(
            f"stats: {' and '.join(missing)} must be installed for statistics of tables; "
            "pip install 'eccles[report]'"
        )


def known_rows(values: pd.DataFrame, keys: Sequence[str], value: str) -> pd.DataFrame:
    """Return the key columns and the value, as float, of rows where the value isn't NaN.

    Raises InputError for a column that isn't there, a value that is infinite or no number, an
    empty key, and two rows with the same keys: a run that is counted twice makes every p too small.
    """
    require("pandas")
    for name in (*keys, value):
        if name not in values.columns:
            listed = ", ".join(map(str, values.columns))
            raise InputError(
                f"stats: the table must have a column {name!r}"
                f"{nearest(name, map(str, values.columns))}, got {listed}"
            )
    rows = values[[*keys, value]]
    try:
        rows = rows.astype({value: float})
    except (TypeError, ValueError):
        raise must("stats", value, "a column of numbers", str(rows[value].dtype)) from None
    if np.isinf(rows[value]).any():
        raise must("stats", value, "finite, or NaN where there is nothing", "an infinite value")
    rows = rows[rows[value].notna()]
    for name in keys:
        if rows[name].isna().any():
            raise must("stats", name, "known in every row with a value", "an empty cell")
    twice = rows[rows.duplicated(list(keys))]
    if len(twice):
        first = ", ".join(f"{name} {twice.iloc[0][name]}" for name in keys)
        raise InputError(
            f"stats: a value must be counted once, got {len(twice)} more rows with the same "
            f"{', '.join(keys)} as another ({first}); keep one row of each"
        )
    return rows


def check_columns(table: pd.DataFrame, *names: str) -> None:
    """Raise InputError for a column that isn't there."""
    for name in names:
        if name not in table:
            raise InputError(
                f"stats: there is no column {name!r}{nearest(name, map(str, table.columns))}; "
                f"there are {listed(table.columns)}"
            )


def rows_of(table: pd.DataFrame, name: str | None, value: object) -> pd.DataFrame:
    """Return the rows whose column has a value, which may be missing; all without a column."""
    if name is None:
        return table
    return table[table[name].isna() if is_missing(value) else table[name] == value]


def is_missing(value: object) -> bool:
    """Return whether a cell of a table holds nothing."""
    # pandas' own NA can't even be asked whether it differs from itself.
    return value is None or str(value) == "<NA>" or bool(value != value)
