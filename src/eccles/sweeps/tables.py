"""The tables of a study, as a reader gets them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eccles.arguments import typed
from eccles.errors import InputError, RunError, StorageError, must, nearest, plain
from eccles.html_tables import html_table
from eccles.paths import is_name
from eccles.sweeps import record
from eccles.sweeps.condition import checked, not_one
from eccles.sweeps.consolidate import consolidate, stored_runs
from eccles.sweeps.devices import called
from eccles.sweeps.folder import StudyFolder
from eccles.sweeps.parquet import database, database_error, lock, run_query, stored
from eccles.sweeps.plan import plan
from eccles.sweeps.schema import KEY, columns_of
from eccles.sweeps.statistics import comparison_of, summary_of

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    from torch import Tensor


_SECONDS = 60.0
"""A condition that takes longer is given up."""


class StudyTables:
    """The results of a study, as pandas DataFrames.

    `runs` has a row a run, `epochs` a row a run and epoch, `classes` a row a run, epoch and
    class; `table` gives them, and what measures add, by name. All share the column `run`.
    """

    @typed("study")
    def __init__(self, folder: StudyFolder) -> None:
        self.folder = folder.path
        self.study = folder.read()
        self._folder = folder

    def __repr__(self) -> str:
        return f"StudyTables({self.study.name!r}, {len(self.runs)} runs, {', '.join(self.names)})"

    def _repr_html_(self) -> str:
        from eccles.figures.words import in_words, words_of

        cells, y = self.summary(), words_of("peak_accuracy")
        heads = {"mean": y.label, "sd": "SD (%)", "low": "95 % interval from (%)", "high": "to (%)"}
        shares = {name: y.factor * cells[name] for name in heads}
        shown = in_words(called(self.study, cells.assign(**shares))).rename(columns=heads)
        return html_table(f"{self!r}; {y.name} by cell", shown.to_dict("records"))

    @property
    def names(self) -> tuple[str, ...]:
        """The tables that there are."""
        return tuple(n for n in columns_of(self.study) if self._folder.table(n).exists())

    @cached_property
    def runs(self) -> pd.DataFrame:
        """A row a run: settings, outcome, provenance."""
        return self.table("runs")

    @cached_property
    def epochs(self) -> pd.DataFrame:
        """A row a run and epoch: loss, accuracy, rate, spikes a sample."""
        return self.table("epochs")

    @cached_property
    def classes(self) -> pd.DataFrame:
        """A row a run, epoch and class: accuracy, excitatory and inhibitory spikes a sample."""
        return self.table("classes")

    @cached_property
    def planned_settings(self) -> dict[str, dict[str, Any]]:
        """What varies, by the runs that the study plans, as it was last asked for."""
        return {run.identity: run.settings for run in plan(self.study).runs}

    @property
    def plan(self) -> tuple[str, ...]:
        """The runs that the study plans, as it was last asked for."""
        return tuple(self.planned_settings)

    def planned(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return those rows of a table that are of runs which the study plans."""
        return rows[rows[KEY].isin(self.plan)]

    @property
    def progress(self) -> tuple[int, int]:
        """How many of the planned runs are done, and how many there are."""
        done = self.planned(self.runs[self.runs["status"] == "done"])
        return len(done), len(self.plan)

    @typed("study")
    def summary(
        self,
        by: Sequence[str] | None = None,
        value: str = "peak_accuracy",
        *,
        table: str = "runs",
        where: str | None = None,
        level: float = 0.95,
    ) -> pd.DataFrame:
        """Return a row a cell: its settings, n, mean, sd, and the mean's interval, low to high.

        `eccles.stats.summary` of the runs that the study plans. n counts runs: several rows that
        one has in a cell, in another table than `runs`, are averaged first.

        Args:
            by: columns that make a cell (default: the settings that vary but the seed).
            value: a column of numbers.
            table: where it stands.
            where: an SQL condition that rows must meet.
            level: of the intervals.
        """
        return summary_of(self, by, value, table, where, level)

    @typed("study")
    def compare(
        self,
        against: Mapping[str, Any] | str,
        by: Sequence[str] | None = None,
        value: str = "peak_accuracy",
        *,
        table: str = "runs",
        where: str | None = None,
        level: float = 0.95,
    ) -> pd.DataFrame:
        """Return each cell's paired differences to a reference cell, tested, and Holm's correction.

        `eccles.stats.compare_cells` of the runs that the study plans, paired by seed.

        Args:
            against: the reference, such as "ei=100:0" or {"ei": "100:0"}.
            by, value, table, where, level: as for `summary`.
        """
        return comparison_of(self, against, by, value, table, where, level)

    @typed("study")
    def table(self, name: str, *, where: str | None = None, settings: bool = False) -> pd.DataFrame:
        """Return a table, or those of its rows that an SQL condition holds for.

        With `settings`, what varies in the study stands behind the run. The condition may use the
        table's own columns and those of `runs`. It is one expression, which reads nothing besides.
        Raises InputError for another, RunError for one that takes more than a minute, or a table
        that can't be read.
        """
        if name not in self.names:
            known = ", ".join(self.names)
            raise InputError(
                f"study: there is no table {name!r}{nearest(name, self.names)}; "
                f"{self.folder} has {known or 'none yet'}"
            )
        if settings:
            return self._with_settings(self.table(name, where=where))
        columns = columns_of(self.study)
        own = columns[name]
        base = database()
        if where is None:
            return run_query(base, f"SELECT * FROM {self._rows(base, name)}")
        others = [] if name == "runs" else [c for c in columns["runs"] if c == KEY or c not in own]
        of = "runs" if name == "runs" else f"{name} and runs"
        first = [each for each in self.study.varied if each in own or each in others]
        usable = list(dict.fromkeys((*first, *own, *others)))
        condition = checked(base, where, usable, of, columns)
        join = ""
        if others:
            taken = ", ".join(f'"{c}"' for c in others)
            self._copy(base, "runs", "run_settings", taken)
            join = f' JOIN run_settings USING ("{KEY}")'
        self._copy(base, name, "own", "*")
        # What the condition looks at is in memory by now, and nothing else is in reach.
        lock(base)
        kept = ", ".join(f'own."{column}"' for column in own)
        try:
            return run_query(base, f"SELECT {kept} FROM own{join} WHERE {condition}", _SECONDS)
        except database_error() as error:
            raise not_one(where, usable, of, error) from None

    def weights(self, run: str) -> dict[str, Tensor]:
        """Return a run's final weights, which `keep_weights: true` keeps, for `load_state_dict`.

        Raises InputError where they weren't kept, RunError where they aren't as they were written.
        """
        from eccles.training.run import checkpoint

        path = self._folder.weights(run)
        if not is_name(run) or not path.exists():
            hint = f"there is no {plain(str(path), 200)}"
            raise must("study", "run", "one of a study with keep_weights: true", run, hint)
        hint = "delete it together with the run's record, and let eccles sweep do the run again"
        header, tensors = checkpoint.read(path, hint)
        if header["identity"] != run:
            got = f"those of run {plain(str(header['identity']), 40)}"
            raise RunError(f"study: {path} must hold the weights of run {run}, got {got}; {hint}")
        return checkpoint.weights(tensors)

    def _with_settings(self, rows: pd.DataFrame) -> pd.DataFrame:
        added = [each for each in self.study.varied if each not in rows]
        if not added:
            return rows
        merged = rows[[KEY]].merge(self.runs[[KEY, *added]], on=KEY, how="left")
        merged.index = rows.index
        rest = [name for name in rows if name != KEY]
        return merged.join(rows[rest])

    def _copy(self, base: duckdb.DuckDBPyConnection, name: str, to: str, columns: str) -> None:
        rows = self._rows(base, name)
        run_query(base, f"CREATE TABLE {to} AS SELECT {columns} FROM {rows}")

    def _rows(self, base: duckdb.DuckDBPyConnection, name: str) -> str:
        path = self._folder.table(name)
        try:
            return stored(base, path, columns_of(self.study)[name], self.study.usual())
        except database_error() as error:
            raise _unreadable(path, error) from None


@typed("study")
def load(folder: Path | str) -> StudyTables:
    """Return the results of a study's folder, with all runs that have ended by now.

    Raises InputError where the folder holds no study, RunError where its tables can't be read.
    """
    found = StudyFolder(Path(folder))
    study = found.read()
    if record.scan(found.records) - stored_runs(found).keys():
        # Somebody else's folder gives its tables as they are.
        with suppress(StorageError):
            consolidate(found, [run.identity for run in plan(study).runs])
    tables = StudyTables(found)
    for name in tables.names:
        _check(found, name)
    return tables


def _check(folder: StudyFolder, name: str) -> None:
    path = folder.table(name)
    try:
        folder.sums.check(path.name)
        file = str(path).replace("'", "''")
        run_query(database(), f"SELECT count(*) FROM read_parquet('{file}')")
    except (database_error(), OSError) as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: Exception) -> RunError:
    return RunError(
        f"study: {path} must be a Parquet file, got {str(error).splitlines()[0]!r}; the same "
        "eccles sweep makes it anew"
    )
