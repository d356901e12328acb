from dataclasses import replace

import numpy as np
import pytest
import torch

from eccles.data import FrameDataset, SpikeDataset
from eccles.errors import InputError


@pytest.fixture
def dataset():
    frames = np.arange(3 * 4 * 2 * 2 * 5, dtype=np.uint16).reshape(3, 4, 2, 2, 5)
    frames.flags.writeable = False  # As those are that lie in a mapped file.
    return FrameDataset("toy", "synthetic", frames, np.array([0, 1, 1]), ("a", "b"))


def test_a_batch_has_time_first(dataset):
    frames, labels = dataset.batch([2, 0])
    assert (frames.dtype, frames.shape) == (torch.float32, (4, 2, 2, 2, 5))
    for b, sample in enumerate([2, 0]):
        for step in range(4):
            assert frames[step, b].tolist() == dataset.frames[sample, step].tolist()
    assert frames.is_contiguous()
    assert (labels.dtype, labels.tolist()) == (torch.int64, [1, 0])
    sliced, _ = dataset.batch(slice(0, 3))
    sliced += 1  # It is the caller's own.
    assert dataset.frames[0, 0, 0, 0, 0] == 0


def test_what_it_is(dataset):
    assert (len(dataset), dataset.n_classes, dataset.n_steps) == (3, 2, 4)
    assert dataset.shape == (2, 2, 5)
    assert dataset.take([1]).frames.tolist() == dataset.frames[1:2].tolist()
    frames, label = dataset[-1]
    assert (frames.shape, label) == ((4, 2, 2, 5), 1)
    assert torch.equal(frames, dataset.batch([2])[0][:, 0])
    with pytest.raises(IndexError, match="sample 3 of 3"):
        dataset[3]
    shared = {"batch", "take", "n_classes", "__len__", "__getitem__"}
    assert shared <= set(dir(FrameDataset)) & set(dir(SpikeDataset))


def test_mistakes_are_one_sentence(dataset):
    for frames, sentence in [
        (dataset.frames[0], r"shape must be \[B, T, 2, H, W\], got \[4, 2, 2, 5\]"),
        (dataset.frames[:, :, :1], r"got \[3, 4, 1, 2, 5\]"),
        (dataset.frames - 1.5, "frames must be uint16, got 'float64'; they count events"),
        (dataset.frames[:2], "number of labels must be 2, got 3"),
    ]:
        with pytest.raises(InputError, match=sentence):
            replace(dataset, frames=frames)
