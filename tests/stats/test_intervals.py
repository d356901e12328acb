import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import bootstrap

from eccles.errors import InputError
from eccles.stats import intervals
from eccles.stats.intervals import bootstrap_interval

VALUES = st.lists(st.integers(-1000, 1000), min_size=2, max_size=20)
STATISTICS = ["mean", "median"]


@pytest.mark.parametrize("statistic", STATISTICS)
def test_same_seed_same_bits(statistic):
    values = np.random.default_rng(0).normal(size=9)
    first = bootstrap_interval(values, statistic)
    assert bootstrap_interval(values, statistic) == first
    assert statistic == "median" or bootstrap_interval(values, seed=1) != first
    assert bootstrap_interval(values[::-1], statistic) == first


@pytest.mark.parametrize(("n", "least"), [(8, 0.91), (30, 0.92)])
def test_holds_the_truth_as_often_as_it_says(n, least):
    draws = np.random.default_rng(0).normal(0.8, 0.05, (2000, n))
    found = [bootstrap_interval(row, resamples=999) for row in draws]
    share = np.mean([low <= 0.8 <= high for low, high in found])
    # A share of 2,000 varies by 0.5 %. The plain percentile interval has 88 % at n = 8.
    assert least <= share <= 0.97


@pytest.mark.parametrize("n", [200, 201])
def test_many_values_give_the_plain_percentile_interval(n):
    values = np.random.default_rng(0).exponential(size=n)
    for statistic, function in (("mean", np.mean), ("median", np.median)):
        plain = bootstrap(
            (values,), function, method="percentile", n_resamples=9999, rng=np.random.default_rng(1)
        ).confidence_interval
        found = bootstrap_interval(values, statistic)
        assert found == pytest.approx(tuple(plain), abs=0.02)


@pytest.mark.parametrize("n", [2, 3, 8, 9])
def test_medians_are_drawn_as_by_resampling(n):
    values = np.arange(n) ** 2.0
    random = np.random.default_rng(0)
    fast = intervals._medians(values, random, 200_000)
    plain = np.median(values[random.integers(n, size=(200_000, n))], axis=1)
    found, counts = np.unique(fast, return_counts=True)
    expected, others = np.unique(plain, return_counts=True)
    assert set(found[counts > 50]) <= set(expected)
    assert set(expected[others > 50]) <= set(found)
    for value in found:
        # Both shares vary by at most sqrt(0.25 / 200,000) = 0.0011.
        assert np.mean(fast == value) == pytest.approx(np.mean(plain == value), abs=0.007)


def test_samples_in_parts_are_all_there(monkeypatch):
    values = np.random.default_rng(0).normal(size=10)
    whole = bootstrap_interval(values)
    monkeypatch.setattr(intervals, "_CELLS", 1000)
    assert len(intervals._means(values, np.random.default_rng(0), 9999)) == 9999
    assert bootstrap_interval(values) == whole


def test_two_values_by_hand():
    # Means of two values are low, middle or high; t with one degree of freedom asks for both ends.
    assert bootstrap_interval([0.0, 1.0]) == (0.0, 1.0)
    assert bootstrap_interval([0.0, 1.0], "median") == (0.0, 1.0)


@given(VALUES, st.sampled_from(STATISTICS), st.integers(-100, 100))
def test_within_the_values_and_moves_with_them(values, statistic, constant):
    low, high = bootstrap_interval(values, statistic, resamples=199)
    assert min(values) <= low <= high <= max(values)
    moved = bootstrap_interval(np.array(values) + constant, statistic, resamples=199)
    assert moved == pytest.approx((low + constant, high + constant))


def test_without_spread_and_without_enough_values():
    assert bootstrap_interval([0.1] * 8) == (0.1, 0.1)
    assert all(map(math.isnan, bootstrap_interval([0.5])))
    assert all(map(math.isnan, bootstrap_interval([])))
    assert all(map(math.isnan, bootstrap_interval([0.5, math.nan])))
    assert bootstrap_interval([0.2, math.nan, 0.4]) == bootstrap_interval([0.2, 0.4])


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"statistic": "mode"}, "statistic"),
        ({"level": 1}, "level"),
        ({"resamples": 0}, "resamples"),
        ({"values": [1, math.inf]}, "values"),
    ],
)
def test_out_of_range(arguments, name):
    with pytest.raises(InputError, match=f"stats: {name} must be"):
        bootstrap_interval(**({"values": [1, 2]} | arguments))
