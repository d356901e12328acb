"""The network of a run's folder, as its checkpoint has it, with the samples it is tested on."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from eccles.data.spikes.dataset import SpikeDataset
from eccles.errors import InputError, RunError, whole
from eccles.nn.spiking import SpikingNetwork
from eccles.training.build import spiking_of
from eccles.training.own import check_same, from_record
from eccles.training.prepare import open_data
from eccles.training.run import checkpoint
from eccles.training.run.described import read_settings
from eccles.training.run.stored import StoredRun, is_run, read_run
from eccles.training.samples import files_digest


class Trained(NamedTuple):
    """A trained network of spiking neurons in time.

    Attributes:
        run: the run that trained it.
        network: with its weights after `epochs`.
        test: the samples that it is tested on.
        epochs: how many have trained it.
    """

    run: StoredRun
    network: SpikingNetwork
    test: SpikeDataset
    epochs: int

    @property
    def accuracy(self) -> float | None:
        """Test accuracy after these epochs, as the run has measured it."""
        rows = self.run.table("history") or []
        return next((row["accuracy"] for row in rows if row["epoch"] == self.epochs - 1), None)


def read_trained(
    folder: Path | None, where: str, why: str, data_dir: Path | None = None
) -> Trained:
    """Return the network of a run's folder.

    Args:
        folder: the run's folder.
        where: the verb that wants it.
        why: why it takes no other networks, for the sentence that refuses them.
        data_dir: folder of the data set's files; searched for unless given.

    Of memristive devices it has the weights that were read, as of any other.

    Raises InputError for what is no run's folder, a deep network, a module of one's own, and
    samples that aren't at hand; RunError for files that aren't as they were written.
    """
    if folder is None or not is_run(folder):
        got = "none" if folder is None else f"{folder} without a config.json"
        raise InputError(
            f"{where}: RUN must be the folder of a run, got {got}; eccles train makes them"
        )
    run = read_run(folder)
    config = run.config
    if config.is_deep or config.module is not None:
        kind = f"the deep network {config.model}" if config.is_deep else "a module of one's own"
        raise InputError(
            f"{where}: the run must be of populations of spiking neurons, got {kind}; {why}"
        )
    record = read_settings(folder / "config.json")
    header, tensors = checkpoint.read(folder / "checkpoint.safetensors")
    if header["identity"] != record.get("identity"):
        raise RunError(f"{where}: {folder} must hold one run, got a checkpoint of another")
    data = open_data(config, data_dir)
    check_same(from_record(record)[1], files_digest(data))
    test = data[1]
    network = spiking_of(config, test)
    held = checkpoint.weights(tensors)
    read = {name: each for name, each in held.items() if not name.startswith("devices.")}
    try:
        network.load_state_dict(read)
    except RuntimeError:
        raise RunError(f"{where}: {folder} must hold weights of its network, got others") from None
    return Trained(run, network, test, int(header["next_epoch"]))


def some(data: SpikeDataset, most: int, where: str) -> SpikeDataset:
    """Return so many samples at most, evenly spread over all, for these come by class sometimes.

    Raises InputError for fewer than one.
    """
    whole(where, "--samples", most)
    if not len(data):
        raise InputError(f"{where}: the run must have samples to test on, got none")
    return data.take(np.linspace(0, len(data) - 1, min(most, len(data))).astype(np.int64))
