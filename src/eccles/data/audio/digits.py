"""Spoken digits: what is said by whom and where, how it is varied, and how it becomes spikes.

A stand-in for the Spiking Heidelberg Digits (Cramer et al. 2022, doi 10.1109/TNNLS.2020.3044364)
of the same form, and not that data: the digits 0 to 9 in English and German, spoken by espeak-ng in
the voices of twelve speakers, in rooms where others talk, and heard by the cochlea of
`eccles.data.audio.cochlea`. Two speakers are heard in the test set alone, and no other is.
"""

from __future__ import annotations

from functools import cache
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eccles import seeds
from eccles.data.audio.cochlea import Cochlea
from eccles.data.audio.hearing import hear
from eccles.data.audio.room import Room, heard_in
from eccles.data.audio.speech import speak
from eccles.errors import must

Split = Literal["train", "test"]

KEYS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"),
)
"""The classes, in the order of their labels."""


class Speaker(NamedTuple):
    """How one person speaks.

    Attributes:
        voice: a variant of espeak-ng's voices, the same in both languages.
        accent: of the English.
        speed: words a minute, as a rule.
        pitch: from 0 to 99, as a rule.
        tract: how much shorter the vocal tract is than the voice's own.
    """

    voice: str
    accent: str
    speed: int
    pitch: int
    tract: float


PEOPLE = (
    Speaker("m1", "en-us", 115, 45, 0.98),
    Speaker("m3", "en-gb", 105, 35, 0.90),
    Speaker("m5", "en-gb-scotland", 130, 60, 1.08),
    Speaker("f1", "en-gb-x-rp", 110, 50, 1.00),
    Speaker("f2", "en-us-nyc", 140, 65, 1.12),
    Speaker("f4", "en-gb-x-gbclan", 100, 35, 0.94),
    Speaker("klatt2", "en-029", 125, 55, 1.05),
    Speaker("Andy", "en-gb-x-gbcwmd", 120, 40, 0.87),
    Speaker("Annie", "en-us", 135, 70, 1.15),
    Speaker("Mario", "en-gb", 115, 30, 1.02),
    Speaker("m7", "en-gb-x-rp", 110, 55, 0.93),
    Speaker("f5", "en-us", 130, 45, 1.10),
)
"""Those who speak; a speaker's number is its place here."""

SPEAKERS = tuple(person.voice for person in PEOPLE)
"""Their voices, by which files name them."""

_TEST_SPEAKERS = 2
_BYSTANDERS = ("m2", "m4", "m6", "m8", "f3", "anika", "Gene", "Jacky", "belinda", "linda")
_TALKING = 3
_SPEED = 0.15
_PITCH = 15
_TRACT = 0.05
_LEAD = (0.0, 0.1)
_TAIL = 0.05
_LEVEL = (71.0, 80.0)
_ECHO = (0.2, 0.6)
_ECHO_DB = (0.0, 10.0)
_TILT_DB = (-3.0, 3.0)
_BABBLE_DB = (5.0, 17.0)
_NOISE_DB = (10.0, 30.0)
_SILENCE = 0.02
_MARGIN = 0.03


class Recipe(NamedTuple):
    """One sample before it is spoken.

    Attributes:
        label: which of `KEYS` is said.
        speaker: which of `PEOPLE` says it.
        voice, speed, pitch: as `eccles.data.audio.speech.speak` takes them.
        stretch: how much faster it is played; it changes the length of the vocal tract, as it were.
        lead: seconds before the word begins.
        level: at which the cochlea hears it, in dB.
        room: where it is said.
    """

    label: int
    speaker: int
    voice: str
    speed: int
    pitch: int
    stretch: float
    lead: float
    level: float
    room: Room


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
    known = len(PEOPLE) - _TEST_SPEAKERS
    round_ = index // len(KEYS)
    label = index % len(KEYS)
    speaker = round_ % known if split == "train" else known + round_ % _TEST_SPEAKERS
    person = PEOPLE[speaker]
    draw = seeds.stream(seed, f"spoken digits {split}", index).uniform
    return Recipe(
        label,
        speaker,
        f"{person.accent if label < 10 else 'de'}+{person.voice}",
        round(person.speed * (1 + draw(-_SPEED, _SPEED))),
        round(person.pitch + draw(-_PITCH, _PITCH)),
        person.tract * (1 + draw(-_TRACT, _TRACT)),
        draw(*_LEAD),
        draw(*_LEVEL),
        Room(draw(*_ECHO), draw(*_ECHO_DB), draw(*_TILT_DB), draw(*_BABBLE_DB), draw(*_NOISE_DB)),
    )


def sound(seed: int, split: Split, index: int) -> tuple[NDArray[np.float32], int]:
    """Return the samples of one recipe as they are heard in its room, and their rate.

    Raises RunError without espeak-ng.
    """
    chosen = recipe(seed, split, index)
    said, rate = speak(KEYS[chosen.label], chosen.voice, chosen.speed, chosen.pitch)
    said = np.pad(trimmed(said, rate), (round(chosen.lead * rate), round(_TAIL * rate)))
    random = seeds.stream(seed, f"spoken digits {split} room", index)
    # Played at another rate; hundreds of hertz keep the resampling filter short.
    played = 100 * round(rate * chosen.stretch / 100)
    return heard_in(chosen.room, said, babble(len(said), random), played, random), played


def babble(n: int, random: np.random.Generator) -> NDArray[np.float32]:
    """Return n samples of three people who count at the same time, none of them a speaker."""
    mixed = np.zeros(n, np.float32)
    for _ in range(_TALKING):
        talk = _counting(int(random.integers(2 * len(_BYSTANDERS))))
        mixed += np.take(talk, np.arange(n) + random.integers(len(talk)), mode="wrap")
    return mixed


@cache
def _counting(bystander: int) -> NDArray[np.float32]:
    language, voice = divmod(bystander, len(_BYSTANDERS))
    words = KEYS[10 * language : 10 * language + 10]
    accent = ("en-gb", "de")[language]
    said, rate = speak(" ".join(words), f"{accent}+{_BYSTANDERS[voice]}", speed=130)
    said = trimmed(said, rate)
    return np.asarray(said / said.std(), np.float32)


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
    key = seeds.key(seed, f"hearing {split}", index)
    times, units = hear(*sound(seed, split, index), key, Cochlea(level=chosen.level))
    return Utterance(times, units, chosen.label, chosen.speaker)
