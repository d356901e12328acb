import json
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from eccles.checksums import NAME, Checksums
from eccles.errors import RunError, StorageError
from eccles.storage import writes_text

FILES = {"a.json": '{"accuracy": 0.9}\n', "b.jsonl": '{"epoch": 0}\n' * 3}


def sums(folder):
    return Checksums(folder, "start over")


def write(folder, files=FILES, *, settle=False):
    sums(folder).write({name: writes_text(text) for name, text in files.items()})
    if settle:
        sums(folder).settle()


def names(folder):
    return {path.name for path in folder.iterdir()}


def test_what_was_written_is_read(tmp_path):
    write(tmp_path)
    write(tmp_path, {"a.json": "new"})
    assert sums(tmp_path).read("a.json") == b"new"
    assert sums(tmp_path).read("b.jsonl").decode() == FILES["b.jsonl"]
    sums(tmp_path).check("b.jsonl")
    assert names(tmp_path) == {*FILES, NAME}


def test_other_programs_can_check_them(tmp_path):
    write(tmp_path)
    write(tmp_path, {"a.json": "1"})
    (tmp_path / "b.jsonl").unlink()
    write(tmp_path, {"c d.json": "2"}, settle=True)
    assert len((tmp_path / NAME).read_text().splitlines()) == 2
    if shutil.which("sha256sum") is None:
        pytest.skip("no sha256sum")
    done = subprocess.run(["sha256sum", "--check", NAME], cwd=tmp_path, check=True,
                          capture_output=True, text=True)  # fmt: skip
    assert done.stdout == "a.json: OK\nc d.json: OK\n"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(name=st.sampled_from([*FILES, NAME]), place=st.integers(0), byte=st.integers(0, 255),
       cut=st.booleans())  # fmt: skip
@example(name=NAME, place=66, byte=0, cut=False)
def test_any_byte_that_changes_is_found(tmp_path, name, place, byte, cut):
    """In the files, and in the list of their checksums itself; and so is a file that was cut."""
    (tmp_path / NAME).unlink(missing_ok=True)
    write(tmp_path, settle=True)
    content = bytearray((tmp_path / name).read_bytes())
    place %= len(content)
    before = bytes(content)
    if cut:
        del content[place:]
    else:
        content[place] = byte
    (tmp_path / name).write_bytes(content)
    found = {}
    for each in FILES:
        with suppress(RunError):
            found[each] = sums(tmp_path).read(each).decode()
            continue
        with pytest.raises(RunError, match=f"^storage: {tmp_path / each} must be as it was writ"):
            sums(tmp_path).check(each)
    # At most what was touched is refused, and nothing else than what was written is given.
    assert found.items() <= FILES.items()
    if name != NAME and bytes(content) != before:
        assert found.keys() == FILES.keys() - {name}
    with suppress(RunError):
        sums(tmp_path).settle()
    if name == NAME and cut:
        assert len(found) < 2 or place == len(before) - 1


@pytest.mark.parametrize("stop_at", range(4))
def test_a_kill_at_any_moment_leaves_files_that_are_as_written(tmp_path, monkeypatch, stop_at):
    """Every file is the old one or the new one, and known to be."""
    write(tmp_path)
    new = {name: f"{text}more" for name, text in FILES.items()}
    calls, replace = [], Path.replace

    def die(self, target):
        calls.append(target.name)
        if len(calls) > stop_at:
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", die)
    if stop_at < 3:
        with pytest.raises(KeyboardInterrupt):
            write(tmp_path, new)
    else:
        write(tmp_path, new)
    monkeypatch.undo()
    assert calls == [NAME, *FILES][: stop_at + 1]
    for name in FILES:
        assert sums(tmp_path).read(name).decode() in {FILES[name], new[name]}
    write(tmp_path, new, settle=True)
    assert len((tmp_path / NAME).read_text().splitlines()) == 2
    assert [sums(tmp_path).read(name).decode() for name in FILES] == list(new.values())


def test_a_folder_without_checksums_gets_them(tmp_path):
    for name, text in {**FILES, "thesis.txt": "mine"}.items():
        (tmp_path / name).write_text(text)
    assert sums(tmp_path).read("a.json").decode() == FILES["a.json"]
    write(tmp_path, {"c.json": "{}"})
    assert {line.split()[1] for line in (tmp_path / NAME).read_text().splitlines()} == {
        *FILES,
        "c.json",
    }
    (tmp_path / "b.jsonl").write_text("edited")
    with pytest.raises(RunError, match="start over, put back a copy, or delete SHA256SUMS"):
        sums(tmp_path).read("b.jsonl")


def test_a_file_that_was_altered_stays_so_until_it_is_written(tmp_path):
    write(tmp_path)
    (tmp_path / "a.json").write_text("edited")
    for settle in (False, True):
        write(tmp_path, {"b.jsonl": "1"}, settle=settle)
        with pytest.raises(RunError):
            sums(tmp_path).read("a.json")
    write(tmp_path, {"a.json": json.dumps(1)})
    assert sums(tmp_path).read("a.json") == b"1"


def test_a_folder_that_is_gone_is_one_sentence(tmp_path):
    folder = tmp_path / "gone"
    with pytest.raises(StorageError, match=f"storage: {folder}/a.json must be writable"):
        write(folder)
    assert not folder.exists()
    with pytest.raises(FileNotFoundError):
        sums(folder).read("a.json")
