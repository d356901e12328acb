import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eccles.data.audio import room
from eccles.data.audio.room import Room

RATE = 16_000
QUIET = Room(echo=0.3, echo_db=200, tilt_db=0, babble_db=200, noise_db=200)


def white(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(n).astype(np.float32)


def rms(sound: np.ndarray) -> float:
    return float(np.sqrt(np.mean(sound.astype(float) ** 2)))


def tone(hertz: float) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE).astype(np.float32)


@given(st.floats(-20, 60), st.floats(0.01, 100))
def test_what_lies_below_a_voice_is_scaled_by_root_mean_squares(db, loud):
    voice, other = white(500), white(500, 1) * np.float32(loud)
    scaled = room.below(other, voice, db)
    assert 20 * np.log10(rms(voice) / rms(scaled)) == pytest.approx(db, abs=1e-3)
    assert np.corrcoef(other, scaled)[0, 1] == pytest.approx(1)


def test_silence_stays_silence():
    nothing = np.zeros(10, np.float32)
    assert not room.below(nothing, white(10), 3).any()
    assert not room.below(white(10), nothing, 3).any()


def test_a_room_without_anything_changes_nothing():
    voice = white(2_000)
    heard = room.heard_in(QUIET, voice, white(2_000, 1), RATE, np.random.default_rng(0))
    assert heard.dtype == np.float32
    np.testing.assert_allclose(heard, voice, atol=1e-5)


def test_an_echo_falls_by_sixty_decibels_in_its_time():
    click = np.zeros(RATE, np.float32)
    click[0] = 1
    heard = room.echo(0.5, click, RATE, np.random.default_rng(0))
    early, late = heard[:800], heard[4_000:4_800]  # A quarter of a second apart: 30 dB.
    assert 20 * np.log10(rms(early) / rms(late)) == pytest.approx(30, abs=1)
    np.testing.assert_allclose(heard[8_000:], 0, atol=1e-6)


def test_a_tilt_is_decibels_an_octave_around_one_kilohertz():
    for hertz, octaves in ((1000, 0), (2000, 1), (4000, 2), (500, -1)):
        tilted = room.tilted(tone(hertz), 3.0, RATE)
        assert 20 * np.log10(rms(tilted) / rms(tone(hertz))) == pytest.approx(3 * octaves, abs=1e-3)


def test_pink_noise_has_as_much_power_in_every_octave():
    power = np.abs(np.fft.rfft(room.pink(white(40 * RATE), RATE))) ** 2
    hertz = np.fft.rfftfreq(40 * RATE, 1 / RATE)
    octaves = [power[(hertz >= f) & (hertz < 2 * f)].sum() for f in (200, 400, 800, 1600, 3200)]
    np.testing.assert_allclose(octaves, np.mean(octaves), rtol=0.05)


def test_babble_and_noise_lie_as_far_below_as_the_room_says():
    voice, babble = tone(440), tone(1000)

    def added(**changes: float) -> np.ndarray:
        heard = room.heard_in(
            QUIET._replace(**changes), voice, babble, RATE, np.random.default_rng(0)
        )
        return heard - voice

    assert 20 * np.log10(rms(voice) / rms(added(babble_db=10))) == pytest.approx(10, abs=0.01)
    assert 20 * np.log10(rms(voice) / rms(added(noise_db=15))) == pytest.approx(15, abs=0.01)
    assert 20 * np.log10(rms(voice) / rms(added(echo_db=5))) == pytest.approx(5, abs=0.01)
