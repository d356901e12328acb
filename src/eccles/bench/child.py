"""What the benchmark has a fresh process do: start, train, and say when and how large it got.

`python -m eccles.bench.child DATA BATCH_SIZE THREADS WHOLE` trains through the public loop. It
prints "first batch" once one is done, and goes on to the end of the epoch if WHOLE is 1, when it
prints "peak" and its largest resident memory in bytes, or "unknown".
"""

from __future__ import annotations

import sys
from pathlib import Path

from eccles.training.config import TrainConfig
from eccles.training.loop import train
from eccles.training.watch import Unwatched


class _FirstBatch(Unwatched):
    def __init__(self, whole: bool) -> None:
        self._whole = whole
        self._said = False

    def advanced(self, *_: int) -> None:
        """Say it once; leave unless there is more to do."""
        if not self._said:
            self._said = True
            print("first batch", flush=True)
            if not self._whole:
                sys.exit()


def peak_memory() -> int | None:
    """Return the largest resident memory of this process so far in bytes, or None if unknown.

    Linux states it per program; its `getrusage` would add what the parent held before it started
    this one. Other systems have `getrusage` alone, and Windows neither.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8", errors="replace")
        for line in status.splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return None


def main(data: str, batch_size: str, threads: str, whole: str) -> None:
    """Train for one epoch, or up to the first batch."""
    config = TrainConfig(data=data, epochs=1, batch_size=int(batch_size), engine="event")
    train(config, threads=int(threads), watch=_FirstBatch(whole == "1"))
    print("peak", peak_memory() or "unknown", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
