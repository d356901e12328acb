"""The run folder: plain files that say what was asked, what came of it, and how to go on.

config.json              the settings, null where a rule applies, and the run's identity
provenance.json          versions, machine, data, and what "auto" became
history.jsonl            a row an epoch, from -1 (before training)
classes.jsonl            a row an epoch and class
checkpoint.safetensors   weights, optimizer, random streams, next epoch
result.json              the summary, once the run has finished
"""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from eccles.errors import InputError, RunError
from eccles.storage import is_aside, locked, unwritable, write_text
from eccles.training.run_config import RunConfig

Rows = list[dict[str, Any]]
_RESULTS = ("result.json", "history.jsonl", "classes.jsonl")


class RunFolder:
    """The files of one run; every file in it is whole at any moment."""

    def __init__(self, path: Path, identity: str) -> None:
        self.path = path
        self.identity = identity
        self.checkpoint = path / "checkpoint.safetensors"

    def check(self) -> None:
        """Raise InputError, before anything is written, unless this can be the run's folder."""
        try:
            self._check()
        except OSError as error:
            raise unwritable(self.path, error) from None

    def _check(self) -> None:
        if self.path.exists() and not self.path.is_dir():
            raise InputError(f"train: --out must be a folder, got the file {self.path}")
        record = self.path / "config.json"
        if record.exists():
            theirs = self._read_json(record).get("identity")
            if theirs != self.identity:
                same = str(theirs).partition("-")[0] == self.identity.partition("-")[0]
                raise InputError(
                    f"train: --out must be empty or hold this run ({self.identity}), got "
                    f"{self.path} with run {theirs}{', on other data' * same}; choose another --out"
                )
        elif self.path.exists() and any(not file.name.startswith(".") for file in self._files()):
            raise InputError(
                f"train: --out must be empty or hold this run, got {self.path} with other files; "
                "choose another --out"
            )

    @contextmanager
    def held(self, *, wait: bool = False) -> Iterator[None]:
        """Keep every other process from writing the folder; `check` must have passed.

        Raises RunError where another one does, unless `wait` is given to wait for it.
        """
        with locked(self.path / ".lock", f"train: --out {self.path}", wait=wait):
            yield

    def open(self, config: RunConfig, *, resume: bool) -> bool:
        """Make this the folder of a run; return whether an earlier start of it can go on.

        With `resume` off, what an earlier start of the same run left is removed. Raises as
        `check` does, and RunError where the folder can't be written.
        """
        self.check()
        self._remove(file for file in self._files() if is_aside(file))
        if not resume:
            # The checkpoint goes first: without it nothing of the rest is believed.
            self._remove(self.path / name for name in ("checkpoint.safetensors", *_RESULTS))
        settings = {"identity": self.identity, **config.model_dump(mode="json")}
        write_text(self.path / "config.json", json.dumps(settings, indent=2) + "\n")
        return self.checkpoint.exists()

    def empty(self) -> None:
        """Remove every file but the lock, so that the run starts over."""
        self._remove(file for file in self._files() if file.name != ".lock")

    def write_provenance(self, resolved: dict[str, Any]) -> None:
        """Record versions, machine and what the settings became."""
        packages = ("eccles", "torch", "numpy", "numba", "safetensors")
        record = {
            "started": datetime.now(UTC).isoformat(timespec="seconds"),
            "command": [Path(sys.argv[0]).name, *sys.argv[1:]],
            "python": platform.python_version(),
            "platform": platform.platform(),
            "versions": {name: version(name) for name in packages},
            "resolved": resolved,
        }
        write_text(self.path / "provenance.json", json.dumps(record, indent=2) + "\n")

    def write_rows(self, name: str, rows: Rows) -> None:
        """Write a table of JSON lines as a whole."""
        write_text(self.path / name, "".join(json.dumps(row) + "\n" for row in rows))

    def read_rows(self, name: str, epochs: Sequence[int]) -> Rows:
        """Return a table's rows of these epochs; later ones have no checkpoint."""
        path = self.path / name
        try:
            rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
            rows = [row for row in rows if row["epoch"] in epochs]
            if {row["epoch"] for row in rows} != set(epochs):
                raise ValueError("rows that aren't of every epoch that was measured")
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise RunError(
                f"train: {path} must be readable JSON lines, got {error}; start over with "
                "--no-resume"
            ) from None
        return rows

    def has_result(self) -> bool:
        """Return whether the run has finished."""
        return (self.path / "result.json").exists()

    def write_result(self, summary: dict[str, Any]) -> None:
        """Write the summary; a folder that has it is finished."""
        write_text(self.path / "result.json", json.dumps(summary, indent=2) + "\n")

    def _files(self) -> list[Path]:
        return sorted(self.path.iterdir()) if self.path.exists() else []

    def _remove(self, files: Iterable[Path]) -> None:
        try:
            for file in files:
                file.unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(self.path, error) from None

    def _read_json(self, path: Path) -> dict[str, Any]:
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            content = None
        if not isinstance(content, dict):
            raise RunError(f"train: {path} must be readable JSON; choose another --out")
        return content
