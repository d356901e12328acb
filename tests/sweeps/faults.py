"""A small study in processes of its own, and what is needed to disturb it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from eccles.sweeps import record
from eccles.sweeps.folder import StudyFolder
from eccles.sweeps.parquet import database
from eccles.sweeps.schema import PROVENANCE

RUNS = 4
STUDY = """
name: faults
base: {data: fashion-mnist-sample, epochs: 16}
grid: {ei: ["50:50", "80:20"]}
repeat: 2
measure: {weights: 5}
"""
TABLES = ("runs", "epochs", "classes", "weights")
TIMEOUT = 300.0
"""Seconds to wait for what must happen: kernels may have to be compiled, on a busy machine."""


def until(condition: Callable[[], Any], seconds: float = TIMEOUT) -> Any:
    """Return what a condition gives as soon as that is true."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.005)
    return value


class Process:
    """A process under way, with what it says."""

    def __init__(self, popen: subprocess.Popen[bytes], out: Path, err: Path) -> None:
        self.popen, self.pid = popen, popen.pid
        self._out, self._err = out, err

    @property
    def said(self) -> str:
        return self._out.read_text()

    @property
    def complaint(self) -> str:
        return self._err.read_text()

    def events(self, kind: str) -> list[dict[str, Any]]:
        """Return the events of a kind so far, of a command with --json."""
        whole = self.said.rpartition("\n")[0]
        return [e for e in map(json.loads, whole.splitlines()) if e["event"] == kind]

    def status(self, seconds: float = TIMEOUT) -> int:
        """Return the exit status, once there is one."""
        return self.popen.wait(seconds)

    def sentence(self) -> str:
        """Return what was said on stderr, which must be one sentence of ours."""
        (line,) = self.complaint.splitlines()
        assert line.startswith("eccles: "), line
        return line

    def workers(self) -> set[int]:
        """Return the processes that do runs, which multiprocessing's tracker doesn't."""
        found = set()
        with suppress(psutil.Error):
            for child in psutil.Process(self.pid).children(recursive=True):
                if "spawn_main" in " ".join(child.cmdline()):
                    found.add(child.pid)
        return found


@contextmanager
def process(folder: Path, *command: str, env: Mapping[str, str] | None = None) -> Iterator[Process]:
    """Start a command in a process group of its own; whatever is left of it ends with us."""
    folder.mkdir(parents=True, exist_ok=True)
    n = len(list(folder.iterdir()))
    out, err = folder / f"{n}.out", folder / f"{n}.err"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        popen = subprocess.Popen(
            [sys.executable, *command],
            stdout=stdout,
            stderr=stderr,
            env={**os.environ, **(env or {})},
            start_new_session=True,
        )
    try:
        yield Process(popen, out, err)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(popen.pid, signal.SIGKILL)
        popen.wait(TIMEOUT)


class Study:
    """A study in a folder, and the command that does it."""

    def __init__(self, folder: Path, *words: str, out: Path | None = None) -> None:
        self.home = folder
        self.out = folder / "out" if out is None else out
        self.file = folder / "faults.yaml"
        self.file.write_text(STUDY)
        self.words = ("sweep", str(self.file), "--out", str(self.out), "--json", *words)

    def start(self, *words: str, **options: Any) -> Any:
        """Start the command."""
        return process(self.home / "log", "-m", "eccles", *self.words, *words, **options)

    def finish(self, *words: str) -> Process:
        """Do the command to its end, which must be a good one."""
        with self.start(*words) as command:
            assert command.status() == 0, command.complaint
            assert command.complaint == ""
        return command

    def recorded(self) -> set[str]:
        """Return the runs that have a record."""
        return {path.stem for path in self.out.glob("records/*.json")}

    def history(self, run: str) -> list[str]:
        """Return the lines of a run that is under way."""
        try:
            path = StudyFolder(self.out).scratch(run) / "history.jsonl"
            return path.read_text().splitlines()
        except FileNotFoundError:
            return []

    def halt(self) -> tuple[str, int]:
        """Stop some worker in the middle of a run; return the run and the worker's process."""

        def halted() -> tuple[str, int] | None:
            for folder in self.out.glob("underway/*"):
                pid = self._holder(folder)
                if pid is None or len(self.history(folder.name)) < 4 or not alive([pid]):
                    continue
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGSTOP)
                    if self._holder(folder) == pid and folder.name not in self.recorded():
                        return folder.name, pid
                    os.kill(pid, signal.SIGCONT)
            return None

        return until(halted)

    def goes_on(self, run: str, before: list[str]) -> None:
        """Wait until a run is under way again, and check that it didn't start over."""

        def seen() -> list[str] | None:
            now = self.history(run)
            if now and now != before:
                return now
            # On a busy machine it may end between two looks.
            return before if run in self.recorded() else None

        # The seconds of an epoch are in its line, so no two starts write the same ones.
        assert until(seen)[:3] == before[:3]

    def _holder(self, folder: Path) -> int | None:
        try:
            return int((folder / ".lock").read_text().split()[1])
        except (OSError, LookupError, ValueError):
            return None


def alive(pids: Iterable[int]) -> list[int]:
    """Return the processes that haven't ended."""
    left = []
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                left.append(pid)
    return left


def rows(out: Path) -> dict[str, list[str]]:
    """Return the tables with every digit, and without where their rows come from."""
    base = database()
    tables = {}
    for name in TABLES:
        query = "SELECT * FROM read_parquet(?)"
        if name == "runs":
            query = query.replace("*", f"* EXCLUDE ({', '.join(PROVENANCE)})")
        found = base.execute(query, [str(out / f"{name}.parquet")])
        columns = [repr(column[:2]) for column in found.description]
        tables[name] = [*columns, *map(repr, found.fetchall())]
    return tables


def check_nothing_is_half_written(out: Path) -> None:
    """Check that every record is whole, and that no file waits to become another."""
    for path in out.glob("records/*.json"):
        assert record.read(path) is not None
    temporary = [p for p in out.rglob(".*") if p.suffix[1:].isdigit() or p.name == ".spill"]
    assert temporary == []
