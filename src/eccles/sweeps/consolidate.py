"""Tables made of the records of runs, anew at any time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eccles.errors import RunError
from eccles.locks import locked
from eccles.storage import Write, unwritable
from eccles.sweeps import record
from eccles.sweeps.folder import StudyFolder
from eccles.sweeps.parquet import copy, database, database_error, no_room, stored
from eccles.sweeps.schema import KEY, columns_of

if TYPE_CHECKING:
    import duckdb

_CHUNK = 500
"""Records that are held in memory at once."""


def stored_runs(folder: StudyFolder) -> dict[str, str]:
    """Return the status of every run in the tables; none unless all tables are there and sound."""
    paths = [str(folder.table(name)) for name in columns_of(folder.read())]
    if not all(Path(path).exists() for path in paths):
        return {}
    base = database()
    try:
        for path in paths:
            folder.sums.check(Path(path).name)
            base.execute("SELECT count(*) FROM read_parquet(?)", [path])
        rows = base.execute(f'SELECT "{KEY}", status FROM read_parquet(?)', paths[:1])
        return dict(rows.fetchall())
    except (database_error(), RunError, OSError):
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
        base.execute("CREATE TABLE planned (run VARCHAR, sequence BIGINT)")
        _insert(base, "planned", {"run": list(order)}, "run, row_number() OVER () AS sequence")
        _keep_others(base, folder, list(columns_of(study)))
        folder.put({folder.table(name).name: _written(base, name) for name in columns_of(study)})
    return damaged


def _fill(
    base: duckdb.DuckDBPyConnection, folder: StudyFolder, tables: dict[str, dict[str, str]]
) -> list[str]:
    """Put all sound records into the tables; return the others' identities."""
    damaged: list[str] = []
    for chunk in _chunks(sorted(record.scan(folder.records))):
        gathered: dict[str, dict[str, list[Any]]] = {}
        for identity in chunk:
            found = record.read(record.path_of(folder.records, identity))
            if found is None or found.run.get(KEY) != identity:
                damaged.append(identity)
                continue
            one = {name: [found.run.get(name)] for name in tables["runs"]}
            for name, columns in {"runs": one, **found.tables}.items():
                if name in tables:
                    _append(gathered.setdefault(name, {}), tables[name], identity, columns)
        for name, columns in gathered.items():
            _insert(base, name, columns, ", ".join(_cast(c, tables[name][c]) for c in columns))
    return damaged


def _append(
    gathered: dict[str, list[Any]],
    wanted: dict[str, str],
    identity: str,
    columns: dict[str, list[Any]],
) -> None:
    n = len(next(iter(columns.values()), []))
    filled = {KEY: [identity] * n, **columns}
    for name in wanted:
        gathered.setdefault(name, []).extend(filled.get(name, [None] * n))


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

    Where one table can't be read, or isn't as it was written, none is believed, and all are put
    aside as NAME.unreadable: the runs are done again, and what was in the others is still there.
    """
    there = [name for name in names if folder.table(name).exists()]
    study = folder.read()
    try:
        for name in there:
            columns = columns_of(study)[name]
            folder.sums.check(folder.table(name).name)
            rows = stored(base, folder.table(name), columns, study.usual())
            ours = ", ".join(_cast(column, kind) for column, kind in columns.items())
            base.execute(
                f"CREATE TABLE stored_{name} AS SELECT {ours} FROM {rows} "
                f"WHERE {KEY} NOT IN (SELECT {KEY} FROM recorded)"
            )
    except no_room() as error:
        raise unwritable(folder.path, OSError(str(error).splitlines()[0])) from None
    except (database_error(), RunError, OSError):
        for name in there:
            path = folder.table(name)
            path.replace(path.with_name(f"{path.name}.unreadable"))
        return
    for name in there:
        base.execute(f"INSERT INTO {name} BY NAME SELECT * FROM stored_{name}")


def _cast(column: str, kind: str) -> str:
    """Return SQL that casts a column to its type.

    Layers such as "20,10" become null in a column of whole numbers: they are of runs that the study
    planned in an earlier version.
    """
    if column == "hidden" and kind == "BIGINT":
        return f'TRY_CAST("{column}" AS {kind}) AS "{column}"'
    return f'"{column}"'


def _written(base: duckdb.DuckDBPyConnection, name: str) -> Write:
    """Return what writes a table to a file."""
    within = {"runs": "", "epochs": ", epoch", "classes": ", epoch, class"}.get(
        name, ", epoch, own.rowid"
    )
    query = (
        f"SELECT own.* FROM {name} AS own LEFT JOIN planned USING ({KEY}) "
        f"ORDER BY sequence NULLS LAST, {KEY}{within}"
    )
    return partial(copy, base, query)


def _chunks(names: list[str]) -> Iterator[list[str]]:
    for first in range(0, len(names), _CHUNK):
        yield names[first : first + _CHUNK]
