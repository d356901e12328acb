import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ttest_ind, wilcoxon

from eccles.errors import InputError
from eccles.stats.correction import holm
from eccles.stats.power import seeds_needed
from eccles.stats.reference import compare_to_reference

SIX = ["50:50", "70:30", "75:25", "80:20", "90:10", "95:5"]


def study(values: dict[str, list[float]], noise: float = 2e-4) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"update_noise": noise, "ei": ei, "seed": seed, "accuracy": x}
            for ei, series in values.items()
            for seed, x in enumerate(series)
        ]
    )


def compare(values, **others) -> pd.DataFrame:
    frame = values if isinstance(values, pd.DataFrame) else study(values)
    return compare_to_reference(frame, value="accuracy", **others)


def test_by_hand():
    row = compare({"80:20": [0.7, 0.8, 0.9], "100:0": [0.6, 0.6, 0.6]}).iloc[0]
    assert (row["update_noise"], row["ei"]) == (2e-4, "80:20")
    assert (row["n"], row["reference_n"], row["n_pairs"], row["family"]) == (3, 3, 3, 1)
    assert row["mean"] == pytest.approx(0.8)
    assert row["reference_mean"] == pytest.approx(0.6)
    # Differences 0.1, 0.2, 0.3: mean 0.2, sd 0.1.
    assert row["difference"] == pytest.approx(0.2)
    assert row["cohen_dz"] == pytest.approx(2.0)
    # Pooled variance (0.02 + 0) / 4 = 0.005; t = 0.2 / sqrt(0.005 x 2/3).
    assert row["t"] == pytest.approx(0.2 / math.sqrt(0.005 * 2 / 3))
    # g = 0.2 / sqrt(0.005), times J(4) = Gamma(2) / (sqrt(2) Gamma(1.5)).
    small = 1 / (math.sqrt(2) * math.gamma(1.5))
    assert row["hedges_g"] == pytest.approx(0.2 / math.sqrt(0.005) * small)
    assert row["p_wilcoxon"] == row["p_holm"] == 2 / 8
    # Three pairs: Student's t of two degrees of freedom, 4.302653, times sd / sqrt(3).
    half = 4.302653 * 0.1 / math.sqrt(3)
    assert (row["low"], row["high"]) == pytest.approx((0.2 - half, 0.2 + half), abs=1e-6)
    assert row["seeds_needed"] == seeds_needed(0.1)
    assert row["note"] == "3 unequal pairs: p_holm can't be below 0.25"


def test_wraps_scipy():
    random = np.random.default_rng(0)
    values = {ei: list(random.normal(0.7, 0.05, 16)) for ei in [*SIX, "100:0"]}
    found = compare(values).set_index("ei")
    assert list(found.index) == SIX
    for ei in SIX:
        t = ttest_ind(values[ei], values["100:0"])
        assert (found["t"][ei], found["p_t"][ei]) == pytest.approx((t.statistic, t.pvalue))
        expected = wilcoxon(values[ei], values["100:0"]).pvalue
        assert found["p_wilcoxon"][ei] == pytest.approx(expected)
    assert found["p_holm"].tolist() == holm(found["p_wilcoxon"]).tolist()
    assert set(found["family"]) == {6}
    assert set(found["note"]) == {""}


def test_holm_is_over_the_groups_of_one_level():
    better = {ei: [0.7 + k / 100 for k in range(8)] for ei in SIX}
    level = better | {"100:0": [0.6 + k / 50 for k in range(4)] * 2}
    frame = pd.concat([study(level, noise) for noise in (1e-4, 2e-4, 3e-4)])
    found = compare(frame)
    assert len(found) == 18
    assert set(found["p_wilcoxon"]) == {2 / 2**8}
    assert set(found["p_holm"]) == {6 * 2 / 2**8}
    few = compare(frame[frame["seed"] < 7])
    assert few["note"].str.contains("p_holm can't be below 0.0938").all()


def test_the_bound_holds_beside_groups_with_more_pairs():
    up = [k / 100 for k in range(1, 9)]
    found = compare({"many": up, "few": up[:5], "100:0": [0.0] * 8}).set_index("ei")
    # Holm: 2 x 2/2^8 for the first, 1 x 2/2^5 for the second.
    assert found["p_holm"].tolist() == [4 / 2**8, 2 / 2**5]
    assert found.loc["many", "note"] == ""
    assert found.loc["few", "note"].endswith("p_holm can't be below 0.0625")


def test_pairs_see_what_unpaired_values_hide():
    random = np.random.default_rng(1)
    seeds = random.normal(0.7, 0.1, 12)
    values = {"80:20": seeds + 0.02 + random.normal(0, 0.005, 12), "100:0": seeds}
    row = compare({ei: list(series) for ei, series in values.items()}).iloc[0]
    assert row["p_t"] > 0.3
    assert row["p_wilcoxon"] < 0.001
    assert 0.01 < row["low"] < 0.02 < row["high"] < 0.03
    # The article counted each run twice. Here that is an error, since it makes p too small.
    frame = study({ei: list(series) for ei, series in values.items()})
    with pytest.raises(InputError, match="a value must be counted once, got 24 more rows"):
        compare(pd.concat([frame, frame]))


@pytest.mark.slow
def test_no_effect_is_seen_in_one_study_of_twenty():
    draws = np.random.default_rng(2).normal(0.7, 0.05, (400, 2, 8))
    frame = pd.concat(
        [study({"80:20": a, "100:0": b}, noise) for noise, (a, b) in enumerate(draws)]
    )
    found = compare(frame)
    for name in ("p_t", "p_wilcoxon"):
        # Four standard errors of 400 studies are 4.4 %.
        assert 0.006 < (found[name] < 0.05).mean() < 0.094
    assert 0.006 < ((found["low"] > 0) | (found["high"] < 0)).mean() < 0.12


NAN = [
    "t",
    "p_t",
    "hedges_g",
    "cohen_dz",
    "p_wilcoxon",
    "p_holm",
    "least_p_holm",
    "seeds_needed",
    "low",
    "high",
]


@pytest.mark.parametrize(
    ("values", "nan", "note"),
    [
        ({"80:20": [0.7], "100:0": [0.6]}, NAN, "1 seed: no test"),
        ({"80:20": [0.7, 0.8], "100:0": [0.6]}, NAN, "1 seed: no test"),
        (
            {"80:20": [0.1] * 8, "100:0": [0.1] * 8},
            ["t", "p_t", "hedges_g", "cohen_dz", "seeds_needed"],
            "no variance: no t-test; all pairs are equal",
        ),
        (
            {"80:20": [0.3] * 8, "100:0": [0.1] * 8},
            ["t", "p_t", "hedges_g", "cohen_dz", "seeds_needed"],
            "no variance: no t-test; all pairs differ by the same",
        ),
        (
            {"80:20": [0.8, 0.7, 0.9] * 3, "100:0": [0.7, 0.6, 0.8] * 3},
            ["cohen_dz", "seeds_needed"],
            "all pairs differ by the same",
        ),
        (
            {"80:20": [0.8, math.nan, 0.9], "100:0": [0.7, 0.6, 0.6]},
            [],
            "2 pairs of 2 and 3; 2 unequal pairs: p_holm can't be below 0.50",
        ),
        (
            {"80:20": [0.8, math.nan], "100:0": [math.nan, 0.6]},
            [*NAN, "difference"],
            "no common seed: no test",
        ),
    ],
)
def test_what_cannot_be_said(values, nan, note):
    row = compare(values).iloc[0]
    assert row["note"] == note
    assert sorted(row.index[row.isna()]) == sorted(nan)


def test_the_least_p_that_any_data_could_give():
    """4 unequal pairs of one ratio and 3 of the other: twice 2 / 2^4, and 2 / 2^3."""
    found = compare(
        {"70:30": [0.5, 0.6, 0.7, 0.8], "80:20": [0.1, 0.6, 0.7, 0.8], "100:0": [0.1] * 4}
    )
    least = found.set_index("ei")["least_p_holm"]
    assert least.to_dict() == {"70:30": 0.25, "80:20": 0.25}
    assert (found["p_holm"] >= found["least_p_holm"]).all()


def test_equal_pairs_are_no_evidence():
    row = compare({"80:20": [0.1] * 8, "100:0": [0.1] * 8}).iloc[0]
    assert (row["p_wilcoxon"], row["difference"], row["low"], row["high"]) == (1, 0, 0, 0)


def test_a_level_without_the_reference():
    frame = pd.concat(
        [study({"80:20": [0.7, 0.8]}, 1e-4), study({"80:20": [0.7] * 2, "100:0": [0.6] * 2})]
    )
    first = compare(frame).iloc[0]
    assert (first["n"], first["reference_n"], first["note"]) == (2, 0, "no reference here")
    assert first[["p_t", "p_holm", "difference", "reference_mean"]].isna().all()
    assert first["family"] == 0


def test_levels_of_several_columns_and_of_none():
    frame = study({"80:20": [0.7, 0.8], "100:0": [0.6, 0.6]})
    both = pd.concat([frame.assign(lr=lr) for lr in (0.1, 0.01)])
    found = compare(both, within=["lr", "update_noise"])
    assert found[["lr", "update_noise"]].to_numpy().tolist() == [[0.01, 2e-4], [0.1, 2e-4]]
    assert "update_noise" not in compare(frame, within=()).columns
    assert len(compare(frame, within=())) == 1


def test_a_reference_that_is_not_there():
    with pytest.raises(InputError, match=r"ei must have the reference '100:1' .*'100:0'"):
        compare({"80:20": [0.7], "100:0": [0.6]}, reference="100:1")


def test_no_rows():
    with pytest.raises(InputError, match="must have the reference '100:0'"):
        compare(study({"80:20": [0.7]}).iloc[:0])


SERIES = st.lists(st.integers(0, 10_000), min_size=4, max_size=4)
P_VALUES = ["p_t", "p_wilcoxon", "p_holm"]


@settings(deadline=None, max_examples=30)
@given(SERIES, SERIES, SERIES, st.integers(-3, 3))
def test_invariants(a, b, c, constant):
    values = {ei: [x / 10_000 for x in s] for ei, s in zip("abc", (a, b, c), strict=True)}
    found = compare(values, reference="c").set_index("ei")
    for name in P_VALUES:
        assert found[name].dropna().between(0, 1).all()
    assert (found["p_holm"] >= found["p_wilcoxon"]).all()
    assert (found["low"] <= found["high"]).all()

    swapped = compare(values, reference="a").set_index("ei").loc["c"]
    flipped = ["difference", "t", "hedges_g", "cohen_dz"]
    assert swapped[flipped].astype(float).tolist() == pytest.approx(
        (-found.loc["a", flipped].astype(float)).tolist(), nan_ok=True
    )
    same = ["p_t", "p_wilcoxon", "seeds_needed"]
    assert swapped[same].tolist() == pytest.approx(found.loc["a", same].tolist(), nan_ok=True)

    moved = study(values)
    moved["accuracy"] += constant
    moved = compare(moved, reference="c").set_index("ei")
    kept = ["difference", "low", "high", "t", "hedges_g", "cohen_dz", *P_VALUES]
    for name in kept:
        assert moved[name].tolist() == pytest.approx(
            found[name].tolist(), nan_ok=True, rel=1e-6, abs=1e-9
        )
    assert moved["note"].tolist() == found["note"].tolist()


def test_real_runs(stored):
    found = compare_to_reference(stored.runs, value="peak_accuracy", within=["w1_std"])
    assert len(found) == 3 * 19
    assert set(found["n"]) == set(found["n_pairs"]) == {8}
    at = found.set_index(["w1_std", "ei"])
    # Nothing learns at 0.0005; at 0.003 50:50 fails with five of eight seeds.
    assert (at.loc[0.0005, "note"] == "no variance: no t-test; all pairs are equal").all()
    assert at.loc[(0.003, "50:50"), "p_holm"] == 3 * 2 / 2**8
    assert at.loc[(0.003, "50:50"), "high"] < 0
    assert at.loc[(0.003, "80:20"), "p_holm"] > 0.05
