import itertools

import pandas as pd
import pytest

from eccles import InputError
from eccles.stats import compare_cells, compare_to_reference
from eccles.stats.cells import find_value, read_cell

CELLS = list(itertools.product(("50:50", "80:20", "100:0"), (0.0, 1e-5)))
ROWS = pd.DataFrame(
    [
        {"ei": ei, "noise": noise, "tau_mem": None if noise else 0.01, "seed": seed, "peak": peak}
        for (ei, noise), base in zip(
            itertools.product(("50:50", "80:20", "100:0"), (0.0, 1e-5)),
            (1, 2, 3, 4, 6, 8),
            strict=True,
        )
        for seed, peak in enumerate((base, base + 0.1, base + 0.3))
    ]
)


def test_one_named_setting_compares_at_each_level_of_the_others():
    found = compare_cells(ROWS, "ei=100:0", ["ei", "noise"], "peak")
    assert list(found["ei"]) == ["50:50", "80:20"] * 2
    assert list(found["noise"]) == [0, 0, 1e-5, 1e-5]
    assert list(found["difference"]) == pytest.approx([-5, -3, -6, -4])
    assert set(found["family"]) == {2}
    known = compare_to_reference(ROWS, value="peak", within=["noise"])
    rest = list(known.columns)[2:]
    pd.testing.assert_frame_equal(found[rest], known[rest])


def test_all_named_settings_compare_with_one_cell():
    reference = {"noise": 1e-5, "ei": "100:0"}
    found = compare_cells(ROWS, reference, ["ei", "noise"], "peak")
    assert list(found.columns[:2]) == ["ei", "noise"]
    cells = list(zip(found["ei"], found["noise"], strict=True))
    assert len(cells) == 5
    assert ("100:0", 1e-5) not in cells
    assert list(found["difference"]) == pytest.approx([-7, -6, -5, -4, -2])
    assert set(found["family"]) == {5}


def test_a_setting_may_be_missing():
    found = compare_cells(ROWS, "tau_mem=10 ms", ["ei", "tau_mem"], "peak")
    assert list(found["difference"]) == pytest.approx([1, 1, 2])
    assert found["tau_mem"].isna().all()


def test_more_than_ten_levels_come_in_their_order():
    rows = pd.concat([ROWS[ROWS["noise"] == 0].assign(noise=float(k)) for k in range(12)])
    found = compare_cells(rows, "ei=100:0", ["ei", "noise"], "peak")
    assert list(found["noise"][::2]) == list(range(12))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10 ms", 0.01),
        ("10000 us", 0.01),
        ("0.010", 0.01),
        ("1e-2", 0.01),
        ("none", None),
    ],
)
def test_values_are_read_as_they_are_written(text, value):
    found = find_value(ROWS, "tau_mem", text)
    assert found == value if value else pd.isna(found)


@pytest.mark.parametrize(
    ("against", "sentence"),
    [
        ("ei=100:1", r"ei must be one of 50:50, 80:20, 100:0, got '100:1' \(did you mean '100:0'"),
        ("ei", "against must be settings with a value each"),
        ("", "against must be settings with a value each"),
        ("ei=80:20,ei=100:0", "against must be settings with a value each"),
        ("seed=1", "against must be of what makes a cell, ei, noise, got 'seed'"),
        ("nose=1", r"no column 'nose' \(did you mean 'noise'\?\)"),
        ({}, "against must be a cell"),
    ],
)
def test_a_reference_that_is_none_is_one_sentence(against, sentence):
    with pytest.raises(InputError, match=sentence):
        compare_cells(ROWS, against, ["ei", "noise"], "peak")


@pytest.mark.parametrize(
    ("chosen", "by", "sentence"),
    [
        (
            ROWS["seed"] == 1,
            ["ei", "noise"],
            "two pairs or more .* ei 100:0, got 1 seed that",
        ),
        ((ROWS["seed"] == 1) == (ROWS["ei"] == "80:20"), ["ei", "noise"], "got no seeds that"),
        (ROWS["ei"] == "100:0", ["ei", "noise"], "cells beside the reference, got ei 100:0 alone"),
        (ROWS["seed"] >= 0, ["ei"], "one row of each seed, got more of ei 50:50, seed 0; name all"),
    ],
)
def test_what_cant_be_compared_is_one_sentence(chosen, by, sentence):
    rows = ROWS[chosen]
    if "no seeds" in sentence:
        rows = rows[rows["ei"] != "50:50"]
    with pytest.raises(InputError, match=sentence):
        compare_cells(rows, "ei=100:0", by, "peak")


def test_a_value_may_hold_commas():
    assert read_cell("initial_rate=E: 5 Hz, PV: 15 Hz,ei=80:20") == {
        "initial_rate": "E: 5 Hz, PV: 15 Hz",
        "ei": "80:20",
    }
