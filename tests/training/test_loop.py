import json
import math
import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from eccles import InputError, RunError, TrainConfig, dale, train
from eccles.data import Splits
from eccles.training.build import build_network
from eccles.training.watch import Unwatched

FILES = {
    ".lock",
    "config.json",
    "provenance.json",
    "history.jsonl",
    "classes.jsonl",
    "checkpoint.safetensors",
    "result.json",
    "SHA256SUMS",
}


def files(folder):
    return {path.name for path in folder.iterdir()}


def rows_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


class Log(Unwatched):
    """Keeps what it was told, in order."""

    def __init__(self):
        self.calls = []

    def started(self, config, task, next_epoch):
        self.calls.append(("started", next_epoch))

    def advanced(self, epoch, done, samples):
        self.calls.append(("advanced", epoch, done, samples))

    def measured(self, row):
        self.calls.append(("measured", row["epoch"]))


class Guard(Unwatched):
    """Checks Dale's principle after every batch."""

    def __init__(self):
        self.batches = 0

    def started(self, config, task, next_epoch):
        self.network = task.network
        dale.check(self.network)

    def advanced(self, epoch, done, samples):
        dale.check(self.network)
        self.batches += 1


def test_samples_at_hand_are_binned_already(data):
    with pytest.raises(InputError, match="steps, max_time, clip and dt must be left alone"):
        train(TrainConfig(steps=50), data=data)


def test_a_small_run_learns(data, tmp_path):
    out = tmp_path / "deep" / "run"
    config = TrainConfig(batch_size=16, epochs=4)
    result = train(config, data=data, out=out)
    assert len(result.accuracy) == 5
    assert result.accuracy[0] < 0.25
    assert result.final_accuracy > 0.3
    losses = [row["loss"] for row in result.history]
    assert losses[0] is None
    assert losses[1] > losses[2] > losses[3] > losses[4]
    assert files(out) == FILES
    assert result.out == out
    assert [row["epoch"] for row in result.history] == [-1, 0, 1, 2, 3]
    assert result.config.lr == 0.01
    summary = json.loads((out / "result.json").read_text())
    assert summary == json.loads(json.dumps(result.summary()))
    stored = json.loads((out / "config.json").read_text())
    assert stored["identity"] == result.identity == summary["identity"]
    # The samples are the caller's own, so they are part of what the run is.
    assert result.identity.startswith(config.identity() + "-")
    assert (stored["optimizer"], stored["batch_size"]) == (None, 16)
    resolved = json.loads((out / "provenance.json").read_text())["resolved"]
    assert (resolved["engine"], resolved["n_excitatory"], resolved["train_samples"]) == (
        "event",
        80,
        300,
    )
    assert (resolved["optimizer"], resolved["w1_std"]) == ("sgd", 0.001)


def test_nothing_is_written_unasked(data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = train(TrainConfig(epochs=1), data=data)
    assert result.out is None
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"epochs": 1, "update_noise": 1e-4, "noise_scale": "relative"},
        {"validation": 0.2},
        {"ei": "100:0", "drop_last": True},
    ],
)
def test_rows_agree_with_each_other(data, config, settings):
    result = train(config.model_copy(update=settings), data=data)
    hidden = result.network.hidden
    for row in result.history:
        classes = [each for each in result.classes if each["epoch"] == row["epoch"]]
        assert [each["class"] for each in classes] == list(range(10))
        samples = np.array([each["samples"] for each in classes])
        assert samples.sum() == (96 if settings.get("drop_last") else 100)

        def mean(name, samples=samples, classes=classes):
            return samples @ [each[name] for each in classes] / samples.sum()

        assert row["accuracy"] == pytest.approx(mean("accuracy"), rel=1e-12)
        for kind in ("excitatory_spikes", "inhibitory_spikes"):
            assert row[kind] == pytest.approx(mean(kind), rel=1e-12)
        spikes = row["excitatory_spikes"] + row["inhibitory_spikes"]
        assert row["rate_hz"] == pytest.approx(spikes / hidden.n_neurons / 0.1, rel=1e-12)
        assert spikes > 0
        assert (row["inhibitory_spikes"] > 0) == (hidden.n_inhibitory > 0)
        assert ("validation_accuracy" in row) == ("validation" in settings)
    assert len(result.classes) == 10 * len(result.history)


def test_the_same_seed_gives_the_same_bits(data, config, same_run):
    once = train(config, data=data)
    same_run(train(config, data=data), once)
    other = train(config.model_copy(update={"seed": 1}), data=data)
    assert not torch.equal(other.network.input_to_hidden, once.network.input_to_hidden)


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"engine": "dense", "epochs": 1},
        {"optimizer": "adam", "lr": 1e-3, "update_noise": 1e-4, "seed": 5},
    ],
)
def test_threads_do_not_change_the_bits(data, config, same_run, settings):
    config = config.model_copy(update={"batch_size": 64, **settings})
    one = train(config, data=data, threads=1)
    for threads in (2, 3):
        same_run(train(config, data=data, threads=threads), one)


def test_torchs_threads_are_as_before(data, config):
    before = torch.get_num_threads()
    train(config, data=data, threads=before + 1)
    assert torch.get_num_threads() == before
    with pytest.raises(InputError, match="threads must be at most 1,024, got 99999999999"):
        train(threads=99999999999)
    with pytest.raises(InputError, match="threads must be 1 or more, got 0"):
        train(config, data=data, threads=0)


def test_the_first_update_by_hand(data):
    """One batch of everything: w <- max(w - lr gradient, 0) for excitatory rows, else min."""
    config = TrainConfig(epochs=1, batch_size=300, lr=0.5)
    start = build_network(config, data.train)
    order = np.random.default_rng(0).permutation(300)
    loss = start.loss(*data.train.batch(order))
    loss.backward()
    result = train(config, data=data)
    assert result.history[1]["loss"] == pytest.approx(loss.item(), rel=1e-6)
    w1, w2 = (w.detach() - 0.5 * w.grad for w in start.weights)
    w2 = torch.cat([w2[:80].clamp_min(0), w2[80:].clamp_max(0)])
    assert (w1 < 0).any()
    for found, wanted in zip(result.network.weights, (w1.clamp_min(0), w2), strict=True):
        assert torch.allclose(found, wanted, rtol=0, atol=1e-6)
        assert (found == 0).any()


@pytest.mark.slow
def test_engines_agree_along_a_run(data, problem_of):
    """Rounding moves a spike sooner or later and the runs part, so compare at the same weights."""
    config = TrainConfig(batch_size=16, epochs=1)
    network = build_network(config, data.train).double()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.05)
    for first in range(0, 300, 16):
        batch = data.train.batch(slice(first, first + 16))
        wanted = problem_of(network, batch)
        optimizer.zero_grad()
        loss = network.loss(*batch)
        loss.backward()
        assert loss.item() == pytest.approx(wanted[0], rel=1e-12)
        for parameter, gradient in zip(network.parameters(), wanted[1:], strict=True):
            scale = gradient.abs().max()
            assert scale > 0
            assert (parameter.grad - gradient).abs().max() < 1e-9 * scale
        optimizer.step()
        network.project()


@pytest.fixture
def problem_of():
    from eccles.engines import DenseEngine, Weights

    def solve(network, batch):
        weights = Weights(*(w.detach().clone().requires_grad_() for w in network.weights))
        loss = DenseEngine().loss(weights, *batch, network.neuron)
        loss.backward()
        return loss.item(), *(w.grad for w in weights)

    return solve


def test_engines_train_alike(data):
    config = TrainConfig(batch_size=16, epochs=2, optimizer="adam", lr=1e-3)
    event = train(config, data=data)
    dense = train(config.model_copy(update={"engine": "dense"}), data=data)
    assert (event.network.engine.name, dense.network.engine.name) == ("event", "dense")
    assert event.history[0]["rate_hz"] == dense.history[0]["rate_hz"] > 0
    assert event.accuracy[0] == dense.accuracy[0]
    for found, wanted in zip(event.history[1:], dense.history[1:], strict=True):
        assert found["loss"] == pytest.approx(wanted["loss"], rel=0.05)
        assert found["accuracy"] == pytest.approx(wanted["accuracy"], abs=0.15)
    assert event.final_accuracy > 0.4


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"ei": "50:50", "lr": 1.0},
        {"update_noise": 1e-3},
        {"update_noise": 1e-3, "optimizer": "adam", "lr": 0.01},
        {"momentum": 0.9, "ei": "0:100"},
        {"update_noise": 0.1, "noise_scale": "relative", "surrogate": "triangle"},
    ],
)
def test_dales_principle_holds_after_every_batch(data, config, settings):
    guard = Guard()
    result = train(config.model_copy(update={"epochs": 1, **settings}), data=data, watch=guard)
    assert guard.batches == 10
    dale.check(result.network)


def test_unbounded_weights_take_either_sign(data, config):
    result = train(TrainConfig(unbounded=True, batch_size=32, epochs=1), data=data)
    for weight in result.network.weights:
        assert 0.4 < (weight < 0).float().mean() < 0.6
    start = build_network(config, data.train)
    free = train(config.model_copy(update={"projection": False, "lr": 0.1}), data=data)
    assert not (start.input_to_hidden < 0).any()
    assert (free.network.input_to_hidden < 0).any()


@pytest.mark.parametrize(("scale", "unit"), [("absolute", (1, 1)), ("relative", (0.001, 0.0666))])
def test_noise_is_of_the_scale_asked_for(data, scale, unit):
    """An update of nearly no step, then noise, and no projection to cut it."""
    settings = {"epochs": 1, "batch_size": 300, "lr": 1e-30, "projection": False}
    config = TrainConfig(**settings, update_noise=0.5, noise_scale=scale)
    result = train(config, data=data)
    start = build_network(config, data.train)
    for k in range(2):
        noise = (result.network.weights[k] - start.weights[k]).detach() / (0.5 * unit[k])
        n = noise.numel()
        assert abs(noise.mean()) < 5 / math.sqrt(n)
        assert abs(noise.std() - 1) < 5 / math.sqrt(2 * n) + 1e-3
    other = train(config.model_copy(update={"seed": 1}), data=data).network.weights[0]
    assert not torch.equal(other, result.network.weights[0])


def test_noise_is_fresh_in_every_batch(data):
    """Of b batches the noises' sum grows as sqrt(b); one noise repeated would grow as b."""
    config = TrainConfig(
        epochs=2, batch_size=30, lr=1e-30, projection=False, update_noise=1.0, surrogate="arctan"
    )
    result = train(config, data=data)
    start = build_network(config, data.train)
    change = (result.network.input_to_hidden - start.input_to_hidden).detach()
    assert change.std().item() == pytest.approx(math.sqrt(20), rel=0.02)


def test_each_sample_serves_once_an_epoch(data, monkeypatch):
    """Each epoch takes all samples, in an order of its own that depends on the seed."""
    seen = []
    batch = type(data.train).batch

    def spy(self, index):
        if not isinstance(index, slice):
            seen.append(np.array(index))
        return batch(self, index)

    monkeypatch.setattr(type(data.train), "batch", spy)
    train(TrainConfig(epochs=2, batch_size=64), data=data)
    assert [len(index) for index in seen] == [64, 64, 64, 64, 44] * 2
    first, second = np.concatenate(seen[:5]), np.concatenate(seen[5:])
    assert sorted(first) == sorted(second) == list(range(300))
    assert first.tolist() != second.tolist()
    seen.clear()
    train(TrainConfig(epochs=1, batch_size=64, drop_last=True), data=data)
    assert [len(index) for index in seen] == [64] * 4


def test_a_share_is_held_out(data, monkeypatch):
    sizes = []
    batch = type(data.train).batch

    def spy(self, index):
        sizes.append(len(self))
        return batch(self, index)

    monkeypatch.setattr(type(data.train), "batch", spy)
    result = train(TrainConfig(epochs=2, validation=0.25), data=data)
    assert set(sizes) == {225, 75, 100}
    summary = result.summary()
    trained = result.history[1:]
    best = max(row["validation_accuracy"] for row in trained)
    chosen = next(row for row in trained if row["epoch"] == summary["validation_epoch"])
    assert chosen["validation_accuracy"] == best
    assert summary["validation_chosen_accuracy"] == chosen["accuracy"]


@pytest.mark.parametrize(
    "settings", [{"validation": 0.999}, {"drop_last": True}, {"drop_last": True, "batch_size": 101}]
)
def test_some_samples_must_be_left(data, settings, tmp_path):
    config = TrainConfig(epochs=1, **settings)
    small = Splits(data.train.take(slice(0, 150)), data.test)
    with pytest.raises(InputError, match="samples to train and to test on must be at least one"):
        train(config, data=small, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_some_samples_must_be_held_out(data):
    with pytest.raises(InputError, match="validation"):
        train(TrainConfig(epochs=1, validation=1e-6), data=data)


def test_a_watcher_is_told_everything_in_order(data, stop_at, tmp_path):
    config = TrainConfig(epochs=2, batch_size=150)
    log = Log()
    train(config, data=data, watch=log)
    assert log.calls == [
        ("started", 0),
        ("measured", -1),
        ("advanced", 0, 150, 300),
        ("advanced", 0, 300, 300),
        ("measured", 0),
        ("advanced", 1, 150, 300),
        ("advanced", 1, 300, 300),
        ("measured", 1),
    ]
    with pytest.raises(stop_at.Stop):
        train(config, data=data, out=tmp_path, watch=stop_at(0))
    log = Log()
    train(config, data=data, out=tmp_path, watch=log)
    assert log.calls == [
        ("started", 1),
        ("advanced", 1, 150, 300),
        ("advanced", 1, 300, 300),
        ("measured", 1),
    ]


VARIANTS = {
    "sgd": {},
    "momentum": {"momentum": 0.9},
    "adam": {"optimizer": "adam", "lr": 1e-3},
    "noise": {"update_noise": 1e-4, "seed": 3},
    "validation": {"validation": 0.2, "optimizer": "rmsprop", "lr": 1e-3, "momentum": 0.5},
    "unbounded": {"unbounded": True, "drop_last": True},
    "dense": {"engine": "dense", "epochs": 2},
}


@pytest.mark.slow
@pytest.mark.parametrize("variant", VARIANTS)
def test_an_interrupted_run_goes_on_bit_for_bit(data, config, stop_at, same_run, tmp_path, variant):
    """Stopped before training, between epochs and inside them, again and again."""
    config = config.model_copy(update=VARIANTS[variant])
    whole = train(config, data=data, out=tmp_path / "whole")
    out = tmp_path / "parts"
    stops = [stop_at(-1), stop_at(0, 100), stop_at(0), stop_at(1, 33), stop_at(1, 200)]
    for threads, stop in enumerate(stops, 1):
        with pytest.raises(stop_at.Stop):
            train(config, data=data, out=out, watch=stop, threads=1 + threads % 2)
        assert not (out / "result.json").exists()
    same_run(train(config, data=data, out=out), whole)
    same_run(train(config, data=data), whole)
    assert files(out) == files(tmp_path / "whole") == FILES


def test_a_stop_between_history_and_checkpoint(data, config, same_run, tmp_path, monkeypatch):
    """The history then has a row that no checkpoint stands behind; it is made again."""
    whole = train(config, data=data)
    replace = Path.replace

    def die(self, target):
        if target.name == "checkpoint.safetensors" and len(rows_of(history)) == 3:
            raise KeyboardInterrupt
        return replace(self, target)

    history = tmp_path / "history.jsonl"
    monkeypatch.setattr(Path, "replace", die)
    with pytest.raises(KeyboardInterrupt):
        train(config, data=data, out=tmp_path)
    assert len(rows_of(history)) == 3
    monkeypatch.undo()
    same_run(train(config, data=data, out=tmp_path), whole)
    assert files(tmp_path) == FILES


KILLED = """
    import sys, time
    from pathlib import Path
    from eccles import TrainConfig, train
    from eccles.data import Splits, load
    from eccles.training.watch import Unwatched

    class Wait(Unwatched):
        def advanced(self, epoch, done, samples):
            if epoch == 1 and done >= 100:
                print("here", flush=True)
                time.sleep(60)

    sample = load("fashion-mnist-sample")
    data = Splits(sample.train.take(slice(0, 300)), sample.test.take(slice(0, 100)))
    config = TrainConfig(batch_size=32, epochs=3, momentum=0.5)
    train(config, data=data, out=sys.argv[1], watch=Wait())
"""


@pytest.mark.slow
def test_a_killed_process_goes_on_bit_for_bit(data, config, same_run, tmp_path):
    out = tmp_path / "run"
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(KILLED), str(out)],
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout.readline() == "here\n"
        os.kill(process.pid, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert files(out) == FILES - {"result.json"}
    assert [row["epoch"] for row in rows_of(out / "history.jsonl")] == [-1, 0]
    config = config.model_copy(update={"momentum": 0.5})
    whole = train(config, data=data)
    log = Log()
    found = train(config, data=data, out=out, watch=log)
    assert log.calls[0] == ("started", 1)
    same_run(found, whole)


def test_a_finished_run_is_not_trained_again(data, config, same_run, tmp_path):
    once = train(config, data=data, out=tmp_path)
    result = json.loads((tmp_path / "result.json").read_text())
    log = Log()
    again = train(config, data=data, out=tmp_path, watch=log)
    assert log.calls == [("started", 3)]
    same_run(again, once)
    found = json.loads((tmp_path / "result.json").read_text())
    del result["seconds_per_epoch"], found["seconds_per_epoch"]
    assert found == result


def test_starting_over(data, config, stop_at, same_run, tmp_path):
    whole = train(config, data=data)
    for stop in (stop_at(1), None):
        if stop:
            with pytest.raises(stop_at.Stop):
                train(config, data=data, out=tmp_path, watch=stop)
        log = Log()
        found = train(config, data=data, out=tmp_path, resume=False, watch=log)
        assert log.calls[:2] == [("started", 0), ("measured", -1)]
        same_run(found, whole)
    with pytest.raises(stop_at.Stop):
        train(config, data=data, out=tmp_path, resume=False, watch=stop_at(0))
    assert not (tmp_path / "result.json").exists()
    assert len(rows_of(tmp_path / "history.jsonl")) == 2


@pytest.mark.parametrize("damage", ["cut", "garbage", "empty", "folder"])
def test_a_damaged_checkpoint_is_one_sentence(data, config, stop_at, same_run, tmp_path, damage):
    with pytest.raises(stop_at.Stop):
        train(config, data=data, out=tmp_path, watch=stop_at(0))
    path = tmp_path / "checkpoint.safetensors"
    whole = path.read_bytes()
    path.unlink()
    if damage == "folder":
        path.mkdir()
    else:
        path.write_bytes({"cut": whole[:-100], "garbage": b"\xff" * 500, "empty": b""}[damage])
    with pytest.raises(RunError, match=r"^checkpoint: .*--no-resume, or choose another --out$"):
        train(config, data=data, out=tmp_path)
    if damage != "folder":
        found = train(config, data=data, out=tmp_path, resume=False)
        same_run(found, train(config, data=data))


def test_a_checkpoint_of_another_run(data, config, stop_at, tmp_path):
    other = config.model_copy(update={"seed": 1})
    for name, each in (("mine", config), ("theirs", other)):
        with pytest.raises(stop_at.Stop):
            train(each, data=data, out=tmp_path / name, watch=stop_at(0))
    theirs = (tmp_path / "theirs" / "checkpoint.safetensors").read_bytes()
    (tmp_path / "mine" / "checkpoint.safetensors").write_bytes(theirs)
    with pytest.raises(
        RunError, match=rf"of run {config.identity()}-\w+, got run {other.identity()}-"
    ):
        train(config, data=data, out=tmp_path / "mine")


@pytest.mark.parametrize("name", ["history.jsonl", "classes.jsonl"])
@pytest.mark.parametrize("content", [None, b'{"epoch": -1}\n{"epo', b"\xff\xfe"])
def test_damaged_tables_are_one_sentence(data, config, stop_at, tmp_path, name, content):
    with pytest.raises(stop_at.Stop):
        train(config, data=data, out=tmp_path, watch=stop_at(0))
    (tmp_path / name).unlink()
    if content:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(RunError, match=rf"^(train|storage): .*{name} must be .*no-resume"):
        train(config, data=data, out=tmp_path)
    # A folder of version 0.1.0 has no checksums.
    (tmp_path / "SHA256SUMS").unlink()
    with pytest.raises(RunError, match=rf"^train: .*{name} must be readable JSON lines.*no-resume"):
        train(config, data=data, out=tmp_path)


def test_a_folder_holds_one_run(data, config, tmp_path):
    train(config, data=data, out=tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    other = config.model_copy(update={"lr": 0.02})
    for resume in (True, False):
        with pytest.raises(InputError, match=r"with another \(lr 0.01 there, 0.02 asked\)"):
            train(other, data=data, out=tmp_path, resume=resume)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    same = TrainConfig(batch_size=32, epochs=3, ei="4:1", lr=0.01, tau_mem="10 ms")
    log = Log()
    train(same, data=data, out=tmp_path, watch=log)
    assert log.calls == [("started", 3)]


def test_other_samples_are_another_run(data, config, tmp_path):
    train(config, data=data, out=tmp_path)
    fewer = data._replace(train=data.train.take(slice(0, 200)))
    events = data.train.events
    turned = replace(events, units=(events.n_units - 1 - events.units).astype(np.uint16))
    other = data._replace(train=replace(data.train, events=turned))
    for samples in (fewer, other):
        with pytest.raises(InputError, match="choose another --out"):
            train(config, data=samples, out=tmp_path)


def test_a_folder_of_other_files_is_left_alone(data, config, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="with other files; choose another --out"):
        train(config, data=data, out=tmp_path)
    assert files(tmp_path) == {"thesis.txt"}
    with pytest.raises(InputError, match="must be a folder, got the file"):
        train(config, data=data, out=tmp_path / "thesis.txt")


def test_a_kill_inside_the_first_write(data, config, tmp_path):
    (tmp_path / ".config.json.12345").write_text('{"iden')
    train(config, data=data, out=tmp_path)
    assert files(tmp_path) == FILES


def test_a_kill_inside_a_write_leaves_nothing_for_good(data, config, stop_at, tmp_path):
    with pytest.raises(stop_at.Stop):
        train(config, data=data, out=tmp_path, watch=stop_at(0))
    (tmp_path / ".checkpoint.safetensors.12345").write_text("half")
    (tmp_path / ".tmpyUYKsw").write_text("half")  # As safetensors' own way into a file leaves it.
    train(config, data=data, out=tmp_path)
    assert files(tmp_path) == FILES


@pytest.mark.parametrize("content", ["{", "[]", "null", '{"identity": 3}', "{}"])
def test_a_damaged_config_is_one_sentence(data, config, tmp_path, content):
    (tmp_path / "config.json").write_text(content)
    with pytest.raises((RunError, InputError), match=r"^train: .*choose another --out$"):
        train(config, data=data, out=tmp_path)


@pytest.mark.parametrize("place", ["file/run", "/proc/eccles-run", "/dev/null/run"])
def test_an_unwritable_place_is_one_sentence(data, config, tmp_path, place):
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match=r"^storage: .*must be writable.*choose another place$"):
        train(config, data=data, out=tmp_path / place)


FULL = """
    import resource, sys
    from eccles import EcclesError, TrainConfig, train
    from eccles.data import Splits, load

    sample = load("fashion-mnist-sample")
    data = Splits(sample.train.take(slice(0, 300)), sample.test.take(slice(0, 100)))
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    try:
        train(TrainConfig(epochs=1), data=data, out=sys.argv[1])
    except EcclesError as error:
        print(error)
"""


@pytest.mark.slow
def test_a_full_disk_is_one_sentence(tmp_path):
    """A limit on file sizes stands in: the checkpoint, and nothing else, is beyond it."""
    out = tmp_path / "run"
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FULL), str(out)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.startswith(f"storage: {out / 'checkpoint.safetensors'} must be writable")
    assert done.returncode == 0
    assert {name for name in files(out) if name.startswith(".")} == {".lock"}


@pytest.mark.parametrize("engine", ["event", "dense"])
def test_a_loss_that_diverges_ends_the_run(data, config, engine, tmp_path):
    config = config.model_copy(update={"lr": 1e38, "engine": engine})
    with pytest.raises(RunError, match=r"loss must stay finite, got nan in batch \d+ of epoch 0"):
        train(config, data=data, out=tmp_path)
    assert not (tmp_path / "result.json").exists()


@pytest.mark.parametrize("engine", ["event", "dense"])
def test_weights_that_diverge_end_the_run(data, engine):
    config = TrainConfig(batch_size=64, epochs=2, engine=engine)
    # A rate that the settings refuse, so that weights leave the finite ones at once.
    config = config.model_copy(update={"lr": 1e30})
    with pytest.raises(RunError, match="finite"):
        train(config, data=data)


def test_measures_go_on_where_a_run_stopped(data, config, tmp_path):
    class Stop(Unwatched):
        def measured(self, row):
            if row["epoch"] == 1:
                raise KeyboardInterrupt

    config = config.model_copy(update={"epochs": 4})
    measure = {"weights": 2, "classes": 3}
    whole = train(config, data=data, measure=measure)
    assert sorted({row["epoch"] for row in whole.measures["weights"]}) == [-1, 1, 3]
    assert sorted({row["epoch"] for row in whole.classes}) == [-1, 2, 3]
    with pytest.raises(KeyboardInterrupt):
        train(config, data=data, out=tmp_path, measure=measure, watch=Stop())
    again = train(config, data=data, out=tmp_path, measure=measure)
    assert again.measures == whole.measures
    assert again.classes == whole.classes


def test_one_process_writes_a_run(data, config, tmp_path):
    train(config, data=data, out=tmp_path)
    code = "from eccles.locks import locked; from pathlib import Path; import time\n"
    code += f"with locked(Path({str(tmp_path / '.lock')!r}), 'x'):\n"
    code += " print('held', flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        with pytest.raises(RunError, match=f"must not be in use, got process {other.pid} on"):
            train(config, data=data, out=tmp_path)
        other.kill()
    assert train(config, data=data, out=tmp_path).final_accuracy
