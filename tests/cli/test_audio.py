import json

import numpy as np
import pytest

from eccles.cli import main
from eccles.data.audio import speech
from eccles.data.files.sources import cache_folder
from eccles.data.spikes.hdf5 import read


@pytest.mark.skipif(not speech.available(), reason="needs the program espeak-ng")
def test_make_digits_into_the_cache(capsys):
    assert main(["data", "make-digits", "--train", "2", "--test", "1", "--packed"]) == 0
    out = capsys.readouterr().out
    assert "2 samples of 20 classes" in out
    assert len(read(cache_folder() / "spoken-digits" / "spoken_digits_train.h5.gz")) == 2


@pytest.mark.skipif(not speech.available(), reason="needs the program espeak-ng")
def test_make_digits_as_json(tmp_path, capsys):
    words = ["data", "make-digits", "--train", "1", "--test", "2", "--json", "--out", str(tmp_path)]
    assert main(words) == 0
    (tmp_path / "spoken_digits_train.h5").rename(tmp_path / "spoken_digits_train.h5.gz")
    assert "replaced" not in capsys.readouterr().err
    assert main(words) == 0
    said = capsys.readouterr()
    assert "replaced older spoken_digits_train.h5.gz and spoken_digits_test.h5 in" in said.err
    train, test = json.loads(said.out)["files"]
    recordings = read(tmp_path / "spoken_digits_test.h5")
    assert (train["samples"], test["samples"]) == (1, 2)
    assert test["events_mean"] * 2 == recordings.n_events
    assert test["last_event_most_s"] == pytest.approx(float(recordings.times.max()))


def test_make_digits_without_espeak(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    speech.version.cache_clear()
    assert main(["data", "make-digits"]) == 1
    assert "Debian's package espeak-ng" in capsys.readouterr().err


def test_encode_audio(tmp_path, capsys):
    soundfile = pytest.importorskip("soundfile", reason="needs the extra audio")
    (tmp_path / "mine" / "hiss").mkdir(parents=True)
    noise = np.random.default_rng(0).standard_normal((2400, 2)) / 9
    soundfile.write(tmp_path / "mine" / "hiss" / "a.wav", noise, 12_000)
    (tmp_path / "mine" / "hiss" / "b.wav").write_bytes(b"no audio")
    words = ["data", "encode-audio", str(tmp_path / "mine"), "--out", str(tmp_path / "mine.h5")]
    assert main(words) == 0
    said = capsys.readouterr()
    assert "1 sample of 1 class" in said.out
    assert "1 file left out" in said.out
    assert "--data own-recordings --data-dir DIR" in said.out
    assert "b.wav must be readable audio" in said.err
    assert "taken as they are" not in said.err
    assert read(tmp_path / "mine.h5").keys == ("hiss",)
    soundfile.write(tmp_path / "mine" / "c.wav", noise, 12_000)
    soundfile.write(tmp_path / "mine" / "hiss" / "d.wav", np.zeros(99), 12_000)
    assert main([*words, "--json"]) == 0
    out, err = capsys.readouterr()
    (row,) = json.loads(out)["files"]
    assert row["skipped"] == [str(tmp_path / "mine" / "hiss" / "b.wav")]
    assert list(row["remarks"]) == ["audio outside the classes' folders", "silent files"]
    assert f"not used: audio outside the classes' folders: 1, such as {tmp_path / 'mine'}" in err
    assert "taken as they are: silent files: 1, such as" in err
    assert main([*words, "--strict"]) == 2
    assert main([*words[:-1], str(tmp_path / "mine.txt")]) == 2
    assert "must be a file's name that ends in .h5 or .h5.gz, got" in capsys.readouterr().err
    assert not (tmp_path / "mine.txt").exists()


def test_encoded_audio_is_trained_on(tmp_path, capsys):
    soundfile = pytest.importorskip("soundfile", reason="needs the extra audio")
    t = np.arange(1600) / 16_000
    for part, phase in (("train", 0.0), ("test", 1.0)):
        for name, frequency in (("high", 4000), ("low", 200)):
            (tmp_path / part / name).mkdir(parents=True)
            tone = np.sin(2 * np.pi * frequency * t + phase) / 9
            soundfile.write(tmp_path / part / name / "a.wav", tone, 16_000)
        words = ["data", "encode-audio", str(tmp_path / part)]
        assert main([*words, "--out", str(tmp_path / "mine" / f"{part}.h5")]) == 0
    capsys.readouterr()
    words = ["train", "--data", "own-recordings", "--data-dir", str(tmp_path / "mine"), "--json"]
    assert main([*words, "--epochs", "1", "--hidden", "10", "--out", str(tmp_path / "run")]) == 0
    facts = json.loads((tmp_path / "run" / "provenance.json").read_text())["resolved"]
    assert (facts["data"], facts["data_kind"]) == ("own-recordings", "own")
