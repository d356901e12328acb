from pathlib import Path

import numpy as np
import pytest

from eccles import data
from eccles.data.audio import corpus, digits, speech
from eccles.data.audio.digits import Utterance
from eccles.data.spikes.hdf5 import read, write
from eccles.data.spikes.recordings import Recordings
from eccles.errors import InputError, RunError, StorageError

spoken = pytest.mark.skipif(
    not speech.available(), reason="needs the program espeak-ng (Debian's package espeak-ng)"
)
SAMPLES = Path(data.__file__).parent / "samples"


def sample(split: str) -> Recordings:
    return read(SAMPLES / f"spoken-digits-sample-{split}.h5.gz")


def utterance(times: list[float], units: list[int], label: int, speaker: int = 0) -> Utterance:
    return Utterance(np.array(times, np.float32), np.array(units, np.uint16), label, speaker)


def same(one: Recordings, other: Recordings) -> bool:
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("times", "units", "offsets", "labels", "speakers")
    )


def test_utterances_are_gathered_in_order_of_time_and_unit():
    # float16 has steps of 2^-11 s at half a second: 0.5001 becomes 0.5.
    each = [
        utterance([0.1, 0.5001, 0.5], [3, 9, 8], 1),
        utterance([], [], 0, 1),
        utterance([0.25], [699], 1, 1),
    ]
    made = corpus.gathered(each, ("no", "yes"), ("anna", "otto"))
    assert made.offsets.tolist() == [0, 3, 3, 4]
    assert made.units.tolist() == [3, 8, 9, 699]
    assert made.times.tolist() == [np.float16(0.1), 0.5, 0.5, 0.25]
    assert made.labels.tolist() == [1, 0, 1]
    assert made.speakers.tolist() == [0, 1, 1]
    assert made.info["voice"].tolist() == ["anna", "otto"]
    assert len(corpus.gathered(each, ("no", "yes")).speakers) == 0


def test_milliseconds():
    made = corpus.gathered([utterance([0.0994, 0.1001, 0.1004], [9, 4, 2], 0)], ("a",))
    packed = corpus.in_milliseconds(made)
    assert packed.times.tolist() == [np.float16(0.099), np.float16(0.1), np.float16(0.1)]
    assert packed.units.tolist() == [9, 2, 4]


@spoken
def test_a_corpus_survives_its_files(tmp_path):
    made = corpus.write_digits(tmp_path, 3, 2, seed=1)
    for split in ("train", "test"):
        again = read(tmp_path / corpus.file_name(split))
        assert same(again, made[split])
        assert again.keys == digits.KEYS
        assert again.info["voice"].tolist() == list(digits.SPEAKERS)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "spoken_digits_test.h5",
        "spoken_digits_train.h5",
    ]


@spoken
def test_new_digits_take_the_place_of_old_ones_in_either_form(tmp_path):
    folder = tmp_path / "d"
    for packed in (False, True, False):
        corpus.write_digits(folder, 1, 1, packed=packed)
        names = {corpus.file_name(split, packed=packed) for split in ("train", "test")}
        assert {path.name for path in folder.iterdir()} == names
        assert {path.name for path in corpus.older(folder)} == names
    assert corpus.older(tmp_path) == []


@spoken
def test_digits_that_break_off_leave_the_old_ones(tmp_path, monkeypatch):
    corpus.write_digits(tmp_path, 2, 1)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}

    def full(path, recordings, **how):
        if "test" in path.name:
            raise StorageError("storage: the disk is full")
        write(path, recordings, **how)

    monkeypatch.setattr(corpus, "write", full)
    with pytest.raises(StorageError, match="full"):
        corpus.write_digits(tmp_path, 1, 1)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@spoken
def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="must be writable"):
        corpus.write_digits(tmp_path / "file", 1, 1)


@pytest.mark.slow
@spoken
def test_processes_change_nothing(tmp_path):
    count = []
    alone = corpus.digits("train", 3, seed=2)
    together = corpus.digits("train", 3, seed=2, jobs=2, advance=count.append)
    assert same(alone, together)
    assert sum(count) == 3


def test_the_packaged_sample_is_whole_and_balanced():
    train, test = sample("train"), sample("test")
    assert (len(train), len(test)) == (200, 80)
    assert train.keys == test.keys == digits.KEYS
    for recordings, takes in ((train, 10), (test, 4)):
        assert np.bincount(recordings.labels).tolist() == [takes] * 20
        assert len(np.unique(recordings.units)) == 700
        last = np.maximum.reduceat(recordings.times, recordings.offsets[:-1])
        assert 0.24 < last.min() < last.max() < 1.4
        assert 7000 < recordings.n_events / len(recordings) < 9000
    assert not set(train.speakers) & set(test.speakers)
    files = list(SAMPLES.glob("spoken-digits-sample-*"))
    assert sum(path.stat().st_size for path in files) < 3_000_000


@spoken
def test_the_packaged_sample_is_what_the_generator_makes():
    if speech.version() != "1.51":
        pytest.skip(f"made with espeak-ng 1.51, and here is {speech.version()}")
    for split in ("train", "test"):
        kept = sample(split)
        made = corpus.in_milliseconds(corpus.digits(split, 3, seed=0))
        assert made.labels.tolist() == kept.labels[:3].tolist()
        assert made.speakers.tolist() == kept.speakers[:3].tolist()
        for b in range(3):
            ours = slice(made.offsets[b], made.offsets[b + 1])
            theirs = slice(kept.offsets[b], kept.offsets[b + 1])
            one = set(zip(made.times[ours].tolist(), made.units[ours].tolist(), strict=True))
            other = set(zip(kept.times[theirs].tolist(), kept.units[theirs].tolist(), strict=True))
            # Another processor rounds otherwise, and a spike here and there moves.
            assert len(one & other) > 0.9 * max(len(one), len(other))


@pytest.mark.parametrize(("n", "jobs", "named"), [(0, 1, "train"), (1, 0, "jobs")])
def test_impossible_corpora_are_refused(n, jobs, named):
    with pytest.raises(InputError, match=named):
        corpus.digits("train", n, jobs=jobs)


def test_without_espeak_nothing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    speech.version.cache_clear()
    with pytest.raises(RunError, match="Debian's package espeak-ng"):
        corpus.write_digits(tmp_path / "out", 1, 1)
    assert not (tmp_path / "out").exists()
