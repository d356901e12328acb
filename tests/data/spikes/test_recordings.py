from dataclasses import replace

import numpy as np
import pytest

from eccles.data.spikes.recordings import Recordings
from eccles.errors import InputError


@pytest.fixture
def three():
    """Three samples of 2, 0 and 1 events."""
    return Recordings(
        np.array([0.5, 0.1, 0.9], np.float32),
        np.array([3, 699, 0], np.uint16),
        np.array([0, 2, 2, 3]),
        np.array([1, 0, 1]),
        ("null", "fünf"),
        np.array([4, 4, 0]),
        {"age": np.array([30, 40, 50, 60, 70])},
        700,
    )


def test_lengths(three):
    assert len(three) == 3
    assert three.n_events == 3


def test_joined_again_they_are_the_same(three):
    twice = Recordings.joined([three, three])
    assert twice.offsets.tolist() == [0, 2, 2, 3, 5, 5, 6]
    assert twice.units.tolist() == [3, 699, 0] * 2
    assert twice.speakers.tolist() == [4, 4, 0] * 2
    assert twice.keys == three.keys
    assert twice.info is three.info


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"units": np.array([3, 700, 0], np.uint16)},
            "units must be below 700, got 700; units count from 0",
        ),
        (
            {"times": np.array([0.5, np.nan, 0.9])},
            r"times\[1\] must be seconds from 0 on, .* got nan",
        ),
        ({"times": np.array([0.5, -0.25, 0.9])}, r"times\[1\] must be .* got -0.25"),
        ({"times": np.array([0.5, np.inf, 0.9])}, r"times\[1\] must be .* finite, got inf"),
        ({"labels": np.array([1, 2, 0])}, "labels must be from 0 to 1, .* 2 keys, got 2"),
        ({"labels": np.array([1, -1, 0])}, "labels must be from 0 to 1, .* got -1"),
        ({"keys": ("no", "yes\n")}, "names of classes must be words of .* got 'yes.n'"),
        ({"keys": ("no", "")}, "names of classes must be words of at most 100 printable letters"),
        ({"keys": ("no", "yes", "no")}, "keys must be names that differ, got 'no more than once'"),
        ({"units": np.zeros(2, np.uint16)}, "a unit for each time, got 3 times and 2 units"),
        (
            {"offsets": np.array([0, 2, 3])},
            "got 3 offsets and 3 labels; .* for 2 labels, .* for 4 offsets",
        ),
        ({"offsets": np.array([0, 3, 2, 3])}, "offsets must be from 0 to 3, none below"),
        ({"offsets": np.array([0, 2, 2, 4])}, "offsets must be from 0 to 3"),
        ({"speakers": np.array([1, 2])}, r"speakers must be one a sample \(3\), or none, got 2"),
        ({"keys": None}, r"keys must be a list \(text each\), got None"),
        ({"keys": -1}, "keys must be a list"),
        ({"info": "age"}, "info must be a mapping of names to lists, got 'age'"),
        ({"n_units": "700"}, "n_units must be a whole number, got '700'"),
        ({"n_units": 10**20}, "units must be below 65536, got 1000"),
    ],
)
def test_what_breaks_a_rule_is_named(three, change, said):
    with pytest.raises(InputError, match=f"recordings: .*{said}"):
        replace(three, **change)


@pytest.mark.parametrize("kind", ["O", "c16", "U", "?"])
def test_no_times_of_any_type_are_no_times(kind):
    found = Recordings(np.empty(0, kind), [], [0, 0], [0], ("no",), n_units=1)
    assert (found.n_events, found.times.dtype) == (0, np.float32)


def test_nobody_need_be_known_to_speak(three):
    assert len(replace(three, speakers=np.empty(0, np.int64))) == 3


def test_lists_of_each_trial_by_hand(caplog):
    found = Recordings.of_trials(
        [[0.5, 0.1], [], np.array([0.25], np.float16)], [[3, 9], [], [0]], [1, 0, 1], ["no", "yes"]
    )
    assert found.times.tolist() == [0.5, 0.1, 0.25]
    assert found.units.tolist() == [3, 9, 0]
    assert found.offsets.tolist() == [0, 2, 2, 3]
    assert found.keys == ("no", "yes")
    assert found.n_units == 10
    assert "10 are taken, one more than the largest unit" in caplog.text
    assert Recordings.of_trials([], [], [], ("a",), 12).n_units == 12


@pytest.mark.parametrize(
    ("times", "units", "said"),
    [
        ([[0.5]], [[3], [4]], "one list of each a sample, got '1 and 2'"),
        ([[0.5], [0.5]], [[3], [4, 5]], "times and units of sample 1 must be as many, got '1 an"),
        (
            [[0.5], [-1.0]],
            [[3], [4]],
            r"times\[0\] of sample 1 must be seconds from 0 on.* got -1.0",
        ),
        ([[0.5], [0.1]], [[3], [4.5]], "units of sample 1 must be whole numbers, got 'float64 su"),
    ],
)
def test_trials_that_dont_fit_are_named(times, units, said):
    with pytest.raises(InputError, match=f"recordings: .*{said}"):
        Recordings.of_trials(times, units, [0, 0], ("a",))


def test_whole_numbers_of_any_type_serve(three):
    for kind in (np.uint8, np.int32, ">i8", np.uint64):
        low = three.units % 200
        other = replace(
            three,
            units=low.astype(kind),
            offsets=three.offsets.astype(kind).tolist(),
            labels=three.labels.astype(kind),
        )
        assert other.units.tolist() == low.tolist()
        types = (other.units.dtype, other.offsets.dtype, other.labels.dtype)
        assert types == (np.uint16, np.int64, np.int64)
    assert replace(three, times=three.times.astype(np.float16)).times.dtype == np.float32
    with pytest.raises(InputError, match=r"lists in a list'; Recordings\.of_trials takes lists"):
        replace(three, times=[[0.5, 0.1], [0.9]])
