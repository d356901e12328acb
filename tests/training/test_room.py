import numpy as np
import pytest

from eccles.data import ImageDataset, load
from eccles.errors import InputError, RunError
from eccles.memory import enough_memory, memory, must_fit
from eccles.training.config import TrainConfig
from eccles.training.prepare import prepare
from eccles.training.room import check_deep
from eccles.training.samples import Samples

FORTY = ImageDataset(
    "mine", "own", np.zeros((40, 1, 32, 32), np.uint8), np.arange(40) % 10, tuple("abcdefghij")
)


def needed(monkeypatch, config):
    """Return the memory that a run must have at least: it fits into that, and not into less."""
    asked = []

    def note(where, name, n_bytes, hint):
        asked.append(n_bytes)

    monkeypatch.setattr("eccles.training.room.must_fit", note)
    check_deep(config.resolved(), Samples(FORTY, None, FORTY))
    return asked


def test_what_is_needed_by_hand(monkeypatch):
    """Of mlp8 at width 1, 1,024 inputs and 10 classes; its first layer has 500 units."""
    weights = 1024 * 500 + 500 * 500 + 500 * 300 + 2 * 300 * 300 + 300 * 100 + 100 * 100 + 100 * 10
    found = needed(monkeypatch, TrainConfig(model="mlp8", circuit="bn", batch_size=7, steps=3))
    assert found == [8 * weights, 8 * weights + 4 * 3 * 7 * 500]
    # E-I Init takes all 40 samples; without training there are no gradients.
    found = needed(monkeypatch, TrainConfig(model="mlp8", batch_size=7, steps=3, epochs=0))
    assert found == [4 * weights, 4 * weights + 4 * 3 * 40 * 500]
    found = needed(monkeypatch, TrainConfig(model="vgg8", circuit="bn", width=0.5, steps=1))
    convs = 9 * (1 * 32 + 32 * 64 + 64 * 128 + 128 * 256 + 256 * 256) + 256 * 10
    assert found == [8 * convs, 8 * convs + 4 * 40 * 32 * 32 * 32]


@pytest.mark.parametrize("model", ["mlp16", "vgg19", "resnet18"])
def test_a_deep_network_too_wide_for_memory_is_refused(model):
    config = TrainConfig(model=model, width=1000)
    with pytest.raises(InputError, match=f"^train: {model} of width 1000 must fit into memory"):
        prepare(config, (FORTY, FORTY))


def test_a_batch_too_large_for_memory_is_refused(monkeypatch):
    monkeypatch.setattr("eccles.memory.memory", lambda: 2**28)
    data = load("fashion-mnist-sample")
    config = TrainConfig(engine="dense", batch_size=2**31)
    with pytest.raises(InputError, match="100 steps of a batch of 4,000 with hidden 100 must"):
        prepare(config, data)


def test_what_fits_is_not_refused():
    there = memory()
    assert there is None or there > 2**28
    must_fit("train", "a", 2**20, "b")
    if there is not None:
        with pytest.raises(InputError, match=r"^train: a must fit into memory, which has .* GiB, "):
            must_fit("train", "a", 10**400, "b")


@pytest.mark.parametrize("model", ["shallow", "vgg8"])
@pytest.mark.parametrize("name", ["epochs", "seed", "batch_size"])
@pytest.mark.parametrize("value", [2**63, 10**400, 1e300])
def test_numbers_have_bounds(model, name, value):
    with pytest.raises(InputError, match=f"^train: {name} must be"):
        TrainConfig(**{"model": model, name: value})


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        np._core._exceptions._ArrayMemoryError((2**40,), np.dtype("f4")),
        RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"),
        RuntimeError("CUDA out of memory. Tried to allocate 2 GiB\nIf reserved memory is large"),
    ],
)
def test_memory_that_runs_short_is_one_sentence(error):
    with (
        pytest.raises(RunError, match=r"^train: there must be enough memory, got .*; less$"),
        enough_memory("train", "less"),
    ):
        raise error
    with pytest.raises(RuntimeError, match="another"), enough_memory("train", "less"):
        raise RuntimeError("another")
