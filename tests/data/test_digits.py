from collections import Counter

import numpy as np
import pytest

from eccles.data import digits, speech
from eccles.errors import InputError

spoken = pytest.mark.skipif(
    not speech.available(), reason="needs the program espeak-ng (Debian's package espeak-ng)"
)


def test_no_speaker_is_in_both_splits():
    train = {digits.recipe(0, "train", i).speaker for i in range(400)}
    test = {digits.recipe(0, "test", i).speaker for i in range(400)}
    assert train == set(range(10))
    assert test == {10, 11}
    assert len(digits.SPEAKERS) == len(set(digits.SPEAKERS)) == 12


@pytest.mark.parametrize(("split", "n"), [("train", 200), ("test", 40)])
def test_every_speaker_says_every_word_once(split, n):
    said = Counter((r.label, r.speaker) for r in (digits.recipe(3, split, i) for i in range(n)))
    assert len(said) == n
    assert set(said.values()) == {1}


def test_a_recipe_is_a_function_of_seed_split_and_index():
    one = digits.recipe(0, "train", 17)
    assert one == digits.recipe(0, "train", 17)
    assert one != digits.recipe(1, "train", 17)
    assert one != digits.recipe(0, "train", 17 + 200)
    assert digits.recipe(0, "test", 17).speed != one.speed or (
        digits.recipe(0, "test", 17).pitch != one.pitch
    )


def test_recipes_keep_within_their_ranges():
    recipes = [digits.recipe(0, "train", i) for i in range(400)]
    assert {r.speed for r in recipes} <= set(range(85, 116))
    assert {r.pitch for r in recipes} <= set(range(30, 71))
    assert 0.94 <= min(r.stretch for r in recipes) < 0.95
    assert 1.05 < max(r.stretch for r in recipes) <= 1.06
    assert 25 <= min(r.noise_db for r in recipes) < 26
    assert 44 < max(r.noise_db for r in recipes) <= 45


def test_words_have_their_language_and_speakers_their_voice():
    for i in range(40):
        r = digits.recipe(0, "train", i)
        language, variant = r.voice.split("+")
        assert language == "de" if r.label >= 10 else language.startswith("en")
        assert variant == digits.SPEAKERS[r.speaker]
    assert (digits.KEYS[7], digits.KEYS[17]) == ("seven", "sieben")


def test_silence_around_is_cut():
    audio = np.zeros(1000, np.float32)
    audio[400:500] = 0.5
    audio[390] = 0.009  # Below 2 % of the peak.
    cut = digits.trimmed(audio, 1000)
    np.testing.assert_array_equal(cut, audio[370:529])
    np.testing.assert_array_equal(digits.trimmed(audio[400:500], 1000), audio[400:500])
    assert len(digits.trimmed(np.zeros(5, np.float32), 1000)) == 5


def test_an_index_below_zero_is_refused():
    with pytest.raises(InputError, match="index"):
        digits.recipe(0, "train", -1)


@spoken
def test_noise_lies_as_far_below_the_speech_as_the_recipe_says(monkeypatch):
    r = digits.recipe(0, "test", 4)
    said, rate = speech.speak(digits.KEYS[r.label], r.voice, r.speed, r.pitch)
    said = digits.trimmed(said, rate)
    heard, played = digits.sound(0, "test", 4)
    noise = heard - said
    db = 20 * np.log10(said.std() / noise.std())
    assert db == pytest.approx(r.noise_db, abs=0.3)
    assert played == pytest.approx(rate * r.stretch, abs=50)
    assert played % 100 == 0


@spoken
def test_an_utterance_is_about_as_long_and_as_busy_as_those_of_the_heidelberg_digits():
    one, again = digits.utter(0, "test", 5), digits.utter(0, "test", 5)
    np.testing.assert_array_equal(one.units, again.units)
    np.testing.assert_array_equal(one.times, again.times)
    assert (one.label, one.speaker) == (5, 10)
    assert 0.24 < one.times.max() < 1.4
    assert 2000 < len(one.times) < 20_000
    assert len(np.unique(one.units)) > 400
