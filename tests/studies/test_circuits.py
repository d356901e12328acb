"""The page's script takes the learning rate that validation chose, and pairs arms by seed."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

PAGE = runpy.run_path(str(Path(__file__).parents[2] / "docs" / "circuits.py"))


@pytest.fixture
def tables():
    """Two arms, two learning rates, three seeds; the better rate by validation isn't by test."""
    cells = [(free, lr, seed) for free in (False, True) for lr in (0.1, 0.2) for seed in range(3)]
    runs = pd.DataFrame(cells, columns=["unbounded", "lr", "seed"])
    runs["run"] = [f"run{k}" for k in range(len(runs))]
    runs["status"] = "done"
    runs["final_accuracy"] = 0.5 + 0.1 * runs["unbounded"] + 0.2 * (runs["lr"] == 0.2)
    runs["final_accuracy"] += runs["seed"] / 100 * (1 + runs["unbounded"])
    runs["final_rate_hz"] = 8.0
    last = [0.8 if lr == (0.2 if free else 0.1) else 0.7 for free, lr, _ in cells]
    epochs = pd.concat(
        pd.DataFrame({"run": runs["run"], "epoch": epoch, "validation_accuracy": values})
        for epoch, values in ((1, last), (0, 0.99))
    )
    operations = pd.concat(
        pd.DataFrame({"run": runs["run"], "epoch": epoch, "operations": n})
        for epoch, n in ((-1, 50.0), (1, 3.0), (1, 4.0))
    )
    found = {"epochs": epochs, "operations": operations}
    study = SimpleNamespace(varied=("unbounded", "lr", "seed"))
    return SimpleNamespace(runs=runs, study=study, table=found.__getitem__)


def test_each_arm_has_the_rate_that_validation_chose(tables):
    chosen, arm = PAGE["best"](tables)
    assert arm == ["unbounded"]
    assert set(zip(chosen["unbounded"], chosen["lr"], strict=True)) == {(False, 0.1), (True, 0.2)}
    assert set(chosen["operations"]) == {7.0}
    dale, free = PAGE["rows"](chosen, arm)
    assert dale[:3] == ["False", "0.1", "3"]
    assert dale[3].startswith("51.00 (")
    assert free[3].startswith("82.00 (")
    assert free[4:] == ["8.0", "7"]


def test_arms_are_compared_seed_by_seed(tables):
    (row,) = PAGE["compared"](*PAGE["best"](tables))
    assert row[:3] == ["Dale - free", "all", "3"]
    # -30, -31, -32 points, of which Student's interval is 2.484 to either side.
    assert row[3] == "-31.00 (-33.48 to -28.52)"
    assert row[4] == "0.250"
