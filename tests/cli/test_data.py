import gzip
import hashlib
import json
import tarfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eccles.cli import data as cli
from eccles.data import Recordings, catalogue
from eccles.data.cameras import event_cameras
from eccles.data.files.sources import cache_folder
from eccles.data.images import cifar, fashion_mnist
from eccles.data.spikes import hdf5 as spike_hdf5
from eccles.data.spikes.cache import events_folder
from eccles.errors import InputError, RunError


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A folder with a small set that takes Fashion-MNIST's place, where no search looks."""
    here = tmp_path / "small"
    here.mkdir()
    files = []
    for file, shape in zip(
        catalogue.FASHION_MNIST.files, [(20, 28, 28), (20,), (10, 28, 28), (10,)], strict=True
    ):
        values = np.arange(np.prod(shape)) % (10 if len(shape) == 1 else 256)
        sizes = b"".join(size.to_bytes(4, "big") for size in shape)
        raw = bytes([0, 0, 8, len(shape)]) + sizes + values.astype(np.uint8).tobytes()
        (here / file.name).write_bytes(gzip.compress(raw))
        files.append(replace(file, sha256=hashlib.sha256(raw).hexdigest()))
    small = replace(catalogue.FASHION_MNIST, files=tuple(files), system=())
    monkeypatch.setattr(fashion_mnist, "FASHION_MNIST", small)
    monkeypatch.setitem(catalogue.SOURCES, "fashion-mnist", small)
    return here


def test_list_as_a_table(folder, capsys):
    cli.list_()
    out = capsys.readouterr().out
    full = next(line for line in out.splitlines() if "60,000 + 10,000" in line)
    sample = next(line for line in out.splitlines() if "4,000 + 1,000" in line)
    assert "not here" in full
    assert str(catalogue.FASHION_MNIST_SAMPLE.system[0]) in sample
    assert "MIT" in sample


@pytest.mark.parametrize("columns", ["20", "80"])
def test_a_narrow_terminal_breaks_no_path(folder, capsys, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    cli.list_()
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].endswith(f"  {catalogue.FASHION_MNIST_SAMPLE.system[0]}")
    assert len(lines) == 1 + len(catalogue.SOURCES) + len(event_cameras.N_FRAMES)
    cli.fetch(data_dir=folder)
    capsys.readouterr()
    cli.doctor(folder)
    lines = capsys.readouterr().out.splitlines()
    for file in catalogue.FASHION_MNIST.files:
        assert sum(str(folder / file.name) in line.split() for line in lines) == 1


def test_list_as_json(folder, capsys, monkeypatch):
    cli.list_(json=True)
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    full, sample, digits = (
        rows[name] for name in ("fashion-mnist", "fashion-mnist-sample", "spoken-digits")
    )
    assert (full["name"], full["train"], full["found"]) == ("fashion-mnist", 60_000, None)
    assert full["files"][0]["md5"] == "8d4fb7e6c68d591d4c3dfef9ec88bf0d"
    assert sample["kind"] == "real"
    assert rows["shd"]["files"][0]["unpacked_md5"] == "8e9877c85f29a28dd353ea6a54402667"
    assert (digits["kind"], digits["train"], digits["found"]) == ("synthetic", None, None)
    assert [rows[name]["found"] for name in event_cameras.N_FRAMES] == [None, None]
    (cache_folder() / "dvs-gesture").mkdir(parents=True)
    cli.list_()
    lines = capsys.readouterr().out.splitlines()
    (gesture,) = (line for line in lines if line.startswith("dvs-gesture "))
    assert gesture.endswith(f"  {cache_folder() / 'dvs-gesture'}")


def test_path_prints_the_folder_alone(folder, capsys):
    cli.path(data_dir=folder)
    assert capsys.readouterr().out == f"{folder}\n"
    with pytest.raises(RunError, match="eccles data fetch fashion-mnist"):
        cli.path()


def test_fetch_says_what_it_did(folder, capsys):
    cli.fetch(data_dir=folder)
    out, err = capsys.readouterr()
    assert f"found in {folder}, checksums right" in out
    assert "20 samples to train on, 10 to test on" in out
    assert f"events stored in {events_folder()}" in out
    assert err == ""


def test_fetch_where_events_cannot_be_stored(folder, capsys, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("ECCLES_CACHE", str(tmp_path / "file"))
    cli.fetch(data_dir=folder)
    assert "each run encodes anew" in capsys.readouterr().out


def test_fetch_of_the_sample(capsys):
    cli.fetch("fashion-mnist-sample")
    assert "4,000 samples" in capsys.readouterr().out
    assert not events_folder().exists()


def test_fetch_of_what_cannot_be_had(folder, tmp_path):
    with pytest.raises(RunError, match=f"ECCLES_OFFLINE.* into {tmp_path / 'new'}"):
        cli.fetch(data_dir=tmp_path / "new")
    assert not (tmp_path / "new").exists()
    with pytest.raises(InputError, match="leave data_dir out"):
        cli.fetch("fashion-mnist-sample", folder)
    with pytest.raises(InputError, match="did you mean"):
        cli.fetch("fashion-minst")


def test_doctor_finds_nothing_wrong(folder, capsys):
    cli.fetch(data_dir=folder)
    capsys.readouterr()
    assert cli.doctor(folder) == 0
    out = capsys.readouterr().out
    assert "problem" not in out
    for file in catalogue.FASHION_MNIST.files:
        assert str(folder / file.name) in out
    assert "GiB free" in out


def test_doctor_minds_no_set_that_is_not_here(folder, capsys):
    assert cli.doctor() == 0
    assert "eccles data fetch fashion-mnist" in capsys.readouterr().out


def test_doctor_finds_each_damage(folder, capsys):
    cli.fetch(data_dir=folder)
    names = [file.name for file in catalogue.FASHION_MNIST.files]
    (folder / names[0]).write_bytes((folder / names[0]).read_bytes()[:-20])
    (folder / names[1]).unlink()
    (folder / names[2]).write_bytes(gzip.compress(b"others"))
    broken = next(events_folder().iterdir())
    (broken / "units.npy").unlink()
    capsys.readouterr()
    assert cli.doctor(folder) == 1
    lines = capsys.readouterr().out.splitlines()
    for what, fault in [
        (names[0], "whole gzip"),
        (names[1], "missing"),
        (names[2], "SHA-256"),
        (broken.name, "delete it"),
    ]:
        assert any(what in line and "problem" in line and fault in line for line in lines), what
    assert any(names[3] in line and "ok" in line for line in lines)


@pytest.fixture
def spoken(tmp_path):
    """A folder of two recordings, under the names of SHD and of the spoken digits."""
    two = Recordings(
        np.array([0.5, 0.1, 9.0], np.float32), np.array([3, 699, 0], np.uint16),
        np.array([0, 2, 3]), np.array([1, 0]), ("null", "one"),
    )  # fmt: skip
    for name in ("shd", "spoken_digits"):
        for part in ("train", "test"):
            spike_hdf5.write(tmp_path / "spoken" / f"{name}_{part}.h5", two)
    return tmp_path / "spoken"


def test_list_of_recordings(spoken, capsys, monkeypatch):
    monkeypatch.setenv("ECCLES_DATA", str(spoken.parent))
    spoken.rename(spoken.with_name("spoken-digits"))
    cli.list_()
    lines = capsys.readouterr().out.splitlines()
    digits = next(line for line in lines if "spoken-digits " in line)
    assert "synthetic" in digits
    assert "as made" in digits
    assert str(spoken.with_name("spoken-digits")) in digits
    assert "8,156 + 2,264" in next(line for line in lines if "shd" in line)


def test_fetch_of_recordings(spoken, capsys):
    for name in ("shd", "spoken-digits"):
        cli.fetch(name, spoken)
        out = capsys.readouterr().out
        # Nobody published these bytes.
        assert f"{name}: found in {spoken}\n" in out
        assert "2 samples to train on, 2 to test on" in out
        assert f"events stored in {events_folder()}" in out
    cli.path("shd", spoken)
    assert capsys.readouterr().out == f"{spoken}\n"


def test_fetch_reads_each_recording_once_for_its_checksum(spoken, monkeypatch):
    from eccles.data.spikes import spoken as recordings

    read = []
    digests = recordings.digests
    monkeypatch.setattr(
        recordings, "digests", lambda path, advance: read.append(path) or digests(path, advance)
    )
    paths = [spoken / f"spoken_digits_{part}.h5" for part in ("train", "test")]
    cli.fetch("spoken-digits", spoken)
    assert read == paths
    content = paths[0].read_bytes()
    paths[0].write_bytes(content + b"\0")  # A file that has changed is another one.
    with suppress(InputError, RunError):
        cli.fetch("spoken-digits", spoken)
    assert read == [*paths, paths[0]]


def test_fetch_of_recordings_that_are_nowhere(tmp_path):
    with pytest.raises(RunError, match="run `eccles data make-digits`"):
        cli.fetch("spoken-digits")
    with pytest.raises(RunError, match=r"ECCLES_OFFLINE.* put shd_train\.h5\.zip, shd_test"):
        cli.fetch("shd")


def test_doctor_of_recordings(spoken, capsys):
    assert cli.doctor(spoken) == 0
    out = capsys.readouterr().out
    assert "not as published, but sound" in next(
        line for line in out.splitlines() if "shd_train" in line
    )
    assert "run `eccles data fetch ssc`" in next(
        line for line in out.splitlines() if " ssc " in line
    )
    broken = spoken / "spoken_digits_test.h5"
    broken.write_bytes(broken.read_bytes()[:-100])
    (spoken / "shd_test.h5").unlink()
    assert cli.doctor(spoken) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "whole HDF5" in next(line for line in lines if "spoken_digits_test" in line)
    assert "missing; run" in next(line for line in lines if "shd_test" in line)


@pytest.fixture
def colours(tmp_path, monkeypatch):
    """A folder of two files in the layout of CIFAR-100, one image each, in its place."""
    file = catalogue.CIFAR100.files[0]
    small = replace(catalogue.CIFAR100, samples=(1, 1))
    monkeypatch.setattr(cifar, "CIFAR100", small)
    monkeypatch.setitem(catalogue.SOURCES, "cifar100", small)
    (tmp_path / "colours").mkdir()
    for name in file.members:
        (tmp_path / "colours" / name).write_bytes(bytes([19, 99]) + bytes(3072))
    return tmp_path / "colours"


def test_fetch_of_colour_images(colours, capsys):
    cli.fetch("cifar100", colours)
    out = capsys.readouterr().out
    assert f"cifar100: found in {colours}\n1 samples to train on, 1 to test on" in out
    assert "events" not in out
    with pytest.raises(RunError, match=r"ECCLES_OFFLINE.* put cifar-10-binary\.tar\.gz from http"):
        cli.fetch("cifar10")


def test_fetch_of_an_archive_of_colour_images(colours, capsys, monkeypatch):
    archive = colours / "cifar-100-binary.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        for name in ("train.bin", "test.bin"):
            tar.add(colours / name, f"cifar-100-binary/{name}")
    small = catalogue.SOURCES["cifar100"]
    md5 = hashlib.md5(archive.read_bytes()).hexdigest()
    small = replace(small, files=(replace(small.files[0], md5=md5),))
    monkeypatch.setattr(cifar, "CIFAR100", small)
    monkeypatch.setitem(catalogue.SOURCES, "cifar100", small)
    cli.fetch("cifar100", colours)
    assert f"found in {colours}, checksums right" in capsys.readouterr().out
    assert cli.doctor(colours) == 0
    archive.write_bytes(archive.read_bytes()[:-9])
    assert cli.doctor(colours) == 1
    assert "must be of MD5" in capsys.readouterr().out


def test_doctor_of_colour_images(colours, capsys):
    assert cli.doctor(colours) == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if str(colours) in line)
    assert "unpacked, so without a checksum, but sound" in line
    (colours / "test.bin").write_bytes(bytes(3074 + 1))
    assert cli.doctor(colours) == 1
    out = capsys.readouterr().out
    assert "test.bin must be 3,074 bytes, 1 records of 3,074, got 3,075 bytes" in out


def test_doctor_of_folders_of_no_use(folder, capsys, tmp_path, monkeypatch):
    assert cli.doctor(tmp_path / "none") == 1
    assert "holds no known data set" in capsys.readouterr().out
    (tmp_path / "file").touch()
    monkeypatch.setenv("ECCLES_CACHE", str(tmp_path / "file"))
    assert cli.doctor() == 1
    assert "set ECCLES_CACHE" in capsys.readouterr().out
