"""A study end to end, in this process; real processes and clusters have files of their own."""

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

import eccles
from eccles.data import Recordings
from eccles.data.spikes import hdf5 as spike_hdf5
from eccles.errors import InputError, RunError
from eccles.sweeps import record
from eccles.sweeps.folder import StudyFolder
from eccles.sweeps.plan import plan
from eccles.sweeps.schema import PROVENANCE
from eccles.sweeps.study import Study
from eccles.sweeps.sweep import preview, sweep
from eccles.sweeps.watch import Unwatched
from eccles.training.measures.measures import MEASURES


class Told(Unwatched):
    """Remembers what it is told."""

    def __init__(self):
        self.ends, self.progress = [], []

    def planned(self, plan, progress):
        self.progress.append(progress)

    def ended(self, run, outcome, progress):
        self.ends.append((run, outcome))
        self.progress.append(progress)


def test_rows_are_those_of_a_run_alone(small, done_by_threads):
    results = done_by_threads(small)
    assert results.names == ("runs", "epochs", "classes", "weights")
    assert [len(results.table(name)) for name in results.names] == [4, 4 * 3, 4 * 3 * 10, 4 * 2 * 3]
    config = eccles.TrainConfig(data="fashion-mnist-sample", epochs=2, ei="80:20", seed=1)
    alone = eccles.train(config, measure={"weights": 2})
    run = results.runs.query("ei == '80:20' and seed == 1").iloc[0]
    summary = alone.summary()
    for name in ("peak_accuracy", "final_accuracy", "initial_rate_hz", "final_rate_hz"):
        assert run[name] == summary[name]
    assert (run["n_excitatory"], run["parameters"], run["engine"]) == (80, 79400, "event")
    assert (run["data_kind"], run["train_samples"], run["w1_std"]) == ("real", 4000, 0.001)
    for name, rows in (
        ("epochs", alone.history),
        ("classes", alone.classes),
        ("weights", alone.measures["weights"]),
    ):
        table = results.table(name)
        mine = table[table["run"] == run["run"]].to_dict("records")
        for row, expected in zip(mine, rows, strict=True):
            timed = {"seconds", "compile_seconds"}
            known = {k: v for k, v in expected.items() if k not in timed and v is not None}
            assert {k: row[k] for k in known} == known
    assert math.isnan(results.epochs["loss"][0])


def test_runs_on_other_files_of_one_name_dont_mix(tmp_path):
    study = Study(
        base={"data": "spoken-digits", "hidden": 10, "epochs": 1, "w1_std": 0.01},
        grid={"ei": ["80:20", "100:0"]},
    )
    for folder, seed in (("one", 0), ("other", 1)):
        times = np.random.default_rng(seed).random(400).astype(np.float32)
        words = Recordings(
            times,
            np.arange(400, dtype=np.uint16),
            np.arange(21) * 20,
            np.arange(20) % 2,
            ("a", "b"),
        )
        for part in ("train", "test"):
            spike_hdf5.write(tmp_path / folder / f"spoken_digits_{part}.h5", words)

    def do(folder):
        with ThreadPoolExecutor(1) as pool:
            return sweep(study, tmp_path / "out", executor=pool, jobs=1, data_dir=tmp_path / folder)

    assert (do("one").runs["status"] == "done").all()
    assert len(do("one").runs) == 2
    with pytest.raises(InputError, match=r"on the same files of spoken-digits .* on others"):
        do("other")
    seen = preview(study, tmp_path / "out", data_dir=tmp_path / "other")
    assert isinstance(seen.reason, InputError)
    assert "choose another --out" in str(seen.reason)


def test_rows_come_in_the_order_of_the_plan(small, done_by_threads):
    results = done_by_threads(small)
    order = [run.identity for run in plan(small).runs]
    assert list(results.runs["run"]) == order
    assert list(results.classes["run"].unique()) == order
    first = results.classes[results.classes["run"] == order[0]]
    assert list(first["class"]) == list(range(10)) * 3


def test_the_same_again_does_nothing(small, done_by_threads, tmp_path):
    done_by_threads(small)
    before = {path: path.read_bytes() for path in (tmp_path / "out").glob("*.parquet")}
    told = Told()
    done_by_threads(small, watch=told)
    assert told.ends == []
    assert (told.progress[0].known, told.progress[0].left) == (4, 0)
    assert {path: path.read_bytes() for path in (tmp_path / "out").glob("*.parquet")} == before


def test_a_value_added_runs_only_its_cells(changed, done_by_threads):
    done_by_threads(changed(grid={"ei": ["50:50"]}))
    told = Told()
    results = done_by_threads(changed(grid={"ei": ["50:50", "95:5"]}), watch=told)
    assert [run.settings["ei"] for run, _ in told.ends] == ["95:5", "95:5"]
    assert list(results.runs["ei"]) == ["50:50", "95:5"] * 2


def test_runs_that_a_study_drops_are_kept(changed, done_by_threads, tmp_path):
    done_by_threads(changed(grid={"ei": ["50:50", "80:20"]}))
    less = changed(grid={"ei": ["80:20"]})
    assert preview(less, tmp_path / "out").others == 2
    assert list(done_by_threads(less).runs["ei"]) == ["80:20", "80:20", "50:50", "50:50"]


def test_tables_alone_are_believed(small, done_by_threads, tmp_path):
    expected = done_by_threads(small).runs
    for path in (tmp_path / "out/records").iterdir():
        path.unlink()
    told = Told()
    found = done_by_threads(small, watch=told).runs
    assert told.ends == []
    pd.testing.assert_frame_equal(found, expected)


def test_a_failed_run_is_a_row(changed, done_by_threads):
    # So much noise overflows within an epoch.
    noisy = changed(grid={"update_noise": [0.0, 1e38]}, repeat=[3, 4])
    told = Told()
    results = done_by_threads(noisy, watch=told)
    failed = results.runs[results.runs["status"] == "failed"]
    assert list(failed["update_noise"]) == [1e38, 1e38]
    assert all("must stay finite" in text for text in failed["error"])
    assert all("Traceback" in text for text in failed["traceback"])
    assert set(failed["ei"]) == {"80:20"}
    assert failed["peak_accuracy"].isna().all()
    assert told.progress[-1].failed == 2
    assert set(results.epochs["run"]) == set(results.runs.query("status == 'done'")["run"])


def test_failed_runs_are_done_again_when_asked(changed, done_by_threads):
    noisy = changed(grid={"update_noise": [0.0, 1e38]}, repeat=[3])
    folder = done_by_threads(noisy).folder
    for again in (False, True):
        told = Told()
        # Records alone say what failed where the command was killed before there were tables.
        (folder / "runs.parquet").unlink()
        done_by_threads(noisy, watch=told, retry_failed=again)
        assert [run.settings["update_noise"] for run, _ in told.ends] == [1e38] * again
        start = told.progress[0]
        assert (start.known, start.known_failed) == ((1, 0) if again else (2, 1))


def test_shards_together_are_the_study(small, done_by_threads, tmp_path):
    done_by_threads(small, tmp_path / "whole")
    for share in ("1/2", "2/2"):
        results = done_by_threads(small, tmp_path / "parts", shard=share)
        assert len(results.runs) == 2 * int(share[0])
    names = sorted(path.name for path in (tmp_path / "whole").glob("*.parquet"))
    for name in set(names) - {"runs.parquet"}:
        assert (tmp_path / "parts" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_weights_are_kept_when_asked(changed, done_by_threads, tmp_path):
    from eccles.training.run import checkpoint

    done_by_threads(changed(keep_weights=True, repeat=[5], grid={"ei": ["80:20"]}))
    (path,) = (tmp_path / "out/weights").iterdir()
    config = eccles.TrainConfig(data="fashion-mnist-sample", epochs=2, seed=5)
    expected = eccles.train(config).network.input_to_hidden
    assert checkpoint.read(path)[1]["network.input_to_hidden"].equal(expected)


def test_every_measure_has_a_table(changed, done_by_threads, tmp_path):
    """With null, not NaN, where something isn't defined; the records are plain JSON."""
    every = dict.fromkeys(MEASURES, 2)
    study = changed(grid={"ei": ["100:0"]}, repeat=[0, 1], measure=every)
    results = done_by_threads(study)
    assert set(results.names) == {"runs", "epochs", "classes", *MEASURES}
    for name, measure in MEASURES.items():
        table = results.table(name)
        assert list(table.columns) == ["run", "epoch", *measure.columns]
        assert set(table["epoch"]) == {-1, 1}
        assert table["run"].nunique() == 2
    none = results.table("distances", where="pair = 'I-I' AND discrete IS NULL")
    assert len(none) == 2 * 2 * 2 * 2
    assert none["discrete"].isna().all()
    assert (none["n_pairs"] == 0).all()
    for path in (tmp_path / "out/records").iterdir():
        assert "NaN" not in path.read_text()


def test_nothing_else_is_left(small, done_by_threads, tmp_path):
    done_by_threads(small)
    out = tmp_path / "out"
    shown = {path.name for path in out.iterdir() if path.name[0] != "."}
    tables = {f"{name}.parquet" for name in ("runs", "epochs", "classes", "weights")}
    assert shown == tables | {"study.json", "SHA256SUMS", "records", "underway"}
    assert not list((out / "underway").iterdir())
    assert not list((out / ".wanted").iterdir())


def test_records_of_one_process_say_where_they_come_from(small, done_by_threads):
    run = done_by_threads(small).runs.iloc[0]
    assert run["eccles_version"] == eccles.__version__
    assert run["torch_version"].startswith("2.")
    assert run["seconds"] > 0
    assert run[list(PROVENANCE)].drop("eccles_commit").notna().all()


def test_a_folder_of_another_study(small, changed, done_by_threads, tmp_path):
    done_by_threads(small)
    with pytest.raises(InputError, match=r"got .* with small at scale full; choose another --out"):
        sweep(changed(name="other"), tmp_path / "out")
    with pytest.raises(InputError, match="at scale smoke"):
        sweep(changed(scale="smoke"), tmp_path / "out")


def test_a_folder_of_other_files(small, tmp_path):
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(InputError, match="with other files; choose another --out"):
        sweep(small, tmp_path)
    with pytest.raises(InputError, match="must be a folder, got the file"):
        sweep(small, tmp_path / "thesis.tex")


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"base": {"data": "mnist"}}, "data"),
        ({"grid": {"optimizer": ["sgd", "sdg"]}}, r"no optimizer 'sdg' \(did you mean 'sgd'"),
        ({"measure": {"weight": 1}}, r"no measure 'weight' \(did you mean 'weights'"),
        ({"measure": {"weights": 0}}, "weights must be a number of epochs"),
        ({"grid": {"validation": [0.1, 1e-9]}}, "validation must be a share"),
    ],
)
def test_what_no_run_accepts_is_named_before_anything_starts(changed, tmp_path, parts, sentence):
    with pytest.raises(InputError, match=sentence):
        sweep(changed(**parts), tmp_path / "out", jobs=1)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("jobs", [0, -2])
def test_no_jobs(small, tmp_path, jobs):
    with pytest.raises(InputError, match="--jobs must be 1 or more"):
        sweep(small, tmp_path / "out", jobs=jobs)


def test_an_executor_that_takes_nothing(small, tmp_path):
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    with pytest.raises(RunError, match="the workers must stay reachable"):
        sweep(small, tmp_path / "out", executor=executor, jobs=1)


@pytest.mark.slow
def test_preview_starts_nothing(small, tmp_path):
    found = preview(small, tmp_path / "out", jobs=2)
    assert (len(found.plan.runs), len(found.left), found.others) == (4, 4, 0)
    assert found.estimate.sample_epochs == 4 * 2 * 4000
    assert 0 < found.estimate.seconds < 600
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_preview_counts_what_is_known(changed, done_by_threads, tmp_path):
    done_by_threads(changed(repeat=[0]))
    found = preview(changed(repeat=[0, 1]), tmp_path / "out", jobs=2)
    assert (len(found.plan.runs), len(found.left)) == (4, 2)
    done = preview(changed(repeat=[0]), tmp_path / "out", jobs=2)
    assert (done.left, done.estimate) == ([], None)


def test_a_damaged_record_is_done_again(small, done_by_threads, tmp_path):
    expected = done_by_threads(small).epochs
    folder = StudyFolder(tmp_path / "out")
    for path in folder.path.glob("*.parquet"):
        path.unlink()
    spoilt, cut = sorted(folder.records.iterdir())[:2]
    text = bytearray(spoilt.read_bytes())
    text[10] ^= 1
    spoilt.write_bytes(text)
    cut.write_bytes(cut.read_bytes()[:-40])
    told = Told()
    found = done_by_threads(small, watch=told).epochs
    assert {run.identity for run, _ in told.ends} == {spoilt.stem, cut.stem}
    pd.testing.assert_frame_equal(found, expected)
    assert record.scan(folder.records) == {run.identity for run in plan(small).runs}


def test_a_damaged_table_without_records_is_put_aside_and_the_rest_too(
    small, done_by_threads, tmp_path
):
    expected = done_by_threads(small).epochs
    folder = StudyFolder(tmp_path / "out")
    for path in folder.records.iterdir():
        path.unlink()
    cut = folder.table("weights")
    cut.write_bytes(cut.read_bytes()[:-50])
    told = Told()
    pd.testing.assert_frame_equal(done_by_threads(small, watch=told).epochs, expected)
    assert len(told.ends) == 4
    assert folder.table("weights").with_name("weights.parquet.unreadable").exists()


def test_a_folder_that_lost_its_description_is_taken_up(small, done_by_threads, tmp_path):
    done_by_threads(small)
    (tmp_path / "out/study.json").unlink()
    told = Told()
    done_by_threads(small, watch=told)
    assert told.ends == []


def test_a_folder_that_cant_be_made(small, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="must be writable"):
        sweep(small, tmp_path / "file" / "out", jobs=1)


def test_deep_networks_as_they_start(done_by_threads):
    study = Study(
        base={"data": "fashion-mnist-sample", "model": "mlp8", "width": 0.08, "epochs": 0},
        grid={"circuit": ["ei", "plain"]},
        measure={"layers": 1},
    )
    found = done_by_threads(study)
    assert set(found.runs["status"]) == {"done"}
    assert (found.runs["initial_accuracy"] == found.runs["final_accuracy"]).all()
    assert found.runs["final_loss"].isna().all()
    layers = found.table("layers", where="circuit = 'ei'")
    assert (layers["epoch"] == -1).all()
    assert layers["expected_std"].notna().all()
