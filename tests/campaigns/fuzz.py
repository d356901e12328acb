"""The fuzz campaign: hostile inputs of every kind, and what Eccles makes of each.

    python tests/campaigns/fuzz.py --inputs 1000000 --jobs 2 --seed 0

Each input is accepted, or refused in one sentence of at most 500 letters with exit status 1 or 2.
All else is a fault: another error, more lines, a hang, a gibibyte of memory, a process that dies, a
result that isn't what the same good input gives. Inputs derive from the seed and their number
alone, so that `--replay NUMBER`, with the same seed and kinds, repeats one and shows all of it. A
table is printed in the end; exit status 1 says that there are faults.

Pytest doesn't collect this file; test_campaigns.py runs a small campaign of each sort.
"""

from __future__ import annotations

import argparse
import json
import mmap
import os
import random
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

_ROOM = 3 * 2**30
"""Bytes of addresses that inputs may take beyond what a worker has when it begins."""
_STUCK = 240.0
"""Seconds after which a worker is killed that doesn't even hear its own alarm."""
_KEPT = 3
"""Faults of a group whose details are kept."""
_WORDS = "accepted", "refused", "fault"


def main() -> int:
    """Run a campaign, or a part of one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--inputs", type=int, default=10_000, help="how many")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kinds", default="", help="names of kinds, with commas between")
    parser.add_argument("--replay", type=int, metavar="NUMBER", help="repeat one input")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write counts and faults")
    parser.add_argument("--folder", type=Path, help="an empty folder to work in, which is kept")
    parser.add_argument("--patience", type=float, default=20.0, help="seconds an input may take")
    parser.add_argument("--worker", type=int, nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--make", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.make or given.worker:
        _begin(given.folder)
        return _make(given.folder) if given.make else _Worker(given).run()
    with _place(given.folder) as folder:
        given.folder = folder
        home = folder / "goods"
        if not home.exists() and given.kinds != "planted":
            home.mkdir(parents=True)
            subprocess.run([sys.executable, __file__, "--make", "--folder", folder], check=True)
        if given.replay is not None:
            return _replay(given)
        return _Campaign(given).run()


@contextmanager
def _place(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="eccles-fuzz-") as made:
        yield Path(made)


def _begin(folder: Path) -> None:
    """Let nothing of this process reach beyond its folder, or the network."""
    os.environ |= {
        "ECCLES_CACHE": str(folder / "cache"),
        "ECCLES_OFFLINE": "1",
        "HOME": str(folder),
        "TMPDIR": str(folder / "tmp"),
        "MPLCONFIGDIR": str(folder / "matplotlib"),
        "COLUMNS": "120",
    }
    os.environ.pop("ECCLES_DATA", None)
    (folder / "tmp").mkdir(exist_ok=True)


def _make(folder: Path) -> int:
    import goods

    os.chdir(folder / "goods")
    goods.make(folder / "goods")
    return 0


class _Chance(random.Random):
    """The stream of chance of one input."""

    number = 0


class _Inputs:
    """The inputs of a campaign by number."""

    def __init__(self, seed: int, kinds: str, home: Path) -> None:
        from inputs import KINDS, SHARES

        self._seed, self._home = seed, home
        self.names = [n for n in kinds.split(",") if n] or [k.name for k, n in SHARES.items() if n]
        self._weights = [SHARES[KINDS[name]] or 1 for name in self.names]
        self._made: dict[str, Any] = {}

    def kind(self, index: int) -> tuple[str, random.Random]:
        """Return the kind of an input, and its stream of chance."""
        chance = _Chance(f"{self._seed}:{index}")
        chance.number = index
        return chance.choices(self.names, self._weights)[0], chance

    def draw(self, name: str, chance: random.Random) -> Any:
        """Return an input."""
        if name not in self._made:
            from inputs import KINDS

            self._made[name] = KINDS[name](self._home)
        return self._made[name].draw(chance)

    def prepare(self) -> None:
        """Make all that kinds need, before memory is limited and inputs are timed."""
        for name in self.names:
            self.draw(name, _Chance(0))


def _replay(given: argparse.Namespace) -> int:
    from judge import judge

    place = Path(tempfile.mkdtemp(prefix="place-", dir=given.folder))
    _begin(given.folder)
    os.chdir(place)
    inputs = _Inputs(given.seed, given.kinds, given.folder / "goods")
    name, chance = inputs.kind(given.replay)
    drawn = inputs.draw(name, chance)
    verdict = judge(drawn.call, given.patience)
    print(f"{name}: {drawn.shown}\n{verdict.word}: {verdict.group}\n{verdict.details}")
    return int(verdict.word == "fault")


class _State:
    """What a worker says of itself in memory that outlives it: input under way, counts, seconds."""

    def __init__(self, path: Path, n: int) -> None:
        if not path.exists():
            path.write_bytes(struct.pack(f"<q{n}q{n}d", -1, *[0] * n, *[0.0] * n))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)
        self._n = n

    @property
    def now(self) -> int:
        """The input under way."""
        return int(struct.unpack_from("<q", self._map, 0)[0])

    @now.setter
    def now(self, index: int) -> None:
        struct.pack_into("<q", self._map, 0, index)

    def add(self, place: int, seconds: float) -> None:
        """Count an input."""
        at, then = 8 + 8 * place, 8 + 8 * (self._n + place)
        struct.pack_into("<q", self._map, at, struct.unpack_from("<q", self._map, at)[0] + 1)
        spent = struct.unpack_from("<d", self._map, then)[0]
        struct.pack_into("<d", self._map, then, spent + seconds)

    def read(self) -> tuple[list[int], list[float]]:
        """Return counts and seconds by place."""
        values = struct.unpack(f"<q{self._n}q{self._n}d", self._map[:])
        return list(values[1 : 1 + self._n]), list(values[1 + self._n :])


class _Worker:
    """A process that tries every so manieth input."""

    def __init__(self, given: argparse.Namespace) -> None:
        self._given = given
        self._k, self._first = given.worker
        self._folder = given.folder / f"worker-{self._k}"

    def run(self) -> int:
        """Try all inputs from the first one on."""
        from judge import FAULT, judge
        from processes import end_with_parent

        end_with_parent()
        given = self._given
        os.environ["ECCLES_CACHE"] = str(self._folder / "cache")
        place = self._folder / f"place-{self._first}"
        place.mkdir()
        os.chdir(place)
        inputs = _Inputs(given.seed, given.kinds, given.folder / "goods")
        state = _State(self._folder / "state", 3 * len(inputs.names))
        inputs.prepare()
        _limit_memory()
        seen: dict[str, int] = {}
        for index in range(self._first, given.inputs, given.jobs):
            began = time.process_time()
            name, chance = inputs.kind(index)
            state.now = index
            drawn = inputs.draw(name, chance)
            verdict = judge(drawn.call, given.patience)
            if verdict.word == FAULT:
                group = f"{name}: {verdict.group}"
                seen[group] = seen.get(group, 0) + 1
                kept = seen[group] <= _KEPT
                fault = {"index": index, "kind": name, "group": verdict.group}
                if kept:
                    fault |= {"shown": drawn.shown, "details": verdict.details[-4000:]}
                with (self._folder / "faults.jsonl").open("a", encoding="utf-8") as file:
                    file.write(json.dumps(fault) + "\n")
            which = 3 * inputs.names.index(name) + _WORDS.index(verdict.word)
            state.add(which, time.process_time() - began)
            if not place.is_dir():
                os.chdir(self._folder)
                return 3
        state.now = given.inputs
        return 0


def _limit_memory() -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + _ROOM
    resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # No file of a campaign is large; what fills a disk is a fault.
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**30, 2**30))


class _Campaign:
    """The process that starts workers, and counts."""

    def __init__(self, given: argparse.Namespace) -> None:
        self._given = given
        self._inputs = _Inputs(given.seed, given.kinds, given.folder / "goods")
        self._size = 3 * len(self._inputs.names)
        self._began = time.monotonic()
        self._died: list[dict[str, Any]] = []

    def run(self) -> int:
        """Do all inputs and return the exit status."""
        given = self._given
        states, workers, moved = {}, {}, {}
        for k in range(given.jobs):
            (given.folder / f"worker-{k}").mkdir()
            states[k] = _State(given.folder / f"worker-{k}" / "state", self._size)
            workers[k] = self._start(k, k)
            moved[k] = (-1, time.monotonic())
        told = time.monotonic()
        while workers:
            time.sleep(0.2)
            for k, worker in list(workers.items()):
                now = states[k].now
                if now != moved[k][0]:
                    moved[k] = (now, time.monotonic())
                stuck = time.monotonic() - moved[k][1] > _STUCK
                if stuck:
                    worker.kill()
                    worker.wait()
                if worker.poll() is None:
                    continue
                if worker.returncode == 0 and now >= given.inputs:
                    del workers[k]
                    continue
                if now < k:
                    raise SystemExit(f"worker {k} can't begin; its folder is {given.folder}")
                self._lost(k, now, "hangs, deaf to alarms" if stuck else _death(worker.returncode))
                moved[k] = (-1, time.monotonic())
                if now + given.jobs >= given.inputs:
                    del workers[k]
                else:
                    workers[k] = self._start(k, now + given.jobs)
            if time.monotonic() - told > 60:
                told = time.monotonic()
                done = sum(sum(state.read()[0]) for state in states.values())
                print(f"{done:,} inputs, {told - self._began:.0f} s", file=sys.stderr, flush=True)
        return self._report(list(states.values()))

    def _start(self, k: int, first: int) -> subprocess.Popen[bytes]:
        given = self._given
        words = ["--worker", str(k), str(first), "--folder", str(given.folder)]
        words += ["--inputs", str(given.inputs), "--jobs", str(given.jobs)]
        words += ["--seed", str(given.seed), "--kinds", given.kinds]
        words += ["--patience", str(given.patience)]
        with (given.folder / f"worker-{k}" / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, __file__, *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _lost(self, k: int, index: int, how: str) -> None:
        """Keep the fault of an input that a worker didn't survive; its folder may be large."""
        name, chance = self._inputs.kind(index)
        # It is drawn by name alone: drawing may be what kills.
        shown = f"--seed {self._given.seed} --replay {index}"
        del chance
        self._died.append(
            {"index": index, "kind": name, "group": how, "shown": shown, "details": ""}
        )
        for place in (self._given.folder / f"worker-{k}").glob("place-*"):
            with suppress(OSError):
                shutil.rmtree(place)

    def _report(self, states: list[_State]) -> int:
        given, names = self._given, self._inputs.names
        counts, spent = [0] * self._size, [0.0] * self._size
        for state in states:
            for place, (n, seconds) in enumerate(zip(*state.read(), strict=True)):
                counts[place] += n
                spent[place] += seconds
        for fault in self._died:
            counts[3 * names.index(fault["kind"]) + 2] += 1
        faults = [*self._died]
        for path in sorted(given.folder.glob("worker-*/faults.jsonl")):
            faults += map(json.loads, path.read_text(encoding="utf-8").splitlines())
        groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for fault in sorted(faults, key=lambda fault: fault["index"]):
            groups.setdefault((fault["kind"], fault["group"]), []).append(fault)
        rows = [
            (name, *counts[3 * k : 3 * k + 3], sum(spent[3 * k : 3 * k + 3]))
            for k, name in enumerate(names)
        ]
        total = ("all", *(sum(row[k] for row in rows) for k in (1, 2, 3, 4)))
        print(
            f"{'kind':16}{'inputs':>10}{'accepted':>10}{'refused':>10}{'faults':>8}{'ms each':>9}"
        )
        for name, accepted, refused, wrong, seconds in (*rows, total):
            n = accepted + refused + wrong
            each = f"{1e3 * seconds / max(1, n):9.2f}"
            print(f"{name:16}{n:10,}{accepted:10,}{refused:10,}{wrong:8,}{each}")
        seconds = time.monotonic() - self._began
        print(f"{seconds:,.0f} s with {given.jobs} processes; seed {given.seed}")
        for (name, group), found in sorted(groups.items(), key=lambda item: -len(item[1])):
            first = found[0]
            print(f"\n{len(found):,} x {name}: {group}\n  {first.get('shown', '')[:400]}")
            again = f"--seed {given.seed} --replay {first['index']}"
            print(f"  again: {again}{f' --kinds {given.kinds!r}' * bool(given.kinds)}")
        if given.json is not None:
            content = {
                "inputs": sum(counts),
                "seed": given.seed,
                "seconds": seconds,
                "kinds": {name: dict(zip(_WORDS, row, strict=True)) for name, *row, _ in rows},
                "faults": [
                    {"kind": name, "group": group, "times": len(found), "first": found[:_KEPT]}
                    for (name, group), found in groups.items()
                ],
            }
            given.json.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        return int(bool(faults))


def _death(status: int) -> str:
    if status < 0:
        return f"kills the process by signal {-status}"
    return f"ends the process with status {status}"


if __name__ == "__main__":
    sys.exit(main())
