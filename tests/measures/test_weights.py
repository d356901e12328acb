import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from eccles.errors import InputError
from eccles.measures.weights import COLUMNS, weight_histogram, weight_statistics


def test_by_hand():
    weights = np.array([[0.0, -1.0], [2.0, 0.0], [4.0, 1.0]], np.float32)
    found = weight_statistics(weights)
    assert found == {
        "weights": 6,
        "zeros": 2 / 6,
        "mean": 1.0,
        "std": pytest.approx(math.sqrt(16 / 6)),
        "lowest": -1.0,
        "median": 0.5,
        "highest": 4.0,
    }
    assert list(found) == list(COLUMNS)


def test_no_weights():
    found = weight_statistics(np.zeros((0, 10)))
    assert found.pop("weights") == 0
    assert all(math.isnan(value) for value in found.values())


def test_negative_zero_is_a_zero():
    assert weight_statistics(np.array([-0.0, 1.0]))["zeros"] == 0.5


@given(
    arrays(
        np.float32,
        st.integers(0, 50),
        elements=st.sampled_from([0.0, -0.0, 1e-4, 0.3, 0.5, 0.75, -0.1, -7.0, 100.0, 1e-30]),
    ),
    st.integers(2, 60),
)
def test_a_histogram_has_every_weight_once(weights, most):
    zeros, *bins = weight_histogram(weights, most)
    assert zeros == {"low": 0, "high": 0, "count": int((weights == 0).sum())}
    assert len(bins) <= most
    rest = weights[weights != 0].astype(np.float64)
    for each in bins:
        assert each["count"] == ((rest >= each["low"]) & (rest < each["high"])).sum()
    assert sum(each["count"] for each in bins) == len(rest)
    for one, following in itertools.pairwise(bins):
        assert one["high"] == following["low"]
    if len(rest):
        assert bins[0]["count"]
        assert bins[-1]["count"]


def test_the_widths_of_bins():
    """The smallest power of two that will do: 1/64 for 0 to 0.99 in 64 bins, not in 63."""
    weights = np.linspace(0.001, 0.99, 1000)
    assert [weight_histogram(weights, most)[1]["high"] for most in (64, 63)] == [1 / 64, 1 / 32]
    assert weight_histogram(np.full(3, 0.7))[1:] == [{"low": 0.5, "high": 1.0, "count": 3}]
    with pytest.raises(InputError, match="most must be 2 or more, got 1"):
        weight_histogram(weights, 1)


@pytest.mark.parametrize("strange", [math.nan, math.inf, -math.inf])
def test_weights_that_are_no_numbers(strange):
    with pytest.raises(InputError, match=f"histogram: weights must be finite, got {strange!r}; "):
        weight_histogram(np.array([0.0, 1.0, strange]))
