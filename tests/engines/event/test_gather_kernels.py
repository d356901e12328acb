import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from eccles.engines.event.gather_kernels import gather, list_by_unit
from eccles.engines.event.layout import ByUnit, Events


def listed(steps, units, counts, n_steps, n_units, start, stop):
    """Return places, steps and counts as `list_by_unit` writes them."""
    bounds = np.searchsorted(steps, np.arange(n_steps + 1))
    places = np.empty(n_units + 2, np.int64)
    whens, times = np.empty(len(steps), np.uint16), np.empty(len(steps))
    by_unit = ByUnit(places, whens, times)
    none = np.empty(0, np.int64)
    events = Events(none, none, steps, units, counts, n_steps)
    list_by_unit(events, bounds, start, stop, by_unit)
    return by_unit


def test_a_list_by_hand():
    """Unit 0 has none; unit 1 fires at 1 and, twice, at 3; unit 2 three times at 2."""
    steps = np.array([0, 1, 2, 3, 3, 4], np.uint16)
    units = np.array([2, 1, 2, 1, 1, 0], np.uint16)
    counts = np.array([9, 1, 3, 1, 2, 7], np.uint8)
    places, whens, times = listed(steps, units, counts, 5, 3, 1, 4)
    assert places[:4].tolist() == [0, 0, 3, 4]
    assert whens[:4].tolist() == [1, 3, 3, 2]
    assert times[:4].tolist() == [1, 1, 2, 3]


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n_events=st.integers(0, 80),
    n_units=st.integers(1, 12),
    counted=st.booleans(),
    ends=st.tuples(st.integers(0, 9), st.integers(0, 9)),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_rows_are_sums_of_adjoints_over_events(seed, n_events, n_units, counted, ends, dtype):
    rng = np.random.default_rng(seed)
    steps = np.sort(rng.integers(0, 9, n_events)).astype(np.uint16)
    units = rng.integers(0, n_units, n_events).astype(np.uint16)
    counts = rng.integers(1, 5, n_events * counted).astype(np.uint8)
    start, stop = min(ends), max(ends)
    by_unit = listed(steps, units, counts, 9, n_units, start, stop)
    # Whole numbers add up exactly in any order. Other blocks lie before and behind.
    width = 32
    trace = rng.integers(-9, 9, (3, 9, width)).astype(dtype)
    before = rng.integers(-9, 9, (3, n_units, width)).astype(dtype)
    grad = before.copy()
    one = dtype(1)
    by_unit = by_unit._replace(times=by_unit.times.astype(dtype))
    gather((one, one), by_unit, trace.reshape(-1)[9 * width :], grad.reshape(-1)[n_units * width :])
    inside = (steps >= start) & (steps < stop)
    weights = counts if counted else np.ones(n_events)
    wanted = before.copy()
    np.add.at(wanted[1], units[inside], (weights[:, None] * trace[1, steps])[inside])
    assert np.array_equal(grad, wanted)
