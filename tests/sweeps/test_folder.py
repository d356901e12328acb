import pytest

import eccles
from eccles.errors import RunError
from eccles.sweeps.folder import StudyFolder


def test_a_study_there_and_back(small, tmp_path):
    folder = StudyFolder(tmp_path)
    folder.write(small)
    assert folder.read() == small
    folder.check(small)


def test_one_coordinator_at_a_time(tmp_path):
    with StudyFolder(tmp_path).coordinated(None) as wanted:
        assert wanted.exists()
        for shard in (None, "1/2"):
            with (
                pytest.raises(RunError, match=r"must not be in use, got process .* using it"),
                StudyFolder(tmp_path).coordinated(shard),
            ):
                pass
        # Whoever was refused harms nothing.
        assert wanted.exists()
    assert not wanted.exists()
    with StudyFolder(tmp_path).coordinated(None):
        pass


def test_shards_go_side_by_side(tmp_path):
    with StudyFolder(tmp_path).coordinated("1/2") as first:
        with StudyFolder(tmp_path).coordinated("2/2") as second:
            assert first.exists()
            assert second.exists()
            for shard in (None, "2/2"):
                with (
                    pytest.raises(RunError, match="must not be in use"),
                    StudyFolder(tmp_path).coordinated(shard),
                ):
                    pass
        assert first.exists()


def test_what_a_killed_coordinator_left_wants_nothing_any_more(tmp_path):
    (tmp_path / ".wanted").mkdir()
    left = tmp_path / ".wanted" / "all-dead"
    left.touch()
    with StudyFolder(tmp_path).coordinated(None) as wanted:
        assert not left.exists()
        assert wanted.exists()


def test_unwanted(tmp_path):
    folder = StudyFolder(tmp_path)
    folder.unwanted()
    with folder.coordinated(None) as wanted:
        folder.unwanted()
        assert not wanted.exists()


def test_what_killed_processes_left_half_written_goes(tmp_path):
    (tmp_path / "records").mkdir()
    left = [tmp_path / ".runs.parquet.123", tmp_path / "records" / ".abc.json.77"]
    for file in left:
        file.write_text("half")
    (tmp_path / "records" / "abc.json").write_text("whole")
    with StudyFolder(tmp_path).coordinated("1/2"):
        assert all(file.exists() for file in left)
    with StudyFolder(tmp_path).coordinated(None):
        assert not any(file.exists() for file in left)
        assert (tmp_path / "records" / "abc.json").exists()


@pytest.mark.parametrize("name", ["records", "underway", "weights"])
def test_a_file_in_the_place_of_a_folder_of_its_own(small, tmp_path, name):
    StudyFolder(tmp_path).write(small)
    for made in (lambda path: path.write_text("x"), lambda path: path.symlink_to(path)):
        made(tmp_path / name)
        for use in (eccles.load, lambda path: StudyFolder(path).check(small)):
            with pytest.raises(RunError, match=rf"^study: .*{name} must be a folder, got somethi"):
                use(tmp_path)
        (tmp_path / name).unlink()
