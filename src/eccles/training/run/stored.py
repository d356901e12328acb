"""A run's folder as a reader gets it: its settings, and the tables that it has kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from eccles.errors import InputError, RunError
from eccles.training.config import TrainConfig
from eccles.training.factory import read
from eccles.training.own import from_record
from eccles.training.prepare import measures_of
from eccles.training.run.described import read_settings, sums_of
from eccles.training.run.rows import CLASSES, Rows, Table, history_of


class StoredRun(NamedTuple):
    """A run that a folder holds.

    Attributes:
        folder: where it is.
        config: its settings, as they were said.
        provenance: versions, machine, and what "auto" became.
    """

    folder: Path
    config: TrainConfig
    provenance: dict[str, Any]

    @property
    def rate(self) -> str:
        """What its firing rates are called, which says their unit."""
        return "spikes_per_step" if self.config.is_deep else "rate_hz"

    @property
    def name(self) -> str:
        """The run in a line: its data, its network and its seed."""
        config, facts = self.config, self.provenance.get("resolved", {})
        width = f", width {config.width:g}" if config.width != 1 else ""
        sizes = facts.get("group_sizes") or {"E": facts.get("n_excitatory"),
                                             "I": facts.get("n_inhibitory")}  # fmt: skip
        what = ", ".join(f"{name} {n}" for name, n in sizes.items())
        if config.is_deep:
            what = f"{config.model} {config.circuit}{width}"
        elif config.module is not None:
            factory = read(config.module)
            what = config.module if factory is None else factory.called
        return f"{config.data}, {what}, seed {config.seed}"

    def again(self, *measures: str) -> str:
        """Return how the same run is done again, with these measures."""
        from eccles.training.own import digest_of

        passed = self.config.module is not None and read(self.config.module) is None
        if passed or digest_of(self.config.data):
            what = "network" if passed else "samples"
            asked = ", ".join(f'"{name}": 1' for name in measures)
            return f"from Python, with the same {what} and measure={{{asked}}}"
        return (
            f"with eccles train --config {self.folder}/config.json --measure "
            f"{','.join(measures)} --no-resume --out {self.folder}"
        )

    def tables(self) -> dict[str, Rows]:
        """Return all tables that there are, by name: history, classes and measures."""
        names = ("history", "classes", *measures_of(deep=self.config.is_deep))
        return {name: rows for name in names if (rows := self.table(name)) is not None}

    def measured(self, name: str) -> Rows | None:
        """Return a measure's rows; None where the run didn't take it, or its network can't."""
        return self.table(name) if name in measures_of(deep=self.config.is_deep) else None

    def table(self, name: str) -> Rows | None:
        """Return the rows of a table, or None where the run hasn't any.

        Raises RunError for a file that can't be read, or isn't as it was written.
        """
        path = self.folder / f"{name}.jsonl"
        if not path.exists():
            return None
        try:
            rows = self._kind(name).read(sums_of(self.folder).read(path.name).decode())
            if not rows:
                raise ValueError("none")
        except (OSError, ValueError) as error:
            raise RunError(f"run: {path} must be readable JSON lines, got {error}") from None
        return rows

    def _kind(self, name: str) -> Table:
        if name == "history":
            return history_of(self.rate, validation=bool(self.config.validation))
        if name == "classes":
            return CLASSES
        columns = measures_of(deep=self.config.is_deep)[name].columns
        # A folder of an earlier version may lack numbers that weren't measured then.
        return Table(columns, {n for n in columns if columns[n] != "DOUBLE" or n in _NEEDED})


_NEEDED = {"low", "high", "tau", "value"}
"""Columns of numbers that say what a row is about, so that no row can lack them."""


def is_run(folder: Path) -> bool:
    """Return whether a folder is that of one run."""
    return (folder / "config.json").is_file()


def read_run(folder: Path) -> StoredRun:
    """Return the run of a folder that `is_run`.

    Raises RunError for files that aren't as they were written.
    """
    config = TrainConfig.model_validate(from_record(read_settings(folder / "config.json"))[0])
    try:
        found = json.loads(sums_of(folder).read("provenance.json"))
    except FileNotFoundError:
        found = {}
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"run: {folder}/provenance.json must be readable, got {error}") from None
    if not isinstance(found, dict):
        raise InputError(f"run: {folder}/provenance.json must be a record, got something else")
    return StoredRun(folder, config, found)
