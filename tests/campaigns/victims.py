"""What is killed: trainings, sweeps, and how their ends are held to undisturbed ones."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from random import Random
from typing import Any

import psutil
from judge import command
from processes import Process, end_of

from eccles.errors import EcclesError

_PATIENCE = 300.0
"""Seconds that a command may take before it hangs; it takes some on a quiet machine."""
_TRAININGS: tuple[tuple[str, ...], ...] = (
    ("--epochs", "4"),
    ("--epochs", "6", "--optimizer", "adam", "--lr", "0.001"),
    ("--epochs", "3", "--measure", "weights:2,activity:1,distances:3"),
    ("--epochs", "5", "--momentum", "0.9", "--validation", "0.2", "--update-noise", "1e-4"),
    ("--epochs", "3", "--unbounded", "--optimizer", "adam"),
    ("--epochs", "4", "--optimizer", "rprop", "--measure", "weight_histograms:1"),
)
_STUDY = """\
name: killed
base: {data: fashion-mnist-sample, epochs: 3, hidden: 10, batch_size: 512}
grid: {ei: ["50:50", "80:20"]}
repeat: 2
measure: {weights: 2}
keep_weights: true
"""
_MEANT = "eccles: stopped; the same command goes on from the last epoch\n"


class Fault(Exception):  # noqa: N818 - it is a finding
    """What went wrong after a kill."""


class _Victim:
    """A command that is killed; `home` is a folder for it, `held` what ends with the campaign."""

    fork = True
    group = 0.1
    """How often all of a process's group is killed at once."""

    def __init__(self, home: Path, held: ExitStack, *, plant: bool = False) -> None:
        self.home, self._held, self._plant = home, held, plant
        home.mkdir()
        self._started = 0
        self._right: dict[Any, Any] = {}
        self._seconds: dict[Any, float] = {}
        self._prepare()

    def _prepare(self) -> None:
        if self.fork:
            import torch

            # One thread: a fork has none of the others.
            torch.set_num_threads(1)
            import eccles.cli.train
            import eccles.training.loop  # noqa: F401

    def _choose(self, chance: Random) -> Any:
        """Return which command it is."""
        raise NotImplementedError

    def _words(self, chosen: Any, out: Path) -> list[str]:
        raise NotImplementedError

    def _end(self, out: Path) -> Any:
        """Return all of a folder that its settings decide."""
        raise NotImplementedError

    def _warm(self, chosen: Any, out: Path) -> None:
        """Do a command in this process, so that forks find all that it takes."""

    def _start(self, chosen: Any, out: Path) -> Process:
        self._started += 1
        log = self.home / "log" / f"{self._started % 50}"
        return Process(self._words(chosen, out), log, fork=self.fork, plant=self._plant)

    def _to_the_end(self, chosen: Any, out: Path) -> None:
        process = self._start(chosen, out)
        try:
            status = process.wait(_PATIENCE)
            if status is None:
                raise Fault(f"{self._shown(chosen)} hangs")
            if status != 0:
                raise Fault(
                    f"{self._shown(chosen)} ends with status {status}: {process.complaint[-800:]}"
                )
        finally:
            end_of(process)

    def _shown(self, chosen: Any) -> str:
        return f"eccles {' '.join(self._words(chosen, Path('OUT')))}"

    def _undisturbed(self, chosen: Any) -> tuple[Any, float]:
        """Return how a command ends that nothing happens to, and after how many seconds."""
        if chosen not in self._right:
            out = self.home / f"undisturbed-{len(self._right)}"
            self._warm(chosen, out.with_suffix(".warm"))
            began = time.monotonic()
            self._to_the_end(chosen, out)
            self._seconds[chosen] = time.monotonic() - began
            self._right[chosen] = self._end(out)
        return self._right[chosen], self._seconds[chosen]

    def try_(self, chance: Random, out: Path, most: int) -> Iterator[str]:
        """Kill a command some times, let it end, check that; give what happened, to count it."""
        chosen = self._choose(chance)
        right, seconds = self._undisturbed(chosen)
        happened: list[str] = []
        for _ in range(min(most, chance.choice((1, 2, 3, 4, 5)))):
            process = self._start(chosen, out)
            try:
                sign = self._kill(process, chance, out, seconds)
                status = process.wait(_PATIENCE)
                if status is None:
                    raise Fault(f"{self._shown(chosen)} hangs after a kill; {happened}")
                if not self._is_killed(status, sign):
                    if status == 0:
                        break
                    raise Fault(
                        f"{self._shown(chosen)} ends with status {status} after {happened}: "
                        f"{process.complaint[-800:]}"
                    )
                if (
                    sign == signal.SIGINT
                    and status == 130
                    and process.complaint not in ("", _MEANT)
                ):
                    raise Fault(f"SIGINT says {process.complaint[-800:]!r}")
            finally:
                self._after(process, chance)
            happened.append(signal.Signals(sign).name)
            yield "kills"
            yield signal.Signals(sign).name
            if any(_asides(out)):
                yield "half-written"
        self._to_the_end(chosen, out)
        self._settle()
        try:
            end = self._end(out)
        except EcclesError as error:
            raise Fault(
                f"{self._shown(chosen)} ends unreadable after {happened}: {error}"
            ) from None
        for part in right:
            if end[part] != right[part]:
                raise Fault(
                    f"{self._shown(chosen)} ends with other {part} after {happened}: "
                    f"{str(end[part])[:600]} for {str(right[part])[:600]}"
                )

    def _is_killed(self, status: int, sign: int) -> bool:
        return status == -sign or (sign == signal.SIGINT and status == 130)

    def _after(self, process: Process, chance: Random) -> None:
        """Clear up after a killed process: sometimes what it started is left to end by itself."""
        if chance.random() < 0.5:
            end_of(process)

    def _settle(self) -> None:
        """Wait for what is left of killed commands."""

    def _kill(self, process: Process, chance: Random, out: Path, seconds: float) -> int:
        """Wait for a moment, and send a signal; return which."""
        _wait_for(_moment(chance, self._plant), chance, out, seconds, process)
        sign = chance.choices((signal.SIGKILL, signal.SIGTERM, signal.SIGINT), (0.8, 0.1, 0.1))[0]
        process.kill(sign, group=chance.random() < self.group)
        return sign


def _moment(chance: Random, plant: bool) -> str:
    if plant:
        return "later"
    return chance.choices(("time", "change", "checkpoint"), (5, 4, 1))[0]


def _wait_for(kind: str, chance: Random, out: Path, seconds: float, process: Process) -> None:
    """Wait for a moment: any time, a change, just after a checkpoint, or after an epoch."""
    end = time.monotonic() + chance.uniform(0, 1.05 * seconds)
    changes = chance.randrange(1, 40) if kind == "change" else 0
    before = None
    while process.status() is None:
        if kind == "time" and time.monotonic() >= end:
            return
        if kind == "checkpoint" and any(out.rglob("checkpoint.safetensors")):
            time.sleep(chance.uniform(0, 0.05))
            return
        if kind == "later" and _rows_of(out) >= 3:
            return
        if kind == "change":
            now = _stamp(out)
            if now != before:
                before = now
                changes -= 1
                if changes < 0:
                    return
            time.sleep(0.0002)
        else:
            time.sleep(0.001)
        if time.monotonic() > end + 2 * seconds + 5:
            return


def _rows_of(out: Path) -> int:
    try:
        return (out / "history.jsonl").read_bytes().count(b"\n")
    except OSError:
        return 0


def _stamp(out: Path) -> list[int]:
    found = []
    for folder in (out, out / "records", out / "underway"):
        with suppress(OSError):
            found.append(folder.stat().st_mtime_ns)
    with suppress(OSError):
        found += [each.stat().st_mtime_ns for each in (out / "underway").iterdir()]
    return found


def _asides(out: Path) -> Iterator[Path]:
    """Give the files that a killed process was about to put in another's place."""
    return (path for path in out.rglob(".*") if path.suffix[1:].isdigit())


def _plain(row: Any, *also: str) -> Any:
    """Return what settings decide of a row of JSON."""
    if isinstance(row, dict):
        return {
            name: _plain(value, *also)
            for name, value in row.items()
            if "seconds" not in name and not name.startswith(("started", "sha256", *also))
        }
    return row


def _names(folder: Path) -> list[str]:
    """Return the names of all files, those of locks and kernels' notes too."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


class Training(_Victim):
    """`eccles train`, forked."""

    def _warm(self, chosen: tuple[str, ...], out: Path) -> None:
        # A fork has what this process has, compiled kernels too, and starts at once.
        if self.fork:
            command(*self._words(chosen, out))

    def _choose(self, chance: Random) -> tuple[str, ...]:
        return chance.choice(_TRAININGS)

    def _words(self, chosen: tuple[str, ...], out: Path) -> list[str]:
        return ["train", "--hidden", "10", *chosen, "--out", str(out)]

    def _end(self, out: Path) -> dict[str, Any]:
        from eccles.training.run import checkpoint

        header, tensors = checkpoint.read(out / "checkpoint.safetensors")
        rows = {
            path.name: [_plain(json.loads(line)) for line in path.read_text().splitlines()]
            for path in sorted(out.glob("*.jsonl"))
        }
        return {
            **rows,
            "checkpoint": {
                "header": _plain(header),
                **{
                    name: (str(t.dtype), hashlib.sha256(t.numpy().tobytes()).hexdigest())
                    for name, t in sorted(tensors.items())
                },
            },
            "config": _plain(json.loads((out / "config.json").read_text())),
            "result": _plain(json.loads((out / "result.json").read_text()), "out"),
            "files": _names(out),
        }


class FreshTraining(Training):
    """`eccles train` in a process of its own."""

    fork = False


class Sweep(_Victim):
    """`eccles sweep`: the process that coordinates, or a worker, or all of them are killed."""

    group = 0.25

    def _prepare(self) -> None:
        super()._prepare()
        import eccles.cli.sweep
        import eccles.sweeps.sweep  # noqa: F401

        self._file = self.home / "killed.yaml"
        self._file.write_text(_STUDY, encoding="utf-8")
        self._lost = False

    def _choose(self, chance: Random) -> tuple[str, ...]:
        return chance.choice((("--jobs", "1"), ("--jobs", "2")))

    def _words(self, chosen: tuple[str, ...], out: Path) -> list[str]:
        return ["sweep", str(self._file), "--out", str(out), "--json", *chosen]

    def _kill(self, process: Process, chance: Random, out: Path, seconds: float) -> int:
        self._lost = False
        if chance.random() < 0.4:
            _wait_for(_moment(chance, self._plant), chance, out, seconds, process)
            workers = process.workers()
            if workers:
                with suppress(ProcessLookupError):
                    os.kill(chance.choice(workers), signal.SIGKILL)
                    self._lost = True
                return int(signal.SIGKILL)
        return super()._kill(process, chance, out, seconds)

    def _is_killed(self, status: int, sign: int) -> bool:
        # One that loses a worker starts another, and goes on.
        return status == 0 if self._lost else super()._is_killed(status, sign)

    def _end(self, out: Path) -> dict[str, Any]:
        from eccles import load
        from eccles.sweeps import record
        from eccles.sweeps.schema import PROVENANCE
        from eccles.training.run import checkpoint

        tables = load(out)
        end: dict[str, Any] = {"tables": list(tables.names)}
        for name in tables.names:
            frame = tables.table(name)
            frame = frame.drop(columns=[c for c in PROVENANCE if c in frame])
            end[name] = frame.to_csv(index=False, float_format="%.17g")
        end["records"] = [
            (path.name, record.read(path) is not None) for path in sorted(out.glob("records/*"))
        ]
        end["weights"] = {
            path.name: hashlib.sha256(
                b"".join(t.numpy().tobytes() for _, t in sorted(checkpoint.read(path)[1].items()))
            ).hexdigest()
            for path in sorted(out.glob("weights/*"))
        }
        end["files"] = [n for n in _names(out) if not n.endswith(".lock")]
        end["study"] = _plain(json.loads((out / "study.json").read_text()))
        return end


class Dask(Sweep):
    """`eccles sweep --dask`, on a cluster of this machine whose workers are killed too."""

    fork = False

    def _prepare(self) -> None:
        super()._prepare()
        with socket.socket() as server:
            server.bind(("127.0.0.1", 0))
            port = server.getsockname()[1]
        self._address = f"tcp://127.0.0.1:{port}"
        self._started_here: list[subprocess.Popen[bytes]] = []
        self._held.callback(self._finish)
        self._cluster("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-show")
        for _ in range(2):
            self._cluster(
                "worker", self._address, "--nthreads", "1", "--nworkers", "1",
                "--host", "127.0.0.1",
                "--local-directory", str(self.home / "scratch"),
            )  # fmt: skip
        time.sleep(8)

    def _cluster(self, kind: str, *words: str) -> None:
        with (self.home / f"{kind}.log").open("ab") as log:
            self._started_here.append(
                subprocess.Popen(
                    [
                        sys.executable,
                        "-m",
                        f"distributed.cli.dask_{kind}",
                        *words,
                        "--no-dashboard",
                    ],
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )

    def _finish(self) -> None:
        for each in reversed(self._started_here):
            with suppress(ProcessLookupError):
                os.killpg(each.pid, signal.SIGKILL)
            each.wait(60)

    def _choose(self, chance: Random) -> tuple[str, ...]:
        return ("--dask", self._address)

    def _kill(self, process: Process, chance: Random, out: Path, seconds: float) -> int:
        self._lost = False
        if chance.random() < 0.5:
            _wait_for(_moment(chance, self._plant), chance, out, seconds, process)
            nannies = [psutil.Process(each.pid) for each in self._started_here[1:]]
            workers = [c.pid for n in nannies for c in n.children() if "spawn_main" in _line(c)]
            if workers and process.status() is None:
                with suppress(ProcessLookupError):
                    os.kill(chance.choice(workers), signal.SIGKILL)
                    self._lost = True
                return int(signal.SIGKILL)
        return _Victim._kill(self, process, chance, out, seconds)


def _line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
