import json

import pytest

import eccles.bench
from eccles.bench.peers import NOT_INSTALLED
from eccles.cli.bench import bench

pytestmark = pytest.mark.slow

ASKED = {"quick": True, "batch_size": 32, "threads": 2, "peers": True}


@pytest.fixture(scope="module")
def measured():
    return eccles.bench.run("fashion-mnist-sample", **ASKED)


@pytest.fixture(autouse=True)
def _once(measured, monkeypatch):
    """Measure once, and print it in each way."""

    def run(data, tell, **asked):
        assert (data, asked) == ("fashion-mnist-sample", ASKED)
        return measured

    monkeypatch.setattr(eccles.bench, "run", run)


def test_a_quick_run_as_json(capsys):
    bench("fashion-mnist-sample", **ASKED, json=True)
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
        assert row["note"] in ("", NOT_INSTALLED)
        assert (row["timing"] is None) == (row["note"] == NOT_INSTALLED)
        assert row["timing"] is None or row["timing"]["median"] > 0
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
    bench("fashion-mnist-sample", **ASKED)
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
