"""The IDX format of the MNIST family: a magic number, big-endian sizes, then bytes."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eccles.data.files.verified import contents, damaged, hold


def read_idx(path: Path, sha256: str) -> NDArray[np.uint8]:
    """Return the array of an IDX file of unsigned bytes, gzipped or not; it can't be written to.

    `sha256` is that of the decompressed bytes. Raises RunError where the file is unreadable, cut
    short, of another format, of another length than its header says, or of another checksum.
    """
    data = contents(path)
    if len(data) < 4 or data[:3] != b"\x00\x00\x08" or not data[3]:
        accepted = "gzip or IDX of unsigned bytes (magic 00 00 08 0n)"
        raise damaged(path, accepted, f"magic {data[:4].hex(' ') or 'of an empty file'}")
    begin = 4 + 4 * data[3]
    shape = [int.from_bytes(data[k : k + 4], "big") for k in range(4, begin, 4)]
    if len(data) != begin + math.prod(shape):
        accepted = f"{begin + math.prod(shape)} bytes as its header says"
        raise damaged(path, accepted, f"{len(data)} bytes")
    hold(path, data, sha256)
    return np.frombuffer(data, np.uint8, offset=begin).reshape(shape)
