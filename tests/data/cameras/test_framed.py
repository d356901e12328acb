import os

import numpy as np
import pytest

from eccles.data.cameras.framed import framed
from eccles.data.cameras.frames import CameraEvents, Framing, to_frames
from eccles.data.files.sources import cache_folder
from eccles.errors import InputError, RunError

FRAMING = Framing(n_frames=2, sensor=(2, 2), size=None)


@pytest.fixture
def files(tmp_path):
    paths = [tmp_path / f"{k}.npz" for k in range(3)]
    for path in paths:
        path.write_text("events")
    return paths


def reader(reads):
    def read(k):
        reads.append(k)
        return CameraEvents(*np.array([[k % 2], [0], [0], [1]]))

    return read


def test_frames_are_made_once(files):
    reads = []
    first = framed("reading", files, reader(reads), FRAMING)
    again = framed("reading", files, reader(reads), FRAMING)
    assert reads == [0, 1, 2]
    assert isinstance(again.base, np.memmap)
    for k in range(3):
        made = to_frames(reader([])(k), FRAMING)
        assert (first[k] == made).all()
        assert (again[k] == made).all()


def test_another_file_or_framing_makes_them_anew(files):
    reads = []
    framed("reading", files, reader(reads), FRAMING)
    assert framed("reading", files, reader(reads), Framing(n_frames=3)).shape[1] == 3
    assert len(reads) == 6
    framed("reading", files[::-1], reader(reads), FRAMING)
    assert len(reads) == 9
    os.utime(files[1], ns=(0, 0))
    framed("reading", files, reader(reads), FRAMING)
    assert len(reads) == 12
    files[1].write_text("more events")
    os.utime(files[1], ns=(0, 0))
    framed("reading", files, reader(reads), FRAMING)
    assert len(reads) == 15


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-3],
        lambda data: b"",
        lambda data: b"x",
        lambda data: data[:-2] + b"\x7f\x7f",
        lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:],
    ],
)
def test_what_was_damaged_is_made_again(files, damage):
    whole = framed("reading", files, reader([]), FRAMING).copy()
    (stored,) = (cache_folder() / "frames").glob("*.npy")
    stored.write_bytes(damage(stored.read_bytes()))
    reads = []
    assert (framed("reading", files, reader(reads), FRAMING) == whole).all()
    assert reads == [0, 1, 2]


def test_what_describes_them_is_part_of_them(files):
    """Version 0.1.0 stored none, and nothing vouches for frames without."""
    framed("reading", files, reader([]), FRAMING)
    (described,) = (cache_folder() / "frames").glob("*.json")
    whole = described.read_bytes()
    for damage in (
        None,
        b"",
        b"{}",
        b"[]",
        b"null",
        whole[:-9],
        whole.replace(b'"crc32": ', b'"crc32": 1'),
    ):
        described.unlink()
        if damage is not None:
            described.write_bytes(damage)
        reads = []
        framed("reading", files, reader(reads), FRAMING)
        assert reads == [0, 1, 2]
        assert described.read_bytes() == whole


def test_another_file_of_equal_size_and_time_is_noticed(files):
    framed("reading", files, reader([]), FRAMING)
    time = files[1].stat().st_mtime_ns
    for content, place in (("EVENTS", files[1]), ("others", files[1].with_name("other"))):
        place.write_text(content)
        place.replace(files[1])
        os.utime(files[1], ns=(time, time))
        reads = []
        framed("reading", files, reader(reads), FRAMING)
        assert reads == [0, 1, 2]
        framed("reading", files, reader(reads), FRAMING)
        assert reads == [0, 1, 2]


def test_the_same_content_in_another_place_on_the_disk_is_known(files):
    framed("reading", files, reader([]), FRAMING)
    (described,) = (cache_folder() / "frames").glob("*.json")
    before = described.read_text()
    copy, facts = files[1].with_name("copy"), files[1].stat()
    copy.write_bytes(files[1].read_bytes())
    copy.replace(files[1])
    os.utime(files[1], ns=(facts.st_mtime_ns, facts.st_mtime_ns))
    for _ in range(2):
        reads = []
        framed("reading", files, reader(reads), FRAMING)
        assert reads == []
    assert described.read_text() != before


def test_files_that_change_while_they_are_read_are_not_stored(files):
    def read(k):
        files[0].write_text("EVENTS")
        return reader([])(k)

    framed("reading", files, read, FRAMING)
    assert not (cache_folder() / "frames").exists()


def test_stored_frames_of_another_form_are_made_again(files):
    framed("reading", files, reader([]), FRAMING)
    (stored,) = (cache_folder() / "frames").glob("*.npy")
    np.save(stored, np.zeros((3, *FRAMING.shape)))
    reads = []
    assert framed("reading", files, reader(reads), FRAMING).sum() == 3
    assert reads == [0, 1, 2]


def test_without_a_cache_they_stay_in_memory(files, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("ECCLES_CACHE", str(tmp_path / "file"))
    frames = framed("reading", files, reader([]), FRAMING)
    assert frames.sum() == 3
    assert not isinstance(frames.base, np.memmap)


def test_events_that_do_not_fit_name_their_file(files):
    def read(k):
        return CameraEvents(*np.array([[k], [0], [0], [1]]))

    with pytest.raises(InputError, match=rf"{files[2]} doesn't fit frames: x must be from 0 to 1"):
        framed("reading", files, read, FRAMING)
    assert not (cache_folder() / "frames").exists()
    files[0].unlink()
    with pytest.raises(RunError, match=r"0\.npz must be readable"):
        framed("reading", files, read, FRAMING)
