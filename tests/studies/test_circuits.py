"""The page's script takes the learning rate that validation chose, and pairs arms by seed."""

import runpy
from pathlib import Path

import pandas as pd
import pytest

PAGE = runpy.run_path(str(Path(__file__).parents[2] / "docs" / "circuits.py"))


@pytest.fixture
def runs():
    """Two arms, two learning rates, three seeds; the better rate by validation isn't by test."""
    cells = [(free, lr, seed) for free in (False, True) for lr in (0.1, 0.2) for seed in range(3)]
    runs = pd.DataFrame(cells, columns=["unbounded", "lr", "seed"])
    better = runs["lr"] == runs["unbounded"].map({False: 0.1, True: 0.2})
    return runs.assign(
        wiring="feed-forward",
        weights=runs["unbounded"].map({False: "Dale", True: "free"}),
        validation=70.0 + 10 * better,
        accuracy=50.0
        + 10 * runs["unbounded"]
        + 20 * (runs["lr"] == 0.2)
        + runs["seed"] * (1 + runs["unbounded"]),
        loss=0.5 - 0.1 * runs["unbounded"] - 0.01 * runs["seed"] * runs["unbounded"],
        final_rate_hz=8.0,
        operations=7.0,
    )


def cells(table):
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()]


def test_each_arm_has_the_rate_that_validation_chose(runs):
    chosen = PAGE["tuned"](runs)
    assert set(zip(chosen["weights"], chosen["lr"], strict=True)) == {("Dale", 0.1), ("free", 0.2)}
    head, _, dale, free = cells(PAGE["accuracies"](runs))
    assert head[:3] == ["weights", "lr", "n"]
    assert dale[:3] == ["Dale", "0.1", "3"]
    assert dale[3].startswith("51.00 [")
    assert free[3].startswith("82.00 [")
    assert free[-2:] == ["8.0", "7"]
    assert cells(PAGE["learning_rates"](runs))[2:] == [
        ["Dale", "**80.00**", "70.00"],
        ["free", "70.00", "**80.00**"],
    ]


def test_arms_are_compared_seed_by_seed(runs):
    both = pd.concat([runs, runs.assign(wiring="recurrent")])
    _, _, first, second = cells(PAGE["TABLES"]["price"](both))
    # -30, -31, -32 points, of which Student's interval is 2.484 to either side.
    assert first[:3] == ["feed-forward", "3", "-31.00 [-33.48, -28.52]"]
    # p is 1/4 of three pairs, and Holm's correction doubles it.
    assert first[3] == second[3] == "0.500"
    _, _, first, _ = cells(PAGE["TABLES"]["fit"](both))
    assert first[2].startswith("+0.110 [")
