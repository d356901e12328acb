"""Damaged lengths of lists in an HDF5 file, which HDF5's own library would believe."""

import io

import h5py
import numpy as np
import pytest

from eccles.data.files.hdf5_heaps import check_heaps
from eccles.data.files.hdf5_lists import check_lists

FORMS = {
    "one piece": {},
    "chunks": {"chunks": (2,)},
    "gzip": {"chunks": (2,), "compression": "gzip"},
    "all filters": {"chunks": (2,), "compression": 3, "shuffle": True},
}
"""How a data set may lie in its file."""


def made(form, kind):
    """Return the bytes of a file with three lists, or texts."""
    file = io.BytesIO()
    with h5py.File(file, "w") as out:
        lists = np.empty(3, object)
        if kind is str:
            lists[:] = ["one", "and another", ""]
            dtype = h5py.string_dtype()
        else:
            lists[:] = [np.arange(n, dtype=kind) for n in (1, 20, 0)]
            dtype = h5py.vlen_dtype(kind)
        out.create_dataset("lists", data=lists, dtype=dtype, **FORMS[form])
        out.create_dataset("plain", data=np.arange(3))
    return file.getvalue()


def check(data, name="lists"):
    source = io.BytesIO(data)
    objects = check_heaps(source)
    with h5py.File(source, "r") as file:
        check_lists(file[name], source, objects)


@pytest.mark.parametrize("kind", [np.uint16, np.float32, np.float64, str])
@pytest.mark.parametrize("form", FORMS)
def test_lists_that_are_whole_pass(form, kind):
    check(made(form, kind))
    check(made(form, kind), "plain")


@pytest.mark.parametrize("form", ["one piece", "chunks"])
@pytest.mark.parametrize(("at", "value"), [(0, 21), (0, 2**31), (4, 2**20), (12, 40)])
def test_a_list_longer_than_its_object_or_of_none_is_refused(form, at, value):
    """At byte 0 is a list's length, at 4 where its heap begins, at 12 its number there."""
    data = made(form, np.uint16)
    second = data.index((20).to_bytes(4, "little") + data.index(b"GCOL").to_bytes(8, "little"))
    check(data)
    damaged = data[: second + at] + value.to_bytes(4, "little") + data[second + at + 4 :]
    with pytest.raises(ValueError, match=r"a list of .* numbers that isn't there"):
        check(damaged)


@pytest.mark.parametrize("kind", [np.float16, str])
def test_lists_of_no_kind_are_refused(kind):
    data = made("one piece", kind)
    with h5py.File(io.BytesIO(data), "r") as file:
        spelt = file["lists"].id.get_type().encode()[2:6]
    at = data.index(spelt) + 1
    damaged = data[:at] + bytes([data[at] | 15]) + data[at + 1 :]
    with pytest.raises(ValueError, match="lists of a kind that HDF5 hasn't"):
        check(damaged)


def test_lengths_behind_filters_are_held_too():
    data = made("all filters", np.uint16)
    source = io.BytesIO(data)
    fewer = {key: n for key, n in check_heaps(source).items() if n < 40}
    with h5py.File(source, "r") as file, pytest.raises(ValueError, match="a list of 20 numbers"):
        check_lists(file["lists"], source, fewer)
