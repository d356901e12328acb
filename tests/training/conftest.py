"""A few hundred real samples to train on, and watchers that look on or stop a run."""

import json

import pytest

from eccles import TrainConfig
from eccles.data import Splits, load
from eccles.training.watch import Unwatched


@pytest.fixture(scope="session")
def sample():
    return load("fashion-mnist-sample")


@pytest.fixture(scope="session")
def data(sample):
    return Splits(sample.train.take(slice(0, 300)), sample.test.take(slice(0, 100)))


@pytest.fixture
def config():
    """Three epochs of ten batches."""
    return TrainConfig(batch_size=32, epochs=3)


class StopError(Exception):
    """What a test interrupts a run with."""


class StopAt(Unwatched):
    """Stops a run once an epoch is measured or, given `done`, so many samples into it."""

    def __init__(self, epoch, done=None):
        self.epoch = epoch
        self.done = done

    def advanced(self, epoch, done, samples):
        if epoch == self.epoch and self.done is not None and done >= self.done:
            raise StopError

    def measured(self, row):
        if row["epoch"] == self.epoch and self.done is None:
            raise StopError


@pytest.fixture(scope="session")
def stop_at():
    StopAt.Stop = StopError
    return StopAt


def timeless(rows):
    return [{k: row[k] for k in row if k not in ("seconds", "compile_seconds")} for row in rows]


@pytest.fixture(scope="session")
def same_run():
    def check(found, wanted):
        """Assert that two runs agree bit by bit, in memory and in their folders."""
        for name, tensor in wanted.network.state_dict().items():
            assert tensor.equal(found.network.state_dict()[name]), name
        assert timeless(found.history) == timeless(wanted.history)
        assert found.classes == wanted.classes
        for result in (found, wanted):
            if result.out is not None:
                stored = [
                    json.loads(line)
                    for line in (result.out / "history.jsonl").read_text().splitlines()
                ]
                assert timeless(stored) == timeless(wanted.history)
        if found.out is not None and wanted.out is not None:
            for name in ("checkpoint.safetensors", "classes.jsonl", "config.json"):
                assert (found.out / name).read_bytes() == (wanted.out / name).read_bytes(), name

    return check
