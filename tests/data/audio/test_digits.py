from collections import Counter

import numpy as np
import pytest

from eccles.data.audio import digits, speech
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
    # Speakers 0 and 7: tracts of 0.98 and 0.87, 115 and 120 words a minute, pitches 45 and 40.
    recipes = [digits.recipe(0, "train", i) for i in range(8_000)]
    own = [r for r in recipes if r.speaker == 0]
    assert {r.speed for r in own} == set(range(98, 133))
    assert {r.pitch for r in own} == set(range(30, 61))
    for speaker, tract in ((0, 0.98), (7, 0.87)):
        stretches = [r.stretch / tract for r in recipes if r.speaker == speaker]
        assert 0.95 <= min(stretches) < 0.951
        assert 1.049 < max(stretches) <= 1.05
    for name, low, high in (("lead", 0, 0.1), ("level", 71, 80)):
        values = [getattr(r, name) for r in recipes]
        assert low <= min(values) < max(values) <= high
        assert np.mean(values) == pytest.approx((low + high) / 2, rel=0.02)
    babble = [r.room.babble_db for r in recipes]
    assert 5 <= min(babble) < 5.1
    assert 16.9 < max(babble) <= 17
    assert all(0 <= r.pitch <= 99 for r in recipes)
    assert all(r.speed >= 80 for r in recipes)  # espeak-ng speaks no slower.


def test_the_same_voice_speaks_both_languages_and_no_bystander_has_it():
    assert not set(digits.SPEAKERS) & set(digits._BYSTANDERS)


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
def test_the_word_is_heard_where_the_recipe_puts_it():
    r = digits.recipe(0, "test", 4)
    heard, played = digits.sound(0, "test", 4)
    said, rate = speech.speak(digits.KEYS[r.label], r.voice, r.speed, r.pitch)
    said = digits.trimmed(said, rate)
    assert played == pytest.approx(rate * r.stretch, abs=50)
    assert played % 100 == 0
    assert len(heard) == round(r.lead * rate) + len(said) + round(0.05 * rate)
    # Where the word fits best is where it begins.
    place = np.correlate(heard, said, "valid").argmax()
    assert place == pytest.approx(r.lead * rate, abs=2)


@spoken
def test_bystanders_talk_without_a_pause():
    talk = digits.babble(22_050, np.random.default_rng(0))
    assert talk.dtype == np.float32
    power = np.sqrt((talk.reshape(10, -1) ** 2).mean(1))
    assert power.min() > 0.2
    other = digits.babble(22_050, np.random.default_rng(1))
    assert abs(np.corrcoef(talk, other)[0, 1]) < 0.2


@spoken
@pytest.mark.parametrize("person", digits.PEOPLE)
def test_every_speaker_has_both_languages(person):
    for word, language in (("one", person.accent), ("eins", "de")):
        said, _ = speech.speak(word, f"{language}+{person.voice}", person.speed, person.pitch)
        assert np.abs(said).max() > 0.05


@spoken
def test_an_utterance_is_about_as_long_and_as_busy_as_those_of_the_heidelberg_digits():
    one, again = digits.utter(0, "test", 5), digits.utter(0, "test", 5)
    np.testing.assert_array_equal(one.units, again.units)
    np.testing.assert_array_equal(one.times, again.times)
    assert (one.label, one.speaker) == (5, 10)
    assert 0.24 < one.times.max() < 1.4
    assert 2000 < len(one.times) < 20_000
    assert len(np.unique(one.units)) > 400
