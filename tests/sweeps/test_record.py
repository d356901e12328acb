import pytest

from eccles.errors import StorageError
from eccles.sweeps import record
from eccles.sweeps.record import Record

RECORD = Record(
    {"run": "abc", "status": "done", "peak_accuracy": 0.1 + 0.2, "error": None},
    {"epochs": {"epoch": [-1, 0], "accuracy": [0.1, 1 / 3]}},
)


@pytest.fixture
def folder(tmp_path):
    record.write(tmp_path, RECORD)
    return tmp_path


def test_there_and_back(folder):
    assert record.read(record.path_of(folder, "abc")) == RECORD
    assert record.scan(folder) == {"abc"}


def test_no_folder_no_records(tmp_path):
    assert record.scan(tmp_path / "none") == set()
    assert record.read(tmp_path / "none.json") is None


def test_a_file_cut_short_anywhere_is_told_by_its_end(folder):
    path = record.path_of(folder, "abc")
    whole = path.read_bytes()
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        assert record.scan(folder) == set(), size
        assert record.read(path) is None, size


def test_a_byte_that_rotted_anywhere_is_found_by_reading(folder):
    path = record.path_of(folder, "abc")
    whole = path.read_bytes()
    for place in range(whole.index(b"\n")):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert record.read(path) is None, place


def test_files_of_others_are_no_records(folder):
    (folder / ".abc.json.123").write_bytes(b"{")
    (folder / "notes.txt").write_text("mine")
    (folder / "list.json").write_text("[]\n[]\n")
    assert record.scan(folder) == {"abc"}


def test_removed(folder):
    record.remove(folder, ["abc", "never there"])
    assert record.scan(folder) == set()


def test_a_place_that_cant_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="must be writable"):
        record.write(tmp_path / "file", RECORD)


def test_rows_in_columns():
    rows = [{"epoch": -1, "x": 1}, {"epoch": 0, "x": 2}]
    assert record.columns(rows) == {"epoch": [-1, 0], "x": [1, 2]}
    assert record.columns([]) == {}
    with pytest.raises(KeyError):
        record.columns([{"a": 1}, {"b": 1}])
