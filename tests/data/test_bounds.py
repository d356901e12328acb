"""Data files that say they hold more than there is, or do: each is refused in bounded memory."""

import gzip
import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from eccles.data.cameras import event_files
from eccles.data.files import archives
from eccles.data.files.verified import contents
from eccles.data.spikes import hdf5 as spike_hdf5
from eccles.errors import EcclesError, InputError, RunError

DAMAGE = Path(__file__).parent / "damage.py"


def test_damaged_files_are_taken_or_refused(tmp_path):
    """Nothing else is raised, no reader in C ends the process, and memory has a bound."""
    done = subprocess.run(
        [sys.executable, DAMAGE, tmp_path, "0", "60"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "'taken'" in done.stderr
    assert "'refused'" in done.stderr


def hdf5(path, **parts):
    """Write a file of three samples in the layout of recordings; `parts` replace its own."""
    own = {
        "spikes/times": lambda file, name: file.create_dataset(name, data=np.full((3, 4), 0.5)),
        "spikes/units": lambda file, name: file.create_dataset(name, data=np.full((3, 4), 7)),
        "labels": lambda file, name: file.create_dataset(name, data=np.zeros(3, np.uint16)),
        "extra/keys": lambda file, name: file.create_dataset(name, data=["a"]),
    }
    with h5py.File(path, "w") as file:
        for name, make in {**own, **parts}.items():
            make(file, name)
    return path


def huge(shape, dtype=np.uint16, **how):
    return lambda file, name: file.create_dataset(name, shape=shape, dtype=dtype, **how)


def stated(value):
    def make(file, name):
        file[name] = value

    return make


def shared(file, name):
    """Let a thousand samples have one list of a million units, which is in the file once."""
    plain = file.create_dataset(name, (1000,), h5py.vlen_dtype(np.uint16))
    plain[0] = np.zeros(2**20, np.uint16)
    place, size = plain.id.get_offset(), plain.id.get_storage_size()
    file.flush()
    with Path(file.filename).open("rb+") as raw:
        raw.seek(place)
        first = raw.read(16)
        raw.seek(place)
        raw.write(first * (size // 16))


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"labels": huge((2**33,))}, "labels must hold what it says, got 8,589,934,592 entries"),
        (
            {"labels": huge((2**33,), chunks=(1024,), compression="gzip")},
            "labels must hold what it says, got 8,589,934,592 entries in 0 bytes",
        ),
        ({"spikes/units": huge((3, 2**38), chunks=(1, 1024))}, "spikes/units must hold what it"),
        ({"extra/keys": huge((2**20,), "S900")}, "extra/keys must hold what it says"),
        (
            {"extra/keys": lambda file, name: file.create_dataset(
                name, data=np.zeros(2**17, "S1"), compression="gzip")},
            "extra/keys must have at most 65,536 entries",
        ),
        ({"labels": stated(np.dtype("u2"))}, "without a data set labels"),
        ({"spikes/times": stated(np.dtype("f4"))}, "without a data set spikes/times"),
        ({"extra/meta_info": stated(np.dtype("f4"))}, "meta_info must be a group, got a type"),
        ({"labels": stated(h5py.SoftLink("/labels"))}, "labels must be in this file, got a link"),
        ({"labels": stated(h5py.ExternalLink("/dev/zero", "a"))}, "labels must be in this file"),
        ({"labels": huge((3,), external=[("/dev/zero", 0, 6)])}, "labels must be in this file"),
    ],
)  # fmt: skip
def test_hdf5_that_says_more_than_it_holds(tmp_path, parts, said):
    with pytest.raises(InputError, match=said):
        spike_hdf5.read(hdf5(tmp_path / "a.h5", **parts))


def test_one_list_for_a_thousand_samples(tmp_path):
    path = hdf5(
        tmp_path / "a.h5",
        **{
            "spikes/times": shared,
            "spikes/units": shared,
            "labels": stated(np.zeros(1000, np.uint16)),
        },
    )
    with pytest.raises(InputError, match="spikes/times must hold a list for each sample, got one"):
        spike_hdf5.read(path)


def test_lists_are_read_some_at_a_time(tmp_path, monkeypatch):
    whole = spike_hdf5.read(hdf5(tmp_path / "a.h5"))
    monkeypatch.setattr("eccles.data.files.hdf5_columns._MOST_BYTES", 4 * 32)
    parts = spike_hdf5.read(tmp_path / "a.h5")
    assert np.array_equal(whole.times, parts.times)
    assert np.array_equal(whole.offsets, parts.offsets)


def test_zeros_behind_a_good_file(tmp_path):
    path = hdf5(tmp_path / "a.h5")
    packed = gzip.compress(path.read_bytes())
    assert len(contents(path)) == path.stat().st_size
    zeros = gzip.compress(bytes(2**20), 1) * 70
    (tmp_path / "a.h5.gz").write_bytes(packed)
    assert len(spike_hdf5.read(tmp_path / "a.h5.gz")) == 3
    (tmp_path / "a.h5.gz").write_bytes(packed + zeros)
    with pytest.raises(RunError, match="gzip of at most 67,108,864 bytes once unpacked, got more"):
        spike_hdf5.read(tmp_path / "a.h5.gz")
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.h5", path.read_bytes() + bytes(70 * 2**20))
    with pytest.raises(RunError, match="over the 67,108,864 that it may have"):
        spike_hdf5.read(tmp_path / "a.zip")


def npz(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (shape, data) in members.items():
            array = io.BytesIO()
            header = {"descr": "<i8", "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(array, header)
            archive.writestr(f"{name}.npy", array.getvalue() + data)
    return file.getvalue()


def test_arrays_of_an_npz():
    found = archives.arrays(npz(x=((2, 2), bytes(range(32))), y=((0,), b"")), "xyz", 10_000)
    assert found["x"].tolist() == np.frombuffer(bytes(range(32)), np.int64).reshape(2, 2).tolist()
    assert found["y"].shape == (0,)
    assert list(found) == ["x", "y"]


@pytest.mark.parametrize(
    ("shape", "data", "said"),
    [
        ((2**35,), bytes(8), r"8 bytes of an array of int64 and shape \(34359738368,\)"),
        ((1,), b"", "0 bytes of an array"),
        ((10_000,), bytes(80_000), "80,128 bytes once unpacked, over the 10,000 that it may have"),
    ],
)
def test_arrays_that_do_not_fit(shape, data, said):
    with pytest.raises(ValueError, match=said):
        archives.arrays(npz(x=(shape, data)), "x", 10_000)


def test_an_encrypted_archive(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, x=[1], y=[1], t=[1], p=[1])
    data = bytearray(path.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = -1
        while (place := data.find(mark, place + 1)) >= 0:
            data[place + flags] |= 1
    path.write_bytes(data)
    with pytest.raises(InputError, match="must be a readable npz of events, got 'an encrypted fil"):
        event_files.read_events(path)
    with path.open("wb") as file, zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.h5", b"a")
    data = bytearray(path.read_bytes())
    data[data.find(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(RunError, match="sound zip of one file, got an encrypted file"):
        archives.unzip(path, io.BytesIO())


@pytest.mark.parametrize("read", [contents, spike_hdf5.read, event_files.read_events])
@pytest.mark.parametrize("kind", ["folder", "pipe", "/dev/zero", "/dev/full", "empty", "none"])
def test_what_is_no_file_of_data(tmp_path, kind, read):
    path = Path(kind) if kind[0] == "/" else tmp_path / kind
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "empty":
        path.touch()
        if read is contents:
            assert read(path) == b""
            return
    with pytest.raises(EcclesError, match=str(path)):
        read(path)
