import gzip
import hashlib
import logging
import zipfile
from dataclasses import replace

import h5py
import numpy as np
import pytest

from eccles import data
from eccles.data.catalogue import SHD, SPOKEN_DIGITS, SPOKEN_DIGITS_SAMPLE, SSC
from eccles.data.files.download import fetch, resolve
from eccles.data.files.sources import cache_folder
from eccles.data.spikes import hdf5 as spike_hdf5
from eccles.data.spikes import spoken
from eccles.data.spikes.binning import Binning, bin_events
from eccles.data.spikes.cache import events_folder, is_mapped
from eccles.data.spikes.recordings import Recordings
from eccles.errors import InputError, RunError


def some(n_samples, seed, latest=1.3, keys=("zero", "one", "null")):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(0, 60, n_samples)
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    return Recordings(
        (rng.random(offsets[-1]) * latest).astype(np.float16).astype(np.float32),
        rng.integers(0, 700, offsets[-1]).astype(np.uint16),
        offsets,
        rng.integers(0, len(keys), n_samples),
        keys,
        rng.integers(0, 2, n_samples),
        {"gender": np.array(["f", "m"]), "age": np.array([33, 55])},
    )


TRAIN, TEST = some(30, 0), some(12, 1)


def written(source, folder, train=TRAIN, test=TEST):
    folder.mkdir(parents=True, exist_ok=True)
    for file, part in zip(source.files, (train, test), strict=True):
        spike_hdf5.write(folder / file.plain, part)
    return folder


def same(dataset, recordings, binning=None):
    events = bin_events(recordings, binning).events
    assert np.array_equal(dataset.events.ends, events.ends)
    for name in ("steps", "units", "counts"):
        assert np.array_equal(getattr(dataset.events, name), getattr(events, name)), name
    assert np.array_equal(dataset.labels, recordings.labels)
    return True


@pytest.mark.parametrize(
    ("name", "kind"),
    # Foreign files are one's own; of those of SSC, unpacked, no checksum is known.
    [("shd", "own"), ("ssc", "real"), ("spoken-digits", "synthetic"), ("own-recordings", "own")],
)
def test_files_in_a_folder(name, kind, tmp_path):
    source = data.SOURCES[name]
    train, test = data.load(name, written(source, tmp_path / "here"))
    assert same(train, TRAIN)
    assert same(test, TEST)
    assert train.classes == ("zero", "one", "null")
    assert (train.name, train.kind, test.kind) == (name, kind, kind)
    assert (train.events.n_steps, train.events.n_units, train.events.dt) == (100, 700, 1e-3)
    assert np.array_equal(train.speakers, TRAIN.speakers)
    assert train.info == {"gender": ["f", "m"], "age": [33, 55]}
    assert np.array_equal(train.take([4, 2]).speakers, TRAIN.speakers[[4, 2]])


def test_the_second_time_no_spike_is_read(tmp_path, monkeypatch):
    folder = written(SHD, tmp_path / "here")
    data.load("shd", folder)
    monkeypatch.setattr(spoken, "read_blocks", None)
    train, _ = data.load("shd", folder)
    assert is_mapped(train.events)
    assert same(train, TRAIN)
    assert train.classes == TRAIN.keys
    assert np.array_equal(train.speakers, TRAIN.speakers)
    assert train.info["age"] == [33, 55]


def test_other_files_and_other_binnings_are_other_events(tmp_path):
    folder = written(SHD, tmp_path / "here")
    data.load("shd", folder)
    written(SHD, folder, train=some(30, 7))
    assert same(data.load("shd", folder).train, some(30, 7))
    for binning in (Binning(n_steps=50), Binning(max_time=1.31), Binning(clip=True)):
        assert same(data.load("shd", folder, binning).test, TEST, binning)
    assert len(list(events_folder().iterdir())) == 3 + 2 * 3


def test_files_of_ones_own_are_taken_and_said_to_be_so(tmp_path, caplog):
    data.load("shd", written(SHD, tmp_path / "here"))
    first, second = caplog.messages
    assert first.startswith(f"data: {tmp_path / 'here' / 'shd_train.h5'} isn't the file that was")
    assert first.endswith("as data of your own")
    assert "shd_test.h5" in second
    # For these nobody published a checksum.
    caplog.clear()
    data.load("spoken-digits", written(SPOKEN_DIGITS, tmp_path / "digits"))
    assert caplog.messages == []


def as_published(source, folder):
    """Return the source with the checksums of zip archives in a folder of their own, and that."""
    published = folder / "published"
    published.mkdir(exist_ok=True)
    files = []
    for file in source.files:
        plain = folder / file.plain
        with zipfile.ZipFile(published / file.name, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(plain, plain.name)
        files.append(
            replace(
                file,
                md5=hashlib.md5((published / file.name).read_bytes()).hexdigest(),
                gzip_md5=hashlib.md5(gzip.compress(plain.read_bytes(), mtime=0)).hexdigest(),
                unpacked_md5=file.unpacked_md5 and hashlib.md5(plain.read_bytes()).hexdigest(),
            )
        )
    return replace(source, files=tuple(files)), published


@pytest.mark.parametrize("source", [SHD, SSC], ids=["shd", "ssc"])
def test_downloads_are_verified_and_unpacked(source, tmp_path, serve, monkeypatch, caplog):
    source, published = as_published(source, written(source, tmp_path / "here"))
    source = replace(source, urls=(serve(published),))
    with pytest.raises(RunError, match="ECCLES_OFFLINE"):
        spoken.load(source)
    monkeypatch.setenv("ECCLES_OFFLINE", "0")
    train, _ = spoken.load(source)
    assert same(train, TRAIN)
    assert sorted(path.name for path in (cache_folder() / source.name).iterdir()) == sorted(
        file.plain for file in source.files
    )
    assert caplog.messages == []
    # The archives themselves serve as well.
    assert same(spoken.load(source, published).test, TEST)
    assert caplog.messages == []


def test_an_archive_of_other_content_than_is_known_stays_packed(
    tmp_path, serve, monkeypatch, caplog
):
    source, published = as_published(SHD, written(SHD, tmp_path / "here"))
    files = tuple(replace(file, unpacked_md5="0" * 32) for file in source.files)
    source = replace(source, files=files, urls=(serve(published),))
    monkeypatch.setenv("ECCLES_OFFLINE", "0")
    train, test = spoken.load(source)
    assert caplog.messages == []
    assert train.kind == test.kind == "real"
    assert sorted(path.name for path in (cache_folder() / "shd").iterdir()) == [
        "shd_test.h5.zip",
        "shd_train.h5.zip",
    ]


def test_each_form_is_held_to_its_own_checksum(tmp_path, caplog):
    folder = written(SHD, tmp_path / "here")
    source, published = as_published(SHD, folder)
    for file in source.files:
        packed = gzip.compress((folder / file.plain).read_bytes(), mtime=0)
        (tmp_path / f"{file.plain}.gz").write_bytes(packed)
    for place in (folder, published, tmp_path):
        assert {each.kind for each in spoken.load(source, place)} == {"real"}
        assert {each.sha256 for each in spoken.load(source, place)} == {""}
    assert caplog.messages == []
    # Where one of the two is another, so is the pair.
    path = tmp_path / f"{source.files[1].plain}.gz"
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()), mtime=1))
    assert {each.kind for each in spoken.load(source, tmp_path)} == {"own"}
    (said,) = caplog.messages
    assert f"{path} isn't the file that was published" in said


def test_an_archive_of_other_bytes_is_refused(tmp_path, serve, monkeypatch):
    monkeypatch.setenv("ECCLES_OFFLINE", "0")
    source, published = as_published(SHD, written(SHD, tmp_path / "here"))
    wrong = replace(source, files=tuple(replace(file, md5="0" * 32) for file in source.files))
    with pytest.raises(RunError, match="other bytes than published"):
        fetch(replace(wrong, urls=(serve(published),)), tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_gzip_serves_as_well(tmp_path):
    folder = written(SPOKEN_DIGITS, tmp_path / "here")
    for path in list(folder.iterdir()):
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    assert same(data.load("spoken-digits", folder).train, TRAIN)


@pytest.mark.parametrize("place", ["shared", "cache"])
def test_spoken_digits_are_looked_for(tmp_path, monkeypatch, place):
    folder = cache_folder()
    if place == "shared":
        folder = tmp_path / "shared"
        monkeypatch.setenv("ECCLES_DATA", str(folder))
    written(SPOKEN_DIGITS, folder / "spoken-digits")
    assert same(data.load("spoken-digits").train, TRAIN)


def test_spoken_digits_that_nobody_made(tmp_path):
    with pytest.raises(RunError, match=r"got nothing there; run `eccles data make-digits`$"):
        data.load("spoken-digits")
    with pytest.raises(
        InputError, match=r"without spoken_digits_train.*`eccles data make-digits -"
    ):
        data.load("spoken-digits", tmp_path)


def test_the_packaged_sample(tmp_path, monkeypatch):
    source = replace(SPOKEN_DIGITS_SAMPLE, system=(tmp_path / "samples",))
    with pytest.raises(RunError, match="install Eccles again"):
        resolve(source)
    written(source, tmp_path / "samples")
    train, test = spoken.load(source)
    assert same(train, TRAIN)
    # These aren't the ones that ship.
    assert test.kind == "own"


def test_late_events_are_counted_and_said_each_time(tmp_path, caplog):
    caplog.set_level(logging.WARNING)
    folder = written(SPOKEN_DIGITS, tmp_path / "here", train=some(30, 3, latest=2.0))
    late = int((some(30, 3, latest=2.0).times >= 1.4).sum())
    assert late > 9
    for _ in range(2):
        caplog.clear()
        data.load("spoken-digits", folder)
        (said,) = caplog.messages
        assert said.startswith(f"data: {folder}")
        assert f"has {late} of {some(30, 3).n_events} events " in said
        assert "at 1.4 s or later, which are left out" in said


def test_times_that_are_no_seconds_are_refused(tmp_path):
    late = some(30, 3)
    late = replace(late, times=late.times * 1000)
    folder = written(SPOKEN_DIGITS, tmp_path / "here", train=late)
    with pytest.raises(InputError, match=r"digits_train\.h5 must have .* are these milliseconds"):
        data.load("spoken-digits", folder)
    assert not events_folder().exists()
    assert data.load("spoken-digits", folder, Binning(max_time=1400.0)).train.n_classes == 3


@pytest.mark.parametrize("n_samples", [0, 2])
def test_a_file_without_a_spike_is_refused(tmp_path, n_samples):
    silent = Recordings(
        np.empty(0, np.float32), np.empty(0, np.uint16), np.zeros(n_samples + 1, np.int64),
        np.zeros(n_samples, np.int64), ("zero", "one", "null"),
    )  # fmt: skip
    folder = written(SPOKEN_DIGITS, tmp_path / "here", test=silent)
    said = rf"digits_test\.h5 must hold spikes, got {n_samples} samples without any"
    with pytest.raises(InputError, match=said):
        data.load("spoken-digits", folder)


def test_recordings_of_ones_own_that_are_nowhere(tmp_path):
    with pytest.raises(RunError, match=r"got nothing there; name the folder .* --data-dir"):
        data.load("own-recordings")
    with pytest.raises(InputError, match=rf"`eccles data encode-audio .* {tmp_path}/train\.h5`"):
        data.load("own-recordings", tmp_path)


def test_unsorted_and_empty_samples(tmp_path):
    odd = Recordings(
        np.array([0.9, 0.1, 0.5], np.float32), np.array([5, 6, 7], np.uint16),
        np.array([0, 0, 3, 3]), np.array([0, 1, 0]), ("zero", "one", "null"),
    )  # fmt: skip
    train, _ = data.load("spoken-digits", written(SPOKEN_DIGITS, tmp_path / "here", train=odd))
    assert train.events.ends.tolist() == [0, 3, 3]
    assert train.events.units.tolist() == [6, 7, 5]
    assert train.speakers is None
    train.events.check()


def test_two_files_of_other_classes(tmp_path):
    folder = written(SHD, tmp_path / "here", test=some(12, 1, keys=("zero", "one")))
    with pytest.raises(InputError, match=r"shd_train\.h5 and shd_test\.h5 must have the same"):
        data.load("shd", folder)


def test_a_damaged_file_is_refused(tmp_path):
    folder = written(SHD, tmp_path / "here")
    path = folder / "shd_test.h5"
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(InputError, match=r"shd_test\.h5 must be whole HDF5"):
        data.load("shd", folder)


def test_a_file_with_units_out_of_range(tmp_path):
    folder = written(SHD, tmp_path / "here")
    with h5py.File(folder / "shd_train.h5", "a") as file:
        file["spikes/units"][0] = np.full(len(file["spikes/units"][0]) or 1, 700, np.uint16)
    with pytest.raises(InputError, match="doesn't hold valid recordings: units of sample 0"):
        data.load("shd", folder)


def test_too_many_spikes_in_a_bin_name_the_file(tmp_path):
    loud = Recordings(
        np.zeros(300, np.float32), np.zeros(300, np.uint16), np.array([0, 300]), np.array([0]),
        ("zero", "one", "null"),
    )  # fmt: skip
    folder = written(SHD, tmp_path / "here", train=loud)
    with pytest.raises(InputError, match=r"shd_train\.h5 doesn't fit binning: .* clip"):
        data.load("shd", folder)
    assert data.load("shd", folder, Binning(clip=True)).train.events.n_events == 1


def test_examine(tmp_path):
    folder = written(SHD, tmp_path / "here")
    file = SHD.files[0]
    assert spoken.examine(file, folder / file.plain) == "not as published, but sound"
    own = replace(file, unpacked_md5="")
    assert spoken.examine(own, folder / file.plain) == ""
    (folder / file.plain).write_bytes(b"")
    with pytest.raises(InputError, match="whole HDF5"):
        spoken.examine(file, folder / file.plain)


def test_a_checksum_of_unpacked_bytes_holds_for_packed_ones(tmp_path):
    folder = written(SPOKEN_DIGITS_SAMPLE, tmp_path / "here")
    plain = folder / SPOKEN_DIGITS_SAMPLE.files[0].plain
    file = replace(
        SPOKEN_DIGITS_SAMPLE.files[0], sha256=hashlib.sha256(plain.read_bytes()).hexdigest()
    )
    packed = plain.with_name(f"{plain.name}.gz")
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    for path in (plain, packed):
        assert spoken.is_published(file, path, spoken.digests(path)) is True
    other = replace(file, sha256="0" * 64)
    assert spoken.is_published(other, plain, spoken.digests(plain)) is False
