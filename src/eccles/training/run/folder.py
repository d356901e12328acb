"""The run folder: plain files that say what was asked, what came of it, and how to go on.

config.json              the settings, null where a rule applies, and the run's identity
provenance.json          versions, machine, data, and what "auto" became
history.jsonl            a row an epoch, from -1 (before training)
classes.jsonl            a row an epoch and class
checkpoint.safetensors   weights, optimizer, random streams, next epoch
result.json              the summary, once the run has finished
SHA256SUMS               checksums of all of these but the checkpoint, which has its own
"""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import eccles
from eccles import checksums
from eccles.checksums import Checksums
from eccles.errors import InputError, RunError, listed, shown
from eccles.locks import Lock, locked
from eccles.reading import read_bytes
from eccles.storage import (
    affordable,
    check_files,
    flush,
    flush_folder,
    is_aside,
    make_folder,
    unwritable,
    writes_text,
)
from eccles.training.config import TrainConfig
from eccles.training.run import checkpoint
from eccles.training.run.differences import differences
from eccles.training.run.rows import Rows, Table

_RESULTS = ("result.json", "history.jsonl", "classes.jsonl", checksums.NAME)


class RunFolder:
    """The files of one run; every file in it is whole at any moment."""

    def __init__(self, path: Path, identity: str) -> None:
        self.path = path
        self.identity = identity
        self.checkpoint = path / "checkpoint.safetensors"
        self._sums = Checksums(path, "start over with --no-resume")
        self._lock: Lock | None = None
        self._unflushed = False

    def check(self, config: TrainConfig) -> None:
        """Raise InputError, before anything is written, unless this can be the run's folder.

        Of another run's it says in which settings that one differs.
        """
        try:
            self._check(config)
        except OSError as error:
            raise unwritable(self.path, error) from None

    def _check(self, config: TrainConfig) -> None:
        if self.path.exists() and not self.path.is_dir():
            raise InputError(f"train: --out must be a folder, got the file {self.path}")
        theirs = self._theirs()
        if theirs is not None and theirs != self.identity:
            raise InputError(
                f"train: --out must be empty or hold this run, got {shown(str(self.path))} with "
                f"another ({self._other(theirs, config)}); choose another --out"
            )
        if theirs is None and any(self._is_others(file) for file in self._files()):
            raise InputError(
                f"train: --out must be empty or hold this run, got {self.path} with other files; "
                "choose another --out"
            )

    def _other(self, theirs: str, config: TrainConfig) -> str:
        """Return what tells the run that the folder holds from this one."""
        try:
            found = differences(self._read_json("config.json"), config)
        except RunError:
            return "its checkpoint says so, and its config.json can't be believed"
        files, own = (each.partition("-")[2] for each in (theirs, self.identity))
        if files != own:
            found.append(f"data {files or 'as published'} there, {own or 'as published'} here")
        return (
            listed(found)
            if found
            else "its config.json has these settings beside the identity of others"
        )

    def _theirs(self) -> str | None:
        """Return the identity of the run that the folder holds, or None where it holds none."""
        error = None
        if (self.path / "config.json").exists():
            try:
                return str(self._read_json("config.json").get("identity"))[:100]
            except RunError as caught:
                error = caught
        if self.checkpoint.exists():
            # It says so as well, and what else the folder has can be written anew.
            with suppress(RunError):
                return str(checkpoint.read(self.checkpoint)[0]["identity"])[:100]
        if error is not None:
            raise error
        return None

    @contextmanager
    def held(self, *, wait: bool = False) -> Iterator[None]:
        """Keep every other process from writing the folder; `check` must have passed.

        Raises RunError where another one does, unless `wait` is given to wait for it.
        """
        with locked(self.path / ".lock", f"train: --out {self.path}", wait=wait) as self._lock:
            try:
                yield
            finally:
                self._lock = None
                self._flush()

    def open(self, config: TrainConfig, *, resume: bool) -> bool:
        """Make this the folder of a run; return whether an earlier start of it can go on.

        With `resume` off, what an earlier start of the same run left is removed. Raises as
        `check` does, and RunError where the folder can't be written.
        """
        self.check(config)
        try:
            make_folder(self.path)
        except OSError as error:
            raise unwritable(self.path, error) from None
        self._remove(file for file in self._files() if is_aside(file))
        if not resume:
            # The checkpoint goes first: without it nothing of the rest is believed.
            self._remove(self.path / name for name in ("checkpoint.safetensors", *_RESULTS))
        settings = {"identity": self.identity, **config.model_dump(mode="json")}
        self._write_json("config.json", settings)
        return self.checkpoint.exists()

    def had_checkpoint(self) -> bool:
        """Return whether there are files that a run writes only once it has a checkpoint."""
        if (self.path / "result.json").exists():
            return True
        try:
            return read_bytes(self.path / "history.jsonl").count(b"\n") > 1
        except OSError:
            return False

    def empty(self) -> None:
        """Remove every file but the lock, so that the run starts over."""
        self._remove(file for file in self._files() if file.name != ".lock")

    def write_provenance(self, resolved: dict[str, Any]) -> None:
        """Record versions, machine and what the settings became."""
        packages = ("torch", "numpy", "numba", "safetensors")
        record = {
            "started": datetime.now(UTC).isoformat(timespec="seconds"),
            "command": [Path(sys.argv[0]).name, *sys.argv[1:]],
            "python": platform.python_version(),
            "platform": platform.platform(),
            "versions": {
                "eccles": eccles.__version__,
                **{name: version(name) for name in packages},
            },
            "resolved": resolved,
        }
        self._write_json("provenance.json", record)

    def keep(self, tables: Mapping[str, Rows], save: Callable[..., object]) -> None:
        """Write an epoch's tables of JSON lines, and let `save` write its checkpoint at a path.

        The checkpoint comes last: rows without one are dropped, one without rows is lost. Raises
        StorageError where the folder can't be written, or isn't this process's any more.
        """
        self._write({f"{name}.jsonl": lines(rows) for name, rows in tables.items()})
        save(self.checkpoint, flushed=not self._unflushed)

    def read_rows(self, name: str, epochs: Sequence[int], table: Table) -> Rows:
        """Return the rows that a table has of these epochs; later ones have no checkpoint."""
        path = self.path / name
        try:
            rows = table.read(self._sums.read(name).decode())
            rows = [row for row in rows if row["epoch"] in epochs]
            if list(dict.fromkeys(row["epoch"] for row in rows)) != list(epochs):
                raise ValueError("rows that aren't of every epoch that was measured, in turn")
        except (OSError, ValueError) as error:
            raise RunError(
                f"train: {path} must be readable JSON lines, got {str(error)[:200]}; start over "
                "with --no-resume"
            ) from None
        return rows

    def check_finished(self) -> None:
        """Raise RunError where a finished run's record of where it comes from was altered.

        Nothing else says that; what else the folder has is read, or can be written anew.
        """
        if (self.path / "provenance.json").exists():
            self._read_json("provenance.json")

    def finish(self, summary: dict[str, Any]) -> None:
        """Write the summary, unless it is there; a folder that has it is finished."""
        summary = json.loads(json.dumps(summary))
        try:
            there = self._read_json("result.json")
            sound = {**there, "out": None} == {**summary, "out": None}
        except RunError:
            sound = False
        if not sound:
            self._write_json("result.json", summary)
            self._sums.settle(flushed=not self._unflushed)

    def _write(self, contents: Mapping[str, Iterable[str]]) -> None:
        if self._lock is not None:
            self._lock.check()
        writes = {name: writes_text("".join(text)) for name, text in contents.items()}
        # What waited is flushed with all else, lest a newer file be there without an older one.
        if affordable():
            self._flush()
        else:
            self._unflushed = True
        self._sums.write(writes, flushed=not self._unflushed)

    def _flush(self) -> None:
        if self._unflushed and self.path.is_dir():
            try:
                for file in self._files():
                    if file.is_file():
                        flush(file)
                flush_folder(self.path)
            except OSError as error:
                raise unwritable(self.path, error) from None
        self._unflushed = False

    def _write_json(self, name: str, content: dict[str, Any]) -> None:
        self._write({name: [json.dumps(content, indent=2), "\n"]})

    def _files(self) -> list[Path]:
        return sorted(self.path.iterdir()) if self.path.exists() else []

    def _remove(self, files: Iterable[Path]) -> None:
        try:
            for file in files:
                file.unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(self.path, error) from None

    def _read_json(self, name: str) -> dict[str, Any]:
        path = self.path / name
        try:
            content = json.loads(self._sums.read(name))
        except (OSError, ValueError, RecursionError):
            content = None
        if not isinstance(content, dict):
            raise RunError(f"train: {path} must be readable JSON; choose another --out")
        return content

    def _is_others(self, file: Path) -> bool:
        return not file.name.startswith(".") and file.name != checksums.NAME


def lines(rows: Rows) -> Iterator[str]:
    """Return rows as JSON lines."""
    return (json.dumps(row) + "\n" for row in rows)


def stored_identity(path: Path) -> str:
    """Return the identity of the run that a folder holds; an empty text where it can't be read."""
    check_files(path, "train: --out")
    try:
        content = json.loads((path / "config.json").read_text(encoding="utf-8"))
        return str(content["identity"])
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return ""
