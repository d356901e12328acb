import numpy as np
import pytest

import eccles
from eccles.errors import RunError
from eccles.sweeps.consolidate import consolidate, stored_runs
from eccles.sweeps.folder import StudyFolder
from eccles.sweeps.parquet import write_parquet
from eccles.sweeps.plan import plan


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
    with pytest.raises(RunError, match=r"classes.parquet must be as it was written"):
        eccles.load(out)
    (out / "SHA256SUMS").unlink()
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
    (out / "SHA256SUMS").unlink()
    (out / "records" / f"{order[0]}.json").unlink()
    consolidate(StudyFolder(out), order)
    found = eccles.load(out).runs
    assert list(found["run"]) == order
    assert list(found.columns) == list(runs.columns)
    assert np.isnan(found["final_loss"][0])
    assert found["final_loss"][1] == runs["final_loss"][1]


def test_tables_that_are_older_than_a_setting(out):
    """The runs did what that setting's default does; what else is new is null."""
    old = eccles.load(out).runs.drop(columns=["zero_start", "final_loss"])
    write_parquet(old, out / "runs.parquet")
    (out / "SHA256SUMS").unlink()
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
