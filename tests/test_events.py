import copy
import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
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


def test_every_public_way_to_make_events_is_checked():
    known = {name for name, each in vars(SpikeEvents).items() if isinstance(each, classmethod)}
    assert {name for name in known if name[0] != "_"} == {
        "from_dense",
        "from_neo",
        "from_trials",
        "joined",
    }


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
        (torch.full((1, 1, 1), -1.0), "whole numbers of spikes from 0 to 255"),
        (torch.full((1, 1, 1), 0.5), "whole numbers of spikes from 0 to 255"),
        (torch.full((1, 1, 1), 256.0), "whole numbers of spikes from 0 to 255"),
        (torch.full((1, 1, 1), float("nan")), "whole numbers of spikes from 0 to 255"),
    ],
)
def test_refuses_rasters_that_are_no_counts(raster, sentence):
    with pytest.raises(InputError, match=sentence):
        SpikeEvents.from_dense(raster)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"ends": np.array([2, 1, 4])}, "events of sample 1 must be none before the first"),
        ({"ends": np.array([2, 2, 5])}, "ends must be from 0 to 4, for so many .* got 5"),
        ({"begins": np.array([-1, 2, 2])}, "begins must be from 0 to 4, .* got -1"),
        ({"ends": np.array([2, 2])}, "begins and ends must be one a sample each, got 3 and 2"),
        ({"steps": np.array([3, 1, 0, 3], np.uint16)}, "sample 0 must be sorted by step"),
        ({"steps": np.array([1, 3, 0, 4], np.uint16)}, "steps must be from 0 to 3, got 4"),
        ({"steps": np.array([1, 3, 0, 3.5])}, "steps must be whole numbers, got 'float64 such as"),
        ({"steps": np.array([1, 65537, 65536, 3])}, "steps must be from 0 to 3, got 65537"),
        ({"units": np.array([0, 1, 2, 0], np.uint16)}, "units must be from 0 to 1, got 2"),
        ({"units": np.array([0, 1, 1], np.uint16)}, "must have one entry an event"),
        ({"units": np.zeros((4, 1), np.uint16)}, "units must be a list of whole numbers, got"),
        ({"counts": np.array([1, 0, 2, 1], np.uint8)}, "counts must be above 0"),
        ({"counts": np.array([1, 256, 2, 1])}, "counts must be from 1 to 255, got 256"),
        ({"n_steps": 3}, "steps must be from 0 to 2, got 3"),
        ({"n_steps": 0}, "n_steps must be a whole number from 1 to 65,536, got 0"),
        ({"n_units": 2.0}, "n_units must be a whole number from 0 to 65,536, got 2.0"),
        ({"n_units": 65537}, "n_units must be a whole number from 0 to 65,536, got 65537"),
        ({"dt": 0.0}, "dt must be a time above 0 in seconds, got 0.0"),
        ({"dt": np.nan}, "dt must be a time above 0"),
        ({"dt": "1 ms"}, "dt must be a time above 0"),
        ({"dt": 10**400}, "dt must be a time above 0"),
    ],
)
def test_what_breaks_a_rule_is_never_made(events, fault, sentence):
    with pytest.raises(InputError, match=f"events: .*{sentence}"):
        replace(events, **fault)


NUMBERS = st.lists(st.integers(-1, 6), max_size=6)


@given(
    begins=NUMBERS,
    lengths=st.lists(st.integers(-1, 4), min_size=6, max_size=6),
    steps=NUMBERS,
    units=NUMBERS,
    counts=st.none() | NUMBERS,
    kind=st.sampled_from([np.int64, np.int8, ">i4", None]),
)
@settings(max_examples=300)
def test_whatever_is_made_keeps_the_rules(begins, lengths, steps, units, counts, kind):
    """Held to the rules as they read, sample by sample, and number by number."""
    units = (units + steps)[: len(steps)]
    counts = counts if counts is None else (counts + [1] * 6)[: len(steps)]
    ends = [b + n for b, n in zip(begins, lengths, strict=False)]
    samples = [steps[b:e] for b, e in zip(begins, ends, strict=True)]
    sound = (
        all(0 <= b <= e <= len(steps) for b, e in zip(begins, ends, strict=True))
        and all(0 <= step < 4 for step in steps)
        and all(0 <= unit < 3 for unit in units)
        and (counts is None or all(count > 0 for count in counts))
        and all(sample == sorted(sample) for sample in samples)
    )
    columns = [
        each if each is None or kind is None else np.array(each, kind)
        for each in (begins, ends, steps, units, counts)
    ]
    if not sound:
        with pytest.raises(InputError):
            SpikeEvents(*columns, 4, 3)
        return
    made = SpikeEvents(*columns, 4, 3)
    raster = torch.zeros(4, len(begins), 3)
    for sample, (b, e) in enumerate(zip(begins, ends, strict=True)):
        for event in range(b, e):
            raster[steps[event], sample, units[event]] += 1 if counts is None else counts[event]
    assert torch.equal(made.to_dense(), raster)


WAYS = {
    "replace": lambda events: replace(events, dt=2e-3),
    "slice": lambda events: events[1:],
    "list": lambda events: events[[2, 0]],
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda events: pickle.loads(pickle.dumps(events)),
    "joined": lambda events: SpikeEvents.joined([events, events]),
    "from_dense": lambda events: SpikeEvents.from_dense(events.to_dense()),
}


@pytest.mark.parametrize("way", WAYS)
def test_no_way_in_leaves_events_that_can_be_written(events, way):
    found = WAYS[way](events)
    found.check()
    for name in ("begins", "ends", "steps", "units", "counts"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(found, name)[:1] = 200


def test_what_the_caller_writes_later_changes_nothing():
    steps = np.array([1, 3], np.uint16)
    events = SpikeEvents([0], [2], steps, [0, 1], None, 4, 2)
    steps[:] = 9
    assert events.steps.tolist() == [1, 3]
    assert steps.flags.writeable
    frozen = np.array([1, 3], np.uint16)
    frozen.flags.writeable = False
    assert SpikeEvents([0], [2], frozen, [0, 1], None, 4, 2).steps is frozen


def test_a_pickle_of_an_earlier_version_is_held_to_the_rules(events):
    """It was of whatever had been made by hand."""
    wild = object.__new__(SpikeEvents)
    state = {**vars(events), "ends": np.array([2, 2, 10**9])}
    with pytest.raises(InputError, match="ends must be from 0 to 4"):
        wild.__setstate__(state)


def test_one_number_is_no_index(events):
    with pytest.raises(InputError, match=r"samples must be a slice or a list, got 'int'; .* \[\[3"):
        events[1]


def test_parts_with_and_without_counts_are_joined(events):
    plain = replace(events, counts=None)
    both = SpikeEvents.joined([plain, events])
    assert both.counts.tolist() == [1, 1, 1, 1, 1, 1, 2, 1]
    with pytest.raises(InputError, match="of all parts must be the same, got 'none'"):
        SpikeEvents.joined([])


def test_events_print_a_line_and_no_arrays(events):
    assert repr(events) == "SpikeEvents(3 samples, 2 units, 4 steps of 1 ms, 4 events)"


@settings(max_examples=50, deadline=None)
@given(RASTERS)
def test_trials_and_blocks_of_neo_hold_the_same_spikes(raster):
    pytest.importorskip("neo", reason="needs the extra neuro")
    events = SpikeEvents.from_dense(raster)
    n_steps, n_samples, n_units = raster.shape
    lists = [np.nonzero(raster[:, b]) for b in range(n_samples)]
    often = [raster[:, b][place] for b, place in enumerate(lists)]
    times = [np.repeat(steps, n)[::-1] * 1e-3 for (steps, _), n in zip(lists, often, strict=True)]
    units = [np.repeat(which, n)[::-1] for (_, which), n in zip(lists, often, strict=True)]
    found = SpikeEvents.from_trials(times, units, n_steps=n_steps, n_units=n_units)
    assert (found.to_dense() == events.to_dense()).all()
    if n_samples:
        block = events.to_neo(signs=[1] * n_units, labels=list(range(n_samples)))
        assert (SpikeEvents.from_neo(block).to_dense() == events.to_dense()).all()


def test_a_block_says_who_fires(events):
    neo = pytest.importorskip("neo", reason="needs the extra neuro")
    block = events.to_neo(signs=[1, -1], labels=["a", "b", "c"])
    assert [segment.annotations["label"] for segment in block.segments] == ["a", "b", "c"]
    trains = block.segments[2].spiketrains
    assert [train.annotations["population"] for train in trains] == ["E", "I"]
    assert trains[1].rescale("ms").magnitude.tolist() == [0, 0]  # A count of two.
    # Another's block: no annotations, a start that isn't 0, milliseconds.
    segment = neo.Segment()
    for times in ([12.0, 15.0], [11.0]):
        segment.spiketrains.append(neo.SpikeTrain(times, units="ms", t_start=10, t_stop=20))
    other = neo.Block()
    other.segments.append(segment)
    found = SpikeEvents.from_neo(other, dt=2e-3)
    assert (found.n_steps, found.n_units) == (5, 2)
    assert list(zip(found.steps, found.units, strict=True)) == [(0, 1), (1, 0), (2, 0)]


@pytest.mark.parametrize(
    ("times", "units", "sentence"),
    [
        ([[-0.1]], [[0]], "times of trial 0 must be from 0 to below .*, got -0.1"),
        ([[0.1], [float("nan")]], [[0], [0]], "times of trial 1 must be from 0 .* got nan"),
        ([[0.1]], [[0, 1]], "times and units of trial 0 must be as many, got '1 and 2'"),
        ([[0.1]], [[-1]], "units of trial 0 must be from 0 to 65535, got -1"),
        ([[0.1]], [[0.5]], "units of trial 0 must be whole numbers"),
        ([["a"]], [[0]], "times of trial 0 must be a list of seconds"),
        ([[0.1]], [], "times and units must be one list of each a trial"),
        ([[0.1] * 256], [[0] * 256], "a unit in a step of trial 0 must be at most 255"),
    ],
)
def test_trials_that_are_none(times, units, sentence):
    with pytest.raises(InputError, match=sentence):
        SpikeEvents.from_trials(times, units)


def test_what_neo_cant_be_asked(events):
    pytest.importorskip("neo", reason="needs the extra neuro")
    with pytest.raises(InputError, match=r"the block must be a neo\.Block, got 'list'"):
        SpikeEvents.from_neo([])
    with pytest.raises(InputError, match="the number of signs must be 2, got 1"):
        events.to_neo(signs=[1])
