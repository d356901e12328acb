from dataclasses import replace

import numpy as np
import pytest

from eccles.data.recordings import Recordings
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
        ({"units": np.array([3, 700, 0], np.uint16)}, "units must be below 700, got 700"),
        ({"times": np.array([0.5, np.nan, 0.9])}, "times must be seconds from 0 on, .* got nan"),
        ({"times": np.array([0.5, -0.25, 0.9])}, "times must be .* got -0.25"),
        ({"times": np.array([0.5, np.inf, 0.9])}, "times must be .* finite, got inf"),
        ({"labels": np.array([1, 2, 0])}, "labels must be from 0 to 1, .* 2 keys, got 2"),
        ({"labels": np.array([1, -1, 0])}, "labels must be from 0 to 1, .* got -1"),
        ({"keys": ("no", "yes", "no")}, "keys must be names that differ, got 'no more than once'"),
        ({"units": np.zeros(2, np.uint16)}, "a unit for each time, got 3 times and 2 units"),
        ({"offsets": np.array([0, 2, 3])}, "offsets must be 4 of them, .* 3 labels, got 3"),
        ({"offsets": np.array([0, 3, 2, 3])}, "offsets must be from 0 to 3, none below"),
        ({"offsets": np.array([0, 2, 2, 4])}, "offsets must be from 0 to 3"),
        ({"speakers": np.array([1, 2])}, r"speakers must be one a sample \(3\), or none, got 2"),
    ],
)
def test_what_breaks_a_rule_is_named(three, change, said):
    with pytest.raises(InputError, match=f"recordings: .*{said}"):
        replace(three, **change)


def test_nobody_need_be_known_to_speak(three):
    assert len(replace(three, speakers=np.empty(0, np.int64))) == 3
