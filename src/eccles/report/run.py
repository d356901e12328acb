"""The report of one run: its settings, its pictures, its tables, in one HTML file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import eccles
from eccles.errors import counted
from eccles.report.extra import check_installed
from eccles.report.page import Picture, Table, page
from eccles.training.run.rows import Rows
from eccles.training.run.stored import StoredRun, read_run

if TYPE_CHECKING:
    import pandas as pd

    from eccles.figures import Drawing

_LARGE = 2000
"""Rows of a table that a page shows at most."""


def drawings_of(run: StoredRun, tables: Mapping[str, Rows] | None = None) -> dict[str, Drawing]:
    """Return the pictures of a run's tables (default: all), by the names of their files."""
    from eccles.figures import run_drawings

    config = run.config
    one = not config.is_deep and config.module is None
    if one and not config.plain:
        one = len(config.network_of().populations) == 1  # Then excitatory neurons come first.
    return run_drawings(
        frames(run.tables() if tables is None else tables),
        title=run.name,
        n_excitatory=run.provenance.get("resolved", {}).get("n_excitatory") if one else None,
        dt=config.dt or 0.001,
        threshold=config.threshold,
    )


def frames(tables: Mapping[str, Rows]) -> dict[str, pd.DataFrame]:
    """Return tables as DataFrames."""
    import pandas as pd

    return {name: pd.DataFrame(rows) for name, rows in tables.items()}


def run_report(folder: Path) -> str:
    """Return the report of a run's folder as HTML; the same files give the same bytes.

    Raises InputError where the report's packages aren't installed, RunError for files that aren't
    as they were written.
    """
    check_installed()
    run = read_run(folder)
    rows = run.tables()
    rows.pop("currents", None)  # They are for a film.
    tables = frames(rows)
    pictures = [
        Picture(name, drawing.caption.partition(",")[0].rstrip("."), drawing.svg(), drawing.caption)
        for name, drawing in drawings_of(run, rows).items()
        if "svg" in drawing.FORMATS
    ]
    notes = [
        f"The table {name} has {counted(len(rows), 'row')}, and is left out: {name}.jsonl has them."
        for name, rows in tables.items()
        if len(rows) > _LARGE
    ]
    return page(
        f"A run: {run.name}",
        "Epochs are how many the network was trained for; 0 is the untrained network.",
        _facts(run, tables),
        pictures=pictures,
        tables=[
            Table(name, rows, name != "history")
            for name, rows in tables.items()
            if len(rows) <= _LARGE
        ],
        notes=notes,
    )


def _facts(run: StoredRun, tables: dict[str, pd.DataFrame]) -> list[tuple[str, str]]:
    """Return what the run is, what came of it, and where it comes from."""
    config, usual = run.config, type(run.config)(model=run.config.model)
    resolved = run.provenance.get("resolved", {})
    said = {n: config.spelt(n) for n in config.names() if getattr(config, n) != getattr(usual, n)}
    own = {n: v for n, v in resolved.items() if n in config.names() and n not in {*said, "data"}}
    versions: dict[str, Any] = run.provenance.get("versions", {})
    history = tables.get("history")
    facts = [
        ("settings", "; ".join(f"{n} {v}" for n, v in said.items() if n != "network")),
        ("as auto", "; ".join(f"{n} {v}" for n, v in own.items())),
        ("samples", "{:,} to train on, {:,} to test on".format(
            resolved.get("train_samples", 0), resolved.get("test_samples", 0))),
        ("engine", str(resolved.get("engine", ""))),
        ("started", str(run.provenance.get("started", ""))),
        ("versions", ", ".join(f"{n} {v}" for n, v in versions.items())),
        ("platform", str(run.provenance.get("platform", ""))),
        ("report by", f"eccles {eccles.__version__}"),
    ]  # fmt: skip
    if history is not None:
        last, best = history["accuracy"].iloc[-1], history["accuracy"].max()
        reached = (
            f"{100 * last:.2f} % after {len(history) - 1:,} of {counted(config.epochs, 'epoch')}"
        )
        facts.insert(0, ("test accuracy", f"{reached}, {100 * best:.2f} % at its peak"))
    return [(name, value) for name, value in facts if value]
