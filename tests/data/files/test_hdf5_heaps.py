"""Damage in the heaps of an HDF5 file, which HDF5's own library would walk for ever."""

import io

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eccles.data import Recordings
from eccles.data.files.hdf5_heaps import check_heaps
from eccles.data.spikes.hdf5 import read, write
from eccles.errors import InputError

HEADER = 16
"""Bytes before the first object of a heap, and of an object before its content."""


@pytest.fixture(scope="module")
def good():
    """Return the bytes of a file with lists of three lengths, and where its heap is."""
    file = io.BytesIO()
    with h5py.File(file, "w") as made:
        lists = np.empty(3, object)
        lists[:] = [np.arange(n, dtype=np.uint16) for n in (1, 20, 300)]
        made.create_dataset("lists", data=lists, dtype=h5py.vlen_dtype(np.uint16))
    data = file.getvalue()
    return data, data.index(b"GCOL")


def with_number(data, at, number):
    return io.BytesIO(data[:at] + number.to_bytes(8, "little") + data[at + 8 :])


def test_a_whole_file_passes(good):
    check_heaps(io.BytesIO(good[0]))
    check_heaps(io.BytesIO(b""))
    check_heaps(io.BytesIO(b"no HDF5"))


@pytest.mark.parametrize("length", [0, 8, 2**64 - 16, 2**64 - 1, 2**31])
def test_free_room_that_ends_nowhere(good, length):
    data, heap = good
    free = heap + HEADER
    while data[free] or data[free + 1]:
        size = int.from_bytes(data[free + 8 : free + 16], "little")
        free += HEADER + -(-size // 8) * 8
    with pytest.raises(ValueError, match=f"heap at byte {heap:,} has an object of {length:,} b"):
        check_heaps(with_number(data, free + 8, length))


@pytest.mark.parametrize("length", [2**64 - 16, 2**64 - 1, 2**31])
def test_a_list_that_ends_nowhere(good, length):
    data, heap = good
    with pytest.raises(ValueError, match=f"has an object of {length:,} bytes"):
        check_heaps(with_number(data, heap + HEADER + 8, length))


@pytest.mark.parametrize("length", [0, 15, 2**63])
def test_a_heap_that_ends_nowhere(good, length):
    data, heap = good
    with pytest.raises(ValueError, match="has a length that the file hasn't"):
        check_heaps(with_number(data, heap + 8, length))


@given(at=st.integers(0), byte=st.integers(0, 255))
def test_any_byte_is_refused_or_read(good, at, byte):
    data, heap = good
    at = heap + at % (len(data) - heap)
    damaged = io.BytesIO(data[:at] + bytes([byte]) + data[at + 1 :])
    try:
        check_heaps(damaged)
        with h5py.File(damaged, "r") as file:
            file["lists"][:]
    except (OSError, RuntimeError, KeyError, ValueError):
        pass


def test_a_damaged_file_of_recordings_is_one_sentence(tmp_path):
    path = tmp_path / "a.h5"
    write(path, Recordings.of_trials([[0.5], [0.1]], [[3], [1]], [0, 1], ("no", "yes"), 10))
    data = path.read_bytes()
    heap = data.index(b"GCOL")
    path.write_bytes(data[: heap + HEADER] + bytes(16) + data[heap + 2 * HEADER :])
    with pytest.raises(InputError, match=r"a\.h5 must be whole HDF5, got .* \(the heap at byte"):
        read(path)
