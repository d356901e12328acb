import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from eccles.arrays import as_array, class_labels, kept, whole_numbers
from eccles.data import ImageDataset, Recordings, SpikeDataset
from eccles.data.cameras.dataset import FrameDataset
from eccles.engines import DenseEngine
from eccles.engines.event.engine import EventEngine
from eccles.errors import InputError
from eccles.events import SpikeEvents
from eccles.network import kilgore2025
from eccles.nn import EINetwork, SpikingNetwork
from eccles.populations import Populations

TYPES = ["u1", "i1", "u2", ">u2", "i2", "u4", ">i4", "i4", "u8", "i8", ">i8"]
LABELS = [2, 0, 1]
WEIGHTS = torch.tensor([[0.1, 0.2], [0.3, 0.1]]), torch.tensor([[1.0, 2, 3], [3, 1, 2]])


def events():
    return SpikeEvents([0, 1, 2], [1, 2, 3], [1, 0, 2], [0, 1, 1], None, 9, 2)


def dataset(labels):
    return SpikeDataset("toy", "own", events(), labels, ("a", "b", "c")).labels


def images(labels):
    pixels = np.zeros((3, 1, 2, 2), np.uint8)
    return ImageDataset("toy", "own", pixels, labels, ("a", "b", "c")).labels


def frames(labels):
    cells = np.zeros((3, 2, 2, 2, 2), np.uint16)
    return FrameDataset("toy", "own", cells, labels, ("a", "b", "c")).labels


def recordings(labels):
    return Recordings([0.1], [0], [0, 1, 1, 1], labels, ("a", "b", "c"), n_units=1).labels


def loss_by(engine):
    """Return which labels give the loss that a network has; there is one for each order."""

    def found(labels):
        network = EINetwork(2, Populations(2, 0), 3, engine=engine)
        with torch.no_grad():
            for own, weight in zip(network.weights, WEIGHTS, strict=True):
                own.copy_(10 * weight)
        loss = network.loss(events(), labels).item()
        wanted = network.loss(events(), torch.tensor(LABELS)).item()
        assert loss == wanted
        return np.array(LABELS)

    return found


def loss_of_any_network(name):
    """The same for a network of populations, whose engines are others."""

    def found(labels):
        network = SpikingNetwork(kilgore2025("1:0", 2), 2, 3, engine=name)
        with torch.no_grad():
            for own, weight in zip(network.parameters(), WEIGHTS, strict=True):
                own.copy_(10 * weight)
        loss = network.loss(events(), labels).item()
        assert loss == network.loss(events(), torch.tensor(LABELS)).item()
        return np.array(LABELS)

    return found


ENTRIES = {
    "SpikeDataset": dataset,
    "ImageDataset": images,
    "FrameDataset": frames,
    "Recordings": recordings,
    "event engine": loss_by(EventEngine()),
    "dense engine": loss_by(DenseEngine()),
    "any network, event engine": loss_of_any_network("event"),
    "any network, dense engine": loss_of_any_network("dense"),
}


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_entry_takes_labels_of_any_type_of_whole_numbers(entry):
    read_only = np.array(LABELS)
    read_only.flags.writeable = False
    many = [
        *(np.array(LABELS, kind) for kind in TYPES),
        *(torch.tensor(LABELS, dtype=kind) for kind in (torch.uint8, torch.uint16, torch.int32)),
        LABELS,
        tuple(LABELS),
        np.array(LABELS * 2)[:3][::1],
        np.repeat(LABELS, 2)[::2],
        np.ma.masked_array(LABELS, mask=[0, 0, 0]),
        read_only,
    ]
    for labels in many:
        found = ENTRIES[entry](labels)
        assert found.tolist() == LABELS
        assert found.dtype == np.int64


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize(
    "labels",
    [
        np.full(3, 0.7),
        torch.full((3,), 0.7),
        np.array([1.0, 0.0, 2.0]),
        ["a", "b", "c"],
        [b"a", b"b", b"c"],
        [True, False, True],
        [0, [1, 2], 1],
        [0, 1, None],
        [0, 1, 3],
        [0, -1, 1],
        [0, 1],
        np.zeros((3, 1), int),
        np.array(1),
        np.array([0, 2**63 + 1, 1], np.uint64),
        [0, 10**30, 1],
        torch.zeros(3, dtype=torch.bfloat16),
        torch.zeros(3, dtype=torch.int64, device="meta"),
        torch.zeros(3, dtype=torch.int64).to_sparse(),
        np.ma.masked_array(LABELS, mask=[0, 0, 1]),
        np.ma.masked_all(3, int),
        None,
        3,
        {"a": 1},
        ["x" * 10**5] * 3,
    ],
    ids=lambda labels: repr(labels)[:30],
)
def test_every_entry_says_in_a_sentence_what_are_no_labels(entry, labels):
    with pytest.raises(InputError, match="label") as error:
        ENTRIES[entry](labels)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 300


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (np.ma.masked_array(LABELS, mask=[1, 0, 1]), "all there, got '2 masked'; leave those out"),
        (torch.zeros(3).bfloat16(), "got 'a tensor of bfloat16'; x.long() or x.float() makes one"),
        (torch.zeros(3).to_sparse(), "got 'a tensor of float32, sparse_coo'; x.to_dense() makes"),
        (torch.zeros(3, device="meta"), "got 'a tensor of float32 on meta'; one on meta has a sh"),
    ],
    ids=["masked", "bfloat16", "sparse", "meta"],
)
def test_what_numpy_would_lose_is_said(labels, sentence):
    for name in ("labels", "times"):
        with pytest.raises(InputError) as caught:
            as_array("dataset", name, labels)
        assert str(caught.value).startswith(f"dataset: {name} must be ")
        assert sentence in str(caught.value)


CLASSES = ("a", "b", "c")
SETS = {
    "spikes": SpikeDataset("toy", "own", events(), LABELS, CLASSES),
    "images": ImageDataset("toy", "own", np.zeros((3, 1, 2, 2), np.uint8), LABELS, CLASSES),
    "frames": FrameDataset("toy", "own", np.zeros((3, 2, 2, 2, 2), np.uint16), LABELS, CLASSES),
}
TAKERS = {
    "events": lambda index: len(events()[index]),
    **{f"{k}.batch": lambda index, s=s: len(s.batch(index)[1]) for k, s in SETS.items()},
    **{f"{k}.take": lambda index, s=s: len(s.take(index)) for k, s in SETS.items()},
}


@pytest.mark.parametrize("taker", TAKERS)
def test_samples_are_taken_by_number_or_it_is_said(taker):
    take = TAKERS[taker]
    for index, n in [
        ([0, 2], 2),
        ([-3, -1], 2),
        ([], 0),
        (slice(1, 9), 2),
        (np.array([1], np.uint8), 1),
        (np.array([True, False, True]), 2),
        ([1, 1], 2),
    ]:
        assert take(index) == n
    for index, got in [
        ([11], "11"),
        ([0, -4, 9], "-4"),
        (np.array([3]), "3"),
        ([10**30], "[100000000"),
        ([0.5], "[0.5]"),
        (["a"], "['a']"),
        ("a", "'a'"),
        (np.array([True]), "array([ True])"),
        ([[0], [1, 2]], "[[0], [1, 2]]"),
        (1, "'int'"),
        (None, "'NoneType'"),
        ((), "'tuple'"),
        ((0, 1), "(0, 1)"),
        ({}, "{}"),
        (3, "3"),
    ]:
        with pytest.raises(InputError) as caught:
            take(index)
        said = str(caught.value)
        assert re.match("(dataset|events): samples must be ", said)
        assert f", got {got}" in said


@pytest.mark.parametrize("kind", SETS)
def test_one_sample_is_a_number_of_them(kind):
    dataset = SETS[kind]
    assert [label for _, label in dataset] == LABELS
    assert dataset[-1][1] == dataset[np.int8(2)][1] == 1
    for index in (3, -4, 10**30):
        with pytest.raises(IndexError, match=r"sample .* of 3"):
            dataset[index]
    for index in (0.5, "a", [0], None, slice(0, 1)):
        with pytest.raises(InputError, match=r"a sample must be a whole number, got .*; batch tak"):
            dataset[index]


@pytest.mark.parametrize("kind", SETS)
def test_classes_have_names_of_their_own(kind):
    for names, said in [
        ((), "classes must be a name or more, got 'none'"),
        (("a", "b", "a"), "classes must be names that differ, got 'a more than once'"),
    ]:
        with pytest.raises(InputError, match=said):
            replace(SETS[kind], classes=names)


@given(
    st.lists(st.integers(0, 100), max_size=5),
    st.sampled_from(TYPES),
    st.sampled_from(["u1", "u2", "i8"]),
)
def test_numbers_keep_their_value(numbers, kind, wanted):
    found = whole_numbers("test", "numbers", np.array(numbers, kind), 101, wanted)
    assert found.tolist() == numbers
    assert found.dtype == np.dtype(wanted)


def test_no_labels_are_none():
    assert class_labels("test", [], 0, 3).dtype == np.int64


def test_what_is_kept_cant_be_written():
    own = np.arange(4)
    for array in (own, own[::2]):
        assert not kept(array).flags.writeable
    assert own.flags.writeable
    assert kept(kept(own)).base is None
