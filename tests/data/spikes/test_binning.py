import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eccles.data.spikes.binning import Binning, bin_events, step_of
from eccles.data.spikes.recordings import Recordings
from eccles.errors import InputError


def recordings(*samples, n_units=700, dtype=np.float64):
    """Return recordings of samples that are lists of (time, unit)."""
    events = [event for sample in samples for event in sample]
    return Recordings(
        np.array([time for time, _ in events], dtype),
        np.array([unit for _, unit in events], np.uint16),
        np.cumsum([0, *(len(sample) for sample in samples)]),
        np.zeros(len(samples), np.int64),
        ("one",),
        n_units=n_units,
    )


def rows(events):
    """Return every event as (sample, step, unit, count)."""
    sample = np.repeat(np.arange(len(events)), events.ends - events.begins)
    counts = np.ones(len(sample), int) if events.counts is None else events.counts
    columns = (sample, events.steps, events.units, counts)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_five_steps_by_hand():
    # Edges 0, 0.25, 0.5, 0.75, 1: four bins, steps 1 to 4.
    binning = Binning(n_steps=5, max_time=1.0)
    assert binning.edges.tolist() == [0, 0.25, 0.5, 0.75, 1]
    first = [(0.8, 2), (0.0, 7), (0.3, 2), (0.26, 2), (0.25, 1), (0.2499, 1), (1.0, 3)]
    binned = bin_events(recordings(first, [], [(0.9999, 5), (7.0, 5)]), binning)
    assert rows(binned.events) == [
        (0, 1, 1, 1),
        (0, 1, 7, 1),
        (0, 2, 1, 1),
        (0, 2, 2, 2),
        (0, 4, 2, 1),
        (2, 4, 5, 1),
    ]
    assert binned.left_out == 2
    assert (binned.events.n_steps, binned.events.n_units, binned.events.dt) == (5, 700, 1e-3)
    binned.events.check()


def test_clipped_a_cell_counts_once():
    binned = bin_events(recordings([(0.1, 4), (0.1, 4), (0.1, 5)]), Binning(5, 1.0, clip=True))
    assert binned.events.counts is None
    assert rows(binned.events) == [(0, 1, 4, 1), (0, 1, 5, 1)]


def test_the_bins_are_those_of_the_article():
    # 99 bins of 14.14 ms: the last begins at 1.3859 s.
    assert step_of(np.array([0.0, 0.0141, 0.0142, 1.3858, 1.386, 1.3999]), Binning()).tolist() == [
        *(1, 1, 2, 98, 99, 99)
    ]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("n_steps", "max_time"), [(100, 1.4), (2, 0.3), (1000, 1.4), (65535, 1.0)])
def test_every_edge_and_what_lies_beside_it_is_as_digitize_has_it(dtype, n_steps, max_time):
    binning = Binning(n_steps, max_time)
    edges = binning.edges.astype(dtype)
    beside = [np.nextafter(edges, dtype(9)), np.nextafter(edges, dtype(0)), edges, dtype([3e38])]
    times = np.concatenate(beside)
    assert np.array_equal(step_of(times, binning), np.digitize(times, binning.edges))


def test_255_spikes_of_a_unit_in_a_step_are_the_most():
    assert bin_events(recordings([(0.1, 4)] * 255)).events.counts.tolist() == [255]
    with pytest.raises(InputError, match="at most 255, got 256; take more steps, or clip"):
        bin_events(recordings([(0.1, 4)] * 256))
    clipped = bin_events(recordings([(0.1, 4)] * 256), Binning(clip=True))
    assert rows(clipped.events) == [(0, 8, 4, 1)]


def test_no_samples_and_no_events():
    assert len(bin_events(recordings()).events) == 0
    nothing = bin_events(recordings([], [])).events
    assert (len(nothing), nothing.n_events) == (2, 0)
    nothing.check()
    for long in (2**64, 1e39, 1e308):
        assert bin_events(recordings([(0.5, 1)]), Binning(max_time=long)).events.steps.tolist() == [
            1
        ]
    late = bin_events(recordings([(5.0, 1)]))
    assert (late.events.n_events, late.left_out) == (0, 1)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"n_steps": 1}, "n_steps must be from 2 to 65,535, got 1"),
        ({"n_steps": "20"}, "n_steps must be a whole number, got '20'"),
        ({"max_time": 5e-324}, "max_time must be a time above 0 in seconds, of a nanosecond at l"),
        ({"max_time": 10**400}, "max_time must be a number, got 1000"),
        ({"n_steps": 65536}, "n_steps"),
        ({"max_time": 0.0}, "max_time must be a time above 0"),
        ({"max_time": float("inf")}, "max_time"),
        ({"dt": -1.0}, "dt"),
    ],
)
def test_values_out_of_range(settings, said):
    with pytest.raises(InputError, match=said):
        Binning(**settings)


SAMPLES = st.lists(
    st.lists(st.tuples(st.floats(0, 2, width=32), st.integers(0, 8)), max_size=12), max_size=150
)


@given(SAMPLES, st.integers(2, 40), st.booleans(), st.randoms(use_true_random=False))
def test_whatever_was_recorded(samples, n_steps, clip, chance):
    binning = Binning(n_steps, 1.0, clip)
    binned = bin_events(recordings(*samples, n_units=9, dtype=np.float32), binning)
    binned.events.check()
    # Nothing is lost or made up, and no cell has two events.
    expected = np.zeros((len(samples), n_steps, 9), int)
    for b, sample in enumerate(samples):
        for time, unit in sample:
            if time < 1.0:
                expected[b, np.digitize(time, binning.edges), unit] += 1
    assert binned.left_out == sum(map(len, samples)) - expected.sum()
    found = rows(binned.events)
    wanted = np.minimum(expected, 1) if clip else expected
    assert found == [(*map(int, at), int(wanted[tuple(at)])) for at in np.argwhere(wanted)]
    # The order of recording makes no difference.
    shuffled = [chance.sample(sample, len(sample)) for sample in samples]
    again = bin_events(recordings(*shuffled, n_units=9, dtype=np.float32), binning)
    assert rows(again.events) == found


@given(
    st.integers(2, 65535),
    st.floats(1e-3, 1e3),
    st.lists(st.floats(0, 60000, width=16), max_size=50),
)
def test_half_precision_is_binned_as_single(n_steps, max_time, times):
    """They are the same numbers, so they are of the same steps."""
    half = np.array(times, np.float16)
    binning = Binning(n_steps, max_time)
    expected = np.searchsorted(binning.edges, half.astype(np.float64), side="right")
    assert step_of(half, binning).tolist() == expected.tolist()
    assert step_of(half.astype(np.float32), binning).tolist() == expected.tolist()


def test_the_former_name_of_what_is_changed_works_and_says_so():
    binning = Binning(clip=True)
    with pytest.warns(DeprecationWarning, match=r"Binning\.told is now Binning\.changed") as said:
        assert binning.told() == binning.changed() == "clip True"
    assert said[0].filename == __file__


def test_what_was_changed_is_what_was_given():
    assert Binning(30, 0.5).changed() == "steps 30, max_time 500 ms"
    assert Binning(101, 0.5, dt=5e-3).changed() == "max_time 500 ms, dt 5 ms"
    assert Binning(281, dt=5e-3).changed() == "dt 5 ms"
    assert Binning(1401).changed() == "steps 1401"
