import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import bootstrap, ttest_1samp

from eccles.errors import InputError
from eccles.stats import intervals
from eccles.stats.intervals import (
    bootstrap_interval,
    confidence_interval,
    interval_method,
    is_few,
    student_interval,
)

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


def test_student_by_hand():
    # Mean 2, sd 1, and t of two degrees of freedom is 4.302653 in every table.
    half = 4.302653 / math.sqrt(3)
    assert student_interval([1.0, 2.0, 3.0]) == pytest.approx((2 - half, 2 + half), abs=1e-6)
    # One degree of freedom: 12.7062; mean 0.5, sd / sqrt(2) = 0.5.
    assert student_interval([0, 1]) == pytest.approx((0.5 - 6.3531, 0.5 + 6.3531), abs=1e-4)
    # Level 0.9 with two degrees of freedom: 2.919986.
    half = 2.919986 / math.sqrt(3)
    assert student_interval([1, 2, 3], 0.9) == pytest.approx((2 - half, 2 + half), abs=1e-6)


@given(
    st.lists(st.integers(-1000, 1000), min_size=2, max_size=20).filter(lambda v: len(set(v)) > 1)
)
def test_student_is_that_of_the_t_test(values):
    wanted = ttest_1samp(values, 0).confidence_interval(0.95)
    assert student_interval(values) == pytest.approx((wanted.low, wanted.high))


def test_student_holds_the_truth_as_often_as_it_says():
    draws = np.random.default_rng(0).normal(0.8, 0.05, (4000, 3))
    share = {}
    for of in (student_interval, bootstrap_interval):
        more = {"resamples": 199} if of is bootstrap_interval else {}
        share[of] = np.mean(
            [low <= 0.8 <= high for low, high in (of(row, **more) for row in draws)]
        )
    # A share of 4,000 varies by 0.35 %. From the lowest to the highest of three: 1 - 2 / 2^3.
    assert share[student_interval] == pytest.approx(0.95, abs=0.015)
    assert share[bootstrap_interval] == pytest.approx(0.75, abs=0.03)


def test_student_without_spread_and_without_enough_values():
    assert student_interval([0.1] * 3) == (0.1, 0.1)
    assert all(map(math.isnan, student_interval([0.5, math.nan])))
    assert student_interval([1, math.nan, 2, 3]) == student_interval([1, 2, 3])


@pytest.mark.parametrize(("level", "fewest"), [(0.9, 5), (0.95, 6), (0.99, 8)])
def test_few_values(level, fewest):
    # 2 / 2^5 > 0.05 >= 2 / 2^6, the two-sided p of a sign test at best.
    assert [is_few(n, level) for n in (fewest - 1, fewest)] == [True, False]


def test_the_method_that_suits():
    few, many = [0.1, 0.2, 0.4, 0.5, 0.9], [0.1, 0.2, 0.4, 0.5, 0.9, 0.3]
    assert confidence_interval(few) == student_interval(few)
    assert confidence_interval(few, level=0.9) == bootstrap_interval(few, level=0.9)
    assert confidence_interval(many) == bootstrap_interval(many)
    assert confidence_interval(many, seed=1) == bootstrap_interval(many, seed=1)
    assert confidence_interval([*few, math.nan]) == student_interval(few)
    assert (interval_method(5), interval_method(6)) == ("Student's t", "bootstrap")
    # Of the median of five there is none: from the lowest to the highest holds it in 93.75 %.
    assert all(map(math.isnan, confidence_interval(few, "median")))
    assert confidence_interval(many, "median") == bootstrap_interval(many, "median")


@pytest.mark.parametrize("interval", [confidence_interval, student_interval])
@pytest.mark.parametrize(
    ("values", "level", "name"), [([1, 2], 0, "level"), ([1, math.inf], 0.9, "values")]
)
def test_out_of_range_by_any_method(interval, values, level, name):
    with pytest.raises(InputError, match=f"stats: {name} must be"):
        interval(values, level=level)


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
