import pandas as pd
import pytest

from eccles import TrainConfig
from eccles.errors import InputError
from eccles.sweeps import parquet


def test_a_frame_comes_back(tmp_path):
    frame = pd.DataFrame({"run": ["a", "b"], "epoch": [-1, 0], "accuracy": [0.1, None]})
    path = tmp_path / "it's.parquet"
    parquet.write_parquet(frame, path)
    base = parquet.database()
    rows = parquet.stored(
        base, path, {"run": "VARCHAR", "epoch": "BIGINT", "accuracy": "DOUBLE"}, TrainConfig()
    )
    pd.testing.assert_frame_equal(base.execute(f"SELECT * FROM {rows}").df(), frame)


def test_columns_that_came_later_have_the_default_or_nothing(tmp_path):
    path = tmp_path / "old.parquet"
    parquet.write_parquet(pd.DataFrame({"run": ["a"]}), path)
    columns = {"run": "VARCHAR", "batch_size": "BIGINT", "final_loss": "DOUBLE"}
    base = parquet.database()
    found = base.execute(
        f"SELECT * FROM {parquet.stored(base, path, columns, TrainConfig())}"
    ).fetchall()
    assert found == [("a", 256, None)]


def test_a_place_that_cannot_be_written_is_the_systems_error(tmp_path):
    with pytest.raises(OSError, match="nowhere"):
        parquet.write_parquet(pd.DataFrame({"run": ["a"]}), tmp_path / "nowhere" / "a.parquet")


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(parquet, "find_spec", lambda name: None if name == "duckdb" else name)
    with pytest.raises(InputError, match=r"duckdb must be installed .* 'eccles\[sweep\]'"):
        parquet.database()
