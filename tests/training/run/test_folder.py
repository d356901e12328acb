"""The run folder: what is damaged is found or mended, and no two processes write it."""

import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest

from eccles import RunError, TrainConfig, storage, train
from eccles.checksums import NAME
from eccles.errors import StorageError
from eccles.training.watch import Unwatched

WRITTEN = (
    "config.json",
    "provenance.json",
    "history.jsonl",
    "classes.jsonl",
    "weights.jsonl",
    "checkpoint.safetensors",
    "result.json",
    NAME,
)
DAMAGE = {
    "edited": lambda content: content.replace(b"1", b"2", 1),
    "cut": lambda content: content[: int(0.9 * len(content))],
    "emptied": lambda content: b"",
}
MEASURE = {"weights": 1}


@pytest.fixture(scope="module")
def finished(data, tmp_path_factory):
    out = tmp_path_factory.mktemp("finished") / "run"
    return train(TrainConfig(batch_size=64, epochs=2), data=data, out=out, measure=MEASURE)


@pytest.fixture
def copy(finished, tmp_path):
    return Path(shutil.copytree(finished.out, tmp_path / "run"))


def again(finished, data, out, **options):
    config = TrainConfig(batch_size=64, epochs=2)
    return train(config, data=data, out=out, measure=MEASURE, **options)


@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize("damage", [*DAMAGE, "gone"])
def test_a_damaged_file_is_told_or_mended(finished, data, copy, name, damage):
    """Never are other numbers than those of the run given, and --no-resume always helps."""
    if damage == "gone":
        (copy / name).unlink()
    else:
        (copy / name).write_bytes(DAMAGE[damage]((copy / name).read_bytes()))
    try:
        found = again(finished, data, copy)
    except RunError as error:
        said = str(error)
        assert name in {NAME, "checkpoint.safetensors", "provenance.json"} or "jsonl" in name
        assert len(said) < 500
        assert "--no-resume" in said
        found = again(finished, data, copy, resume=False)
    assert found.accuracy == finished.accuracy
    assert found.classes == finished.classes
    assert found.measures == finished.measures
    summary = json.loads((copy / "result.json").read_text())
    assert summary["accuracy"] == finished.accuracy
    assert json.loads((copy / "config.json").read_text())["identity"] == finished.identity
    if name != "provenance.json" or damage != "gone":
        for line in (copy / NAME).read_text().splitlines():
            digest, each = line.split("  ")
            assert hashlib.sha256((copy / each).read_bytes()).hexdigest() == digest
    again(finished, data, copy)


def test_a_folder_of_version_0_1_0_goes_on(finished, data, copy):
    """It has no checksums; the next start of the same run gives it some."""
    (copy / NAME).unlink()
    assert again(finished, data, copy).history == finished.history
    assert {line.split()[1] for line in (copy / NAME).read_text().splitlines()} == {
        name for name in WRITTEN if name.endswith(("json", "jsonl"))
    }


@pytest.mark.parametrize("name", ["history", "classes", "weights"])
def test_rows_that_cannot_be_are_told_without_checksums_too(finished, data, copy, name):
    path = copy / f"{name}.jsonl"
    lines = path.read_text().splitlines()
    for column in json.loads(lines[1]):
        (copy / NAME).unlink()
        row = json.dumps({**json.loads(lines[1]), column: [1]})
        path.write_text("\n".join([lines[0], row, *lines[2:]]) + "\n")
        with pytest.raises(
            RunError, match=rf"/{name}.jsonl must be readable JSON lines, got line 2"
        ):
            again(finished, data, copy)


class Told(Unwatched):
    """Keeps what it is warned of."""

    def __init__(self):
        self.said = []

    def warned(self, sentence):
        self.said.append(sentence)


@pytest.mark.parametrize("done", ["all", "one epoch"])
def test_a_run_whose_checkpoint_is_gone_says_that_it_begins_anew(finished, data, copy, done):
    (copy / "checkpoint.safetensors").unlink()
    if done != "all":
        (copy / "result.json").unlink()
    told = Told()
    assert again(finished, data, copy, watch=told).accuracy == finished.accuracy
    assert told.said == [f"{copy / 'checkpoint.safetensors'} is gone, so the run begins anew"]
    # Neither a whole run nor one that is asked to begin anew lacks anything.
    told.said.clear()
    for resume in (True, False):
        again(finished, data, copy, watch=told, resume=resume)
    shutil.rmtree(copy)
    again(finished, data, copy, watch=told)
    assert told.said == []


class Between(Unwatched):
    """Does something after the first epoch."""

    def __init__(self, act):
        self.act = act

    def measured(self, row):
        if row["epoch"] == 0:
            self.act()


def test_a_folder_that_is_deleted_meanwhile_ends_the_run(finished, data, tmp_path):
    out = tmp_path / "run"
    with pytest.raises(StorageError, match=r"must be left to .*, got the folder removed; the same"):
        again(finished, data, out, watch=Between(lambda: shutil.rmtree(out)))
    assert not out.exists()
    assert again(finished, data, out).accuracy == finished.accuracy


def test_without_its_lock_a_run_gives_way_to_another(finished, data, tmp_path):
    """Whoever deletes it lets a second start in: then the first one writes no more."""
    out, second = tmp_path / "run", []

    def start():
        (out / ".lock").unlink()
        second.append(again(finished, data, out))

    with pytest.raises(StorageError, match=r"must be left to .*, got its .lock removed"):
        again(finished, data, out, watch=Between(start))
    assert second[0].accuracy == finished.accuracy
    assert again(finished, data, out).history == second[0].history


@pytest.mark.parametrize("fast", [True, False])
def test_what_is_put_in_place_is_flushed(finished, data, tmp_path, monkeypatch, fast):
    """A disk that keeps what was flushed alone has a whole run at the end.

    Where it is fast it has one at any snapshot: each file is flushed before it gets its name.
    """
    flushed, fsync, replace = {}, os.fsync, Path.replace

    def keep(file):
        fsync(file)
        facts = os.fstat(file)
        flushed[facts.st_ino] = facts.st_mtime_ns

    def put(self, target):
        facts = self.stat()
        assert not fast or flushed.get(facts.st_ino) == facts.st_mtime_ns, target
        return replace(self, target)

    monkeypatch.setattr(storage, "affordable", lambda: fast)
    monkeypatch.setattr("eccles.training.run.folder.affordable", lambda: fast)
    monkeypatch.setattr(os, "fsync", keep)
    monkeypatch.setattr(Path, "replace", put)
    out = tmp_path / "run"
    again(finished, data, out)
    for name in (*WRITTEN, "."):
        facts = (out / name).stat()
        assert flushed.get(facts.st_ino) == facts.st_mtime_ns, name


def test_slow_disks_are_flushed_less_often(monkeypatch):
    """A fiftieth of the time: of 100 s, 2 s may go for it."""
    clock = storage._Clock
    for spent, affordable in ((0.0, True), (1.9, True), (2.1, False)):
        monkeypatch.setattr(clock, "began", storage.time.monotonic() - 100)
        monkeypatch.setattr(clock, "spent", spent)
        assert storage.affordable() == affordable
