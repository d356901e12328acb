"""Spoken digits: what is said by whom, how it is varied, and how it becomes spikes.

A stand-in for the Spiking Heidelberg Digits (Cramer et al. 2022, doi 10.1109/TNNLS.2020.3044364)
of the same form, and not that data: the digits 0 to 9 in English and German, spoken by espeak-ng in
the voices of twelve speakers and heard by the cochlea of `eccles.data.cochlea`. Two speakers are
heard in the test set alone, and no other is.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eccles import seeds
from eccles.data.cochlea import hear
from eccles.data.speech import speak
from eccles.errors import must

Split = Literal["train", "test"]

KEYS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"),
)
"""The classes, in the order of their labels."""

SPEAKERS = (
    *("m1", "m3", "m5", "f1", "f2", "f4", "klatt2", "Andy", "Annie", "Mario"),
    *("m7", "f5"),
)
"""Voices of espeak-ng, each in both languages; a speaker's number is its place here."""

_TEST_SPEAKERS = 2
_ACCENTS = ("en-us", "en-gb", "en-gb-x-rp", "en-gb-scotland", "en-gb-x-gbclan", "en-029")
_SPEEDS = (85, 116)
_PITCHES = (30, 71)
_STRETCH = 0.06
_NOISE_DB = (25.0, 45.0)
_SILENCE = 0.02
_MARGIN = 0.03


class Recipe(NamedTuple):
    """One sample before it is spoken.

    Attributes:
        label: which of `KEYS` is said.
        speaker: which of `SPEAKERS` says it.
        voice, speed, pitch: as `eccles.data.speech.speak` takes them.
        stretch: how much faster it is played; it changes the length of the vocal tract, as it were.
        noise_db: how far noise lies below the speech, in dB.
    """

    label: int
    speaker: int
    voice: str
    speed: int
    pitch: int
    stretch: float
    noise_db: float


class Utterance(NamedTuple):
    """One sample as spikes: times in seconds, units, what was said and who said it."""

    times: NDArray[np.float32]
    units: NDArray[np.uint16]
    label: int
    speaker: int


def recipe(seed: int, split: Split, index: int) -> Recipe:
    """Return how a sample is spoken: a function of these three alone.

    Classes follow one another, and speakers after every round of classes, so that every 20
    samples hold each class once and every 200 (40 to test on) each speaker of each.
    """
    if index < 0:
        raise must("digits", "index", "a whole number, 0 or more", index)
    known = len(SPEAKERS) - _TEST_SPEAKERS
    round_ = index // len(KEYS)
    label = index % len(KEYS)
    speaker = round_ % known if split == "train" else known + round_ % _TEST_SPEAKERS
    random = seeds.stream(seed, f"spoken digits {split}", index)
    accent = _ACCENTS[random.integers(len(_ACCENTS))] if label < 10 else "de"
    return Recipe(
        label,
        speaker,
        f"{accent}+{SPEAKERS[speaker]}",
        int(random.integers(*_SPEEDS)),
        int(random.integers(*_PITCHES)),
        float(1 + random.uniform(-_STRETCH, _STRETCH)),
        float(random.uniform(*_NOISE_DB)),
    )


def sound(seed: int, split: Split, index: int) -> tuple[NDArray[np.float32], int]:
    """Return the samples of one recipe, noise included, and their rate.

    Raises RunError without espeak-ng.
    """
    chosen = recipe(seed, split, index)
    said, rate = speak(KEYS[chosen.label], chosen.voice, chosen.speed, chosen.pitch)
    said = trimmed(said, rate)
    random = seeds.stream(seed, f"spoken digits {split} noise", index)
    power = np.sqrt(np.mean(said**2, dtype=np.float64)) * 10 ** (-chosen.noise_db / 20)
    noise = random.standard_normal(len(said), np.float32) * np.float32(power)
    # Played at another rate; hundreds of hertz keep the resampling filter short.
    return said + noise, 100 * round(rate * chosen.stretch / 100)


def trimmed(audio: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """Return audio without the silence around it: what is below 2 % of its peak, but for 30 ms."""
    loud = np.flatnonzero(np.abs(audio) > _SILENCE * np.abs(audio).max(initial=0))
    if not len(loud):
        return audio
    margin = round(_MARGIN * rate)
    return audio[max(0, loud[0] - margin) : loud[-1] + margin]


def utter(seed: int, split: Split, index: int) -> Utterance:
    """Return one sample as spikes: the same in every process, for one version of espeak-ng.

    Raises RunError without espeak-ng.
    """
    chosen = recipe(seed, split, index)
    times, units = hear(*sound(seed, split, index), seeds.key(seed, f"hearing {split}", index))
    return Utterance(times, units, chosen.label, chosen.speaker)
