from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from eccles.data import SpikeDataset, latency_encode
from eccles.errors import InputError


@pytest.fixture
def dataset():
    images = np.random.default_rng(3).integers(0, 256, (7, 4, 4), np.uint8)
    labels = np.array([0, 1, 2, 0, 1, 2, 0])
    return SpikeDataset("toy", "synthetic", latency_encode(images), labels, ("a", "b", "c"))


def test_a_sample_and_its_class(dataset):
    events, label = dataset[-2]
    assert label == 2
    assert torch.equal(events.to_dense()[:, 0], dataset.events.to_dense()[:, 5])
    for outside in (7, -8):
        with pytest.raises(IndexError, match="of 7"):
            dataset[outside]


def test_batches_share_the_events(dataset):
    events, labels = dataset.batch([3, 1])
    assert labels.tolist() == [0, 1]
    assert events.steps is dataset.events.steps
    assert torch.equal(events.to_dense(), dataset.events.to_dense()[:, [3, 1]])
    assert len(dataset.take(slice(2, 5))) == 3
    assert dataset.take(slice(2, 5)).events.steps is dataset.events.steps


def test_a_data_loader_takes_it(dataset):
    loader = DataLoader(dataset, batch_size=3, collate_fn=SpikeDataset.collate)
    batches = list(loader)
    assert [len(events) for events, _ in batches] == [3, 3, 1]
    dense = torch.cat([events.to_dense() for events, _ in batches], dim=1)
    assert torch.equal(dense, dataset.events.to_dense())
    assert torch.cat([labels for _, labels in batches]).tolist() == dataset.labels.tolist()


def test_speakers_must_fit(dataset):
    spoken = replace(dataset, speakers=np.arange(7))
    assert spoken.take([6, 1]).speakers.tolist() == [6, 1]
    assert dataset.take([6, 1]).speakers is None
    with pytest.raises(InputError, match="number of speakers must be 7, got 2"):
        replace(dataset, speakers=np.arange(2))


def test_labels_must_fit(dataset):
    with pytest.raises(InputError, match="number of labels"):
        SpikeDataset("toy", "synthetic", dataset.events, dataset.labels[:-1], ("a", "b", "c"))
    with pytest.raises(InputError, match="labels must be from 0 to 1"):
        SpikeDataset("toy", "synthetic", dataset.events, dataset.labels, ("a", "b"))
