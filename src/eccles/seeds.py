"""Random streams: every one derives from (seed, purpose), so adding one never shifts another."""

from __future__ import annotations

import zlib

import numpy as np

from eccles.arguments import typed
from eccles.errors import must


def _sequence(seed: int, purpose: str, index: int) -> np.random.SeedSequence:
    if seed < 0:
        raise must("seeds", "seed", "a whole number, 0 or more", seed)
    return np.random.SeedSequence([seed, zlib.crc32(purpose.encode()), index])


@typed("seeds")
def stream(seed: int, purpose: str, index: int = 0) -> np.random.Generator:
    """Return the random generator for one purpose of one run.

    A stream that is used epoch by epoch takes the epoch as its index: then nothing of it needs
    to be stored for a run to go on exactly where it stopped. Raises InputError for a seed below 0.

    >>> bool(stream(0, "weights").random() == stream(0, "weights").random())
    True
    >>> bool(stream(0, "weights").random() == stream(0, "order").random())
    False
    """
    return np.random.Generator(np.random.PCG64(_sequence(seed, purpose, index)))


@typed("seeds")
def key(seed: int, purpose: str, index: int = 0) -> int:
    """Return 64 bits for a generator that is not numpy's: a kernel's, or a device's.

    >>> key(0, "noise") == key(0, "noise"), key(0, "noise") == key(1, "noise")
    (True, False)
    """
    return int(_sequence(seed, purpose, index).generate_state(1, np.uint64)[0])


def words(key: int) -> tuple[np.uint32, np.uint32]:
    """Return the lower and the upper half of a key, as counter-based generators take them.

    >>> words(2**32 + 5) == (5, 1)
    True
    """
    return np.uint32(key & 0xFFFFFFFF), np.uint32(key >> 32)
