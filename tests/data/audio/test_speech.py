import stat

import numpy as np
import pytest

from eccles.data.audio import speech
from eccles.errors import InputError, RunError

spoken = pytest.mark.skipif(
    not speech.available(), reason="needs the program espeak-ng (Debian's package espeak-ng)"
)


@pytest.fixture
def imitation(tmp_path, monkeypatch):
    """Put a program in espeak-ng's place that writes what it is told to."""

    def put(script: str) -> None:
        program = tmp_path / "espeak-ng"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        speech.version.cache_clear()

    yield put
    speech.version.cache_clear()


@spoken
def test_speech_is_sound_of_the_wanted_speed():
    slow, rate = speech.speak("seven", "en-us+f2", speed=90)
    fast, _ = speech.speak("seven", "en-us+f2", speed=180)
    assert rate == 22_050
    assert slow.dtype == np.float32
    assert 0.1 < abs(slow).max() <= 1
    assert len(slow) > 1.2 * len(fast)
    # A header read as samples would start with "RIFF"; speech starts with silence.
    assert abs(slow[:20]).max() < 0.05


@spoken
def test_speech_repeats_itself_and_differs_by_voice_and_pitch():
    one, again = speech.speak("drei", "de+m1")[0], speech.speak("drei", "de+m1")[0]
    np.testing.assert_array_equal(one, again)
    for other in (speech.speak("drei", "de+f5"), speech.speak("drei", "de+m1", pitch=80)):
        assert one.shape != other[0].shape or (one != other[0]).any()


@spoken
def test_unknown_voices_are_named():
    with pytest.raises(InputError, match=r"voice does not exist.*--voices lists"):
        speech.speak("one", "zz+f2")


def test_the_header_is_skipped_and_the_rate_read(imitation):
    # 44 bytes of header with a bogus length and a rate of 16,000, then the samples 1 and -2.
    header = r"printf 'RIFF\377\377\377\377%016d\200\076\000\000%016d' 0 0"
    imitation(rf"{header}; printf '\001\000\376\377'")
    samples, rate = speech.speak("one")
    assert rate == 16_000
    np.testing.assert_array_equal(samples * 32_768, [1, -2])


def test_a_program_that_says_nothing_is_an_error(imitation):
    imitation("exit 0")
    with pytest.raises(InputError, match="got 'no sound'"):
        speech.speak("one")


def test_version(imitation):
    imitation("echo 'eSpeak NG text-to-speech: 9.87  Data at: /nowhere'")
    assert speech.version() == "9.87"


def test_without_the_program_the_package_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not speech.available()
    with pytest.raises(RunError, match="Debian's package espeak-ng"):
        speech.speak("one")
