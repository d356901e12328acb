import numpy as np
import pandas as pd
import pytest

import eccles
from eccles.errors import InputError, RunError
from eccles.sweeps.schema import columns_of


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
    assert list(chosen.columns) == list(columns_of(results.study)["classes"])
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


def test_settings_stand_behind_the_run(out):
    results = eccles.load(out)
    late = results.table("classes", where="ei = '80:20' AND epoch = 1 AND class = 3", settings=True)
    assert list(late.columns)[:4] == ["run", "ei", "seed", "epoch"]
    assert late[["ei", "seed"]].values.tolist() == [["80:20", 0], ["80:20", 1]]
    pd.testing.assert_frame_equal(results.table("runs", settings=True), results.runs)


def test_cells_of_a_study(out):
    results = eccles.load(out)
    by_hand = results.runs.groupby("ei")["peak_accuracy"]
    found = results.summary().set_index("ei")
    assert list(found["n"]) == [2, 2]
    assert found["mean"].to_dict() == pytest.approx(by_hand.mean().to_dict())
    assert found["sd"].to_dict() == pytest.approx(by_hand.std().to_dict())
    (row,) = results.compare("ei=50:50").to_dict("records")
    assert (row["ei"], row["n_pairs"]) == ("80:20", 2)
    assert row["difference"] == pytest.approx(by_hand.mean()["80:20"] - by_hand.mean()["50:50"])


def test_a_run_counts_once_in_a_cell(out):
    # Ten classes of a run are one observation of it, not ten.
    results = eccles.load(out)
    found = results.summary(value="accuracy", table="classes", where="epoch = 1")
    assert list(found["n"]) == [2, 2]
    assert list(found["mean"]) == pytest.approx(
        list(results.summary(value="final_accuracy")["mean"])
    )
    with pytest.raises(InputError, match="value must be a column of numbers, got 'class_name'"):
        results.summary(value="class_name", table="classes")


def test_one_seed_has_no_pairs(out):
    with pytest.raises(InputError, match="got 1 seed that a cell has in common with it; repeat"):
        eccles.load(out).compare("ei=50:50", where="seed = 0")


def test_a_folder_that_is_no_study(tmp_path):
    with pytest.raises(InputError, match="must be a folder that eccles sweep wrote"):
        eccles.load(tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", '{"format": 9}', '{"format": 1, "study": {"a": 1}}'])
def test_a_description_that_cant_be_read(out, text):
    (out / "study.json").write_text(text)
    with pytest.raises(RunError, match=r"study\.json must be as it was written"):
        eccles.load(out)
    (out / "SHA256SUMS").unlink()
    with pytest.raises(RunError, match="must be readable and of format 1"):
        eccles.load(out)


def test_load_takes_up_what_has_ended_since(out):
    expected = eccles.load(out).runs
    for path in out.glob("*.parquet"):
        path.unlink()
    pd.testing.assert_frame_equal(eccles.load(out).runs, expected)
