"""`eccles inspect`: what the layers of a deep network did before and during its training."""

from __future__ import annotations

import json as json_format
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import tyro

from eccles.cli.flags import flag, read
from eccles.cli.formats import check_can_draw, formats_of
from eccles.cli.place import for_files
from eccles.errors import InputError, RunError, must
from eccles.training.config import TrainConfig
from eccles.training.own import digest_of, from_record
from eccles.training.run.described import read_settings, sums_of
from eccles.training.run.rows import Rows, Table

if TYPE_CHECKING:
    from eccles.figures import Drawing

_SHOWN = {
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
"""Columns of the table, and their titles."""


_NEEDED = {"layer", "current", "low", "high", "count"}
"""Columns without which there is nothing to draw."""


@dataclass(frozen=True)
class Arguments:
    """Look into the layers of a deep network, before it was trained and while it was.

    Firing rates, excitatory and inhibitory currents, their balance and division, divisors of zero,
    the spread of what neurons integrate beside what E-I Init expects, and gradients: a table of
    the first and the last epoch, and a picture of all with its numbers as CSV. Where the run
    measured currents too, their histograms become a film.

    Try
        eccles train --model mlp8 --epochs 3 --measure layers,currents --out mine
        eccles inspect mine
    """

    run: Annotated[tyro.conf.Positional[Path | None], flag("RUN", "(required)")] = None
    """Folder of a run that measured its layers."""

    format: Annotated[str | None, flag("FORMATS", "(default: all)")] = None
    """Formats, with commas between: svg, pdf, png for the picture, gif, mp4 for the film."""

    out: Annotated[Path | None, flag("PATH", "(default: RUN/figures)")] = None
    """Folder for the files."""

    json: bool = False
    """Print all rows, and the files that were written, as JSON."""

    debug: bool = False
    """Show where an error comes from."""


def run(words: Sequence[str]) -> int:
    """Run `eccles inspect WORDS`."""
    given = read(Arguments, "inspect", words)
    folder, config = _folder(given.run)
    layers = _rows(folder, "layers")
    if layers is None:
        again = (
            f"with eccles train --config {folder}/config.json --measure layers,currents "
            f"--no-resume --out {folder}"
        )
        if digest_of(config.data):
            again = 'from Python, with the same samples and measure={"layers": 1, "currents": 1}'
        raise InputError(
            f"inspect: RUN must hold layers.jsonl, got none in {folder}; run it again {again}"
        )
    currents = _rows(folder, "currents")
    out = for_files(given.out or folder / "figures", "inspect")
    files = _drawn(layers, currents, _note(config), out, formats_of(given.format, "inspect"))
    if given.json:
        names = [str(path) for path in files]
        print(json_format.dumps({"run": str(folder), "layers": layers, "files": names}))
        return 0
    _print(layers)
    if currents is None:
        print("no film of currents: the run didn't measure them (--measure layers,currents)")
    print(f"{', '.join(path.name for path in files)} in {out}")
    return 0


def _folder(folder: Path | None) -> tuple[Path, TrainConfig]:
    """Return the folder of a run of a deep network, and the run's settings."""
    if folder is None or not (folder / "config.json").is_file():
        got = "none" if folder is None else f"{folder} without a config.json"
        raise InputError(f"inspect: RUN must be the folder of a run, got {got}; eccles train makes "
                         "them")  # fmt: skip
    config = TrainConfig.model_validate(from_record(read_settings(folder / "config.json"))[0])
    if not config.is_deep:
        hint = f"eccles show {quote(str(folder))} shows the wiring of this one"
        raise must("inspect", "RUN", "a run of a deep network", str(folder), hint)
    return folder, config


def _rows(folder: Path, measure: str) -> Rows | None:
    """Return the rows of a measure of a run, or None where it wasn't taken."""
    path = folder / f"{measure}.jsonl"
    if not path.exists():
        return None
    from eccles.training.measures.deep import DEEP_MEASURES

    columns = DEEP_MEASURES[measure].columns
    try:
        needed = columns.keys() & _NEEDED
        rows = Table(columns, needed).read(sums_of(folder).read(path.name).decode())
        if not rows:
            raise ValueError("none")
    except (OSError, ValueError) as error:
        raise RunError(f"inspect: {path} must be readable JSON lines, got {error}") from None
    return rows


def _drawn(
    layers: Rows, currents: Rows | None, note: str, out: Path, formats: list[str] | None
) -> list[Path]:
    """Draw what there is, and return the files."""
    check_can_draw("inspect")
    import pandas as pd

    from eccles.cli.bar import bar
    from eccles.figures import currents_film, layer_statistics

    drawings: dict[str, Drawing] = {"layers": layer_statistics(pd.DataFrame(layers), note=note)}
    if currents:
        drawings["currents"] = currents_film(pd.DataFrame(currents), note=note)
    files: list[Path] = []
    with bar("drawing", len(drawings)) as advance:
        for name, drawing in drawings.items():
            advance(0, name)
            kinds = [k for k in formats if k in drawing.FORMATS] if formats else None
            # No format of a film is among those of a picture.
            if kinds != []:
                files += drawing.save(out, name, kinds)
            advance(1)
    if not files:
        accepted = f"some of {', '.join(drawings['layers'].FORMATS)} for a run without currents"
        hint = "train with --measure layers,currents for a film"
        raise must("inspect", "--format", accepted, ",".join(formats or ()), hint)
    return files


def _note(config: TrainConfig) -> str:
    width = f", width {config.width:g}" if config.width != 1 else ""
    return f"{config.data}, {config.model} {config.circuit}{width}, seed {config.seed}"


def _print(layers: Rows) -> None:
    """Print the layers at the first epoch that was measured, and at the last."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    from eccles.cli.cells import print_whole

    epochs = sorted({row["epoch"] for row in layers})
    console = Console()
    known = [name for name in _SHOWN if any(row.get(name) is not None for row in layers)]
    for epoch in dict.fromkeys((epochs[0], epochs[-1])):
        title = "before training" if epoch < 0 else f"after epoch {epoch + 1}"
        table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
        table.add_column("layer", no_wrap=True)
        for name in known:
            table.add_column(_SHOWN[name], justify="right", no_wrap=True)
        for row in layers:
            if row["epoch"] == epoch:
                cells = (row.get(name) for name in known)
                table.add_row(row["layer"], *("-" if v is None else f"{v:.3g}" for v in cells))
        print_whole(console, table)
