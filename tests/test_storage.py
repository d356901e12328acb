import ast
import errno
import os
from pathlib import Path

import pytest

import eccles
from eccles.errors import RunError
from eccles.storage import check_files, put, unwritable, write_text, write_whole


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


def test_one_place_puts_files_in_the_place_of_others():
    """There they are flushed first. Elsewhere a name changes that no content depends on."""
    home = Path(eccles.__file__).parent
    found = {}
    for path in home.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            renames = node.func.attr == "rename" and len(node.args) == 1
            replaces = node.func.attr == "replace" and len(node.args) == 1 and not node.keywords
            if renames or replaces or ast.unparse(node.func) in {"os.replace", "os.rename"}:
                found.setdefault(path.relative_to(home).as_posix(), []).append(ast.unparse(node))
    assert found.pop("storage.py")
    assert found == {
        "data/spikes/cache.py": ["folder.rename(broken)"],  # What is damaged goes out of the way.
        "figures/animation.py": ["named.replace(aside)"],  # A file that is put in place later.
        "sweeps/consolidate.py": ["path.replace(path.with_name(f'{path.name}.unreadable'))"],
    }


def test_a_folder_is_put_in_place(tmp_path):
    aside = tmp_path / ".aside"
    aside.mkdir()
    (aside / "a").write_text("1")
    put(aside, tmp_path / "b")
    assert (tmp_path / "b" / "a").read_text() == "1"
    put(tmp_path / "b" / "a", tmp_path / "c")
    assert (tmp_path / "c").read_text() == "1"
    assert names(tmp_path / "b") == []


def test_a_pipe_in_a_folder_is_named_before_it_is_read(tmp_path):
    (tmp_path / "file").write_text("1")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    (tmp_path / "folder").mkdir()
    check_files(tmp_path, "here")
    check_files(tmp_path / "none", "here")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RunError, match="here must hold files alone, got a pipe or a device"):
        check_files(tmp_path, "here")
    (tmp_path / "pipe").unlink()
    (tmp_path / "device").symlink_to("/dev/zero")
    with pytest.raises(RunError, match="got a pipe or a device"):
        check_files(tmp_path, "here")
