import numpy as np
import pytest

from eccles.data import Recordings, load
from eccles.data.spikes import hdf5 as spike_hdf5
from eccles.errors import InputError, StorageError
from eccles.sweeps import record
from eccles.sweeps.folder import StudyFolder
from eccles.sweeps.plan import plan
from eccles.sweeps.schema import versions
from eccles.sweeps.worker import Job, check_versions, execute
from eccles.training.samples import files_digest


@pytest.fixture
def job(small, tmp_path):
    run = plan(small).runs[0]
    folder = tmp_path / "out"
    (folder / "records").mkdir(parents=True)
    wanted = tmp_path / "wanted"
    wanted.touch()
    settings = {**small.base, **run.settings}
    rest = ("small", "full", False, None, wanted, versions())
    return Job(run.identity, settings, small.measure, folder, *rest)


def kept(job):
    return record.read(record.path_of(job.folder / "records", job.identity))


def test_a_run_leaves_its_record_and_nothing_else(job):
    outcome = execute(job)
    assert (outcome.status, outcome.sample_epochs) == ("done", 8000)
    assert outcome.peak_accuracy == kept(job).run["peak_accuracy"]
    assert set(kept(job).tables) == {"epochs", "classes", "weights"}
    assert not StudyFolder(job.folder).scratch(job.identity).exists()


def test_a_run_that_somebody_did_isnt_done_again(job):
    execute(job)
    before = record.path_of(job.folder / "records", job.identity).stat().st_mtime_ns
    assert execute(job).status == "done"
    assert record.path_of(job.folder / "records", job.identity).stat().st_mtime_ns == before


def test_a_run_that_nobody_wants_is_dropped_and_goes_on_later(job):
    job.wanted.unlink()
    assert execute(job).status == "dropped"
    assert kept(job) is None
    job.wanted.touch()
    assert execute(job).status == "done"


@pytest.mark.parametrize("name", ["checkpoint.safetensors", "config.json", "classes.jsonl"])
def test_what_an_interrupted_start_left_damaged_is_done_anew(job, monkeypatch, name):
    from eccles.sweeps import worker

    class Enough(worker._Wanted):
        def measured(self, row):
            if row["epoch"] == 0:
                raise worker.Dropped

    with monkeypatch.context() as patched:
        patched.setattr(worker, "_Wanted", Enough)
        assert execute(job).status == "dropped"
    path = StudyFolder(job.folder).scratch(job.identity) / name
    path.write_bytes(path.read_bytes()[:-20])
    assert execute(job).status == "done"
    assert len(kept(job).tables["epochs"]["epoch"]) == 3


def test_recordings_are_binned_as_the_run_says(job, tmp_path):
    lengths = np.full(40, 30)
    rng = np.random.default_rng(0)
    words = Recordings(
        rng.random(1200).astype(np.float32), rng.integers(0, 700, 1200).astype(np.uint16),
        np.concatenate([[0], np.cumsum(lengths)]), np.arange(40) % 2, ("no", "yes"),
    )  # fmt: skip
    for part in ("train", "test"):
        spike_hdf5.write(tmp_path / "data" / f"spoken_digits_{part}.h5", words)
    files = files_digest(load("spoken-digits", tmp_path / "data"))
    densities = []
    for clip, steps in ((False, 20), (True, 20), (False, 40)):
        settings = {**job.settings, "data": "spoken-digits", "steps": steps, "clip": clip}
        identity = f"{clip}-{steps}"
        own = job._replace(
            identity=identity, settings=settings, data_dir=tmp_path / "data", files=files
        )
        assert execute(own).status == "done"
        run = kept(own).run
        assert (run["steps"], run["clip"], run["max_time"]) == (steps, clip, 1.4)
        densities.append(run["event_density"])
    assert densities[0] == densities[1]
    assert densities[2] == pytest.approx(densities[0] / 2, rel=0.01)
    other = execute(own._replace(identity="other", files="0123abcd"))
    assert other.status == "failed"
    assert "the coordinator's files of spoken-digits (0123abcd), got others" in other.error


def test_a_failure_is_a_record(job):
    outcome = execute(job._replace(settings={**job.settings, "update_noise": 1e38}))
    assert outcome.status == "failed"
    assert "must stay finite" in outcome.error
    run = kept(job).run
    assert (run["status"], run["update_noise"]) == ("failed", 1e38)
    assert "Traceback" in run["traceback"]
    # Asked for again, it is tried again.
    assert execute(job).status == "done"
    assert kept(job).run["status"] == "done"


def test_a_folder_that_cant_be_written_is_no_failure_of_the_run(job):
    (job.folder / "records").rmdir()
    (job.folder / "records").write_text("in the way")
    with pytest.raises(StorageError, match="must be writable"):
        execute(job)


def test_other_versions(job):
    theirs = {**versions(), "torch_version": "1.0", "python_version": "2.7"}
    with pytest.raises(InputError, match=r"worker .* got .*torch .* for 1\.0"):
        execute(job._replace(versions=theirs))
    assert kept(job) is None
    check_versions(versions(), "here")
