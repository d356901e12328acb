"""Arrays that lie in the cache: mapped from their file, and held to a checksum."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eccles.reading import check_file


def mapped(path: Path) -> NDArray[Any]:
    """Return the array of a .npy file, read only where it is looked at.

    Raises OSError, ValueError or EOFError for what is no such file.
    """
    check_file(path)
    # A plain array over the mapping: a memmap is slower to index.
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def crc32(array: NDArray[Any]) -> int:
    """Return the checksum of an array's numbers; of a gigabyte it takes a quarter of a second."""
    return zlib.crc32(np.ascontiguousarray(array).data)
