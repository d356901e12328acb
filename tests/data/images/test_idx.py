import gzip
import hashlib

import numpy as np
import pytest

from eccles.data.files.verified import verified
from eccles.data.images.idx import read_idx
from eccles.errors import RunError

HEADER = bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3])
GOOD = HEADER + bytes([1, 2, 3, 4, 5, 6])


def sha256(data):
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_reads_packed_and_unpacked(tmp_path, pack):
    path = tmp_path / "images.gz"
    path.write_bytes(pack(GOOD))
    array = read_idx(path, sha256(GOOD))
    assert array.tolist() == [[[1, 2, 3]], [[4, 5, 6]]]
    assert array.dtype == np.uint8


CUT = gzip.compress(GOOD)[:-12]
BENT = gzip.compress(GOOD)[:-8] + bytes(8)
FAULTS = {
    "gzip cut short": (CUT, GOOD, "must be whole gzip, got 27 bytes of a file cut short"),
    "gzip with a wrong CRC": (BENT, GOOD, "must be sound gzip"),
    "a web page": (b"<!DOCTYPE html>", GOOD, "gzip or IDX .* got magic 3c 21 44 4f"),
    "an empty file": (b"", GOOD, "got magic of an empty file"),
    "floats": (b"\x00\x00\x0d" + GOOD[3:], GOOD, "got magic 00 00 0d 03"),
    "no axes": (b"\x00\x00\x08\x00\x07", GOOD, "got magic 00 00 08 00"),
    "too short": (GOOD[:-1], GOOD, "must be 22 bytes as its header says, got 21"),
    "too long": (GOOD + b"\x00", GOOD, "must be 22 bytes as its header says, got 23"),
    "a cut header": (HEADER[:9], GOOD, "as its header says, got 9 bytes"),
    "other pixels": (GOOD[:-1] + b"\x07", GOOD, r"must be of SHA-256 [0-9a-f]{12}\.\.\. "),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_names_the_file_and_the_fault(tmp_path, fault):
    data, expected, sentence = FAULTS[fault]
    path = tmp_path / "images.gz"
    path.write_bytes(data)
    with pytest.raises(RunError, match=sentence) as error:
        read_idx(path, sha256(expected))
    assert str(error.value).startswith(f"data: {path} must be ")
    assert "eccles data fetch" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_cannot_be_read(tmp_path):
    # Root reads everything, so a folder in the file's place stands for a lack of permission.
    with pytest.raises(RunError, match="must be readable, got 'it is a folder'"):
        read_idx(tmp_path, sha256(GOOD))
    with pytest.raises(RunError, match="must be readable, got 'No such file or directory'"):
        verified(tmp_path / "none", sha256(GOOD))


def test_verified_checks_the_unpacked_bytes(tmp_path):
    path = tmp_path / "any"
    path.write_bytes(gzip.compress(b"abc", mtime=1))
    assert verified(path, sha256(b"abc")) == b"abc"
    path.write_bytes(gzip.compress(b"abd"))
    with pytest.raises(RunError, match="SHA-256"):
        verified(path, sha256(b"abc"))
