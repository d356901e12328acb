"""The benchmark: everything in one run, and only ratios within that run are judged."""

from eccles.bench.benchmark import Benchmark as Benchmark
from eccles.bench.benchmark import Result as Result
from eccles.bench.benchmark import run as run
from eccles.bench.goals import GOALS as GOALS
from eccles.bench.goals import Goal as Goal
from eccles.bench.machine import Machine as Machine
from eccles.bench.machine import this_machine as this_machine
from eccles.bench.timing import Timing as Timing
from eccles.bench.timing import interleaved as interleaved
from eccles.bench.timing import ratio as ratio
from eccles.exports import public as _public

__all__ = _public(globals())
