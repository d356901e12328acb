"""A study's cells: which runs make one, for the statistics of `eccles.stats`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from eccles.errors import InputError, must
from eccles.stats.cells import compare_cells, read_cell
from eccles.stats.frames import check_columns
from eccles.stats.summary import summary
from eccles.sweeps.devices import values_of
from eccles.sweeps.schema import KEY, columns_of

if TYPE_CHECKING:
    import pandas as pd

    from eccles.sweeps.tables import StudyTables

PAIR = "seed"
"""What pairs the runs of two cells."""


def axes(results: StudyTables) -> list[str]:
    """Return the settings that make a study's cells: all that vary but the seed."""
    return [name for name in results.study.varied if name != PAIR]


def summary_of(
    results: StudyTables,
    by: Sequence[str] | None,
    value: str,
    table: str,
    where: str | None,
    level: float,
) -> pd.DataFrame:
    """Return n, mean, sd and interval of each cell; `StudyTables.summary` says more."""
    by = axes(results) if by is None else list(by)
    return summary(by_run(results, by, value, table, where), by, value, level)


def comparison_of(
    results: StudyTables,
    against: Mapping[str, Any] | str,
    by: Sequence[str] | None,
    value: str,
    table: str,
    where: str | None,
    level: float,
) -> pd.DataFrame:
    """Return each cell's differences to a reference; `StudyTables.compare` says more."""
    by = axes(results) if by is None else list(by)
    rows = by_run(results, [*by, PAIR], value, table, where)
    wanted = read_cell(against) if isinstance(against, str) else against
    cell = values_of(results.study, rows, wanted)
    return compare_cells(rows, cell, by, value, PAIR, level)


def by_run(
    results: StudyTables, by: Sequence[str], value: str, table: str, where: str | None
) -> pd.DataFrame:
    """Return a row a run and cell: several rows that a run has in one are one observation.

    Only runs that the study plans count.
    """
    rows = results.planned(results.table(table, where=where, settings=True))
    for name in (*by, value):
        _check_here(results, rows, name, table)
    check_columns(rows, *by, value)
    if table == "runs":
        return rows
    import pandas as pd

    if not pd.api.types.is_numeric_dtype(rows[value]):
        raise must("stats", "value", "a column of numbers", value)
    keys = list(dict.fromkeys((KEY, *by)))
    return rows.groupby(keys, sort=False, dropna=False)[value].mean().reset_index()


def _check_here(results: StudyTables, rows: pd.DataFrame, name: str, table: str) -> None:
    """Raise InputError for a column that stands in another table of the study alone."""
    known = columns_of(results.study)
    if name not in rows and (there := [each for each in results.names if name in known[each]]):
        choices = " or ".join(f"--table {each}" for each in there)
        raise InputError(f"stats: table {table} has no column {name!r}; it is there with {choices}")
