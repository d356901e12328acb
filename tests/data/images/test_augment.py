import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from eccles import seeds
from eccles.data.images.augment import Augment, cropped, cut_out, flipped
from eccles.errors import InputError


def numbered(n: int, channels: int, height: int, width: int) -> torch.Tensor:
    """Images whose pixels are 1, 2, 3, ...: each value says where it comes from."""
    return torch.arange(1.0, 1 + n * channels * height * width).view(n, channels, height, width)


def test_a_crop_by_hand():
    images = numbered(2, 1, 2, 3)  # 1 2 3 / 4 5 6 and 7 8 9 / 10 11 12
    # With one pixel of zeros around: the upper left corner, and the lower right one.
    done = cropped(images, np.array([0, 2]), np.array([0, 2]), 1)
    assert done[0, 0].tolist() == [[0, 0, 0], [0, 1, 2]]
    assert done[1, 0].tolist() == [[11, 12, 0], [0, 0, 0]]


@settings(deadline=None)
@given(st.integers(0, 3), st.integers(1, 3), st.integers(2, 5), st.integers(2, 5))
def test_a_crop_from_the_middle_changes_nothing(padding, channels, height, width):
    images = numbered(3, channels, height, width)
    middle = np.full(3, padding)
    assert torch.equal(cropped(images, middle, middle, padding), images)


@settings(deadline=None)
@given(st.data())
def test_a_crop_is_a_shift_of_each_image_by_itself(data):
    padding = data.draw(st.integers(1, 3))
    draws = st.lists(st.integers(0, 2 * padding), min_size=4, max_size=4)
    tops, lefts = np.array(data.draw(draws)), np.array(data.draw(draws))
    images = numbered(4, 2, 5, 4)
    expected = torch.zeros_like(images)
    for b, c, y, x in np.ndindex(*images.shape):
        row, column = y + tops[b] - padding, x + lefts[b] - padding
        if 0 <= row < 5 and 0 <= column < 4:
            expected[b, c, y, x] = images[b, c, row, column]
    assert torch.equal(cropped(images, tops, lefts, padding), expected)


def test_a_flip_by_hand():
    images = numbered(2, 1, 1, 3)
    assert flipped(images, np.array([True, False])).flatten().tolist() == [3, 2, 1, 4, 5, 6]


@settings(deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=6), st.integers(1, 5))
def test_a_flip_twice_is_none(chosen, width):
    images, mask = numbered(len(chosen), 2, 3, width), np.array(chosen)
    assert torch.equal(flipped(flipped(images, mask), mask), images)


def test_cutouts_by_hand():
    images = torch.ones(3, 2, 4, 4)
    done = cut_out(images, np.array([0, 2, 3]), np.array([0, 2, 1]), 2)
    assert (images == 1).all()  # The input is left alone.
    holes = [np.argwhere(done[b, 1].numpy() == 0).tolist() for b in range(3)]
    assert holes[0] == [[0, 0]]  # Rows and columns -1 and 0: the corner alone.
    assert holes[1] == [[1, 1], [1, 2], [2, 1], [2, 2]]
    assert holes[2] == [[2, 0], [2, 1], [3, 0], [3, 1]]
    assert torch.equal(done[:, 0], done[:, 1])
    odd = cut_out(torch.ones(1, 1, 5, 5), np.array([2]), np.array([2]), 3)
    assert odd[0, 0].sum() == 16
    assert odd[0, 0, 1:4, 1:4].sum() == 0


@settings(deadline=None)
@given(
    st.integers(0, 2**32), st.integers(0, 4), st.booleans(), st.integers(0, 9), st.integers(0, 5)
)
def test_values_are_of_the_image_or_zero_and_the_shape_stays(seed, padding, flip, cutout, n):
    images = numbered(n, 2, 6, 7)
    augment = Augment(padding=padding, flip=flip, cutout=cutout)
    done = augment(images, seeds.stream(seed, "augment"))
    assert done.shape == images.shape
    assert done.dtype == images.dtype
    for before, after in zip(images, done, strict=True):
        for layer, made in zip(before, after, strict=True):
            assert set(made.flatten().tolist()) <= {0.0, *layer.flatten().tolist()}
    assert torch.equal(done, augment(images, seeds.stream(seed, "augment")))


def test_all_switched_off_is_the_identity():
    images = numbered(5, 3, 4, 4)
    none = Augment(padding=0, flip=False, cutout=0)
    assert torch.equal(none(images, seeds.stream(0, "augment")), images)


def test_what_is_switched_off_leaves_the_rest_as_it_was():
    images = numbered(8, 1, 16, 16)
    without = Augment(cutout=0)(images, seeds.stream(3, "augment"))
    done = Augment(cutout=4)(images, seeds.stream(3, "augment"))
    left = done != 0
    assert torch.equal(done[left], without[left])
    unmoved = Augment(padding=0, cutout=4)(images, seeds.stream(3, "augment"))
    uncut = Augment(padding=0, cutout=0)(images, seeds.stream(3, "augment"))
    holes = (unmoved == 0) & (uncut != 0)
    assert (holes.flatten(1).sum(1) > 0).all()
    # The hole is where it was, though the image in it hasn't moved.
    assert (done[holes] == 0).all()


def test_all_positions_come_up_alike():
    images = numbered(2_000, 1, 1, 1) * 0 + 1
    stream = seeds.stream(0, "augment")
    # A crop of one pixel shows it from the middle of nine places alone.
    kept = Augment(padding=1, flip=False, cutout=0)(images, stream).mean()
    assert float(kept) == pytest.approx(1 / 9, abs=4 * (8 / 81 / 2_000) ** 0.5)
    pairs = torch.tensor([[[[1.0, 2.0]]]]).repeat(2_000, 1, 1, 1)
    turned = Augment(padding=0, cutout=0)(pairs, stream)[:, 0, 0, 0].eq(2).double().mean()
    assert float(turned) == pytest.approx(0.5, abs=4 * 0.5 / 2_000**0.5)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_every_device_gives_the_same_bits():  # pragma: no cover - not on this machine
    images = torch.rand(32, 3, 32, 32)
    here = Augment()(images, seeds.stream(0, "augment"))
    there = Augment()(images.cuda(), seeds.stream(0, "augment"))
    assert torch.equal(here, there.cpu())


def test_mistakes_are_one_sentence():
    with pytest.raises(InputError, match=r"images' shape must be \[B, C, H, W\], got \[3, 4, 4\]"):
        Augment()(torch.ones(3, 4, 4), seeds.stream(0, "augment"))
    with pytest.raises(InputError, match=r"augment: cutout must be 0 or more"):
        Augment(cutout=-1)
    with pytest.raises(InputError, match=r"no setting 'crop'"):
        Augment(crop=4)
