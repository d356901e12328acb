import numpy as np
import pandas as pd
import pytest

import eccles
from eccles.errors import InputError, RunError
from eccles.sweeps.folder import StudyFolder
from eccles.sweeps.plan import plan
from eccles.sweeps.schema import SETTINGS, TABLES
from eccles.sweeps.tables import columns_of, consolidate, stored_runs, write_parquet


@pytest.fixture
def out(small, done_by_threads, tmp_path):
    done_by_threads(small)
    return tmp_path / "out"


def test_columns_are_those_of_the_schema_whatever_is_in_them(out, small):
    results = eccles.load(out)
    for name, columns in columns_of(small).items():
        assert list(results.table(name).columns) == list(columns)
    kinds = results.runs.dtypes
    assert (kinds["epochs"], kinds["w1_std"], kinds["unbounded"]) == (np.int64, float, bool)
    assert kinds["surrogate_scale"].kind == "f"  # Null in every row, and still a number.


def test_pandas_alone_sees_what_load_gives(out):
    duckdb = pytest.importorskip("duckdb")
    found = duckdb.execute(f"SELECT * FROM '{out}/runs.parquet'").df()
    pd.testing.assert_frame_equal(found, eccles.load(out).runs)


def test_conditions_use_a_table_and_its_runs(out):
    results = eccles.load(out)
    chosen = results.table("classes", where="ei = '80:20' AND seed = 1 AND epoch = 1 AND class < 3")
    assert list(chosen["class"]) == [0, 1, 2]
    assert list(chosen.columns) == list(TABLES["classes"])
    assert len(results.table("runs", where="ei = '80:20'")) == 2
    # Both have an accuracy: the table's own is meant.
    assert len(results.table("epochs", where="epoch = -1 AND accuracy <= 1")) == 4


@pytest.mark.parametrize("where", ["ei = ", "nothing > 3", "1; DROP TABLE runs"])
def test_conditions_that_are_none(out, where):
    with pytest.raises(InputError, match="the condition must be SQL") as caught:
        eccles.load(out).table("runs", where=where)
    assert "\n" not in str(caught.value)


def test_a_table_that_isnt_there(out):
    with pytest.raises(InputError, match=r"no table 'class' \(did you mean 'classes'"):
        eccles.load(out).table("class")


def test_a_folder_that_is_no_study(tmp_path):
    with pytest.raises(InputError, match="must be a folder that eccles sweep wrote"):
        eccles.load(tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", '{"format": 9}', '{"format": 1, "study": {"a": 1}}'])
def test_a_description_that_cant_be_read(out, text):
    (out / "study.json").write_text(text)
    with pytest.raises(RunError, match="must be readable and of format 1"):
        eccles.load(out)


def test_load_takes_up_what_has_ended_since(out):
    expected = eccles.load(out).runs
    for path in out.glob("*.parquet"):
        path.unlink()
    pd.testing.assert_frame_equal(eccles.load(out).runs, expected)


def test_a_table_cut_short(out, small):
    path = out / "classes.parquet"
    whole = path.read_bytes()
    path.write_bytes(whole[:-7])
    # The records have it all.
    eccles.load(out)
    assert path.read_bytes() == whole
    path.write_bytes(whole[:-7])
    for record in (out / "records").iterdir():
        record.unlink()
    assert stored_runs(StudyFolder(out)) == {}
    with pytest.raises(RunError, match=r"classes.parquet must be a Parquet file"):
        eccles.load(out)


def test_the_same_records_give_the_same_bytes(out, small):
    before = {path: path.read_bytes() for path in out.glob("*.parquet")}
    order = [run.identity for run in plan(small).runs]
    for path in before:
        path.unlink()
    assert consolidate(StudyFolder(out), order) == []
    assert {path: path.read_bytes() for path in before} == before


def test_rows_of_an_older_version_stay(out, small):
    runs = eccles.load(out).runs
    order = list(runs["run"])
    # An older version had fewer columns, and one that a later one dropped.
    older = runs.drop(columns=["final_loss"]).assign(forgotten=1)
    write_parquet(older, out / "runs.parquet")
    (out / "records" / f"{order[0]}.json").unlink()
    consolidate(StudyFolder(out), order)
    found = eccles.load(out).runs
    assert list(found["run"]) == order
    assert list(found.columns) == list(runs.columns)
    assert np.isnan(found["final_loss"][0])
    assert found["final_loss"][1] == runs["final_loss"][1]


def test_every_setting_has_a_type():
    assert {name: SETTINGS[name] for name in ("ei", "w1_std", "epochs", "unbounded", "device")} == {
        "ei": "VARCHAR",
        "w1_std": "DOUBLE",
        "epochs": "BIGINT",
        "unbounded": "BOOLEAN",
        "device": "VARCHAR",
    }
    assert set(SETTINGS) == set(eccles.TrainConfig.model_fields)


def test_tables_that_are_older_than_a_setting(out):
    """The runs did what that setting's default does; what else is new is null."""
    old = eccles.load(out).runs.drop(columns=["zero_start", "final_loss"])
    write_parquet(old, out / "runs.parquet")
    for record in (out / "records").iterdir():
        record.unlink()
    for _ in range(2):
        found = eccles.load(out)
        assert found.runs["zero_start"].tolist() == [True] * len(old)
        assert found.runs["final_loss"].isna().all()
        chosen = found.table("epochs", where="zero_start AND final_loss IS NULL AND epoch = 0")
        assert len(chosen) == len(old)
        # As a later run of the same study writes them.
        consolidate(StudyFolder(out), [])
