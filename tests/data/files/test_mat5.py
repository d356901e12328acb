"""MATLAB's files are walked through before scipy reads them."""

import struct
from contextlib import suppress

import numpy as np
import pytest
from scipy.io import savemat

from eccles.data.files.mat5 import check

CONTENT = {
    "block": {
        "name": "größe",
        "times": np.arange(5.0),
        "few": np.array([1, 2], np.int16),
        "none": [],
        "segments": [{"label": "up", "n": 1}, {"label": "down", "n": 1 + 2j}],
    }
}


@pytest.mark.parametrize("packed", [False, True])
def test_what_scipy_writes_is_whole(tmp_path, packed):
    path = tmp_path / "a.mat"
    savemat(path, CONTENT, do_compression=packed)
    check(path)
    whole = path.read_bytes()
    for cut in (4, 8, 100, len(whole) - 130):
        path.write_bytes(whole[:-cut])
        with pytest.raises(ValueError, match=r"element|array|damaged"):
            check(path)
    for place in range(128, len(whole), 3):
        content = bytearray(whole)
        content[place] ^= 0xFF
        path.write_bytes(content)
        with suppress(ValueError):  # And nothing else: what remains whole is other numbers.
            check(path)


def numbers(n_said, n_given):
    """Return a file by hand: an array x of int16 that says how many it has, and the bytes of it."""
    flags = struct.pack("<IIII", 6, 8, 10, 0)
    sizes = struct.pack("<IIii", 5, 8, 1, n_said)
    name = struct.pack("<HHB3x", 1, 1, ord("x"))
    content = struct.pack("<II", 3, 2 * n_given) + bytes(-(-2 * n_given // 8) * 8)
    array = flags + sizes + name + content
    header = b"MATLAB 5.0".ljust(124) + struct.pack("<H", 0x100) + b"IM"
    return header + struct.pack("<II", 14, len(array)) + array


def test_an_array_has_as_many_items_as_it_says(tmp_path):
    path = tmp_path / "a.mat"
    path.write_bytes(numbers(6, 6))
    check(path)
    path.write_bytes(numbers(1_000_000, 6))
    with pytest.raises(ValueError, match="an array of other items than it says"):
        check(path)
    path.write_bytes(
        numbers(6, 6).replace(b"MATLAB 5.0", b"MATLAB 7.3").replace(b"\0\1IM", b"\0\2IM")
    )
    with pytest.raises(ValueError, match=r"version 7\.3; save it with -v7"):
        check(path)
