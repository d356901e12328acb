import errno
import os

import pytest

from eccles import RunError
from eccles.storage import unwritable, write_text, write_whole


def names(folder):
    return [path.name for path in folder.iterdir()]


def test_a_file_is_written_in_a_new_folder(tmp_path):
    path = tmp_path / "a" / "b" / "c.txt"
    write_text(path, "first")
    write_text(path, "second")
    assert path.read_text() == "second"
    assert names(path.parent) == ["c.txt"]


def test_it_is_written_aside_on_the_same_disk(tmp_path):
    seen = []

    def write(aside):
        seen.append(aside)
        aside.write_text("new")
        assert (tmp_path / "c.txt").read_text() == "old"

    (tmp_path / "c.txt").write_text("old")
    write_whole(tmp_path / "c.txt", write)
    assert (tmp_path / "c.txt").read_text() == "new"
    assert seen[0].parent == tmp_path
    assert not seen[0].exists()


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (ValueError("mine"), ValueError),
        (KeyboardInterrupt(), KeyboardInterrupt),
        (OSError(errno.ENOSPC, "No space left on device"), RunError),
    ],
)
@pytest.mark.parametrize("before", ["old", None])
def test_a_writer_that_fails_leaves_what_was(tmp_path, error, raised, before):
    path = tmp_path / "c.txt"
    if before:
        path.write_text(before)

    def write(aside):
        aside.write_text("half")
        raise error

    with pytest.raises(raised):
        write_whole(path, write)
    assert names(tmp_path) == (["c.txt"] if before else [])
    assert not before or path.read_text() == before


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    for path in (tmp_path / "file" / "c.txt", tmp_path / "file" / "a" / "c.txt"):
        with pytest.raises(RunError, match=rf"^storage: {path} must be writable, got .*another p"):
            write_text(path, "x")
    (tmp_path / "folder").mkdir()
    with pytest.raises(RunError, match=r"storage: .*folder must be writable"):
        write_text(tmp_path / "folder", "x")
    assert sorted(names(tmp_path)) == ["file", "folder"]
    assert "'No space left on device'" in str(unwritable(tmp_path, OSError(28, os.strerror(28))))
