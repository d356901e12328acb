"""Hearing: sound on its way through a cochlea, to the spikes that it evokes."""

from __future__ import annotations

from math import gcd, pi
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eccles import seeds
from eccles.data.audio.cochlea import Cochlea
from eccles.errors import must


def prepare(audio: NDArray[Any], rate: int, cochlea: Cochlea | None = None) -> NDArray[np.float32]:
    """Return sound as the cochlea takes it: at its rate and level, with soft ends.

    Args:
        audio: one channel [n], of any scale.
        rate: its samples a second.
        cochlea: the parameters.

    Raises InputError where the sound isn't one channel of finite numbers.
    """
    from scipy.signal import resample_poly

    cochlea = cochlea or Cochlea()
    sound = np.asarray(audio, np.float64)
    if sound.ndim != 1 or not np.isfinite(sound).all():
        raise must("cochlea", "audio", "one channel of finite numbers", f"shape {sound.shape}")
    if rate < 1:
        raise must("cochlea", "rate", "a whole number of samples a second", rate)
    if rate != cochlea.rate and len(sound):
        common = gcd(rate, cochlea.rate)
        sound = resample_poly(sound, cochlea.rate // common, rate // common)
    power = float(np.mean(sound**2)) if len(sound) else 0.0
    if power > 0:
        sound = sound * (10 ** ((cochlea.level - 30) / 20) / power**0.5)
    n = min(round(cochlea.ramp * cochlea.rate), len(sound) // 2)
    if n:
        rise = 0.5 - 0.5 * np.cos(pi * (np.arange(n) + 0.5) / n)
        sound = np.concatenate([sound[:n] * rise, sound[n:-n], sound[-n:] * rise[::-1]])
    return sound.astype(np.float32)


def hear(
    audio: NDArray[Any], rate: int, seed: int = 0, cochlea: Cochlea | None = None
) -> tuple[NDArray[np.float32], NDArray[np.uint16]]:
    """Return the spikes that sound evokes: times in seconds and units, in order of time.

    They are a function of these arguments alone: whether a fibre fires comes from a counter-based
    generator, by seed, step and channel.

    Args:
        audio: one channel [n], of any scale; it is brought to the cochlea's level.
        rate: its samples a second.
        seed: of the fibres' chance.
        cochlea: the parameters.
    """
    from eccles.data.audio.cochlea_kernel import fire

    cochlea = cochlea or Cochlea()
    key = seeds.key(seed, "cochlea")
    steps, units = fire(prepare(audio, rate, cochlea), cochlea, key)
    return (steps / cochlea.rate).astype(np.float32), units
