import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from eccles.arrays import class_labels, kept, whole_numbers
from eccles.data import ImageDataset, Recordings, SpikeDataset
from eccles.data.frame_dataset import FrameDataset
from eccles.engines import DenseEngine
from eccles.engines.event import EventEngine
from eccles.errors import InputError
from eccles.events import SpikeEvents
from eccles.nn import EINetwork
from eccles.populations import Populations

TYPES = ["u1", "i1", "u2", ">u2", "i2", "u4", ">i4", "i4", "u8", "i8", ">i8"]
LABELS = [2, 0, 1]


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
        weights = torch.tensor([[0.1, 0.2], [0.3, 0.1]]), torch.tensor([[1.0, 2, 3], [3, 1, 2]])
        network = EINetwork(2, Populations(2, 0), 3, engine=engine)
        with torch.no_grad():
            for own, weight in zip(network.weights, weights, strict=True):
                own.copy_(10 * weight)
        loss = network.loss(events(), labels).item()
        wanted = network.loss(events(), torch.tensor(LABELS)).item()
        assert loss == wanted
        return np.array(LABELS)

    return found


ENTRIES = {
    "SpikeDataset": dataset,
    "ImageDataset": images,
    "FrameDataset": frames,
    "Recordings": recordings,
    "event engine": loss_by(EventEngine(kernels="loop")),
    "dense engine": loss_by(DenseEngine()),
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
