"""The gradient of w1 unit by unit, for samples with many events: half the memory traffic.

An event's share of the gradient is the adjoint of the synaptic current at its step, added to the
row of its unit: a load and a store of that row for every event. Where a unit has several events in
a sample, its row is better summed in registers, from the adjoints of all steps, and stored once.
That takes the sample's events in order of their units: a counting sort, once for all blocks of
hidden neurons.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from eccles.engines.lanes import LANES
from eccles.engines.simd import load, scale_add, store
from eccles.jit import borrowing

EVENTS_A_UNIT = 2
"""Mean number of events of a unit in a sample from which this is the faster way (measured)."""


@borrowing
def list_by_unit(events: Any, bounds: Any, start: int, stop: int, by_unit: Any) -> None:
    """List one sample's events from step `start` up to `stop` in order of units, then of steps.

    Args:
        events: see `eccles.engines.event.layout`.
        bounds: the first event at or after each step.
        start, stop: steps to take.
        by_unit: the list, written.
    """
    units, counts = events.units, events.counts
    places, whens, times = by_unit.places, by_unit.whens, by_unit.times
    counted = len(counts) > 0
    places[:] = 0
    # Shifted by two: filling the list moves each unit's place to where the next one's begins.
    for p in range(bounds[start], bounds[stop]):
        places[np.int64(units[np.uint64(p)]) + 2] += 1
    for c in range(2, len(places)):
        places[c] += places[c - 1]
    for t in range(start, stop):
        for p in range(bounds[t], bounds[t + 1]):
            following = np.int64(units[np.uint64(p)]) + 1
            place = places[following]
            places[following] = place + 1
            whens[place] = t
            times[place] = counts[np.uint64(p)] if counted else 1


@borrowing
def gather(shape: Any, by_unit: Any, y_trace: Any, grad: Any) -> None:
    """Add the listed events' share of dw1 for one block, from the adjoint of each step.

    Args:
        shape: vectors in a block.
        by_unit: from `list_by_unit`.
        y_trace, grad: adjoints and gradient, from where the block begins in them.
    """
    places, whens, times = by_unit.places, by_unit.whens, by_unit.times
    width = LANES * len(shape)
    for c in range(len(places) - 2):
        begin, end = places[c], places[c + 1]
        if begin < end:
            row = load(shape, grad, c * width)
            for p in range(np.uint64(begin), np.uint64(end)):
                y = load(shape, y_trace, np.int64(whens[p]) * width)
                row = scale_add(times[p], y, row)
            store(grad, c * width, row)
