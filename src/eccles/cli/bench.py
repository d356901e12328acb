"""`eccles bench`: how fast this machine trains, beside other ways to compute the same thing."""

from __future__ import annotations

import json as json_format
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from eccles.bench import Benchmark, Timing

_MET = {True: "yes", False: "no", None: ""}


def bench(
    data: str = "auto",
    quick: bool = False,
    batch_size: int = 256,
    threads: int = 2,
    peers: bool = True,
    json: bool = False,
) -> None:
    """Measure the speed of training in one run, and set its ratios beside the goals.

    Seconds belong to this machine; the ratios are what counts. A full run takes some three
    minutes on two cores.

    Args:
        data: data set; "auto" takes the full Fashion-MNIST where it is found, and downloads
            nothing, else the packaged sample.
        quick: try everything once on the sample, in some seconds; goals aren't judged then.
        batch_size: samples of a step; goals are judged at 256.
        threads: threads of the contenders that use several.
        peers: run snntorch, JAX and elephant too, where they are installed.
        json: print one JSON object instead of tables.
    """
    from rich.console import Console

    from eccles.bench import run

    with Console(stderr=True).status("starting") as status:
        done = run(
            data,
            quick=quick,
            batch_size=batch_size,
            threads=threads,
            peers=peers,
            tell=lambda what: status.update(f"measuring: {what}"),
        )
    if json:
        print(json_format.dumps(done.as_dict(), indent=2))
        return
    _show(done, Console(file=sys.stdout))


def _show(done: Benchmark, console: Console) -> None:
    machine = done.machine
    load = "" if machine.load is None else f", load {machine.load:.1f} before the run"
    console.print(
        f"{machine.processor or 'unknown processor'}, {machine.cores or '?'} cores{load}; "
        f"{machine.system}",
        f"Python {machine.python}, "
        + ", ".join(f"{name} {version}" for name, version in machine.versions.items() if version),
        f"{done.data['name']}: {done.data['samples']:,} samples, "
        f"{done.data['events_per_sample']:.0f} events each; 784-100-10, 100 steps, "
        f"batch {done.batch_size}, {done.threads} threads",
        sep="\n",
        highlight=False,
    )
    for group in done.steps:
        _table(
            console,
            f"One training step, {group.name}, hidden neurons at {group.rate_hz:.1f} Hz",
            ("computed by", "threads", "median", "minimum", "loss"),
            [
                (
                    row.name,
                    str(row.threads or "its own"),
                    *_times(row.timing),
                    f"{row.losses[0]:.6f}" if row.losses else "",
                )
                for row in group.rows
            ],
        )
        for row in group.rows:
            if row.note:
                console.print(f"{row.name}: {row.note}", highlight=False, markup=False)
    _table(
        console,
        "Cost by size, event engine, 1 thread; per unit, relative to the smallest size",
        ("what grows", "amount", "median", "minimum", "per unit"),
        [
            (size.quantity, f"{size.amount:.4g}", *_times(size.timing), f"{size.relative:.2f}")
            for size in done.scaling
        ],
    )
    _table(
        console,
        "This run",
        ("what", "with", "value", "goal", "met"),
        [
            (
                result.name,
                result.where.split(" (")[0],
                "unknown" if result.value is None else f"{result.value:.3g} {result.unit}",
                result.goal or "",
                _MET[result.met],
            )
            for result in done.results
        ],
    )


def _times(timing: Timing | None) -> tuple[str, str]:
    if timing is None:
        return "", ""
    return f"{timing.median * 1e3:.2f} ms", f"{timing.minimum * 1e3:.2f} ms"


def _table(
    console: Console, title: str, head: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    console.print(f"\n{title}", style="bold", highlight=False)
    table = Table(box=SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    for column in head:
        numeric = column in {"median", "minimum", "amount", "per unit", "value"}
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    console.print(table)
