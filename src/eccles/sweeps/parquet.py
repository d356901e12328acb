"""Tables as Parquet files, which DuckDB reads and writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from eccles.errors import InputError, RunError
from eccles.training.config import TrainConfig

if TYPE_CHECKING:
    import duckdb
    import pandas as pd


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
    connection.execute("SET threads = 1")
    with suppress(duckdb.InvalidInputException):  # A notebook that can't draw bars draws none.
        connection.execute("SET enable_progress_bar = false")
    return connection


def lock(base: duckdb.DuckDBPyConnection) -> None:
    """Close a database in memory to files, extensions and the network, for good."""
    base.execute(
        "SET autoinstall_known_extensions = false; SET autoload_known_extensions = false; "
        "SET temp_directory = ''; SET enable_external_access = false; "
        "SET lock_configuration = true"
    )


def run_query(
    base: duckdb.DuckDBPyConnection, query: str, seconds: float | None = None
) -> pd.DataFrame:
    """Return what an SQL query gives; raise RunError where it takes longer than `seconds`."""
    done = Event()

    def give_up(wait: float) -> None:
        while not done.wait(wait):
            base.interrupt()
            wait = 0.1  # Again, for a query that hasn't begun yet forgets it.

    clock = Thread(target=give_up, args=(seconds,), daemon=True)
    if seconds is not None:
        clock.start()
    try:
        with _stoppable():
            return base.execute(query).df()
    except interrupted():
        raise RunError(
            f"study: the tables must be searched within {seconds:g} s, and weren't; try a simpler "
            "condition"
        ) from None
    finally:
        done.set()
        if seconds is not None:
            clock.join()


@contextmanager
def _stoppable() -> Iterator[None]:
    """Make of Ctrl-C a KeyboardInterrupt, as elsewhere: DuckDB makes a RuntimeError of it."""
    try:
        yield
    except RuntimeError as error:
        if "interrupted" in str(error):
            raise KeyboardInterrupt from None
        raise


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write a DataFrame as Parquet."""
    base = database()
    base.register("frame", frame)
    copy(base, "SELECT * FROM frame", path)


def stored(
    base: duckdb.DuckDBPyConnection,
    path: Path,
    columns: dict[str, str],
    usual: TrainConfig,
) -> str:
    """Return a stored table as SQL, with the columns that it is too old to have.

    A setting that came later has its usual value, which is what the run did; all else is null.
    """
    file = str(path).replace("'", "''")
    text = f"read_parquet('{file}')"
    with _stoppable():
        known = {row[0] for row in base.execute(f"DESCRIBE SELECT * FROM {text}").fetchall()}
    values = usual.resolved().model_dump(mode="json")
    added = [
        f'CAST({_literal(values.get(name))} AS {kind}) AS "{name}"'
        for name, kind in columns.items()
        if name not in known
    ]
    return f"(SELECT *, {', '.join(added)} FROM {text})" if added else text


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    return "'" + str(value).replace("'", "''") + "'"


def copy(base: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    """Write what an SQL query gives as Parquet, or raise OSError."""
    name = str(path).replace("'", "''")
    try:
        with _stoppable():
            base.execute(f"COPY ({query}) TO '{name}' (FORMAT parquet, COMPRESSION zstd)")
    except database_error() as error:
        raise OSError(str(error).splitlines()[0]) from None


def no_room() -> type[Exception]:
    """Return what DuckDB raises where neither memory nor disk holds a table."""
    import duckdb

    return duckdb.OutOfMemoryException


def interrupted() -> type[Exception]:
    """Return what DuckDB raises where a query is given up."""
    import duckdb

    return duckdb.InterruptException


def database_error() -> type[Exception]:
    """Return what DuckDB raises, whatever is wrong."""
    import duckdb

    return duckdb.Error
