"""`eccles inspect`: what a network did before and during its training, by what was measured."""

from __future__ import annotations

import json as json_format
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from eccles.cli.cost import print_cost
from eccles.cli.flags import flag, read
from eccles.cli.folders import for_files
from eccles.cli.formats import check_can_draw, formats_of, save_each
from eccles.errors import InputError, counted, must
from eccles.training.run.rows import Rows
from eccles.training.run.stored import StoredRun, is_run, read_run

_LAYERS = {
    "spikes_per_step": "spikes\na step",
    "excitatory_mean": "I_EE\nmean",
    "excitatory_std": "I_EE\nstd",
    "subtractive_mean": "I_sub\nmean",
    "subtractive_std": "I_sub\nstd",
    "balance": "balance",
    "gain": "division",
    "zero_divisors": "zero\ndivisors",
    "integrated_std": "I_int\nstd",
    "expected_std": "E-I Init\nexpects",
    "gradient_norm": "gradient\nnorm",
}
_GROUPS = {"neurons": "neurons", "sign": "sign", "rate_hz": "rate\n(Hz)"}
_WEIGHTS = {
    "weights": "weights",
    "zeros": "share\nof zeros",
    "mean": "mean",
    "std": "std",
    "lowest": "lowest",
    "median": "median",
    "highest": "highest",
}
_SHOWN = {
    "layers": ("layer", _LAYERS),
    "rates": ("group", _GROUPS),
    "weights": ("projection", _WEIGHTS),
}
"""Tables that are printed: what a row is of, and the columns with their titles."""

_DRAWN = {
    "layers": ["layers"],
    "currents": ["currents"],
    "rates": ["rates"],
    "weights": ["mean-weights", "zero-weights"],
    "distances": ["distances"],
    "activity": ["synchrony", "active"],
    "sample": ["sample-before", "sample-after"],
}
"""Pictures of each measure; `eccles figures` has those of accuracy and loss."""

_ASKED = {True: ("layers", "currents"), False: ("rates", "weights")}
"""Measures that there is most to see of, of deep networks and of others; the first is needed."""


@dataclass(frozen=True)
class Arguments:
    """Look into a network, before it was trained and while it was.

    Of deep networks: firing rates of layers, excitatory and inhibitory currents, their balance and
    division, divisors of zero, the spread of what neurons integrate beside what E-I Init expects,
    and gradients; where the run measured currents too, their histograms become a film. Of others:
    rates of each group and weights of each projection, and pictures of all that the run measured.
    Tables are of the first and the last epoch; beside each picture lie its numbers as CSV.

    With --cost it counts instead what a sample's answer costs, as NeuroBench does, by projection
    and by E and I: operations if all happened, and those that do; sparsities; bytes.

    Try
        eccles train --model mlp8 --epochs 3 --measure layers,currents --out mine
        eccles inspect mine
        eccles train --epochs 3 --measure rates,weights,sample --out other
        eccles inspect other
        eccles inspect other --cost
    """

    run: Annotated[tyro.conf.Positional[Path | None], flag("RUN", "(required)")] = None
    """Folder of a run that measured its layers, or its rates or weights."""

    format: Annotated[str | None, flag("FORMATS", "(default: all)")] = None
    """Formats, with commas between: svg, pdf, png for pictures, gif, mp4 for the film."""

    out: Annotated[Path | None, flag("PATH", "(default: RUN/figures)")] = None
    """Folder for the files."""

    cost: bool = False
    """Count operations, sparsities and bytes of the network as the run's last checkpoint has it."""

    samples: int = 500
    """Samples of the test set that --cost counts on."""

    data_dir: Annotated[Path | None, flag("DIR")] = None
    """Folder with the data set's files, for --cost (default: search for them)."""

    energy: Annotated[str | None, flag("TABLE")] = None
    """With --cost joules of the operations too, by a table: 45nm-fp32, 45nm-fp16 or 45nm-int8."""

    as_neurobench: bool = False
    """With --cost count multiplications for a whole batch of which one unit has two spikes."""

    json: bool = False
    """Print all rows, and the files that were written, as JSON."""

    debug: bool = False
    """Show where an error comes from."""


def run(words: Sequence[str]) -> int:
    """Run `eccles inspect WORDS`."""
    given = read(Arguments, "inspect", words)
    if given.cost:
        _check_cost(given)
        print_cost(
            given.run,
            samples=given.samples,
            data_dir=given.data_dir,
            energy=given.energy,
            as_neurobench=given.as_neurobench,
            json=given.json,
        )
        return 0
    for name in ("samples", "data_dir", "energy", "as_neurobench"):
        if (value := getattr(given, name)) != getattr(Arguments, name):
            option = f"--{name.replace('_', '-')}"
            raise must("inspect", option, "left out without --cost", value)
    if given.run is None or not is_run(given.run):
        got = "none" if given.run is None else f"{given.run} without a config.json"
        raise InputError(f"inspect: RUN must be the folder of a run, got {got}; eccles train makes "
                         "them")  # fmt: skip
    found = read_run(given.run)
    asked = _ASKED[found.config.is_deep]
    needed = asked[:1] if found.config.is_deep else asked
    tables = {name: rows for name in _DRAWN if (rows := found.measured(name)) is not None}
    if not tables.keys() & set(needed):
        lacks = " or ".join(f"{name}.jsonl" for name in needed)
        raise InputError(
            f"inspect: RUN must hold {lacks}, got none in {found.folder}; run it again "
            f"{found.again(*asked)}"
        )
    out = for_files(given.out or found.folder / "figures", "inspect")
    files = _drawn(found, tables, out, formats_of(given.format, "inspect"))
    shown = {name: rows for name, rows in tables.items() if name in _SHOWN}
    if given.json:
        names = [str(path) for path in files]
        print(json_format.dumps({"run": str(found.folder), **shown, "files": names}))
        return 0
    for name, rows in shown.items():
        _print(name, rows)
    if found.config.is_deep and "currents" not in tables:
        print("no film of currents: the run didn't measure them (--measure layers,currents)")
    print(f"{', '.join(path.name for path in files)} in {out}")
    return 0


def _check_cost(given: Arguments) -> None:
    """Raise InputError for an option of pictures, which a count has none of, and for no samples."""
    for name in ("format", "out"):
        if (value := getattr(given, name)) is not None:
            raise must("inspect", f"--{name}", "left out with --cost", str(value))
    if given.samples < 1:
        raise must("inspect", "--samples", "1 or more", given.samples)


def _drawn(
    run: StoredRun, tables: Mapping[str, Rows], out: Path, formats: list[str] | None
) -> list[Path]:
    """Draw what was measured, and return the files."""
    check_can_draw("inspect")
    from eccles.report.run import drawings_of

    drawings = drawings_of(run, tables)
    names = [name for each in tables for name in _DRAWN[each] if name in drawings]
    saved = save_each({name: drawings[name] for name in names}, out, formats)
    files = [path for paths in saved.values() for path in paths]
    if not files:
        accepted = f"some of {', '.join(drawings[names[0]].FORMATS)} for a run without currents"
        hint = "train with --measure layers,currents for a film"
        raise must("inspect", "--format", accepted, ",".join(formats or ()),
                   hint * run.config.is_deep)  # fmt: skip
    return files


def _print(name: str, rows: Rows) -> None:
    """Print a table at the first epoch that was measured, and at the last."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    from eccles.cli.cells import print_whole

    of, columns = _SHOWN[name]
    epochs = sorted({row["epoch"] for row in rows})
    console = Console()
    known = [each for each in columns if any(row.get(each) is not None for row in rows)]
    for epoch in dict.fromkeys((epochs[0], epochs[-1])):
        title = "before training" if epoch < 0 else f"after {counted(epoch + 1, 'epoch')}"
        table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
        table.add_column(of, no_wrap=True)
        for each in known:
            table.add_column(columns[each], justify="right", no_wrap=True)
        for row in rows:
            if row["epoch"] == epoch:
                table.add_row(row[of], *(_cell(row.get(each)) for each in known))
        print_whole(console, table)


def _cell(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:.3g}"
