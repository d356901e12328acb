import sys

import numpy as np
import pytest

from eccles.data import audio
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
    samples, rate = audio.read_audio(tmp_path / "a.wav")
    assert rate == 8000
    np.testing.assert_array_equal(samples, np.full(100, 0.125, np.float32))


def test_subfolders_are_classes(folder):
    count = []
    recordings, skipped = audio.encode_folder(folder, advance=count.append)
    assert recordings.keys == ("no", "yes")
    assert recordings.labels.tolist() == [0, 1, 1]
    assert not skipped
    assert sum(count) == 3
    lengths = np.diff(recordings.offsets)
    # The same sound at another rate, or twice in stereo, evokes about the same.
    np.testing.assert_allclose(lengths, lengths.mean(), rtol=0.15)


def test_unreadable_audio_is_named_and_skipped(folder):
    (folder / "no" / "broken.wav").write_bytes(b"RIFF nothing")
    soundfile.write(folder / "no" / "empty.wav", np.zeros(0), 8000)
    recordings, skipped = audio.encode_folder(folder)
    assert len(recordings) == 3
    assert {path.name for path in skipped} == {"broken.wav", "empty.wav"}
    with pytest.raises(InputError, match=r"broken\.wav must be readable audio"):
        audio.encode_folder(folder, strict=True)


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
