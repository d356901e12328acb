"""Whatever takes the place of a file that Eccles keeps, nobody waits for it or believes it."""

import os
import shutil
import socket
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from eccles import TrainConfig
from eccles.checksums import Checksums
from eccles.cli import main
from eccles.data.cameras.framed import framed
from eccles.data.cameras.frames import CameraEvents, Framing
from eccles.data.files.sources import cache_folder
from eccles.data.spikes.cache import Labelled, cached, events_folder
from eccles.errors import EcclesError
from eccles.events import SpikeEvents
from eccles.locks import locked
from eccles.storage import writes_text
from eccles.sweeps import record
from eccles.training.run import checkpoint
from eccles.training.run.described import read_settings
from eccles.training.run.folder import RunFolder

KINDS = ["folder", "pipe", "socket", "device"]
MENDED, REFUSED = True, False


@pytest.fixture(autouse=True)
def _guard(tmp_path, monkeypatch, never_waits):
    monkeypatch.chdir(tmp_path)
    with never_waits(30):
        yield


def put(kind, path):
    match kind:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "socket":
            with socket.socket(socket.AF_UNIX) as made:
                made.bind(os.path.relpath(path))  # Whose names must be short.
        case "device":
            path.symlink_to("/dev/zero")


def run_of(config, folder):
    run = RunFolder(folder, config.identity())
    with run.held():
        run.open(config, resume=True)
    return folder


def with_checksum(folder, read):
    Checksums(folder, "x").write({"a.json": writes_text("{}")})
    return [folder / "a.json", folder / "SHA256SUMS"], lambda: read(Checksums(folder, "x"))


def a_record(folder):
    record.write(folder, record.Record({"run": "a"}, {}))
    return [
        folder / "a.json"
    ], lambda: record.scan(folder) == set() and not record.read(folder / "a.json")


def events(_folder):
    none = np.zeros(0, np.uint16)
    made = SpikeEvents(np.zeros(2, np.int64), np.zeros(2, np.int64), none, none, None, 9, 5)

    def read():
        return len(cached({"n_steps": 9, "n_units": 5, "dt": 1e-3},
                          lambda: Labelled(made, np.array([0, 1]))).labels) == 2  # fmt: skip

    read()
    (place,) = events_folder().iterdir()
    return [*place.iterdir(), place], read


def frames(folder):
    file = folder / "a.npz"
    file.write_text("events")

    def read():
        found = framed("x", [file], lambda _: CameraEvents(*np.array([[1], [0], [0], [1]])),
                       Framing(n_frames=1, sensor=(2, 2), size=None))  # fmt: skip
        return found.sum() == 1

    read()
    return list((cache_folder() / "frames").iterdir()), read


def weights(folder):
    (folder / "w.safetensors").write_bytes(b"x")
    return [folder / "w.safetensors"], lambda: checkpoint.read(folder / "w.safetensors")


def described(folder):
    run = run_of(TrainConfig(), folder / "run")
    names = ("config.json", "SHA256SUMS")
    return [run / name for name in names], lambda: read_settings(run / "config.json")


FILES = {
    "checksums read": (lambda folder: with_checksum(folder, lambda s: s.read("a.json")), REFUSED),
    "checksums check": (lambda folder: with_checksum(folder, lambda s: s.check("a.json")), REFUSED),
    "record": (a_record, MENDED),
    "events": (events, MENDED),
    "frames": (frames, MENDED),
    "weights": (weights, REFUSED),
    "settings": (described, REFUSED),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("file", FILES)
def test_another_kind_of_file_in_its_place(file, kind, tmp_path):
    make, mended = FILES[file]
    paths, read = make(tmp_path)
    for path in paths:
        before = path.rename(tmp_path / "before")
        put(kind, path)
        if mended:
            assert read()
        else:
            with pytest.raises((EcclesError, OSError)):
                read()
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        before.rename(path)


def test_a_lock_of_another_kind_is_held_or_refused(tmp_path):
    for kind in KINDS:
        put(kind, tmp_path / kind)
        with suppress(EcclesError), locked(tmp_path / kind, "x"):
            pass


@pytest.mark.parametrize("config", [TrainConfig(), TrainConfig(model="mlp2")], ids=["", "deep"])
def test_every_reader_of_a_run_sees_that_its_settings_were_edited(config, capsys):
    folder = run_of(config, Path("run"))
    path = folder / "config.json"
    copy = Path(shutil.copy(path, "copy.json"))
    for each in (path, copy):
        each.write_text(each.read_text().replace('"seed": 0', '"seed": 7'))
    words = [["train", "--config", "run/config.json"], ["show", "run"], ["inspect", "run"],
             ["show", "run/config.json"]]  # fmt: skip
    for each in words:
        assert main(each) == 1
        said = capsys.readouterr().err
        assert said.startswith("eccles: storage: run/config.json must be as it was written, got")
        assert said.count("\n") == 1
    # A copy without its checksum is a file of settings as any other.
    assert read_settings(copy)["seed"] == 7


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=20
)
@example(place=0, byte=0, cut=True)
@given(place=st.integers(0), byte=st.integers(0, 255), cut=st.booleans())
def test_no_edited_settings_of_a_run_are_believed(tmp_path, place, byte, cut):
    shutil.rmtree(tmp_path / "run", ignore_errors=True)
    path = run_of(TrainConfig(), tmp_path / "run") / "config.json"
    before, content = read_settings(path), bytearray(path.read_bytes())
    place %= len(content)
    content[place:] = b"" if cut else bytes([byte]) + content[place + 1 :]
    path.write_bytes(content)
    with suppress(EcclesError):
        assert read_settings(path) == before
