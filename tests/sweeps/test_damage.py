"""What is damaged in a study's folder is told or mended; only its own results are ever given."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
import torch

import eccles
from eccles.errors import InputError, RunError, StorageError
from eccles.sweeps import record
from eccles.sweeps.folder import StudyFolder
from eccles.sweeps.record import Record

DAMAGE = {
    "edited": lambda content: content[:-40] + bytes([content[-40] ^ 1]) + content[-39:],
    "cut": lambda content: content[: int(0.9 * len(content))],
    "emptied": lambda content: b"",
}


@pytest.fixture
def out(changed, done_by_threads, tmp_path):
    done_by_threads(changed(keep_weights=True, repeat=[5], grid={"ei": ["80:20"]}))
    return tmp_path / "out"


@pytest.mark.slow
def test_damage_is_told_or_mended(out):
    runs = eccles.load(out).runs
    (run,) = runs["run"]
    whole = eccles.load(out).weights(run)
    files = ("study.json", "SHA256SUMS", "runs.parquet", "epochs.parquet", f"records/{run}.json")
    kept = f"weights/{run}.safetensors"
    for name in (*files, kept):
        for damage in DAMAGE.values():
            copy = Path(shutil.copytree(out, out.with_name("copy")))
            (copy / name).write_bytes(damage((copy / name).read_bytes()))
            if name == "study.json" or (name == "SHA256SUMS" and not (copy / name).read_bytes()):
                with pytest.raises(RunError, match=r"study\.json must be as it was written"):
                    eccles.load(copy)
            elif name == kept:
                with pytest.raises(RunError, match=r"checkpoint: .* must be .*do the run again"):
                    eccles.load(copy).weights(run)
            else:
                pd.testing.assert_frame_equal(eccles.load(copy).runs, runs)
            shutil.rmtree(copy)
    found = eccles.load(out).weights(run)
    assert found.keys() == whole.keys() == {"input_to_hidden", "hidden_to_output"}
    assert all(torch.equal(each, whole[name]) for name, each in found.items())


def test_an_edited_table_is_not_believed_without_records(out):
    """It is whole Parquet, with other numbers."""
    from eccles.sweeps.parquet import write_parquet

    edited = eccles.load(out).runs.assign(peak_accuracy=9.2)
    write_parquet(edited, out / "runs.parquet")
    for each in (out / "records").iterdir():
        each.unlink()
    with pytest.raises(RunError, match=r"runs.parquet must be as it was written.*delete it and"):
        eccles.load(out)


def test_weights_that_were_not_kept(out):
    with pytest.raises(InputError, match="keep_weights: true"):
        eccles.load(out).weights("another")
    (run,) = eccles.load(out).runs["run"]
    (out / "weights" / f"{run}.safetensors").rename(out / "weights" / "another.safetensors")
    with pytest.raises(RunError, match="must hold the weights of run another"):
        eccles.load(out).weights("another")


NAMES = ["x" * 300, "a\0b", "..", "", "../weights/another", "/etc/passwd", "\ud800"]


def test_no_name_leads_out_of_the_weights(out):
    (run,) = eccles.load(out).runs["run"]
    (out / "weights" / f"{run}.safetensors").rename(out / "weights" / "another.safetensors")
    for name in NAMES:
        with pytest.raises(InputError, match=r"^study: run must be one of a study with keep_wei"):
            eccles.load(out).weights(name)


def test_a_folder_of_version_0_1_0_is_read(out):
    runs = eccles.load(out).runs
    (out / "SHA256SUMS").unlink()
    pd.testing.assert_frame_equal(eccles.load(out).runs, runs)


def test_a_study_that_is_deleted_meanwhile_is_not_made_again(small, tmp_path):
    folder = StudyFolder(tmp_path / "out")
    with folder.coordinated(None):
        folder.write(small)
        shutil.rmtree(folder.path)
        with pytest.raises(StorageError, match="must be writable"):
            record.write(folder.records, Record({"run": "x"}, {}))
        assert not folder.path.exists()


def test_shares_write_a_study_beside_each_other(small, tmp_path):
    folder = StudyFolder(tmp_path)
    with folder.coordinated("1/2"), StudyFolder(tmp_path).coordinated("2/2"):
        for each in (folder, StudyFolder(tmp_path)):
            each.write(small)
            assert each.read() == small
    assert json.loads((tmp_path / "study.json").read_text())["study"]["name"] == small.name
