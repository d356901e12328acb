"""Which samples a run trains on, chooses an epoch by, and is tested on."""

from __future__ import annotations

import hashlib
from collections.abc import Sized
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from eccles import seeds
from eccles.data.cameras.dataset import FrameDataset
from eccles.data.cameras.event_cameras import N_FRAMES
from eccles.data.images.dataset import ImageDataset
from eccles.data.spikes.dataset import SpikeDataset
from eccles.data.spikes.recordings import CHANNELS
from eccles.errors import must
from eccles.training.config import TrainConfig

_ONCE = (np.uint8, np.int8, np.int16, np.int32)
"""Types of labels that version 0.1.0 could train on, besides int64."""


class Samples(NamedTuple):
    """The samples of a run, each a data set of events, images or frames."""

    train: Any
    validation: Any
    test: Any


def divide(config: TrainConfig, data: tuple[Any, Any]) -> Samples:
    """Return a data set's samples as a run uses them: some held out, some dropped.

    Raises InputError where none would be left to train or to test on.
    """
    train_set, test_set = data
    validation_set = None
    if config.validation:
        order = seeds.stream(config.seed, "validation").permutation(len(train_set))
        held_out = round(len(order) * config.validation)
        if not held_out:
            accepted = f"a share of the {len(order)} training samples that is one at least"
            raise must("train", "validation", accepted, config.validation)
        validation_set = train_set.take(order[:held_out])
        train_set = train_set.take(order[held_out:])
    if config.drop_last:
        test_set = test_set.take(slice(0, whole_batches(config, test_set)))
    if not (whole_batches(config, train_set) and len(test_set)):
        raise must(
            "train",
            "the samples to train and to test on",
            "at least one each",
            (len(train_set), len(test_set)),
            "lower --validation, or --batch-size with --drop-last",
        )
    return Samples(train_set, validation_set, test_set)


def facts_of(samples: Samples) -> dict[str, Any]:
    """Return what there is to record of samples of spikes."""
    train = samples.train
    return {
        "data": train.name,
        "data_kind": train.kind,
        "train_samples": len(train),
        "test_samples": len(samples.test),
        "event_density": train.events.density,
    }


def whole_batches(config: TrainConfig, data: Sized) -> int:
    """Return how many samples an epoch takes."""
    remainder = len(data) % config.batch() if config.drop_last else 0
    return len(data) - remainder


def epoch_order(config: TrainConfig, data: Sized, epoch: int) -> NDArray[np.int64]:
    """Return the training samples of an epoch, in the order in which it takes them."""
    order = seeds.stream(config.seed, "order", epoch).permutation(len(data))
    # What doesn't fill a batch is dropped after shuffling: other samples each epoch.
    return order[: whole_batches(config, data)]


def files_digest(data: tuple[Any, Any]) -> str:
    """Return eight digits that tell files of one's own from others of the same name.

    Empty where the files are the published ones: the name says all then.
    """
    if any(isinstance(part, FrameDataset) and part.name not in N_FRAMES for part in data):
        return digest(data)  # A folder of one's own.
    sums = [part.sha256 for part in data if isinstance(part, SpikeDataset)]
    # The number of channels isn't always in the files. Earlier versions took 700 for all.
    if any(sums) and data[0].events.n_units != CHANNELS:
        sums.append(str(data[0].events.n_units))
    return hashlib.sha256("".join(sums).encode()).hexdigest()[:8] if any(sums) else ""


def digest(data: tuple[Any, Any], labels_as: DTypeLike = np.int64) -> str:
    """Return eight digits that tell one user's own samples from another's.

    `labels_as` is the type of numbers that the labels are taken as.
    """
    result = hashlib.sha256()
    for part in data:
        if isinstance(part, SpikeDataset):
            events = part.events
            shape, arrays = (events.n_steps, events.n_units, events.dt), events.arrays
        else:
            pixels = part.images if isinstance(part, ImageDataset) else part.frames
            shape, arrays = pixels.shape, (pixels,)
        result.update(repr(shape).encode())
        for array in (part.labels.astype(labels_as), *arrays):
            result.update(np.ascontiguousarray(array).tobytes())
    return result.hexdigest()[:8]


def as_known(data: tuple[Any, Any], own: bool, known: str) -> tuple[Any, Any] | None:
    """Return samples as version 0.1.0 took them, where a run of that version is known by them.

    That version kept labels in whatever type of whole numbers they came, and took 700 channels for
    all files. None where `known` are the digits of other samples.

    Args:
        data: samples to train and to test on.
        own: whether the caller passed them.
        known: the digits by which a run knows its samples.
    """
    if own:
        return data if any(digest(data, kind) == known for kind in _ONCE) else None
    if not all(isinstance(part, SpikeDataset) and part.sha256 for part in data):
        return None
    if max(part.events.n_units for part in data) > CHANNELS:
        return None
    wide = tuple(replace(part, events=replace(part.events, n_units=CHANNELS)) for part in data)
    return (wide[0], wide[1]) if files_digest((wide[0], wide[1])) == known else None
