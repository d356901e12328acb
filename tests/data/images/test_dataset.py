from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from eccles import data
from eccles.data import ImageDataset
from eccles.data.images import fashion_mnist
from eccles.errors import InputError


@pytest.fixture
def dataset():
    images = np.arange(5 * 2 * 3 * 4, dtype=np.uint8).reshape(5, 2, 3, 4)
    return ImageDataset("toy", "synthetic", images, np.array([0, 1, 2, 0, 1]), ("a", "b", "c"))


def test_a_batch_by_hand(dataset):
    images, labels = dataset.batch([4, 1])
    assert (images.dtype, images.shape) == (torch.float32, (2, 2, 3, 4))
    assert images[0, 0, 0].tolist() == [np.float32(k) / np.float32(255) for k in range(96, 100)]
    assert (labels.dtype, labels.tolist()) == (torch.int64, [1, 1])
    assert dataset.batch(slice(1, 3))[0].shape == (2, 2, 3, 4)
    assert dataset.batch(np.array([], int))[0].shape == (0, 2, 3, 4)


def test_black_is_0_and_white_is_1():
    ends = ImageDataset(
        "ends", "synthetic", np.array([[[[0, 255]]]], np.uint8), np.zeros(1, int), ("a",)
    )
    assert ends.batch([0])[0].flatten().tolist() == [0, 1]


def test_a_batch_is_the_callers_own(dataset):
    before = dataset.images.copy()
    frozen = dataset.images.copy()
    frozen.flags.writeable = False
    for each in (dataset, replace(dataset, images=frozen)):
        images, labels = each.batch(slice(0, 5))
        images += 1
        labels += 1
        assert (each.images == before).all()
        assert each.labels.tolist() == [0, 1, 2, 0, 1]


def test_what_it_is(dataset):
    assert (len(dataset), dataset.n_classes, dataset.shape) == (5, 3, (2, 3, 4))
    part = dataset.take([3, 2])
    assert (len(part), part.labels.tolist(), part.name) == (2, [0, 2], "toy")
    assert (part.images[1] == dataset.images[2]).all()


def test_it_has_the_methods_of_spikes(dataset):
    shared = {"batch", "take", "n_classes", "__len__", "__getitem__"}
    assert shared <= set(dir(ImageDataset)) & set(dir(data.SpikeDataset))


def test_a_data_loader_takes_it(dataset):
    assert torch.equal(dataset[-1][0], dataset.batch([4])[0][0])
    with pytest.raises(IndexError, match="sample 5 of 5"):
        dataset[5]
    batches = list(DataLoader(dataset, batch_size=3))
    assert torch.equal(torch.cat([images for images, _ in batches]), dataset.batch(slice(0, 5))[0])
    assert torch.cat([labels for _, labels in batches]).tolist() == [0, 1, 2, 0, 1]


def test_mistakes_are_one_sentence(dataset):
    wrong = [
        (dataset.images[0], r"shape must be \[B, C, H, W\], got \[2, 3, 4\]; .*images\[:, None\]"),
        (dataset.images[0, 0], r"shape must be \[B, C, H, W\], got \[3, 4\]$"),
        (np.zeros((5, 8, 8, 3), np.uint8), r"got \[5, 8, 8, 3\]; .*transpose\(0, 3, 1, 2\)"),
        (
            dataset.images / 60 - 1,
            r"uint8 from 0 to 255, got 'float64 from -1 to 0.98.*'; leave normalisation",
        ),
        (dataset.images[:4], "number of labels must be 4, got 5"),
    ]
    for images, sentence in wrong:
        with pytest.raises(InputError, match=sentence):
            replace(dataset, images=images)
    for labels, sentence in [
        (np.array([0, 1, 2, 3, 1]), "labels must be from 0 to 2, got 3"),
        (np.array([0, 1, -1, 0, 1]), "labels must be from 0 to 2, got -1"),
        (np.array([0.0, 1, 2, 0, 1]), "labels must be whole numbers, got 'float64 such as 0.0'"),
        (np.zeros((5, 1), int), r"number of labels must be 5, got 'an array of shape \(5, 1\)'"),
    ]:
        with pytest.raises(InputError, match=sentence):
            replace(dataset, labels=labels)


def test_fashion_mnist_gets_a_frame_of_zeros():
    train, test = data.load_images("fashion-mnist-sample")
    assert (len(train), len(test), train.shape) == (4_000, 1_000, (1, 32, 32))
    assert (train.name, train.kind, train.n_classes) == ("fashion-mnist-sample", "real", 10)
    original = fashion_mnist.read_sample()
    assert (test.images[:, 0, 2:30, 2:30] == original.test_images).all()
    assert (test.labels == original.test_labels).all()
    frame = np.ones((32, 32), bool)
    frame[2:30, 2:30] = False
    assert not train.images[:, 0, frame].any()


def test_the_full_set_comes_from_a_folder(as_fashion_mnist):
    train, test = data.load_images("fashion-mnist", as_fashion_mnist.folder)
    assert (len(train), len(test)) == (30, 10)
    assert (train.images[:, 0, 2:30, 2:30] == as_fashion_mnist.images.train_images).all()


def test_names_that_have_no_images():
    assert data.image_names() == ("fashion-mnist", "fashion-mnist-sample", "cifar10", "cifar100")
    with pytest.raises(InputError, match="shd must be a set of images, got recordings"):
        data.load_images("shd")
    with pytest.raises(InputError, match=r"cifar10 must be loaded as images.* load_images\('cifar"):
        data.load("cifar10")
    with pytest.raises(InputError, match=r"got 'cifar-10' \(did you mean 'cifar10'"):
        data.load_images("cifar-10")
