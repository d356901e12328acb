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

from eccles.engines.simd import load, scale_add, store
from eccles.jit import compiled

EVENTS_A_UNIT = 2
"""Mean number of events of a unit in a sample from which this is the faster way (measured)."""


@compiled
def list_by_unit(
    units: Any, counts: Any, bounds: Any, start: int, stop: int, places: Any, whens: Any,
    times: Any,
) -> None:
    """List one sample's events from step `start` up to `stop` in order of units, then of steps.

    Args:
        units, counts: the events; counts is empty where all are one.
        bounds: the first event at or after each step.
        start, stop: steps to take.
        places: int64 [units + 2], written: unit c has the events places[c] up to places[c + 1].
        whens: uint16, at least one an event, written: their steps.
        times: the same of the weights' type: how often each counts.
    """
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


@compiled
def gather(
    shape: Any, grad1: Any, base: int, width: int, y_trace: Any, trace: int, places: Any,
    whens: Any, times: Any,
) -> None:
    """Add the listed events' share of dw1 for one block, from the adjoint of each step.

    Args:
        shape: vectors in a block.
        grad1, base: the gradient, and where the block begins in it.
        width: numbers in a row of the block.
        y_trace, trace: the adjoints, and where the block's begin in them.
        places, whens, times: from `list_by_unit`.
    """
    for c in range(len(places) - 2):
        begin, end = places[c], places[c + 1]
        if begin < end:
            row = load(shape, grad1, base + c * width)
            for p in range(np.uint64(begin), np.uint64(end)):
                y = load(shape, y_trace, trace + np.int64(whens[p]) * width)
                row = scale_add(times[p], y, row)
            store(grad1, base + c * width, row)
