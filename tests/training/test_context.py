"""What the caller set of torch and numpy doesn't matter to a run, and is there afterwards."""

import contextlib
import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest
import torch

import eccles
from eccles import TrainConfig
from eccles.data import load, load_images
from eccles.training.context import _Process, _switches, _Threads, settled

CONFIGS = {
    "event": TrainConfig(hidden=10, epochs=1, batch_size=32, update_noise=0.1),
    "dense": TrainConfig(hidden=10, epochs=1, batch_size=32, engine="dense"),
    "adam": TrainConfig(hidden=10, epochs=1, batch_size=32, optimizer="adam"),
    "deep": TrainConfig(model="mlp8", width=0.1, epochs=1, batch_size=32, steps=1),
    "bn": TrainConfig(model="mlp8", width=0.05, epochs=1, batch_size=32, steps=1, circuit="bn"),
}


def _kept(read, write, value):
    """Return a context of what has no context of its own."""

    @contextlib.contextmanager
    def within():
        before = read()
        write(value)
        try:
            yield
        finally:
            write(before)

    return within


HOSTILE = {
    "float64": _kept(torch.get_default_dtype, torch.set_default_dtype, torch.float64),
    "bfloat16": _kept(torch.get_default_dtype, torch.set_default_dtype, torch.bfloat16),
    "device": _kept(lambda: None, torch.set_default_device, "meta"),
    "device context": lambda: torch.device("meta"),
    "no gradients": torch.no_grad,
    "inference": torch.inference_mode,
    "autocast": lambda: torch.autocast("cpu", torch.bfloat16),
    "deterministic": _kept(
        torch.are_deterministic_algorithms_enabled, torch.use_deterministic_algorithms, True
    ),
    "flush": _kept(lambda: False, torch.set_flush_denormal, True),
    "medium": _kept(
        torch.get_float32_matmul_precision, torch.set_float32_matmul_precision, "medium"
    ),
    "anomaly": _kept(torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly, True),
    "no mkldnn": _kept(
        lambda: torch.backends.mkldnn.enabled,
        lambda value: setattr(torch.backends.mkldnn, "enabled", value),
        False,
    ),
    "numpy raises": lambda: np.errstate(all="raise"),
}


def _state():
    """Return all that a caller may have set, as far as it can be read."""
    return (
        [read() for read, _, _ in _switches()],
        torch.get_default_device(),
        torch.is_grad_enabled(),
        torch.is_inference_mode_enabled(),
        torch.is_autocast_enabled("cpu"),
        torch.get_num_threads(),
        np.geterr(),
        float(np.full(1, 1e-40, np.float32)[0] * np.float32(1)),
        torch.get_rng_state().tolist(),
        np.random.get_state()[1].tolist(),
        random.getstate(),
    )


@pytest.fixture(scope="module")
def few():
    shallow, deep = load("fashion-mnist-sample"), load_images("fashion-mnist-sample")
    cut = slice(0, 128)
    return {
        False: tuple(part.take(cut) for part in shallow),
        True: tuple(part.take(cut) for part in deep),
    }


def outcome(config, data):
    """Return what came of a run: losses, accuracies, every weight."""
    result = eccles.train(config, data=data)
    history = [{k: row[k] for k in row if "second" not in k} for row in result.history]
    weights = {k: (v.dtype, v.clone()) for k, v in result.network.state_dict().items()}
    accuracy = None
    if not config.is_deep:
        accuracy = eccles.evaluate(result.network, data[1]).accuracy
    return history, weights, accuracy


@pytest.fixture(scope="module")
def undisturbed(few):
    return {name: outcome(c, few[c.is_deep]) for name, c in CONFIGS.items()}


def same(one, other):
    assert one[0] == other[0]
    assert one[2] == other[2]
    assert one[1].keys() == other[1].keys()
    for name, (kind, weight) in one[1].items():
        assert kind == other[1][name][0]
        assert torch.equal(weight, other[1][name][1]), name


@pytest.mark.parametrize("set_to", HOSTILE)
@pytest.mark.parametrize("kind", CONFIGS)
def test_what_the_caller_set_does_not_matter(kind, set_to, few, undisturbed):
    config = CONFIGS[kind]
    with HOSTILE[set_to]():
        before = _state()
        found = outcome(config, few[config.is_deep])
        assert _state() == before
    same(found, undisturbed[kind])


def test_all_of_it_at_once(few, undisturbed):
    with contextlib.ExitStack() as held:
        for set_to in HOSTILE.values():
            held.enter_context(set_to())
        found = outcome(CONFIGS["dense"], few[False])
    same(found, undisturbed["dense"])


def test_trainings_at_once_in_threads_of_one_process(few, undisturbed):
    """Both end, and put back, while the other may still compute."""
    barrier = Barrier(2)

    def run(kind):
        with HOSTILE["no gradients"]():
            barrier.wait(60)
            return outcome(CONFIGS[kind], few[CONFIGS[kind].is_deep])

    with HOSTILE["float64"](), ThreadPoolExecutor(2) as pool:
        before = _state()
        found = list(pool.map(run, ["dense", "event", "dense", "adam"]))
        assert _state() == before
    for kind, one in zip(["dense", "event", "dense", "adam"], found, strict=True):
        same(one, undisturbed[kind])


def test_the_last_of_several_puts_back():
    with HOSTILE["float64"]():
        process = _Process()
        process.enter()
        process.enter()
        process.leave()
        assert torch.get_default_dtype() == torch.float32
        process.leave()
        assert torch.get_default_dtype() == torch.float64


def test_the_fewest_threads_that_any_asks_for():
    before, threads = torch.get_num_threads(), _Threads()
    threads.enter(2)
    assert torch.get_num_threads() == 2
    threads.enter(1)
    assert torch.get_num_threads() == 1
    threads.leave(2)
    assert torch.get_num_threads() == 1
    threads.leave(1)
    assert torch.get_num_threads() == before


def _fail():
    assert torch.get_default_dtype() == torch.float32
    raise RuntimeError("stop")


def test_an_error_puts_back_too():
    with HOSTILE["float64"]():
        before = _state()
        with pytest.raises(RuntimeError, match="stop"), settled():
            _fail()
        assert _state() == before
