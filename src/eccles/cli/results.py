"""`eccles results`: what came of a study, printed, filtered, exported."""

from __future__ import annotations

import json as json_format
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from eccles.cli.flags import flag, read
from eccles.cli.place import Stored, stored
from eccles.cli.sweep_display import cells_table, print_whole
from eccles.errors import InputError, listed, must, nearest
from eccles.stats.frames import is_missing
from eccles.storage import write_whole

if TYPE_CHECKING:
    import pandas as pd


_WIDE = 160
"""Columns of a table that goes into a file or another program: numbers that don't break."""


@dataclass(frozen=True)
class Arguments:
    """Print the results of a study, or write those that you choose to a file.

    With nothing said it prints a row for every cell of the study, over its repeats. A condition is
    SQL over a table's columns and the runs' settings.

    Try
        eccles results studies/mine
        eccles results studies/mine --table runs --where "peak_accuracy < 0.2"
        eccles results studies/mine --table classes --where "ei = '80:20' AND epoch = 29"
        eccles results studies/mine --table epochs --export epochs.csv
    """

    folder: Stored = None
    """The study's folder."""

    table: Annotated[str | None, flag("NAME")] = None
    """Table to print: runs, epochs, classes, or a measure's (default: a row a cell; runs with
    --columns, --export or --json)."""

    where: Annotated[str | None, flag("SQL")] = None
    """Condition that rows must meet, in SQL (default: all rows)."""

    columns: Annotated[str | None, flag("NAMES")] = None
    """Columns to give, with commas between (default: all; of runs it prints those that vary)."""

    export: Annotated[Path | None, flag("PATH")] = None
    """File to write instead of printing: .csv, .json or .parquet."""

    limit: int = 50
    """Rows of a printed table at most; JSON and files get all."""

    json: bool = False
    """Print the rows as JSON."""

    debug: bool = False
    """Show where an error comes from."""


def run(words: Sequence[str]) -> int:
    """Run `eccles results WORDS`."""
    given = read(Arguments, "results", words)
    folder = stored(given.folder, "results", "a study's folder")
    if given.limit < 0:
        raise must("results", "--limit", "0 or more", given.limit)
    from rich.console import Console

    from eccles.sweeps.implied import say_implied
    from eccles.sweeps.schema import rate_of, settings_of
    from eccles.sweeps.tables import load

    results = load(folder)
    console = Console(file=sys.stdout)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = _WIDE
    whole = given.table is None and given.columns is None and given.export is None
    if whole and not given.json:
        runs = results.planned(results.table("runs", where=given.where))
        if not len(runs):
            console.print("no runs")
            return 0
        print_whole(console, cells_table(results, runs))
        tables = ", ".join(results.names)
        asked = len(results.plan)
        lacking = given.where is None and len(runs) < asked
        of = f" of {asked:,}" if lacking else ""
        console.print(f"{len(runs):,}{of} runs; tables: {tables}", highlight=False)
        if lacking:
            said = "the others haven't ended, or their records were damaged: the same eccles sweep"
            console.print(f"{said} does them", highlight=False)
        if also := say_implied(results.study, runs):
            console.print(also, highlight=False, markup=False, soft_wrap=True)
        for _, failed in runs[runs["status"] == "failed"].iterrows():
            said = f"failed: {failed['run']}: {failed['error']}"
            console.print(said, highlight=False, markup=False, soft_wrap=True)
        return 0
    name = "runs" if given.table is None else given.table
    frame = results.table(name, where=given.where)
    chosen = _columns(given.columns, list(frame.columns), results.study.varied)
    if given.export is not None:
        _export(frame[chosen], given.export)
        said = f"{len(frame):,} rows written to {given.export}"
        Console(stderr=True).print(said, highlight=False, soft_wrap=True)
    elif given.json:
        print(_json(frame[chosen]))
    else:
        if given.columns is None and name == "runs":
            varied = [
                each for each in settings_of(results.study) if frame[each].nunique(dropna=False) > 1
            ]
            rate = rate_of(results.study)
            outcome = ["peak_accuracy", "final_accuracy", f"initial_{rate}", f"final_{rate}"]
            chosen = ["run", "status", *varied, *outcome]
        _print(frame[chosen], given.limit, console)
    return 0


def _spelt(cell: object) -> str:
    if is_missing(cell):
        return "-"
    return f"{cell:.5g}" if isinstance(cell, float) else str(cell)


def _columns(text: str | None, known: list[str], varied: Sequence[str]) -> list[str]:
    chosen = known if text is None else [name.strip() for name in text.split(",")]
    for name in chosen:
        if name not in known:
            raise InputError(
                f"results: there is no column {name!r}{nearest(name, known)}; "
                f"there are {listed(sorted(known, key=lambda each: each not in varied))}"
            )
    return chosen


def _json(frame: pd.DataFrame, indent: int | None = None) -> str:
    """Return rows as JSON, every digit of them; what is missing is null."""
    plain = frame.astype(object).where(frame.notna(), None)
    return json_format.dumps(plain.to_dict("records"), indent=indent)


def _export(frame: pd.DataFrame, path: Path) -> None:
    from eccles.sweeps.parquet import write_parquet

    writers: dict[str, Callable[[Path], object]] = {
        ".csv": lambda aside: frame.to_csv(aside, index=False),
        ".json": lambda aside: aside.write_text(_json(frame, indent=1) + "\n", encoding="utf-8"),
        ".parquet": lambda aside: write_parquet(frame, aside),
    }
    if path.suffix not in writers:
        raise must("results", "--export", f"a file that ends in {', '.join(writers)}", str(path))
    write_whole(path, writers[path.suffix])


def _print(frame: pd.DataFrame, limit: int, console: object) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    assert isinstance(console, Console)
    table = Table()
    for name in frame.columns:
        table.add_column(str(name), no_wrap=True)
    for row in frame.head(limit).itertuples(index=False):
        table.add_row(*(Text(_spelt(cell)) for cell in row))
    print_whole(console, table)
    if len(frame) > limit:
        more = f"{len(frame) - limit:,} more rows; --limit, --where or --export shows them"
        console.print(more, highlight=False)
