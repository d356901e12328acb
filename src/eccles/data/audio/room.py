"""What a room does to a voice before it is heard: echo, a microphone's colour, others, noise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]


class Room(NamedTuple):
    """A room and what is heard in it besides the one who speaks.

    Attributes:
        echo: seconds until an echo has fallen by 60 dB.
        echo_db: how far the whole echo lies below the voice, in dB.
        tilt_db: what a microphone adds with every octave above 1 kHz, in dB.
        babble_db: how far other people's talk lies below the voice, in dB.
        noise_db: how far noise lies below the voice, in dB.
    """

    echo: float
    echo_db: float
    tilt_db: float
    babble_db: float
    noise_db: float


def heard_in(
    room: Room, voice: Sound, babble: Sound, rate: int, random: np.random.Generator
) -> Sound:
    """Return a voice [n] as a microphone in the room takes it up, babble and noise included.

    Decibels are of root mean squares, over all of n.
    """
    echoing = voice + below(echo(room.echo, voice, rate, random), voice, room.echo_db)
    coloured = tilted(echoing, room.tilt_db, rate)
    noise = pink(random.standard_normal(len(voice), np.float32), rate)
    return (
        coloured + below(babble, coloured, room.babble_db) + below(noise, coloured, room.noise_db)
    )


def echo(seconds: float, voice: Sound, rate: int, random: np.random.Generator) -> Sound:
    """Return a voice's echo alone, cut where the voice ends.

    Schroeder's model of late reverberation (1962, Journal of the Audio Engineering Society
    10:219, and Moorer 1979, doi 10.2307/3680280): noise that decays exponentially, by 60 dB
    in the given seconds.
    """
    from scipy.signal import fftconvolve

    n = max(1, round(seconds * rate))
    decay = 10 ** (-3 * np.arange(n) / n)
    response = (random.standard_normal(n) * decay).astype(np.float32)
    return np.asarray(fftconvolve(voice, response)[: len(voice)], np.float32)


def tilted(sound: Sound, db: float, rate: int) -> Sound:
    """Return sound with `db` more for every octave above 1 kHz, and less below, from 100 Hz."""
    return _shaped(sound, rate, lambda f: 10 ** (db / 20 * np.log2(f / 1000)))


def pink(noise: Sound, rate: int) -> Sound:
    """Return white noise as pink noise: power falls as 1/f, from 100 Hz."""
    return _shaped(noise, rate, lambda f: np.sqrt(1000 / f))


def below(sound: Sound, voice: Sound, db: float) -> Sound:
    """Return sound so scaled that it lies `db` below the voice.

    >>> below(np.float32([3, -3]), np.float32([10, 10]), 20).tolist()
    [1.0, -1.0]
    """
    power = _rms(sound)
    return sound * np.float32(_rms(voice) * 10 ** (-db / 20) / power if power else 0)


def _rms(sound: Sound) -> float:
    return float(np.sqrt(np.mean(sound**2, dtype=np.float64))) if len(sound) else 0.0


def _shaped(sound: Sound, rate: int, gain: Callable[[Any], Any]) -> Sound:
    frequencies = np.maximum(np.fft.rfftfreq(len(sound), 1 / rate), 100.0)
    spectrum = np.fft.rfft(sound) * gain(frequencies)
    return np.asarray(np.fft.irfft(spectrum, len(sound)), np.float32)
