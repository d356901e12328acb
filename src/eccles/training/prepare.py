"""From settings to what the loop trains: which network they mean, and on which samples."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eccles.data.own.names import is_path
from eccles.errors import InputError, RunError, must, nearest
from eccles.training.config import TrainConfig
from eccles.training.factory import make
from eccles.training.own import check_openable

if TYPE_CHECKING:
    from eccles.training.measures.groups import Measure
    from eccles.training.tasks.task import Task


def measures_of(*, deep: bool) -> Mapping[str, Measure]:
    """Return the measures of deep networks, or of spiking neurons in time, by name."""
    if deep:
        from eccles.training.measures.deep import DEEP_MEASURES

        return DEEP_MEASURES
    from eccles.training.measures.measures import MEASURES

    return MEASURES


def _has_groups(config: TrainConfig) -> bool:
    """Return whether it is a network of any wiring that is trained, and measured by its groups."""
    return not config.plain or bool(config.rate_penalty)


def data_key(config: TrainConfig) -> tuple[Any, ...]:
    """Return a key that tells the samples of one run from those of another."""
    if config.is_deep:
        return config.data, config.n_steps
    return config.data, config.binning(), config.test_share


def open_data(config: TrainConfig, data_dir: Path | None = None) -> tuple[Any, Any]:
    """Return the samples that settings name, to train and to test on.

    Raises InputError for a name that stands for samples of the caller's own, or for nothing.
    """
    from eccles import data

    check_openable(config.data)
    if not config.is_deep:
        share = config.test_share if is_path(config.data) else None
        return data.load(config.data, data_dir, config.binning(), share)
    from eccles.data.cameras import event_cameras

    images, cameras = data.image_names(), tuple(event_cameras.N_FRAMES)
    if config.data in images:
        return data.load_images(config.data, data_dir)
    if config.data not in cameras and not Path(config.data).is_dir():
        if "/" in config.data:
            accepted = "a data set, or a folder of recordings with train and test"
            raise must("train", "data", accepted, config.data, "there is no such folder")
        known = (*images, *cameras)
        raise InputError(
            f"train: data of a deep network must be one of {', '.join(known)}, or a folder of "
            f"recordings with train and test, got {config.data!r}{nearest(config.data, known)}"
        )
    return data.load_frames(config.data, data_dir, data.Framing(n_frames=config.n_steps))


def check_at_hand(config: TrainConfig, data_dir: Path | None = None) -> None:
    """Raise RunError for samples that `open_data` would have to download first."""
    from eccles.data.cameras import event_cameras
    from eccles.data.catalogue import SOURCES
    from eccles.data.files import download, sources

    if config.data in SOURCES:
        download.resolve(SOURCES[config.data], data_dir, download=False)
    elif config.data in event_cameras.N_FRAMES and data_dir is None:
        folder = sources.cache_folder() / config.data
        if not folder.is_dir():
            raise RunError(
                f"data: {config.data} must be on this machine, got no {folder}; training on it "
                "downloads it"
            )


def prepare(
    config: TrainConfig, data: tuple[Any, Any], threads: int = 1, module: Any = None
) -> Task:
    """Return what the loop trains.

    Args:
        config: the run's settings.
        data: samples to train and to test on.
        threads: those of the engine, whose results don't depend on them.
        module: a module of one's own to train, where the settings are of one that no file makes.

    Raises InputError for samples of another kind than the network takes, and as building it does.
    """
    from eccles.training.samples import divide

    check_pair(config, data)
    samples = divide(config, data)
    if config.is_deep:
        from eccles.training.tasks.deep import DeepTask

        return DeepTask(config, samples, threads)
    module = make(config, samples) if module is None else module
    if module is not None:
        from eccles.training.tasks.module import ModuleTask

        return ModuleTask(config, samples, module, threads)
    if _has_groups(config):
        from eccles.training.tasks.network import NetworkTask

        return NetworkTask(config, samples, threads)
    from eccles.training.tasks.shallow import ShallowTask

    return ShallowTask(config, samples, threads)


def check_pair(config: TrainConfig, data: tuple[Any, Any]) -> None:
    """Raise InputError unless two data sets are of the network's kind and fit each other.

    Of one class alone there is nothing to learn: whatever a network says is right.
    """
    for what, part in zip(("train on", "test on"), data, strict=True):
        _check_kind(config, what, part)
    train, test = data
    for name, value in _shape(train).items():
        other = _shape(test)[name]
        if value != other:
            got = f"{value!s:.60} and {other!s:.60}"
            raise must("train", f"{name} of the samples to train and to test on", "the same", got)
    known = sorted(set(train.labels.tolist()))
    if config.epochs and len(known) == 1:
        only = train.classes[known[0]]
        raise InputError(
            f"train: the samples to train on must be of two classes or more, got only {only!r}"
        )


def _check_kind(config: TrainConfig, what: str, part: object) -> None:
    """Raise InputError unless samples are spikes in time, or for a deep network none."""
    from eccles.data import SpikeDataset
    from eccles.data.cameras.dataset import FrameDataset
    from eccles.data.images.dataset import ImageDataset

    if config.is_deep and not isinstance(part, ImageDataset | FrameDataset):
        hint = "eccles.data.load_images gives images; spikes are for a model that is shallow"
        accepted = "images or frames, an ImageDataset or a FrameDataset"
        raise must("train", f"the samples to {what} with {config.model}", accepted, part, hint)
    if not config.is_deep and not isinstance(part, SpikeDataset):
        hint = "eccles.data.load gives spikes; images are for a deep model, such as vgg8"
        raise must("train", f"the samples to {what}", "spikes, a SpikeDataset", part, hint)


def _shape(part: Any) -> dict[str, Any]:
    """Return what samples to train on and to test on must agree in, by its name."""
    events = getattr(part, "events", None)
    if events is None:
        return {"classes": part.classes, "the shape": part.shape, "the kind": type(part).__name__}
    return {"classes": part.classes, "n_units": events.n_units, "dt": events.dt}
