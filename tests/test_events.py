from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from eccles.errors import InputError
from eccles.events import SpikeEvents

SHAPES = st.tuples(st.integers(1, 6), st.integers(0, 5), st.integers(1, 4))
RASTERS = SHAPES.flatmap(
    lambda shape: arrays(np.uint8, shape, elements=st.sampled_from([0, 0, 0, 1, 1, 2, 255]))
)


@pytest.fixture
def events():
    """Three samples: two spikes, none, and three of which two are one event."""
    return SpikeEvents(
        np.array([0, 2, 2]),
        np.array([2, 2, 4]),
        np.array([1, 3, 0, 3], np.uint16),
        np.array([0, 1, 1, 0], np.uint16),
        np.array([1, 1, 2, 1], np.uint8),
        4,
        2,
    )


def test_a_raster_by_hand(events):
    raster = torch.zeros(4, 3, 2)
    raster[1, 0, 0] = raster[3, 0, 1] = raster[3, 2, 0] = 1
    raster[0, 2, 1] = 2
    assert torch.equal(events.to_dense(), raster)
    assert events.n_events == 4
    assert events.density == 4 / 24
    events.check()


def test_events_of_a_raster_by_hand(events):
    found = SpikeEvents.from_dense(events.to_dense(), dt=2e-3)
    for name in ("begins", "ends", "steps", "units", "counts"):
        mine, theirs = getattr(found, name), getattr(events, name)
        assert mine.tolist() == theirs.tolist()
        assert mine.dtype == theirs.dtype
    assert (found.n_steps, found.n_units, found.dt) == (4, 2, 2e-3)


@given(RASTERS)
def test_dense_round_trip(raster):
    events = SpikeEvents.from_dense(torch.from_numpy(raster))
    events.check()
    assert len(events) == raster.shape[1]
    assert events.n_events == np.count_nonzero(raster)
    assert (events.counts is None) == (raster.max(initial=0) <= 1)
    assert np.array_equal(events.to_dense(torch.int64).numpy(), raster)


def test_repeated_events_add_up(events):
    repeated = replace(
        events, steps=np.array([1, 1, 0, 3], np.uint16), units=np.zeros(4, np.uint16), counts=None
    )
    repeated.check()
    assert repeated.to_dense()[1, 0, 0] == 2


@given(RASTERS, st.data())
def test_an_index_picks_samples_and_copies_no_event(raster, data):
    events = SpikeEvents.from_dense(torch.from_numpy(raster))
    n = len(events)
    index = data.draw(
        st.slices(n)
        | st.lists(st.integers(0, n - 1), max_size=9).map(lambda ks: np.array(ks, np.int64))
        if n
        else st.just(slice(None))
    )
    picked = events[index]
    assert picked.steps is events.steps
    assert picked.units is events.units
    assert np.array_equal(picked.to_dense(torch.int64).numpy(), raster[:, index])
    assert picked.n_events == np.count_nonzero(raster[:, index])


def test_an_index_may_be_a_list(events):
    assert torch.equal(events[[2, 0]].to_dense(), events.to_dense()[:, [2, 0]])
    assert events[[2, 0]][[1]].n_events == 2


@given(RASTERS, st.data())
def test_joined_parts_are_their_samples(raster, data):
    """In order, with the events of these samples alone."""
    whole = SpikeEvents.from_dense(torch.from_numpy(raster))
    picked = st.lists(st.integers(0, max(0, len(whole) - 1)), max_size=0 if not len(whole) else 6)
    parts = data.draw(st.lists(picked, min_size=1, max_size=3))
    found = SpikeEvents.joined([whole[np.array(part, np.int64)] for part in parts])
    found.check()
    chosen = [sample for part in parts for sample in part]
    assert torch.equal(found.to_dense(), torch.from_numpy(raster[:, chosen]).float())
    assert len(found.steps) == found.n_events


def test_dense_in_another_type(events):
    assert events.to_dense(torch.bool).dtype == torch.bool
    assert events.to_dense(torch.float64).sum() == 5


@pytest.mark.parametrize(
    ("raster", "sentence"),
    [
        (torch.zeros(3, 2), r"must be \[T, B, N\], got \(3, 2\)"),
        (torch.full((1, 1, 1), -1.0), "whole spike counts from 0 to 255"),
        (torch.full((1, 1, 1), 0.5), "whole spike counts from 0 to 255"),
        (torch.full((1, 1, 1), 256.0), "whole spike counts from 0 to 255"),
        (torch.full((1, 1, 1), float("nan")), "whole spike counts from 0 to 255"),
    ],
)
def test_refuses_rasters_that_are_no_counts(raster, sentence):
    with pytest.raises(InputError, match=sentence):
        SpikeEvents.from_dense(raster)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"ends": np.array([2, 1, 4])}, "must lie inside the stored ones"),
        ({"ends": np.array([2, 2, 5])}, "must lie inside the stored ones"),
        ({"steps": np.array([3, 1, 0, 3], np.uint16)}, "sample 0 must be sorted by step"),
        ({"steps": np.array([1, 3, 0, 4], np.uint16)}, "step of sample 2 must be below 4, got 4"),
        ({"units": np.array([0, 1, 2, 0], np.uint16)}, "unit of sample 2 must be below 2, got 2"),
    ],
)
def test_check_finds_broken_rules(events, fault, sentence):
    with pytest.raises(InputError, match=sentence):
        replace(events, **fault).check()
