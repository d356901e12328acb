"""Events of the shape that spoken digits have after a cochlea, made up for the clock alone.

700 channels, 100 steps, about 8,000 events a sample: a few bands of channels that drift as formants
do, and events at random between them. Several events meet in one (step, channel) cell, as in
the Spiking Heidelberg Digits (doi 10.1109/TNNLS.2020.3044364). Nothing can be learnt from them
about speech.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from eccles import seeds
from eccles.bench.workload import Workload
from eccles.data.spikes.dataset import SpikeDataset
from eccles.events import SpikeEvents

CHANNELS, STEPS, CLASSES = 700, 100, 20
_HIDDEN, _SAMPLES, _BATCHES = 200, 512, 4
_QUIET, _BUSY = 1e-4, 1.6e-4
"""Initial scales at which hidden neurons fire at some 3 and 12 Hz, as before and after training."""

_SLOW = 1e-4
"""A learning rate at which they stay about as active for a few steps."""

SAME = 1e-3
"""Of 60,000 spikes one or two are within single precision's rounding of the threshold, and move a
batch's loss by some 1e-4 of it; in double precision all engines agree to 14 digits (measured)."""

_BANDS, _WIDTH, _BACKGROUND = 4, 0.04, 0.2


def works(batch_size: int) -> Iterator[tuple[str, Workload]]:
    """Name and return the work at each level of activity, for a network 700-200-20."""
    data = spoken_shape(_SAMPLES, counts=True)
    for name, scale in (("quiet", _QUIET), ("busy", _BUSY)):
        work = Workload.of(
            data, batch_size, _BATCHES, n_hidden=_HIDDEN, w1_std=scale, learning_rate=_SLOW
        )
        yield f"spoken digits' shape 700-200-20, {name}", work


def spoken_shape(n_samples: int, *, counts: bool, n_steps: int = STEPS) -> SpikeDataset:
    """Return samples of that shape, the same each time.

    Args:
        n_samples: how many.
        counts: whether events of one cell are one event with a count, or repeated.
        n_steps: steps of a sample.
    """
    random = seeds.stream(0, "bench spoken")
    bands = random.uniform(0.1, 0.9, (CLASSES, _BANDS, 2))
    labels = np.arange(n_samples) % CLASSES
    samples = [np.sort(_cells(random, bands[label], n_steps)) for label in labels]
    repeats = [np.ones(0, np.int64)]
    if counts:
        merged = [np.unique(cells, return_counts=True) for cells in samples]
        samples, repeats = [cells for cells, _ in merged], [times for _, times in merged]
    ends = np.cumsum([len(cells) for cells in samples])
    steps, units = np.divmod(np.concatenate(samples), CHANNELS)
    events = SpikeEvents(
        np.concatenate([[0], ends[:-1]]),
        ends,
        steps.astype(np.uint16),
        units.astype(np.uint16),
        np.concatenate(repeats).astype(np.uint8) if counts else None,
        n_steps,
        CHANNELS,
    )
    names = tuple(map(str, range(CLASSES)))
    return SpikeDataset("spoken-shape", "synthetic", events, labels, names)


def _cells(
    random: np.random.Generator, bands: NDArray[np.float64], n_steps: int
) -> NDArray[np.int64]:
    """Return the cells, step x 700 + channel, of one sample's events."""
    n = int(max(1000.0, random.normal(8000, 1500)))
    # 0.24 to 1.4 s of a window of 1.4 s.
    when, duration = random.random(n), random.uniform(0.17, 1.0)
    first, last = bands[random.integers(0, _BANDS, n)].T
    inside = first + (last - first) * when + _WIDTH * random.standard_normal(n)
    between = random.random(n) < _BACKGROUND
    channels = CHANNELS * np.where(between, random.random(n), inside).clip(0, 1 - 1e-9)
    return (n_steps * duration * when).astype(np.int64) * CHANNELS + channels.astype(np.int64)
