"""The kill campaign: processes are killed at any moment, and the same command goes on.

    python tests/campaigns/kill.py --kills 1000 --jobs 2 --seed 0

Trainings and sweeps are killed again and again, at random moments or just when something changes in
their folder, until they are let run to their end. That must be the end that an undisturbed run has,
to the last digit, with the same files and no others; and no start may fail or hang. Most starts are
forks of a process that has imported Eccles, some are fresh ones; sweeps always start fresh workers.
A table is printed in the end; exit status 1 says that there are faults.

Pytest doesn't collect this file; test_campaigns.py runs a small campaign of each sort.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

_PLACES = (("train", 80), ("train, fresh", 8), ("sweep", 10), ("sweep on Dask", 2))
"""Kinds of run, and how many kills of a hundred are of each."""


def main() -> int:
    """Run a campaign, or a worker of one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--kills", type=int, default=100, help="how many")
    parser.add_argument("--jobs", type=int, default=2, help="campaigns side by side")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kinds", default="", help="kinds of run, with semicolons between")
    parser.add_argument("--plant", action="store_true", help="break checkpoints, to see it found")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write counts and faults")
    parser.add_argument("--worker", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker is not None:
        return _work(given)
    return _campaign(given)


def _campaign(given: argparse.Namespace) -> int:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="eccles-kill-") as folder:
        words = ["--kills", str(given.kills), "--jobs", str(given.jobs), "--seed", str(given.seed)]
        words += ["--kinds", given.kinds, "--folder", folder, *["--plant"] * given.plant]
        environment = os.environ | {
            "ECCLES_CACHE": f"{folder}/cache",
            "ECCLES_OFFLINE": "1",
            "COLUMNS": "120",
        }
        workers = [
            subprocess.Popen(
                [sys.executable, __file__, *words, "--worker", str(k)], env=environment
            )
            for k in range(given.jobs)
        ]
        ended = [worker.wait() for worker in workers]
        if any(ended):
            raise SystemExit(f"a worker of the campaign ended with status {max(map(abs, ended))}")
        parts = [
            json.loads(Path(folder, f"worker-{k}.json").read_text(encoding="utf-8"))
            for k in range(given.jobs)
        ]
    counts: Counter[tuple[str, str]] = Counter()
    faults = []
    for part in parts:
        counts.update({tuple(name.split("|")): n for name, n in part["counts"].items()})
        faults += part["faults"]
    columns = ("kills", "half-written", "SIGKILL", "SIGTERM", "SIGINT", "ends", "faults")
    print(f"{'kind':16}" + "".join(f"{name:>14}" for name in columns))
    kinds = [name for name, _ in _PLACES if counts[name, "kills"]]
    rows = {kind: {c: counts[kind, c] for c in columns} for kind in kinds}
    rows["all"] = {c: sum(row[c] for row in rows.values()) for c in columns}
    for kind, row in rows.items():
        print(f"{kind:16}" + "".join(f"{row[c]:14,}" for c in columns))
    seconds = time.monotonic() - began
    print(f"{seconds:,.0f} s with {given.jobs} campaigns side by side; seed {given.seed}")
    for fault in faults:
        print(f"\n{fault}")
    if given.json is not None:
        content = {"seed": given.seed, "seconds": seconds, "kinds": rows, "faults": faults}
        given.json.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return int(bool(faults))


def _work(given: argparse.Namespace) -> int:
    from processes import end_with_parent
    from victims import Dask, Fault, FreshTraining, Sweep, Training

    kinds = {"train": Training, "train, fresh": FreshTraining, "sweep": Sweep,
             "sweep on Dask": Dask}  # fmt: skip
    chosen = [k for k in given.kinds.split(";") if k] or list(kinds)
    shares = {name: share for name, share in _PLACES if name in chosen}
    home = given.folder / f"worker-{given.worker}"
    home.mkdir()
    end_with_parent()
    counts: Counter[str] = Counter()
    faults: list[str] = []
    told = time.monotonic()
    for name in shares:
        # Kills of a kind are shared out among the workers of the campaign.
        quota = given.kills * shares[name] // sum(shares.values())
        quota = quota // given.jobs + (given.worker < quota % given.jobs)
        if name == next(iter(shares)) and given.worker == 0:
            asked = [given.kills * n // sum(shares.values()) for n in shares.values()]
            quota += given.kills - sum(asked)
        if not quota:
            continue
        with ExitStack() as held:
            kind = kinds[name](home / name.replace(" ", "-"), held, plant=given.plant)
            trial = 0
            while counts[f"{name}|kills"] < quota:
                chance = random.Random(f"{given.seed}:{given.worker}:{name}:{trial}")
                trial += 1
                left = quota - counts[f"{name}|kills"]
                out = kind.home / f"trial-{trial}"
                try:
                    for what in kind.try_(chance, out, left):
                        counts[f"{name}|{what}"] += 1
                    counts[f"{name}|ends"] += 1
                except Fault as fault:
                    counts[f"{name}|faults"] += 1
                    faults.append(f"{name}: {fault}")
                    kept = given.folder.parent / f"{given.folder.name}-fault-{len(faults)}"
                    if len(faults) <= 3 and out.exists() and not given.plant:
                        shutil.copytree(out, kept, dirs_exist_ok=True)
                        faults[-1] += f"\n  its folder is kept in {kept}"
                shutil.rmtree(out, ignore_errors=True)
                if time.monotonic() - told > 60:
                    told = time.monotonic()
                    done = sum(n for key, n in counts.items() if key.endswith("|kills"))
                    print(f"worker {given.worker}: {done:,} kills, {len(faults)} faults",
                          file=sys.stderr, flush=True)  # fmt: skip
                if trial > 20 * quota + 20:
                    raise SystemExit(f"{name}: most kills come too late")
    result: dict[str, Any] = {"counts": counts, "faults": faults}
    path = given.folder / f"worker-{given.worker}.json"
    path.write_text(json.dumps(result), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
