"""What runs measure, and what is drawn of it: of a single run, and of a study by its settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas as pd


class Measured(NamedTuple):
    """A table of measures, a row a run, epoch and part of the network or of the data.

    Attributes:
        part: the column that tells parts apart.
        where: values of other columns in the rows that are drawn.
        total: whether the numbers of all parts add up to that of the run; else they have a mean.
        drawn: pictures that are made unasked, and the columns that they are of.
    """

    part: str
    drawn: Mapping[str, str]
    where: Mapping[str, object] = {}
    total: bool = False


MEASURED = {
    "classes": Measured("class_name", {"accuracy-by-class": "accuracy"}),
    "rates": Measured("group", {"rates": "rate_hz"}),
    "weights": Measured("projection", {"mean-weights": "mean", "zero-weights": "zeros"}),
    "spectra": Measured("projection", {"entropy": "entropy", "radius": "radius"}),
    "operations": Measured("projection", {"operations": "operations"}, total=True),
    "distances": Measured("pair", {"distances": "discrete"}, {"samples": "all", "tau": 0.001}),
    "activity": Measured(
        "population", {"synchrony": "synchrony", "active": "active"}, {"class": -1}
    ),
    "layers": Measured(
        "layer",
        {"layer-spikes": "spikes_per_step", "layer-balance": "balance", "layer-gain": "gain"},
    ),
}
"""Tables of measures whose numbers are drawn by epoch, and by the settings of a study."""


def full_name(table: str, column: str) -> str:
    """Return a column's name with its table's, which no setting has."""
    return f"{table}.{column}"


def measured(rows: pd.DataFrame, table: str, column: str, *, parts: Sequence[str]) -> pd.DataFrame:
    """Return one number a run, epoch and part, under full names; nothing where none has a value.

    Args:
        rows: of the table, with run and epoch.
        table: one of `MEASURED`.
        column: a column of its numbers.
        parts: columns of the table that are told apart; over others there is a mean or a sum.
    """
    of = MEASURED[table]
    for name, value in of.where.items():
        if name not in parts:
            rows = rows[rows[name] == value]
    rows = rows[rows[column].notna()]
    keys = ["run", "epoch", *parts]
    rows = rows.assign(**{column: rows[column].astype(float)})
    grouped = rows.groupby(keys, sort=False)[column]
    found = (grouped.sum() if of.total else grouped.mean()).reset_index()
    return found.rename(columns={each: full_name(table, each) for each in (*parts, column)})
