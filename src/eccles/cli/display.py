"""What a person sees of a run: a live bar and the epochs so far, then a summary."""

from __future__ import annotations

import sys
import time
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from eccles.data.bars import drawn
from eccles.training.build import options_of
from eccles.training.config import TrainConfig
from eccles.training.diagnosis import diagnosis
from eccles.training.run.result import TrainResult
from eccles.training.tasks.task import Task

_WORTH_A_WORD = 1.0
"""Seconds of compiling that are worth a word."""

_REDRAW = 0.1
"""Seconds between two looks of the bar; drawing each batch would cost more than training it."""


class TrainDisplay:
    """A progress bar with ETA on a terminal, a line an epoch elsewhere; a `Watcher`."""

    def __init__(self, *, json: bool = False) -> None:
        self._console = Console(file=sys.stderr if json else sys.stdout)
        self._bar = drawn(
            self._console,
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[note]}"),
            TimeRemainingColumn(),
        )
        self._task: TaskID | None = None
        self._epochs = 0
        self._drawn = 0.0

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def started(self, config: TrainConfig, task: Task, next_epoch: int) -> None:
        """Say what is trained, and draw the bar."""
        self._epochs = config.epochs
        config = config.resolved()
        why = task.facts().get("engine_reason")
        reason = f" ({why})" if why else ""
        self._console.print(
            f"{config.data}, {task.title()}, {_optimizer(config, task)}, "
            f"batches of {config.batch()}, {task.engine} engine{reason}, seed {config.seed}",
            highlight=False,
            soft_wrap=True,
        )
        facts = task.facts()
        if started := facts.get("start"):
            self._console.print(_started(started), highlight=False, soft_wrap=True)
        if not config.is_deep and config.update_noise and config.noise_scale == "relative":
            self._console.print(_noise(config, facts), highlight=False, soft_wrap=True)
        if next_epoch == config.epochs > 0:
            self._console.print("finished before; --no-resume trains it again", highlight=False)
        elif next_epoch:
            self._console.print(f"going on with epoch {next_epoch + 1}", highlight=False)
        self._task = self._bar.add_task("", total=config.epochs, completed=next_epoch, note="")

    def compiling(self) -> None:
        """Say why nothing moves."""
        self._console.print("compiling kernels, which are kept", highlight=False)

    def advanced(self, epoch: int, done: int, samples: int) -> None:
        """Move the bar."""
        now = time.monotonic()
        if self._task is not None and now - self._drawn > _REDRAW:
            self._drawn = now
            self._bar.update(
                self._task,
                completed=epoch + done / samples,
                description=f"epoch {epoch + 1} of {self._epochs}",
            )

    def measured(self, row: dict[str, Any]) -> None:
        """Print the epoch, and note it at the bar."""
        accuracy, rate = f"{row['accuracy']:.2%}", _rate(row)
        name = f"epoch {row['epoch'] + 1:3d}" if row["epoch"] >= 0 else "untrained"
        loss = "" if row["loss"] is None else f"   loss {row['loss']:.4f}"
        self._console.print(
            f"{name:>9}   accuracy {accuracy:>6}   rate {rate:>9}{loss}", highlight=False
        )
        if self._task is not None and row["epoch"] >= 0:
            self._bar.update(self._task, completed=row["epoch"] + 1, note=accuracy)

    def warned(self, sentence: str) -> None:
        """Print a sentence."""
        self._console.print(sentence, highlight=False, markup=False, soft_wrap=True)


def print_result(result: TrainResult) -> None:
    """Print how a run ended, class by class, and where it is kept."""
    console = Console()
    last = result.history[-1]["epoch"]
    when = "after the last epoch" if last >= 0 else "before training"
    table = Table(title=f"by class, {when}", title_justify="left")
    for title in ("class", "accuracy", "E spikes", "I spikes"):
        table.add_column(title, justify="left" if title == "class" else "right")
    for row in result.classes:
        if row["epoch"] == last:
            table.add_row(
                row["class_name"],
                f"{row['accuracy']:.1%}",
                *(_spelt(row[f"{kind}_spikes"]) for kind in ("excitatory", "inhibitory")),
            )
    console.print(table)
    summary = result.summary()
    seconds, compiling = summary["seconds_per_epoch"], summary["compile_seconds"]
    said = f"accuracy {result.final_accuracy:.2%}, {_rate(result.history[0])}; not trained"
    if seconds is not None:
        said = (
            f"accuracy {result.final_accuracy:.2%} at the end, {result.peak_accuracy:.2%} at its "
            f"peak; {_rate(result.history[0])} before, {_rate(result.history[-1])} after; "
            f"{seconds:.2f} s an epoch"
        )
    if compiling >= _WORTH_A_WORD:
        said += f", and {compiling:.1f} s of compiling before"
    console.print(said, highlight=False, soft_wrap=True)
    console.print(f"kept in {result.out}", highlight=False, soft_wrap=True)


def print_trouble(result: TrainResult, *, json: bool = False) -> None:
    """Print in a sentence what went wrong, if anything did; on stderr where stdout is JSON."""
    if said := diagnosis(result):
        console = Console(file=sys.stderr if json else sys.stdout)
        console.print(said, highlight=False, markup=False, soft_wrap=True)


def _optimizer(config: TrainConfig, task: Task) -> str:
    """Return an optimizer with what it does besides, which torch's own defaults may say."""
    told = [
        f"{name} {' '.join(map(str, value)) if isinstance(value, tuple) else f'{value:g}'}"
        for name, value in options_of(task.optimizer).items()
        if value and not isinstance(value, bool | str)
    ]
    return f"{config.optimizer} at {config.lr:g}" + (f" ({', '.join(told)})" if told else "")


def _noise(config: TrainConfig, facts: dict[str, Any]) -> str:
    """Return what relative noise is relative to."""
    scales = facts.get("scales") or {
        "input -> hidden": facts["w1_std"], "hidden -> output": facts["w2_std"]
    }  # fmt: skip
    told = "; ".join(f"{name} {scale:.3g}" for name, scale in scales.items())
    return f"noise of {config.update_noise:g} times the scale of each projection at first: {told}"


def _started(said: dict[str, Any]) -> str:
    """Return how a network starts, group by group: the rates of theory beside those measured."""
    theory = said["predicted_hz"]
    rates = [
        f"{name} {_hertz(theory.get(name))} predicted, {_hertz(rate)} measured"
        for name, rate in said["measured_hz"].items()
    ]
    radii = [
        f"spectral radius of {name} {radius:.3g}"
        for name, radius in said.get("spectral_radius", {}).items()
    ]
    return f"starts by {said['init']}: " + "; ".join(rates + radii)


def _hertz(rate: float | None) -> str:
    if rate is None:
        return "no rate"
    return f"{rate:.3g} Hz" if rate >= 0.01 or not rate else "under 0.01 Hz"


def _rate(row: dict[str, Any]) -> str:
    """Return an epoch's firing rate with its unit."""
    if "rate_hz" in row:
        return f"{row['rate_hz']:.2f} Hz"
    return f"{row['spikes_per_step']:.3f} spikes a step"


def _spelt(spikes: float | None) -> str:
    return "-" if spikes is None else f"{spikes:.1f}"
