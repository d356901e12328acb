"""Runs on samples that the caller passed, or on files that aren't the published ones."""

import json
from dataclasses import replace

import numpy as np
import pytest

from eccles.cli import main
from eccles.data import ImageDataset, Recordings, Splits, load
from eccles.data.spikes import hdf5 as spike_hdf5
from eccles.data.spikes.dataset import SpikeDataset
from eccles.errors import InputError
from eccles.events import SpikeEvents
from eccles.training import own
from eccles.training.config import TrainConfig
from eccles.training.loop import train
from eccles.training.samples import digest, files_digest


def spikes(seed=0, dt=1e-3):
    raster = np.random.default_rng(seed).random((20, 12, 6)) < 0.2
    events = SpikeEvents.from_dense(raster.astype(np.uint8), dt)
    part = SpikeDataset("mine", "own", events, np.arange(12) % 3, ("a", "b", "c"))
    return Splits(part, part)


def pixels(seed=0):
    images = np.random.default_rng(seed).integers(0, 256, (12, 1, 32, 32), np.uint8)
    part = ImageDataset("mine", "own", images, np.arange(12) % 3, ("a", "b", "c"))
    return part, part


SHALLOW = TrainConfig(epochs=1, hidden=10, batch_size=4)
DEEP = TrainConfig(model="mlp8", width=0.1, steps=1, epochs=1, batch_size=4, init_samples=12)
KINDS = {
    "shallow": (SHALLOW, spikes),
    "as recordings": (TrainConfig(epochs=1, hidden=10, data="shd"), spikes),
    "deep": (DEEP, pixels),
    "as cifar": (DEEP.model_copy(update={"data": "cifar10"}), pixels),
}


def record(folder):
    return json.loads((folder / "config.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", KINDS)
def test_kept_settings_are_of_these_samples_alone(kind, tmp_path, capsys):
    config, make = KINDS[kind]
    first = train(config, data=make(), out=tmp_path / "run")
    kept = record(tmp_path / "run")
    # The identity is what version 0.1.0 gave the run.
    assert kept["identity"] == first.identity == f"{config.identity()}-{digest(make())}"
    assert kept["data"] == first.config.data == own.own_name(digest(make()), config.data)
    # The command line has no such samples.
    words = [
        "train",
        "--config",
        str(tmp_path / "run" / "config.json"),
        "--out",
        str(tmp_path / "o"),
    ]
    assert main(words) == 2
    said = capsys.readouterr().err
    assert "passed from Python" in said
    assert said.count("\n") == 1
    # From Python they go on with the same samples, as the same run, and with no others.
    again, _ = own.from_record(kept)
    again = TrainConfig.model_validate(again)
    assert again.resolved() == first.config
    second = train(again, data=make(), out=tmp_path / "run")
    assert second.identity == first.identity
    assert second.accuracy == first.accuracy
    for folder in (None, tmp_path / "other"):
        with pytest.raises(InputError, match="data must be what these settings are of"):
            train(again, data=make(1), out=folder)
    with pytest.raises(InputError, match="passed from Python"):
        train(again)
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_of_version_0_1_0_goes_on_and_isnt_mistaken(kind, tmp_path, capsys):
    """It called the samples what the settings said beside them; its identity tells."""
    config, make = KINDS[kind]
    first = train(config, data=make(), out=tmp_path)
    kept = record(tmp_path) | {"data": config.data}
    (tmp_path / "config.json").write_text(json.dumps(kept), encoding="utf-8")
    (tmp_path / "SHA256SUMS").unlink()
    # Files of SHD may be others than the published ones, and tests have none at all.
    wrong = 1 if config.data == "shd" else 2
    assert main(["train", "--config", str(tmp_path / "config.json"), "--json"]) == wrong
    assert ("passed from Python" in capsys.readouterr().err) == (wrong == 2)
    assert train(config, data=make(), out=tmp_path).accuracy == first.accuracy
    assert record(tmp_path)["data"] == first.config.data


def test_other_data_may_be_asked_for(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    train(SHALLOW, data=spikes(), out=tmp_path / "run")
    words = ["train", "--config", "run/config.json", "--data", "fashion-mnist-sample", "--json"]
    assert main([*words, "--batch-size", "2000"]) == 0
    assert "runs/fashion-mnist-sample" in json.loads(capsys.readouterr().out)["out"]


@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.int16, np.int32])
def test_runs_on_labels_of_other_types_are_known_as_before(kind, tmp_path):
    """Version 0.1.0 took the labels' bytes as they came."""
    data = spikes()
    train(SHALLOW, data=data, out=tmp_path)
    as_before = f"{SHALLOW.identity()}-{digest(data, kind)}"
    # As that version would have left the folder, but for the checkpoint.
    for file in tmp_path.iterdir():
        if file.name != "config.json":
            file.unlink()
    (tmp_path / "config.json").write_text(json.dumps(record(tmp_path) | {"identity": as_before}))
    assert train(SHALLOW, data=data, out=tmp_path).identity == as_before
    with pytest.raises(InputError, match=r"with another \(data [0-9a-f]{8} there"):
        train(SHALLOW, data=spikes(1), out=tmp_path)


@pytest.fixture
def files(tmp_path):
    def make(name, seed, top=9, **how):
        rng = np.random.default_rng(seed)
        units = rng.integers(0, top, 400)
        units[0] = top - 1
        words = Recordings(
            rng.random(400, np.float32), units, np.arange(21) * 20, np.arange(20) % 2, ("a", "b"),
            n_units=top,
        )  # fmt: skip
        for part in ("train", "test"):
            spike_hdf5.write(tmp_path / name / f"{part}.h5", words, **how)
        return tmp_path / name

    return make


def test_files_of_ones_own_have_folders_of_their_own(files, tmp_path, monkeypatch, capsys):
    """Those that version 0.1.0 named by the settings alone go on where they are."""
    monkeypatch.chdir(tmp_path)
    words = ["train", "--data", "own-recordings", "--epochs", "1", "--hidden", "10", "--json"]
    found = []
    for name, seed in (("one", 0), ("two", 1)):
        assert main([*words, "--data-dir", str(files(name, seed))]) == 0
        result = json.loads(capsys.readouterr().out)
        settings, _, digits = result["identity"].partition("-")
        assert result["out"] == f"runs/own-recordings-80-20-seed0-{settings[:8]}-{digits}"
        found.append(tmp_path / result["out"])
    assert found[0] != found[1]
    # Of the other files these settings aren't.
    config = ["--config", str(found[0] / "config.json")]
    assert main(["train", *config, "--data-dir", "two"]) == 2
    assert "data must be what these settings are of" in capsys.readouterr().err
    assert main(["train", *config, "--data-dir", "one", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["out"] == str(found[0].relative_to(tmp_path))
    plain = found[0].with_name(found[0].name.rpartition("-")[0])
    found[0].rename(plain)
    assert main([*words, "--data-dir", "one"]) == 0
    assert json.loads(capsys.readouterr().out)["out"] == str(plain.relative_to(tmp_path))


def test_channels_are_those_that_files_say_or_need(files, caplog):
    def channels(folder):
        return load("own-recordings", folder).train.events.n_units

    assert channels(files("told", 0, 9)) == 9
    assert channels(files("many", 0, 1024)) == 1024
    assert not caplog.records
    assert channels(files("untold", 0, 9, state_channels=False)) == 9
    assert "9 are taken, one more than the largest unit" in caplog.text


def test_channels_are_part_of_what_files_are(files):
    """Of 700 version 0.1.0 knew, for it took no other number."""
    usual = load("own-recordings", files("usual", 0, 700))
    others = Splits(*(replace(e, events=replace(e.events, n_units=701)) for e in usual))
    assert files_digest(usual) != files_digest(others)


def test_a_run_of_version_0_1_0_on_few_channels_goes_on(files, tmp_path):
    """It took 700 for all files."""
    folder = files("few", 0, 9, state_channels=False)
    splits = load("own-recordings", folder)
    wide = Splits(*(replace(e, events=replace(e.events, n_units=700)) for e in splits))
    config = TrainConfig(data="own-recordings", epochs=1, hidden=10)
    identity = f"{config.identity()}-{files_digest(wide)}"
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "config.json").write_text(json.dumps({"identity": identity}))
    found = train(config, data_dir=folder, out=tmp_path / "run")
    assert found.identity == identity
    assert found.network.inputs.n_neurons == 700
    assert train(config, data_dir=folder).network.inputs.n_neurons == 9


def test_two_milliseconds_are_two_for_the_network_too():
    network = train(SHALLOW, data=spikes(dt=2e-3)).network
    assert network.neuron.dt == 2e-3
    assert network.neuron.alpha == np.exp(-2 / 5)


def test_what_isnt_two_sets_that_fit_is_one_sentence():
    train_set, test_set = spikes()
    slow = replace(test_set, events=replace(test_set.events, dt=2e-3))
    wide = replace(test_set, events=replace(test_set.events, n_units=7))
    swapped = replace(test_set, classes=("b", "a", "c"))
    for data, said in [
        (train_set, "data must be a Splits or a tuple of 2, got"),
        ("a", r"data must be a Splits or a tuple of 2, got 'a'; eccles.data.load\(.*to test on$"),
        ((3, test_set), "the samples to train on must be .*SpikeDataset, got 3"),
        ((train_set,), "data must be a Splits or a tuple of 2"),
        ((train_set, slow), "dt of the samples to train and to test on must be the same"),
        ((train_set, wide), "n_units of the samples to train and to test on must be the same"),
        ((train_set, swapped), "classes of the samples to train and to test on must be the same"),
        ((train_set, None), "the samples to test on must be spikes, .*, got None"),
    ]:
        with pytest.raises(InputError, match=said) as error:
            train(SHALLOW, data=data)
        assert len(str(error.value)) < 300


def test_names_by_hand():
    for said in ("fashion-mnist-sample", "shd", "a/folder\nof mine", "own-1a2b3c4d-as-shd"):
        name = own.own_name("1a2b3c4d", said)
        assert own.digest_of(name) == "1a2b3c4d"
        assert own.said_of(name) == said
    for name in ("own-recordings", "own-1a2b3c4", "own-1a2b3c4d-", "own-1A2B3C4D", "shd", ""):
        assert own.digest_of(name) == ""
        assert own.said_of(name) == name
    assert (
        TrainConfig().data
        == TrainConfig(model="vgg8").data
        == own.said_of(own.own_name("1a2b3c4d"))
    )


def test_records_by_hand():
    told = {"data": "own-1a2b3c4d", "identity": "0-1a2b3c4d"}
    for before, settings, digits in [
        ({"epochs": 3}, {"epochs": 3}, ""),
        ({"data": "shd", "identity": "0123"}, {"data": "shd"}, ""),
        (told, {"data": "own-1a2b3c4d"}, "1a2b3c4d"),
        (told | {"data": "fashion-mnist-sample"}, {"data": "own-1a2b3c4d"}, "1a2b3c4d"),
        (told | {"data": "cifar10"}, {"data": "own-1a2b3c4d-as-cifar10"}, "1a2b3c4d"),
        # Files of these names may be others than the published ones.
        (told | {"data": "own-recordings"}, {"data": "own-recordings"}, "1a2b3c4d"),
        (told | {"data": "a/folder"}, {"data": "a/folder"}, "1a2b3c4d"),
        ({"identity": None, "data": 3}, {"data": 3}, ""),
    ]:
        assert own.from_record(before) == (settings, digits)
