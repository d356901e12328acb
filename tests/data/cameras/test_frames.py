import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eccles.data.cameras.frames import CameraEvents, Framing, to_frames
from eccles.errors import InputError

SMALL = Framing(n_frames=2, sensor=(2, 3), size=None)


def events(*rows):
    """Events from rows of x, y, t, p."""
    return CameraEvents(*np.array(rows, np.int64).reshape(-1, 4).T)


def test_slices_of_equal_duration_by_hand():
    frames = to_frames(
        events((2, 0, 100, 1), (0, 1, 149, 0), (0, 1, 150, 0), (2, 1, 200, 1)), SMALL
    )
    expected = np.zeros((2, 2, 2, 3), np.uint16)
    expected[0, 1, 0, 2] = 1  # Brighter, row 0, column 2, at the very start.
    expected[0, 0, 1, 0] = 1  # One microsecond before the middle of 100 to 200.
    expected[1, 0, 1, 0] = 1  # At the middle.
    expected[1, 1, 1, 2] = 1  # The last event is of the last slice.
    assert frames.dtype == np.uint16
    assert (frames == expected).all()


def test_slices_of_equal_number_by_hand():
    by_number = SMALL.model_copy(update={"by": "number"})
    # In order of time: at 0, 1, 2 and 1000; two events a slice, whenever they came.
    rows = [(2, 0, 1000, 0), (0, 0, 0, 0), (1, 0, 1, 0), (2, 0, 2, 0)]
    frames = to_frames(events(*rows), by_number)
    assert frames[:, 0, 0].tolist() == [[1, 1, 0], [0, 0, 2]]
    assert to_frames(events(*rows), SMALL)[:, 0, 0].tolist() == [[1, 1, 1], [0, 0, 1]]


def test_pixels_that_share_a_place_are_added():
    halved = Framing(n_frames=1, sensor=(4, 6), size=(2, 3))
    frames = to_frames(events((0, 0, 0, 1), (1, 1, 5, 1), (2, 1, 5, 1), (5, 3, 9, 1)), halved)
    assert frames[0, 1].tolist() == [[2, 1, 0], [0, 0, 1]]
    # 128 pixels in 48 places: place 0 has the pixels 0 to 2, place 1 those from 3 to 5, 2 has two.
    line = CameraEvents(np.arange(128), np.zeros(128, int), np.arange(128), np.zeros(128, int))
    assert to_frames(line, Framing(n_frames=1))[0, 0, 0, :6].tolist() == [3, 3, 2, 3, 3, 2]


@settings(deadline=None)
@given(st.data())
def test_no_event_is_lost_and_their_order_does_not_matter(data):
    height, width = data.draw(st.integers(1, 7)), data.draw(st.integers(1, 7))
    size = (data.draw(st.integers(1, height)), data.draw(st.integers(1, width)))
    framing = Framing(
        n_frames=data.draw(st.integers(1, 6)),
        by=data.draw(st.sampled_from(["duration", "number"])),
        sensor=(height, width),
        size=data.draw(st.sampled_from([None, size])),
    )
    times = st.integers(-(10**15), 10**15)
    row = st.tuples(st.integers(0, width - 1), st.integers(0, height - 1), times, st.integers(0, 1))
    rows = data.draw(st.lists(row, max_size=30, unique_by=lambda each: each[2]))
    frames = to_frames(events(*rows), framing)
    assert frames.shape == framing.shape
    assert frames.sum() == len(rows)
    assert frames[:, 1].sum() == sum(p for *_, p in rows)
    turned = to_frames(events(*reversed(rows)), framing)
    assert (turned == frames).all()
    moved = to_frames(events(*((x, y, t + 7, p) for x, y, t, p in rows)), framing)
    assert (moved == frames).all()
    if framing.by == "number" and rows:
        each = frames.sum((1, 2, 3))
        assert each.max() - each.min() <= 1


@settings(deadline=None)
@given(st.integers(1, 9), st.integers(1, 40), st.integers(0, 10**9))
def test_an_event_is_in_the_slice_that_its_time_says(n_frames, span, start):
    framing = Framing(n_frames=n_frames, sensor=(1, 1), size=None)
    times = start + np.arange(span + 1)
    none = np.zeros(span + 1, int)
    frames = to_frames(CameraEvents(none, none, times, none), framing)
    # Exactly, in whole numbers: T (t - t0) < (k + 1) (t1 - t0).
    expected = [0] * n_frames
    for since in range(span + 1):
        k = next((k for k in range(n_frames) if n_frames * since < (k + 1) * span), n_frames - 1)
        expected[k] += 1
    assert frames[:, 0, 0, 0].tolist() == expected


@pytest.mark.parametrize("by", ["duration", "number"])
def test_recordings_with_hardly_an_event(by):
    framing = SMALL.model_copy(update={"by": by})
    assert to_frames(events(), framing).sum() == 0
    one = to_frames(events((1, 1, 5, 0)), framing)
    assert (one[0, 0, 1, 1], one.sum()) == (1, 1)
    at_once = to_frames(events((1, 1, 5, 0), (1, 1, 5, 0)), SMALL)
    assert at_once[:, 0, 1, 1].tolist() == [2, 0]


def test_any_kind_of_whole_number_will_do():
    rows = ((2, 0, 100, 1), (0, 1, 200, 0))
    x, y, t, p = events(*rows)
    kinds = CameraEvents(x.astype(np.uint16), y.astype(float), t.astype(np.uint64), p.astype(bool))
    assert (to_frames(kinds, SMALL) == to_frames(events(*rows), SMALL)).all()


def test_mistakes_are_one_sentence():
    x, y, t, p = events((2, 0, 100, 1), (0, 1, 200, 0))
    for wrong, sentence in [
        (CameraEvents(x, y, t / 1e6, p), r"t must be whole numbers, got '0.0001'; .*microseconds"),
        (CameraEvents(x, y, t * np.inf, p), "t must be whole numbers, got 'inf'"),
        (CameraEvents(x, y, t, p.astype(str)), "p must be whole numbers, got '<U"),
        (CameraEvents(x, y, t, 2 * p - 1), "p must be from 0 to 1, got -1; write -1 as 0"),
        (CameraEvents(x + 1, y, t, p), r"x must be from 0 to 2, got 3; the sensor is 2 x 3"),
        (CameraEvents(x, y - 1, t, p), "y must be from 0 to 1, got -1"),
        (CameraEvents(x, y, t[:1], p), r"must be lists of one length, got \(2,\), \(2,\), \(1,\)"),
    ]:
        with pytest.raises(InputError, match=rf"^frames: .*{sentence}"):
            to_frames(wrong, SMALL)
    with pytest.raises(InputError, match=r"size must be at most the sensor's 2 x 3, got \(3, 3\)"):
        to_frames(events(), Framing(sensor=(2, 3), size=(3, 3)))
    with pytest.raises(InputError, match="frames: n_frames must be above 0"):
        Framing(n_frames=0)
    with pytest.raises(InputError, match="frames: by must be 'duration' or 'number'"):
        Framing(by="count")
    many = CameraEvents(*np.zeros((4, 65_536), int))
    with pytest.raises(InputError, match="one place must be at most 65,535, got 65536"):
        to_frames(many, SMALL)
