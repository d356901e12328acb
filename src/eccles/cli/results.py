"""`eccles results`: what came of a study, printed, filtered, exported."""

from __future__ import annotations

import json as json_format
import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from eccles.cli.cells import (
    INTERVALS,
    Column,
    comparison_columns,
    print_cells,
    print_fitted,
    summary_columns,
)
from eccles.cli.flags import flag, read
from eccles.cli.folders import Stored, stored
from eccles.errors import InputError, counted, listed, must, nearest
from eccles.figures.vocabulary import EPOCH
from eccles.figures.words import head_of, trained
from eccles.stats.frames import is_missing
from eccles.storage import write_whole
from eccles.sweeps.devices import called
from eccles.sweeps.statistics import axes
from eccles.training.config import TrainConfig
from eccles.training.config.words import unset

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from eccles.sweeps.tables import StudyTables

_EPOCHS = f"{EPOCH}: 0 is untrained; conditions take epoch, one less"


_ROWS = ("epoch", "class")
"""Columns of numbers that tell rows of a run apart, as texts do."""


@dataclass(frozen=True)
class Arguments:
    """Print the results of a study, or write those that you choose to a file.

    With nothing said it prints a row for every cell of the study, over its repeats, with the 95 %
    interval of the mean. A condition is SQL over a table's columns and the runs' settings.

    Try
        eccles results studies/mine
        eccles results studies/mine --against ei=100:0
        eccles results studies/mine --by ei,class_name --table classes --value accuracy
        eccles results studies/mine --table runs --where "peak_accuracy < 0.2"
        eccles results studies/mine --table classes --where "ei = '80:20' AND epoch = 29"
        eccles results studies/mine --table epochs --export epochs.csv
        eccles results studies/mine --value peak_accuracy --export cells.csv
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

    by: Annotated[str | None, flag("NAMES")] = None
    """Columns that make a cell, with commas between (default: the settings that vary)."""

    value: Annotated[str | None, flag("COLUMN", "(default: peak_accuracy)")] = None
    """Column of numbers whose mean, standard deviation, n and 95 % interval to give by cell."""

    against: Annotated[str | None, flag("CELL")] = None
    """Reference cell, such as ei=100:0 or ei=100:0,lr=0.01: give differences to it, paired by
    seed, with Wilcoxon's test and Holm's correction."""

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
    if any(each is not None for each in (given.by, given.value, given.against)):
        _give_statistics(given, results, console)
        return 0
    whole = given.table is None and given.columns is None and given.export is None
    if whole and not given.json:
        runs = results.planned(results.table("runs", where=given.where))
        if not len(runs):
            console.print("no runs")
            return 0
        print_cells(console, results, runs)
        console.print(INTERVALS, highlight=False, soft_wrap=True)
        tables = ", ".join(results.names)
        asked = len(results.plan)
        lacking = given.where is None and len(runs) < asked
        of = f" of {asked:,}" if lacking else ""
        shown = f"{len(runs):,}{of} runs" if of else counted(len(runs), "run")
        console.print(f"{shown}; tables: {tables}", highlight=False)
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
    frame = results.table(name, where=given.where, settings=True)
    chosen = _columns(given.columns, list(frame.columns), results.study.varied)
    if not _handed_over(given, frame[chosen]):
        if given.columns is None and name == "runs":
            varied = [
                each for each in settings_of(results.study) if frame[each].nunique(dropna=False) > 1
            ]
            rate = rate_of(results.study)
            outcome = ["peak_accuracy", "final_accuracy", f"initial_{rate}", f"final_{rate}"]
            chosen = ["run", "status", *varied, *outcome]
        first = ("epoch", *results.study.varied, *(["run"] if name == "runs" else []))
        _print(called(results.study, frame[chosen]), given, console, first)
    return 0


def _give_statistics(given: Arguments, results: StudyTables, console: Console) -> None:
    """Print, write or tell the statistics of each cell."""
    from eccles.sweeps.implied import say_implied

    if given.columns is not None:
        hint = "JSON and files have all columns"
        accepted = "left out with --by, --value and --against"
        raise must("results", "--columns", accepted, given.columns, hint)
    value = "peak_accuracy" if given.value is None else given.value
    by = axes(results) if given.by is None else [each.strip() for each in given.by.split(",")]
    table = "runs" if given.table is None else given.table
    title = f"{results.study.name} ({results.study.scale}), {value.replace('_', ' ')}"
    notes = [INTERVALS]
    if given.against is None:
        found = results.summary(by, value, table=table, where=given.where)
        columns = summary_columns
    else:
        found = results.compare(given.against, by, value, table=table, where=given.where)
        columns = comparison_columns
        title += f", differences to {given.against}"
        *first, last = sorted(set(found["family"]))
        family = " or ".join([*map(str, first), counted(int(last), "comparison")])
        notes += [f"p: Wilcoxon's signed-rank test of pairs; Holm over {family}"]
        notes += [f"{n} of {len(found)} cells: {note}"
                  for note, n in found["note"].value_counts().items() if note]  # fmt: skip
    if _handed_over(given, found):
        return
    if table != "runs":
        notes += _mixed(results.table(table, where=given.where), by)
    found = called(results.study, trained(found))
    by = [head_of(name) for name in by]
    print_fitted(console, title, columns(found.head(given.limit), by, value))
    if also := say_implied(results.study, results.planned(results.runs)):
        notes += [also]
    if EPOCH in by:
        notes += [_EPOCHS]
    if len(found) > given.limit:
        notes += [f"{counted(len(found) - given.limit, 'more cell')}; --limit, --where or --export"]
    for note in notes:
        console.print(note, highlight=False, markup=False, soft_wrap=True)


def _mixed(frame: pd.DataFrame, by: Sequence[str]) -> list[str]:
    """Return a line on rows of one run that a cell takes together, unless there are none."""
    from pandas.api.types import is_numeric_dtype

    sizes = frame.groupby(["run", *(n for n in by if n in frame)], dropna=False).size()
    most = int(sizes.max()) if len(sizes) else 0
    if most < 2:
        return []
    rest = [name for name in frame if name not in ("run", *by) and frame[name].nunique() > 1]
    apart = [n for n in rest if n in _ROWS or not is_numeric_dtype(frame[n])]
    over = f", over {listed(apart)}" if apart else ""
    return [
        f"a run counts once, with the mean of its {counted(most, 'row')}{over}: --by and --where "
        "tell them apart"
    ]


def _handed_over(given: Arguments, frame: pd.DataFrame) -> bool:
    """Write rows to a file or as JSON where that is asked for, and return whether it is."""
    from rich.console import Console

    if given.export is not None:
        _export(frame, given.export)
        said = f"{counted(len(frame), 'row')} written to {given.export}"
        Console(stderr=True).print(said, highlight=False, soft_wrap=True)
    elif given.json:
        print(_json(frame))
    return given.export is not None or given.json


def _spelt(name: str, cell: object) -> str:
    if is_missing(cell):
        return unset(name, resolved=True) if name in TrainConfig.model_fields else "-"
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


def _print(frame: pd.DataFrame, given: Arguments, console: Console, first: Collection[str]) -> None:
    """Print rows; of columns that nobody asked for those that there is room for, some first."""
    frame, first = trained(frame), [head_of(name) for name in first]
    rows = frame.head(given.limit)
    alike = {name for name in rows if frame[name].nunique(dropna=False) < 2}
    # What goes first where room is short: a run's identity, what says nothing, then the last.
    order = sorted(rows, key=lambda name: (name == "run", name in alike, list(rows).index(name)))
    spare = {name: 0 if given.columns or name in first else index + 1
             for index, name in enumerate(order)}  # fmt: skip
    columns = [
        Column(name, [_spelt(name, cell) for cell in rows[name]], spare[name]) for name in rows
    ]
    print_fitted(console, "", columns)
    if len(frame) > given.limit:
        more = f"{counted(len(frame) - given.limit, 'more row')}; --limit, --where or --export"
        console.print(more, highlight=False)
    if EPOCH in rows:
        console.print(_EPOCHS, highlight=False, soft_wrap=True)
