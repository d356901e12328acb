from collections import Counter

import pytest

from eccles.studies import find
from eccles.studies.kilgore2025.robustness import choices, variants
from eccles.sweeps.plan import plan
from eccles.sweeps.study import Study, read_study

SHIPPED = find("kilgore2025/robustness")


@pytest.mark.parametrize(("scale", "runs"), [("full", 72), ("smoke", 6)])
def test_the_variants_that_ship(scale, runs):
    assert Counter(variants(read_study(SHIPPED, scale)).values()) == {
        "as published": runs,
        "momentum 0.9": runs,
        "Adam": runs,
        "tau_mem 5 ms": runs,
        "w2 x 1/3": runs,
        "w2 x 3": runs,
        "no zero start": runs,
    }


def test_a_run_is_of_the_variant_that_its_settings_say():
    study = read_study(SHIPPED)
    named = variants(study)
    for run in plan(study).runs:
        assert (named[run.identity] == "Adam") == (run.settings["optimizer"] == "adam")
        assert (named[run.identity] == "w2 x 3") == (run.settings["w2_std"] == 0.1998)


def test_what_makes_a_variant():
    made = choices(read_study(SHIPPED))
    assert made["as published"]["lr"] == 0.01
    assert made["Adam"] == {"optimizer": "adam", "lr": 2e-4}
    assert made["no zero start"] == {"zero_start": False}


@pytest.mark.parametrize(
    ("axes", "names"),
    [
        ({"lr": [0.01, 0.1]}, ["as published", "lr 0.1"]),
        # A scale that is given is the one that others are compared with.
        ({"w1_std": [0.002, 0.001, 0.01]}, ["as published", "w1 x 1/2", "w1 x 5"]),
        ({"w1_std": [0.001, 0.00137]}, ["as published", "w1 x 1.37"]),
        (
            {"zero_start": [False, True], "momentum": [0, 0.5]},
            ["as published", "zero start, momentum 0.5"],
        ),
        # Two learning rates of one optimizer need their names.
        (
            {"optimizer": ["sgd", "adam", "adam"], "lr": [0.01, 0.001, 0.002]},
            ["as published", "Adam, lr 0.001", "Adam, lr 0.002"],
        ),
    ],
)
def test_other_choices(axes, names):
    assert list(choices(Study(zip=axes))) == names


def test_a_study_of_one_variant():
    study = Study(grid={"ei": ["50:50", "80:20"]})
    assert list(variants(study).values()) == ["as published"] * 2
