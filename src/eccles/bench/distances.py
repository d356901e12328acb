"""Van Rossum distances of a network's hidden spikes, beside the library elephant's.

Both compute the distances between all pairs of neurons in every sample, under elephant's
normalisation. Elephant needs seconds for a few samples, so it gets a few, and times are by sample.
`pip install "eccles[peers]"` installs it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eccles.bench.timing import interleaved, ratio
from eccles.bench.workload import Workload
from eccles.engines.event.engine import EventEngine
from eccles.errors import RunError
from eccles.events import SpikeEvents
from eccles.measures import van_rossum_each

TAU = 1e-3
_SAMPLES, _PEERS_SAMPLES = 10_000, 3
_SAME = 1e-6


def measure(work: Workload, *, rounds: int, turn: float) -> float | None:
    """Return how many times longer elephant takes for a sample; None where it isn't installed.

    Ours on one thread, and all three normalisations at once, as a study asks for them. Raises
    RunError where the two don't agree.
    """
    spikes = work.network(EventEngine()).spikes(work.data.events[:_SAMPLES])
    # Samples in which many neurons fire, so that there is something to agree on.
    few = spikes[np.argsort(spikes.begins - spikes.ends, kind="stable")[:_PEERS_SAMPLES]]
    try:
        peer = elephant_distances(few)
    except ImportError:
        return None
    difference = float(np.abs(peer() - van_rossum_each(few, TAU)["elephant"]).max())
    if not difference < _SAME:
        raise RunError(f"bench: distances must be elephant's, got {difference:.2g} between them")
    tasks: dict[str, Callable[[], object]] = {
        "elephant": peer,
        "event-driven": lambda: van_rossum_each(spikes, TAU),
    }
    timings = interleaved(tasks, rounds=rounds, turn=turn)
    by_call = ratio(timings["elephant"], timings["event-driven"])
    return None if by_call is None else by_call * len(spikes) / len(few)


def elephant_distances(spikes: SpikeEvents) -> Callable[[], NDArray[np.float64]]:
    """Return a function that computes the mean distances [N, N] in elephant.

    The spike trains are made beforehand. Raises ImportError where elephant isn't installed.
    """
    dissimilarity: Any = import_module("elephant.spike_train_dissimilarity")
    neo: Any = import_module("neo")
    quantities: Any = import_module("quantities")
    end = spikes.n_steps * quantities.ms
    samples = []
    for begin, stop in zip(spikes.begins, spikes.ends, strict=True):
        steps, units = spikes.steps[begin:stop].astype(float), spikes.units[begin:stop]
        samples.append(
            [
                neo.SpikeTrain(steps[units == n], units="ms", t_stop=end)
                for n in range(spikes.n_units)
            ]
        )

    def distances() -> NDArray[np.float64]:
        total = np.zeros((spikes.n_units, spikes.n_units))
        with warnings.catch_warnings():
            # It warns of rounding, which it then clips.
            warnings.simplefilter("ignore", RuntimeWarning)
            for trains in samples:
                total += dissimilarity.van_rossum_distance(trains, TAU * 1e3 * quantities.ms)
        return total / len(samples)

    return distances
