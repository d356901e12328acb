import os
import sys

import numpy as np
import pytest

from eccles.data.audio import sound_files as audio
from eccles.errors import InputError

soundfile = pytest.importorskip("soundfile", reason="needs the extra audio")


def chirp(rate: int, seconds: float = 0.2) -> np.ndarray:
    t = np.arange(round(seconds * rate)) / rate
    return 0.3 * np.sin(2 * np.pi * (300 * t + 2000 * t**2))


@pytest.fixture
def folder(tmp_path):
    """Two classes: mono and stereo, of several rates and formats."""
    for name in ("yes", "no"):
        (tmp_path / "mine" / name).mkdir(parents=True)
    mine = tmp_path / "mine"
    soundfile.write(mine / "yes" / "a.wav", chirp(16_000), 16_000)
    both = np.stack([chirp(44_100), chirp(44_100)], axis=1)
    soundfile.write(mine / "yes" / "b.FLAC", both, 44_100, format="FLAC")
    soundfile.write(mine / "no" / "c.ogg", chirp(22_050), 22_050)
    (mine / "no" / "notes.txt").write_text("no audio")
    return mine


def test_channels_are_mixed(tmp_path):
    stereo = np.stack([np.full(100, 0.5), np.full(100, -0.25)], axis=1)
    soundfile.write(tmp_path / "a.wav", stereo, 8000, subtype="FLOAT")
    samples, rate, cut_short = audio.read_audio(tmp_path / "a.wav")
    assert rate == 8000
    assert not cut_short
    np.testing.assert_array_equal(samples, np.full(100, 0.125, np.float32))


def test_subfolders_are_classes(folder):
    count = []
    recordings, skipped, doubtful = audio.encode_folder(folder, advance=count.append)
    assert recordings.keys == ("no", "yes")
    assert recordings.labels.tolist() == [0, 1, 1]
    assert not skipped
    assert not doubtful
    assert sum(count) == 3
    lengths = np.diff(recordings.offsets)
    # The same sound at another rate, or twice in stereo, evokes about the same.
    np.testing.assert_allclose(lengths, lengths.mean(), rtol=0.15)


def test_unreadable_audio_is_named_and_skipped(folder):
    (folder / "no" / "broken.wav").write_bytes(b"RIFF nothing")
    soundfile.write(folder / "no" / "empty.wav", np.zeros(0), 8000)
    recordings, skipped, _ = audio.encode_folder(folder)
    assert len(recordings) == 3
    assert {path.name for path in skipped} == {"broken.wav", "empty.wav"}
    with pytest.raises(InputError, match=r"broken\.wav must be readable audio"):
        audio.encode_folder(folder, strict=True)


@pytest.mark.parametrize("rate", [999, 1_000_001, 2_000_000_011])
def test_a_rate_that_no_sound_has_is_skipped(folder, rate):
    path = folder / "no" / "rate.wav"
    soundfile.write(path, chirp(16_000), 16_000)
    wave = bytearray(path.read_bytes())
    wave[24:28] = rate.to_bytes(4, "little")
    path.write_bytes(wave)
    recordings, skipped, _ = audio.encode_folder(folder)
    assert len(recordings) == 3
    assert f"must have 1,000 to 1,000,000 samples a second, got {rate:,}" in skipped[path]
    with pytest.raises(InputError, match=r"rate\.wav must have"):
        audio.encode_folder(folder, strict=True)


def test_what_is_doubtful_or_unused_is_named(folder):
    assert audio.survey(folder).unused == {
        "files other than .flac, .ogg, .wav": [folder / "no" / "notes.txt"]
    }
    soundfile.write(folder / "no" / "cut.wav", chirp(16_000), 16_000)
    half = (folder / "no" / "cut.wav").read_bytes()[:3000]
    (folder / "no" / "cut.wav").write_bytes(half)
    soundfile.write(folder / "no" / "silent.wav", np.zeros(900), 16_000)
    _, skipped, doubtful = audio.encode_folder(folder)
    assert not skipped
    assert doubtful == {
        "files shorter than their headers say": [folder / "no" / "cut.wav"],
        "silent files": [folder / "no" / "silent.wav"],
    }
    (folder / "maybe" / "deeper").mkdir(parents=True)
    soundfile.write(folder / "top.wav", chirp(16_000), 16_000)
    for name in ("no/song.mp3", "no/.DS_Store", "yes.txt"):
        (folder / name).touch()
    assert audio.survey(folder).unused == {
        "audio outside the classes' folders": [folder / "top.wav"],
        "folders without audio": [folder / "maybe"],
        "files other than .flac, .ogg, .wav": [
            folder / "no" / "notes.txt",
            folder / "no" / "song.mp3",
        ],
    }


def test_a_class_whose_name_is_no_text_is_refused_before_anything_is_heard(folder, monkeypatch):
    (folder / "yes").rename(folder / os.fsdecode(b"y\xffs"))
    monkeypatch.setattr(audio, "hear", None)
    with pytest.raises(InputError, match=r"a name in UTF-8, got 'y\\udcffs'"):
        audio.encode_folder(folder)


@pytest.mark.parametrize("name", ["", "yes"])
def test_a_folder_that_may_not_be_listed_is_refused(folder, monkeypatch, name):
    scandir = os.scandir

    def forbidden(path):
        if str(path) == str(folder / name):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", forbidden)
    with pytest.raises(InputError, match=r"can be listed, .* got 'Permission denied'") as error:
        audio.survey(folder)
    assert f"audio: {folder / name} must" in str(error.value)


def test_a_seed_below_zero_is_no_fault_of_the_files(folder):
    with pytest.raises(InputError, match="seed must be"):
        audio.encode_folder(folder, seed=-1)


def test_a_folder_without_audio_is_refused(tmp_path, folder):
    with pytest.raises(InputError, match="a folder for each class"):
        audio.encode_folder(folder / "yes")
    with pytest.raises(InputError, match="a folder for each class"):
        audio.encode_folder(tmp_path / "nowhere")


def test_a_folder_of_which_nothing_can_be_read_is_refused(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "broken.wav").write_bytes(b"")
    with pytest.raises(InputError, match="1 files of which none can"):
        audio.encode_folder(tmp_path)


def test_without_soundfile_the_extra_is_named(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(InputError, match=r"eccles\[audio\]"):
        audio.encode_folder(folder)


def test_a_flac_that_promises_an_age(tmp_path):
    """Its header has one wrong byte, and asks for 240 GiB: what is there is taken, and said."""
    sound = np.sin(np.arange(8000) / 9)
    (tmp_path / "a").mkdir()
    path = tmp_path / "a/b.flac"
    soundfile.write(path, sound, 16000)
    whole = audio.read_audio(path)
    data = bytearray(path.read_bytes())
    data[21] |= 0x0F  # The highest four bits of its number of samples.
    path.write_bytes(data)
    try:
        found = audio.read_audio(path)
    except InputError as error:
        assert "must be readable audio" in str(error)  # noqa: PT017
        return
    assert found.cut_short
    assert np.array_equal(found.samples, whole.samples)
    assert audio.encode_folder(tmp_path).doubtful == {
        "files shorter than their headers say": [path]
    }


def test_sound_is_no_longer_than_it_may_be(tmp_path, monkeypatch):
    soundfile.write(tmp_path / "a.wav", np.ones(8000), 1000)
    monkeypatch.setattr("eccles.data.audio.sound_files._PIECE", 1000)
    assert len(audio.read_audio(tmp_path / "a.wav").samples) == 8000
    monkeypatch.setattr("eccles.data.audio.sound_files.MOST_SECONDS", 7)
    with pytest.raises(InputError, match="got sound of over 7 seconds; cut it"):
        audio.read_audio(tmp_path / "a.wav")


def test_a_file_too_large_for_memory_is_left_out(tmp_path, monkeypatch):
    for name in "ab":
        (tmp_path / name).mkdir()
        soundfile.write(tmp_path / name / "a.wav", np.sin(np.arange(4000)), 16000)

    def full(samples, *_):
        raise MemoryError

    monkeypatch.setattr("eccles.data.audio.sound_files.hear", full)
    with pytest.raises(InputError, match=r"a\.wav needs more memory than there is; cut it"):
        audio.encode_folder(tmp_path, strict=True)
    with pytest.raises(InputError, match="2 files of which none can"):
        audio.encode_folder(tmp_path)


def test_a_pipe_is_no_audio(tmp_path):
    (tmp_path / "a").mkdir()
    os.mkfifo(tmp_path / "a/b.wav")
    soundfile.write(tmp_path / "a/c.wav", np.sin(np.arange(4000)), 16000)
    found = audio.encode_folder(tmp_path)
    assert [path.name for path in found.skipped] == ["b.wav"]
    assert "it is a pipe" in found.skipped[tmp_path / "a/b.wav"]
