"""What a person sees of a study, and what a script reads of it."""

from __future__ import annotations

import json as json_format
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from eccles.cli.cells import print_cells
from eccles.errors import InputError, counted
from eccles.stats.dead import dead
from eccles.sweeps.implied import say_implied
from eccles.sweeps.plan import Plan, Planned, say_idle, spelt
from eccles.sweeps.sweep import Preview
from eccles.sweeps.tables import StudyTables
from eccles.sweeps.watch import Progress
from eccles.sweeps.worker import Outcome
from eccles.training.config import words
from eccles.units import clock

if TYPE_CHECKING:
    from eccles.sweeps.estimate import Estimate

_LINE_EVERY = 10.0
"""Seconds between two plain lines."""


class SweepDisplay:
    """A live table on a terminal, a line now and then elsewhere; a `SweepWatcher`.

    Args:
        aside: show it on stderr, for stdout is somebody else's.
    """

    def __init__(self, *, aside: bool = False) -> None:
        self._console = Console(file=sys.stderr if aside else sys.stdout)
        self._live = Live(console=self._console, transient=True, refresh_per_second=4)
        self._best: tuple[float, str] | None = None
        self._last: Progress | None = None
        self._next_line = 0.0

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._live.stop()
        if isinstance(raised[1], KeyboardInterrupt) and self._last is not None:
            self._print(self._line(self._last))

    def planned(self, plan: Plan, progress: Progress) -> None:
        """Say what is to be done."""
        known = f", {progress.known:,} of them known" if progress.known else ""
        self._print(
            f"{plan.study.name} ({plan.study.scale}): {counted(progress.planned, 'run')}{known}; "
            f"{progress.left:,} to do"
        )

    def ended(self, run: Planned, outcome: Outcome, progress: Progress) -> None:
        """Remember the best, and print failures at once."""
        if outcome.status == "failed":
            self._print(f"failed: {spelt(run.settings)}: {outcome.error}")
        peak = outcome.peak_accuracy
        if peak is not None and (self._best is None or peak > self._best[0]):
            self._best = (peak, spelt(run.settings))
        if not self._console.is_terminal and time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + _LINE_EVERY
            self._print(self._line(progress))

    def lost(self, run: Planned, reason: str) -> None:
        """Say that a run starts over from its last epoch."""
        self._print(f"again: {spelt(run.settings)}: {reason}")

    def passed(self, progress: Progress) -> None:
        """Draw the table."""
        self._last = progress
        if not self._console.is_terminal:
            return
        table = Table(box=None, padding=(0, 2, 0, 0))
        cells = self._cells(progress)
        for name, _ in cells:
            table.add_column(name, justify="right", no_wrap=not name.startswith("best"))
        table.add_row(*(value for _, value in cells))
        bar = Bar(*Bar.get_default_columns()[1:3])
        ended = progress.planned - progress.left
        bar.add_task("", total=progress.planned, completed=ended)
        self._live.update(Group(bar, table))

    def _line(self, progress: Progress) -> str:
        return ", ".join(f"{name} {value}" for name, value in self._cells(progress))

    def _cells(self, progress: Progress) -> list[tuple[str, str]]:
        eta = progress.eta
        cells = [
            ("done", f"{progress.known - progress.known_failed + progress.done:,}"),
            ("running", f"{progress.running}"),
            ("failed", f"{progress.known_failed + progress.failed:,}"),
            ("left", f"{progress.left:,}"),
            ("ETA", "-" if eta is None else clock(eta)),
        ]
        # Networks that aren't trained have no pace, and guess.
        if progress.sample_epochs:
            best = "-" if self._best is None else f"{self._best[0]:.2%} ({self._best[1]})"
            of = "best since" if progress.known else "best"
            cells += [("sample-epochs/s", f"{progress.throughput:,.0f}"), (of, best)]
        return cells

    def _print(self, text: str) -> None:
        self._console.print(text, highlight=False, markup=False, soft_wrap=True)


class JsonLines:
    """A line of JSON for every event, on stdout; a `SweepWatcher`."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        if raised[0] is None and self._last is not None:
            self._tell("finished", self._last)

    def __init__(self) -> None:
        self._last: Progress | None = None

    def planned(self, plan: Plan, progress: Progress) -> None:
        """Tell the plan."""
        self._tell("planned", progress, study=plan.study.name, scale=plan.study.scale)

    def ended(self, run: Planned, outcome: Outcome, progress: Progress) -> None:
        """Tell how a run ended."""
        result = outcome._asdict()
        self._tell("ended", progress, run=result.pop("identity"), settings=run.settings, **result)

    def lost(self, run: Planned, reason: str) -> None:
        """Tell that a run is done again."""
        self._tell("lost", None, run=run.identity, settings=run.settings, reason=reason)

    def passed(self, progress: Progress) -> None:
        """Remember how far the study is."""
        self._last = progress

    def _tell(self, event: str, progress: Progress | None, **content: Any) -> None:
        line: dict[str, Any] = {"event": event, **content}
        if progress is not None:
            self._last = progress
            line["progress"] = {
                **progress._asdict(),
                "left": progress.left,
                "eta_seconds": progress.eta,
                "sample_epochs_per_second": progress.throughput,
            }
            line["standing"] = line["progress"]  # Its former name, which leaves after 0.2.
        print(json_format.dumps(line), flush=True)


def print_preview(
    preview: Preview, out: Path, *, json: bool = False, dask: str | None = None
) -> None:
    """Print what a sweep would do; what it would refuse is for whoever raises that."""
    plan, left, reckoned = preview.plan, preview.left, preview.estimate
    study = plan.study
    axes = {name: _values(plan, name) for name in study.varied}
    if json:
        content = {
            "study": study.name,
            "scale": study.scale,
            "runs": len(plan.runs),
            "left": len(left),
            "varied": axes,
            "estimate": None if reckoned is None else reckoned._asdict(),
            "no_estimate": None if preview.reason is None else str(preview.reason),
            "out": str(out),
        }
        print(json_format.dumps(content))
        return
    console = Console(file=sys.stdout)
    table = Table(title=f"{study.name} ({study.scale})", title_justify="left")
    table.add_column("setting", no_wrap=True)
    table.add_column("values", justify="right")
    table.add_column("", overflow="fold")
    for name, values in axes.items():
        table.add_row(
            name, f"{len(values)}", Text(_shortened([words.spelt(name, each) for each in values]))
        )
    console.print(table)
    known = len(plan.runs) - len(left)
    lines = [f"{counted(len(plan.runs), 'run')}, {known:,} known, {len(left):,} to do, in {out}"]
    if preview.others:
        lines.append(
            f"{counted(preview.others, 'more run')} there are of no cell of this study any more"
        )
    if left_out := say_idle(study):
        lines.append(left_out)
    if reckoned is not None:
        lines.append(
            f"{clock(reckoned.least)} to {clock(reckoned.most)}, at {reckoned.throughput:,.0f} "
            f"samples a second for each of {reckoned.workers} workers: "
            f"{reckoned.sample_epochs:,} sample-epochs; {_parts(reckoned)}"
        )
        if dask is not None:
            lines.append(f"that is for this machine; the workers at {dask} may be more, or quicker")
    elif preview.reason is not None and not isinstance(preview.reason, InputError):
        lines.append(f"how long they take can't be told: {preview.reason}")
    for line in lines:
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _parts(reckoned: Estimate) -> str:
    parts = [f"{clock(reckoned.starting)} of it to start"]
    if reckoned.measuring:
        parts.append(f"{reckoned.measuring:.1f} s of each run for measures")
    return ", ".join(parts)


def print_study(results: StudyTables) -> None:
    """Print how a study ended: a row a cell, over its repeats."""
    console = Console(file=sys.stdout)
    runs = results.planned(results.runs)
    print_cells(console, results, runs)
    failures = int((runs["status"] == "failed").sum())
    lost = int(dead(runs).sum())
    said = (
        f"{counted(len(runs), 'run')}, {failures:,} failed, {lost:,} dead; kept in {results.folder}"
    )
    if others := len(results.runs) - len(runs):
        said += f", with {others:,} of no cell of this study any more"
    console.print(said, highlight=False, soft_wrap=True)
    if also := say_implied(results.study, runs):
        console.print(also, highlight=False, markup=False, soft_wrap=True)


def _values(plan: Plan, name: str) -> list[Any]:
    """Return a setting's values in the order in which they come."""
    return list({repr(run.settings[name]): run.settings[name] for run in plan.runs}.values())


def _shortened(texts: list[str], most: int = 24) -> str:
    return ", ".join(texts if len(texts) <= most else [*texts[: most - 1], "...", texts[-1]])
