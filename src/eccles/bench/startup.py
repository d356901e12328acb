"""What it costs to start: compilation, import, encoding, and the memory of a whole epoch."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from statistics import median

from eccles.bench.timing import Timing, interleaved
from eccles.data.catalogue import FASHION_MNIST_SAMPLE
from eccles.data.images import encoding, fashion_mnist
from eccles.errors import RunError

_IMPORT = "import time; t = time.perf_counter(); import eccles; print(time.perf_counter() - t)"


@dataclass(frozen=True)
class Startup:
    """Costs of starting; whatever wasn't measured, or can't be here, is None.

    Attributes:
        data: the data set of all of these.
        first_compilation: seconds from the start of a process without any compiled code to the
            end of its first batch of training.
        cached_start: the same with the code compiled before.
        import_eccles: seconds that `import eccles` takes.
        reading: seconds to read and verify the images of training and test set.
        encoding: seconds to encode the images of the training set.
        images: how many those are.
        peak_memory: largest resident memory, in bytes, of a process that compiles, trains for an
            epoch and tests.
    """

    data: str
    first_compilation: float | None = None
    cached_start: float | None = None
    import_eccles: float | None = None
    reading: float | None = None
    encoding: float | None = None
    images: int | None = None
    peak_memory: int | None = None


@dataclass(frozen=True)
class _Start:
    first_batch: float
    peak_memory: int | None


def measure(data: str, *, batch_size: int, threads: int, starts: int = 3) -> Startup:
    """Measure every cost of starting with a data set; medians of `starts` where repeated."""
    with tempfile.TemporaryDirectory() as compiled:
        # numba looks here for compiled code, and finds none at first.
        environment = {**os.environ, "NUMBA_CACHE_DIR": compiled}
        first = _start(data, batch_size, threads, environment, whole=True)
        cached = [_start(data, batch_size, threads, environment) for _ in range(starts)]
    read, encode, images = encoding_times(data, rounds=starts)
    return Startup(
        data=data,
        first_compilation=first.first_batch,
        cached_start=median(start.first_batch for start in cached),
        import_eccles=median(_import_time() for _ in range(starts)),
        reading=read.median,
        encoding=encode.median,
        images=images,
        peak_memory=first.peak_memory,
    )


def encoding_times(data: str, rounds: int) -> tuple[Timing, Timing, int]:
    """Return the time to read the images, the time to encode those to train on, and their number.

    Both are done anew each time, whatever is stored already.
    """
    sample = data == FASHION_MNIST_SAMPLE.name
    read = fashion_mnist.read_sample if sample else fashion_mnist.read
    images = read().train_images
    timings = interleaved(
        {"read": read, "encode": lambda: encoding.latency_encode(images)}, rounds=rounds, warmup=0
    )
    return timings["read"], timings["encode"], len(images)


def _start(
    data: str, batch_size: int, threads: int, environment: dict[str, str], whole: bool = False
) -> _Start:
    """Start a process that trains; take the time until it says that a batch is done."""
    words = [data, str(batch_size), str(threads), str(int(whole))]
    seconds, peak = None, None
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "eccles.bench.child", *words],
        stdout=subprocess.PIPE,
        env=environment,
        encoding="utf-8",
    ) as process:
        for line in process.stdout or ():
            if line.startswith("first batch"):
                seconds = time.perf_counter() - began
            elif line.startswith("peak") and line.split()[1].isdigit():
                peak = int(line.split()[1])
    if process.returncode or seconds is None:
        raise RunError(
            f"bench: a fresh process must train on {data}, got exit status {process.returncode}; "
            "what it said stands above"
        )
    return _Start(seconds, peak)


def _import_time() -> float:
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT], capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode:
        raise RunError(
            f"bench: a fresh process must import eccles, got {done.stderr.splitlines()[-1:]}"
        )
    return float(done.stdout)
