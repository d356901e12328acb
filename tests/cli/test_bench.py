import json

import pytest

from eccles.cli.bench import bench


@pytest.fixture(autouse=True)
def _walls(tmp_path, monkeypatch):
    monkeypatch.setenv("ECCLES_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ECCLES_OFFLINE", "1")
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.delenv("ECCLES_DATA", raising=False)


def test_a_quick_run_as_json(capsys):
    bench(quick=True, batch_size=32, peers=False, json=True)
    done = json.loads(capsys.readouterr().out)
    assert set(done) == {
        "machine",
        "data",
        "batch_size",
        "threads",
        "quick",
        "steps",
        "scaling",
        "startup",
        "results",
    }
    assert done["data"]["name"] == "fashion-mnist-sample"
    assert done["machine"]["versions"]["torch"]
    quiet, trained, *_ = done["steps"]
    assert quiet["name"] == "initial weights"
    assert 0 < quiet["rate_hz"] < trained["rate_hz"]
    for row in [*quiet["rows"], *trained["rows"]]:
        assert set(row) == {"name", "threads", "losses", "timing", "note"}
        assert row["note"] == ""
        assert row["timing"]["median"] > 0
    assert {size["quantity"] for size in done["scaling"]} == {
        "samples",
        "events a sample",
        "hidden neurons",
    }
    assert done["startup"]["first_compilation"] is None
    for result in done["results"]:
        assert set(result) == {"name", "where", "value", "unit", "goal", "met"}
        assert result["met"] is None, "a quick run judges nothing"


def test_a_quick_run_as_tables(capsys):
    bench(quick=True, batch_size=16, threads=1, peers=False)
    out = capsys.readouterr().out
    for words in [
        "fashion-mnist-sample: 4,000 samples",
        "One training step, initial weights, hidden neurons at",
        "One training step, trained weights",
        "Cost by size",
        "dense / event, 1 thread",
        "at least 120 x",
        "unknown",
    ]:
        assert words in out
