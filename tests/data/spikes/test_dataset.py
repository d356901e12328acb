from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.utils.data import ConcatDataset, DataLoader

from eccles.data import SpikeDataset, latency_encode
from eccles.errors import InputError
from eccles.events import SpikeEvents


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


def test_a_loader_over_two_sets_gives_each_its_events(dataset):
    """The one has counts and the other none, and both have other events stored."""
    raster = 2 * dataset.events.to_dense()[:, [6, 0, 3]]
    doubled = SpikeEvents.from_dense(raster)
    assert dataset.events.counts is None
    assert doubled.counts is not None
    other = SpikeDataset("more", "own", doubled, [2, 0, 1], dataset.classes)
    loader = DataLoader(
        ConcatDataset([dataset, other]), batch_size=4, collate_fn=SpikeDataset.collate
    )
    batches = list(loader)
    dense = torch.cat([events.to_dense() for events, _ in batches], dim=1)
    assert torch.equal(dense, torch.cat([dataset.events.to_dense(), raster], dim=1))
    assert torch.cat([labels for _, labels in batches]).tolist() == [0, 1, 2, 0, 1, 2, 0, 2, 0, 1]
    for events, _ in batches:
        events.check()


def test_a_loader_over_sets_that_dont_fit_says_so(dataset):
    other = replace(dataset, events=replace(dataset.events, dt=2e-3))
    loader = DataLoader(
        ConcatDataset([dataset, other]), batch_size=14, collate_fn=SpikeDataset.collate
    )
    with pytest.raises(InputError, match="n_steps, n_units and dt of all parts must be the same"):
        next(iter(loader))


def test_a_batch_is_the_callers_own(dataset):
    _, labels = dataset.batch(slice(0, 7))
    labels += 1
    assert dataset.labels.tolist() == [0, 1, 2, 0, 1, 2, 0]


def test_what_is_no_set_is_one_sentence(dataset):
    for change, said in [
        ({"events": dataset.events.to_dense()}, "events must be a SpikeEvents"),
        ({"classes": "abc"}, "classes must be a list"),
        ({"classes": 3}, "classes must be a list"),
        ({"kind": "mine"}, "kind must be one of real, synthetic, own, got 'mine'"),
        ({"speakers": [0.5] * 7}, "speakers must be whole numbers, got 'float64 such as 0.5'"),
    ]:
        with pytest.raises(InputError, match=said):
            replace(dataset, **change)
