"""What "auto" became is said where it differs between the cells of a study."""

import pandas as pd

from eccles.sweeps.implied import implied, say_implied
from eccles.sweeps.study import Study

RUNS = pd.DataFrame(
    {
        "recurrent": [0.0, 0.0, 0.1],
        "seed": [0, 1, 0],
        "optimizer": ["sgd", "sgd", "adam"],
        "lr": [0.01, 0.01, 0.001],
        "initial_rate": [None, None, "5 Hz"],
        "momentum": [0.0, 0.0, 0.0],
        "w1_std": [0.001, 0.001, 0.02],
    }
)


def test_only_what_learning_depends_on_and_nobody_varies():
    study = Study(grid={"recurrent": [0, 0.1]}, repeat=2)
    assert implied(study, RUNS) == {
        "optimizer": ["sgd", "adam"],
        "lr": ["0.01", "0.001"],
        "initial_rate": ["none", "5 Hz"],
    }
    differ = "optimizer sgd or adam; lr 0.01 or 0.001; initial_rate none or 5 Hz; "
    assert f" differs between cells: {differ}" in str(say_implied(study, RUNS))


def test_what_is_varied_or_said_is_no_surprise():
    varied = Study(grid={"optimizer": ["sgd", "adam"], "lr": [0.01, 0.001]})
    assert list(implied(varied, RUNS)) == ["initial_rate"]
    assert say_implied(varied, RUNS.drop(columns="initial_rate")) is None
