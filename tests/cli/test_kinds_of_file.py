"""Every option and function that takes a file or folder is given other kinds of it."""

import dataclasses
import inspect
import os
from pathlib import Path

import pytest

import eccles
from eccles import data
from eccles.cli import (
    audio,
    export,
    figures,
    main,
    recommend,
    report,
    reproduce,
    results,
    show,
    sweep,
    train,
)
from eccles.cli import data as data_verbs
from eccles.cli import inspect as inspect_verb
from eccles.data.audio.sound_files import encode_folder
from eccles.data.spikes.hdf5 import read
from eccles.errors import EcclesError
from eccles.sweeps.study import read_study

KINDS = ["folder", "pipe", "empty", "garbage", "none", "/dev/full", "/dev/zero"]

# Data that isn't there: what would be taken otherwise ends there, and nothing is trained.
NOWHERE = ["--data", "shd"]
NO_IMAGES = ["--model", "mlp8", "--data", "cifar10"]
DIGITS = ["--train", "1", "--test", "1"]
ASKED = ["recommend", "--device-model", "ecram", "--scale", "smoke"]
SMOKE = ["sweep", "kilgore2025/shd", "--scale", "smoke"]  # Its data isn't here.
OPTIONS = {
    ("train", "config"): ["train", *NOWHERE, "--config"],
    ("train", "network"): ["train", *NOWHERE, "--network"],
    ("train", "data_dir"): ["train", *NOWHERE, "--data-dir"],
    ("train", "out"): ["train", *NOWHERE, "--out"],
    ("train deep", "config"): ["train", *NO_IMAGES, "--config"],
    ("train deep", "network"): ["train", *NO_IMAGES, "--network"],
    ("train deep", "data_dir"): ["train", *NO_IMAGES, "--data-dir"],
    ("train deep", "out"): ["train", *NO_IMAGES, "--out"],
    ("sweep", "study"): ["sweep"],
    ("sweep", "out"): [*SMOKE, "--out"],
    ("sweep", "data_dir"): [*SMOKE, "--data-dir"],
    ("results", "folder"): ["results"],
    ("results", "export"): ["results", "nowhere", "--export"],
    ("figures", "folder"): ["figures"],
    ("figures", "out"): ["figures", "nowhere", "--out"],
    ("report", "folder"): ["report"],
    ("report", "out"): ["report", "nowhere", "--out"],
    ("inspect", "run"): ["inspect"],
    ("inspect", "out"): ["inspect", "nowhere", "--out"],
    ("inspect", "data_dir"): ["inspect", "nowhere", "--cost", "--data-dir"],
    ("export", "run"): ["export", "--to", "nir"],
    ("export", "out"): ["export", "nowhere", "--to", "nir", "--out"],
    ("export", "data_dir"): ["export", "nowhere", "--to", "nir", "--data-dir"],
    ("recommend", "out"): [*ASKED, "--data", "shd", "--out"],
    ("recommend", "data_dir"): [*ASKED, "--data", "shd", "--data-dir"],
    ("show", "source"): ["show"],
    ("show", "out"): ["show", "--out"],
    ("reproduce", "out"): ["reproduce", "kilgore2025", "--no-run", "--out"],
    ("reproduce", "data_dir"): ["reproduce", "kilgore2025", "--out", "/dev/null", "--data-dir"],
    ("data path", "data_dir"): ["data", "path", "fashion-mnist", "--data-dir"],
    ("data fetch", "data_dir"): ["data", "fetch", "shd", "--data-dir"],
    ("data doctor", "data_dir"): ["data", "doctor", "--data-dir"],
    ("data encode-audio", "folder"): ["data", "encode-audio", "--out", "x.h5"],
    ("data encode-audio", "out"): ["data", "encode-audio", "nowhere", "--out"],
    ("data make-digits", "out"): ["data", "make-digits", "--jobs", "0", *DIGITS, "--out"],
}
FUNCTIONS = {
    "train": lambda path: eccles.train(eccles.TrainConfig(data="shd"), data_dir=path),
    "load": eccles.load,
    "read_study": read_study,
    "from_yaml": eccles.TrainConfig.from_yaml,
    "data.load": lambda path: data.load("shd", path),
    "data.load of a sample": lambda path: data.load("fashion-mnist-sample", path),
    "load_images": lambda path: data.load_images("cifar10", path),
    "load_frames": data.load_frames,
    "encode_folder": encode_folder,
    "spike_hdf5": read,
}


@pytest.fixture(autouse=True)
def _guard(tmp_path, monkeypatch, never_waits):
    monkeypatch.chdir(tmp_path)
    with never_waits(120):
        yield


def made(kind: str, folder: Path) -> Path:
    path = folder / kind
    match kind:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "empty":
            path.touch()
        case "garbage":
            path.write_bytes(bytes(range(256)) * 9)
    return path


def test_every_option_with_a_path_is_tried():
    kinds = {
        "train": train.Arguments,
        "train deep": train.Arguments,
        "sweep": sweep.Arguments,
        "results": results.Arguments,
        "figures": figures.Arguments,
        "report": report.Arguments,
        "inspect": inspect_verb.Arguments,
        "export": export.Arguments,
        "recommend": recommend.Arguments,
        "show": show.Arguments,
        "reproduce": reproduce.Arguments,
    }
    found = {
        (verb, field.name)
        for verb, kind in kinds.items()
        for field in dataclasses.fields(kind)
        if "Path" in str(field.type) or field.type == "Stored"
    }
    verbs = {
        "path": data_verbs.path,
        "fetch": data_verbs.fetch,
        "doctor": data_verbs.doctor,
        "encode-audio": audio.encode_audio,
        "make-digits": audio.make_digits,
    }
    found |= {
        (f"data {verb}", name)
        for verb, function in verbs.items()
        for name, parameter in inspect.signature(function).parameters.items()
        if "Path" in str(parameter.annotation) or parameter.annotation == "Folder"
    }
    assert found | {("sweep", "study")} == set(OPTIONS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("option", OPTIONS, ids=" ".join)
def test_an_option_with_another_kind_of_file(option, kind, tmp_path, capsys):
    if option[0] == "data doctor" and kind in {"empty", "garbage", "none", "/dev/full"}:
        pytest.skip("it reads all data of this machine each time")
    if (option, kind) == (("show", "source"), "empty"):
        pytest.skip("settings of which none is said are the defaults")
    path = made(kind, tmp_path)
    status = main([*OPTIONS[option], str(path)])
    said = capsys.readouterr().err.strip()
    # A doctor looks into a folder without data, and finds it so.
    assert status in {1, 2} or (option[0], kind) == ("data doctor", "folder")
    assert said.startswith("eccles: ") or option[0] == "data doctor"
    assert len(said.splitlines()) <= 1
    if kind[0] == "/":
        assert path.is_char_device()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_with_another_kind_of_file(function, kind, tmp_path):
    path = made(kind, tmp_path)
    if (function, kind) == ("from_yaml", "empty"):
        assert FUNCTIONS[function](path) == eccles.TrainConfig()
        return
    with pytest.raises(EcclesError):
        FUNCTIONS[function](path)
