"""The tables of a study: Parquet, rebuilt from the records of its runs at any time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eccles.errors import InputError, RunError, StorageError, nearest
from eccles.storage import locked, unwritable, write_whole
from eccles.sweeps import record
from eccles.sweeps.folder import StudyFolder
from eccles.sweeps.plan import plan
from eccles.sweeps.schema import KEY, TABLES
from eccles.sweeps.study import Study
from eccles.training.config import TrainConfig
from eccles.training.measures import MEASURES

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

_CHUNK = 500
"""Records that are held in memory at once."""


def database() -> duckdb.DuckDBPyConnection:
    """Return an empty database in memory, or raise InputError that names the extra."""
    missing = [name for name in ("duckdb", "pandas") if find_spec(name) is None]
    if missing:
        raise InputError(
            f"tables: {' and '.join(missing)} must be installed to read and write Parquet; "
            "pip install 'eccles[sweep]'"
        )
    import duckdb

    connection = duckdb.connect()
    # One thread: the same rows give the same file, and the cores belong to the runs.
    connection.execute("SET threads = 1; SET enable_progress_bar = false")
    return connection


def columns_of(study: Study) -> dict[str, dict[str, str]]:
    """Return the tables of a study, with their columns and SQL types."""
    added = {
        name: {KEY: "VARCHAR", "epoch": "BIGINT", **MEASURES[name].columns}
        for name in study.measure
        if name in MEASURES
    }
    return TABLES | added


def stored_runs(folder: StudyFolder) -> dict[str, str]:
    """Return the status of every run in the tables; none unless all tables are there and sound."""
    paths = [str(folder.table(name)) for name in columns_of(folder.read())]
    if not all(Path(path).exists() for path in paths):
        return {}
    base = database()
    try:
        for path in paths:
            base.execute("SELECT count(*) FROM read_parquet(?)", [path])
        rows = base.execute(f'SELECT "{KEY}", status FROM read_parquet(?)', paths[:1])
        return dict(rows.fetchall())
    except _database_error():
        return {}


def consolidate(folder: StudyFolder, order: Iterable[str]) -> list[str]:
    """Make the tables anew of the records; remove and return those that turn out to be damaged.

    Rows of runs without a record, from tables that were put here, stay. Rows come in `order`,
    others after them; the same records give the same bytes.
    """
    study = folder.read()
    with locked(folder.path / ".tables.lock", f"study: {folder.path}", wait=True):
        base = database()
        for name, columns in columns_of(study).items():
            listed = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
            base.execute(f"CREATE TABLE {name} ({listed})")
        spill = str(folder.path / ".spill").replace("'", "''")
        base.execute(f"SET temp_directory = '{spill}'; SET memory_limit = '256MB'")
        damaged = _fill(base, folder, columns_of(study))
        record.remove(folder.records, damaged)
        base.execute(f"CREATE TABLE recorded AS SELECT {KEY} FROM runs")
        base.execute("CREATE TABLE places (run VARCHAR, place BIGINT)")
        _insert(base, "places", {"run": list(order)}, "run, row_number() OVER () AS place")
        _keep_others(base, folder, list(columns_of(study)))
        for name in columns_of(study):
            _write(base, name, folder.table(name))
    return damaged


class StudyTables:
    """The results of a study, as pandas DataFrames.

    `runs` has a row a run, `epochs` a row a run and epoch, `classes` a row a run, epoch and
    class; `table` gives them, and what measures add, by name. All share the column `run`.
    """

    def __init__(self, folder: StudyFolder) -> None:
        self.folder = folder.path
        self.study = folder.read()
        self._folder = folder

    def __repr__(self) -> str:
        return f"StudyTables({self.study.name!r}, {len(self.runs)} runs, {', '.join(self.names)})"

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
    def plan(self) -> tuple[str, ...]:
        """The runs that the study plans, as it was last asked for."""
        return tuple(run.identity for run in plan(self.study).runs)

    def planned(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return those rows of a table that are of runs which the study plans."""
        return rows[rows[KEY].isin(self.plan)]

    @property
    def progress(self) -> tuple[int, int]:
        """How many of the planned runs are done, and how many there are."""
        done = self.planned(self.runs[self.runs["status"] == "done"])
        return len(done), len(self.plan)

    def table(self, name: str, *, where: str | None = None) -> pd.DataFrame:
        """Return a table, or those of its rows that an SQL condition holds for.

        The condition may use the table's own columns and those of `runs`.
        """
        if name not in self.names:
            known = ", ".join(self.names)
            raise InputError(
                f"study: there is no table {name!r}{nearest(name, self.names)}; "
                f"{self.folder} has {known or 'none yet'}"
            )
        base = database()
        own = columns_of(self.study)[name]
        rows, join = self._rows(base, name), ""
        if where is None:
            return base.execute(f"SELECT * FROM {rows}").df()
        if name != "runs":
            others = ", ".join(f'"{c}"' for c in TABLES["runs"] if c == KEY or c not in own)
            runs = self._rows(base, "runs")
            join = f' JOIN (SELECT {others} FROM {runs}) AS runs USING ("{KEY}")'
        kept = ", ".join(f'"{column}"' for column in own)
        text = f"SELECT {kept} FROM {rows} AS own{join} WHERE {where}"
        try:
            return base.execute(text).df()
        except _database_error() as error:
            raise InputError(
                f"study: the condition must be SQL over the columns of "
                f"{'runs' if name == 'runs' else f'{name} and runs'}, such as "
                f"\"ei = '80:20' AND seed < 4\", got {where!r}: {str(error).splitlines()[0]}"
            ) from None

    def _rows(self, base: duckdb.DuckDBPyConnection, name: str) -> str:
        path = self._folder.table(name)
        try:
            return _stored(base, path, columns_of(self.study)[name])
        except _database_error() as error:
            raise _unreadable(path, error) from None


def load(folder: Path | str) -> StudyTables:
    """Return the results of a study's folder, with all runs that have ended by now.

    Raises InputError where the folder holds no study, RunError where its tables can't be read.
    """
    place = StudyFolder(Path(folder))
    study = place.read()
    if record.scan(place.records) - stored_runs(place).keys():
        # Somebody else's folder gives its tables as they are.
        with suppress(StorageError):
            consolidate(place, [run.identity for run in plan(study).runs])
    tables = StudyTables(place)
    for name in tables.names:
        _check(tables, name)
    return tables


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write a DataFrame as Parquet."""
    base = database()
    base.register("frame", frame)
    _copy(base, "SELECT * FROM frame", path)


def _check(tables: StudyTables, name: str) -> None:
    path = tables.folder / f"{name}.parquet"
    try:
        database().execute("SELECT count(*) FROM read_parquet(?)", [str(path)])
    except _database_error() as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: Exception) -> RunError:
    return RunError(
        f"study: {path} must be a Parquet file, got {str(error).splitlines()[0]!r}; the same "
        "eccles sweep makes it anew"
    )


def _fill(
    base: duckdb.DuckDBPyConnection, folder: StudyFolder, tables: dict[str, dict[str, str]]
) -> list[str]:
    """Put all sound records into the tables; return the others' identities."""
    damaged: list[str] = []
    for chunk in _chunks(sorted(record.scan(folder.records))):
        joined: dict[str, dict[str, list[Any]]] = {}
        for identity in chunk:
            found = record.read(record.path_of(folder.records, identity))
            if found is None or found.run.get(KEY) != identity:
                damaged.append(identity)
                continue
            one = {name: [found.run.get(name)] for name in tables["runs"]}
            for name, columns in {"runs": one, **found.tables}.items():
                if name in tables:
                    _append(joined.setdefault(name, {}), tables[name], identity, columns)
        for name, columns in joined.items():
            _insert(base, name, columns, ", ".join(f'"{column}"' for column in columns))
    return damaged


def _append(
    joined: dict[str, list[Any]],
    wanted: dict[str, str],
    identity: str,
    columns: dict[str, list[Any]],
) -> None:
    n = len(next(iter(columns.values()), []))
    filled = {KEY: [identity] * n, **columns}
    for name in wanted:
        joined.setdefault(name, []).extend(filled.get(name, [None] * n))


def _insert(
    base: duckdb.DuckDBPyConnection, table: str, columns: dict[str, list[Any]], chosen: str
) -> None:
    import pandas as pd

    frame = pd.DataFrame({name: pd.Series(each, dtype=object) for name, each in columns.items()})
    base.register("frame", frame)
    base.execute(f"INSERT INTO {table} BY NAME SELECT {chosen} FROM frame")
    base.unregister("frame")


def _keep_others(base: duckdb.DuckDBPyConnection, folder: StudyFolder, names: list[str]) -> None:
    """Add the rows of stored tables whose runs have no record here.

    Where one table can't be read none is believed, and all are put aside as NAME.unreadable: the
    runs are done again, and what was in the others is still there.
    """
    stored = [name for name in names if folder.table(name).exists()]
    try:
        for name in stored:
            columns = columns_of(folder.read())[name]
            rows = _stored(base, folder.table(name), columns)
            ours = ", ".join(f'"{column}"' for column in columns)
            base.execute(
                f"CREATE TABLE stored_{name} AS SELECT {ours} FROM {rows} "
                f"WHERE {KEY} NOT IN (SELECT {KEY} FROM recorded)"
            )
    except _no_room() as error:
        raise unwritable(folder.path, OSError(str(error).splitlines()[0])) from None
    except _database_error():
        for name in stored:
            path = folder.table(name)
            path.replace(path.with_name(f"{path.name}.unreadable"))
        return
    for name in stored:
        base.execute(f"INSERT INTO {name} BY NAME SELECT * FROM stored_{name}")


def _stored(base: duckdb.DuckDBPyConnection, path: Path, columns: dict[str, str]) -> str:
    """Return a stored table as SQL, with the columns that it is too old to have.

    A setting that came later has its default, which is what the run did; all else is null.
    """
    file = str(path).replace("'", "''")
    text = f"read_parquet('{file}')"
    known = {row[0] for row in base.execute(f"DESCRIBE SELECT * FROM {text}").fetchall()}
    usual = TrainConfig().resolved().model_dump(mode="json")
    added = [
        f'CAST({_literal(usual.get(name))} AS {kind}) AS "{name}"'
        for name, kind in columns.items()
        if name not in known
    ]
    return f"(SELECT *, {', '.join(added)} FROM {text})" if added else text


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    return "'" + str(value).replace("'", "''") + "'"


def _write(base: duckdb.DuckDBPyConnection, name: str, path: Path) -> None:
    within = {"runs": "", "epochs": ", epoch", "classes": ", epoch, class"}.get(
        name, ", epoch, own.rowid"
    )
    query = (
        f"SELECT own.* FROM {name} AS own LEFT JOIN places USING ({KEY}) "
        f"ORDER BY place NULLS LAST, {KEY}{within}"
    )
    write_whole(path, lambda aside: _copy(base, query, aside))


def _copy(base: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    name = str(path).replace("'", "''")
    try:
        base.execute(f"COPY ({query}) TO '{name}' (FORMAT parquet, COMPRESSION zstd)")
    except _database_error() as error:
        raise OSError(str(error).splitlines()[0]) from None


def _no_room() -> type[Exception]:
    import duckdb

    return duckdb.OutOfMemoryException


def _database_error() -> type[Exception]:
    import duckdb

    return duckdb.Error


def _chunks(names: list[str]) -> Iterator[list[str]]:
    for first in range(0, len(names), _CHUNK):
        yield names[first : first + _CHUNK]
