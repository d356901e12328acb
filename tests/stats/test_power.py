import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nct
from scipy.stats import t as student

from eccles.errors import InputError
from eccles.stats.power import seeds_needed


def chance(n: int, effect: float, alpha: float = 0.05) -> float:
    """Power of a paired t-test, written out."""
    limit = student.ppf(1 - alpha / 2, n - 1)
    shift = effect * math.sqrt(n)
    return nct.sf(limit, n - 1, shift) + nct.cdf(-limit, n - 1, shift)


def test_textbook_number():
    # Cohen 1988: d = 0.5, power 0.8, two-sided alpha 0.05 needs 34 pairs.
    assert seeds_needed(0.02, 0.01) == 34


@pytest.mark.parametrize("sd", [0.004, 0.01, 0.02, 0.05])
@pytest.mark.parametrize("power", [0.2, 0.8, 0.95])
def test_is_the_fewest(sd, power):
    n = seeds_needed(sd, 0.01, power)
    assert chance(n, 0.01 / sd) >= power
    assert n == 2 or chance(n - 1, 0.01 / sd) < power


def test_simulated():
    n = seeds_needed(0.015)
    draws = np.random.default_rng(0).normal(0.01, 0.015, (20_000, n))
    t = draws.mean(axis=1) / (draws.std(axis=1, ddof=1) / math.sqrt(n))
    seen = np.mean(np.abs(t) > student.ppf(0.975, n - 1))
    assert 0.79 < seen < 0.85


@pytest.mark.slow
@given(st.floats(1e-9, 1e3), st.floats(1, 10))
def test_more_spread_needs_more(sd, factor):
    few, many = seeds_needed(sd), seeds_needed(sd * factor)
    assert 2 <= few <= many


def test_sign_and_unit_do_not_matter():
    assert seeds_needed(2, -1) == seeds_needed(0.02, 0.01)


def test_without_spread_the_fewest_of_any_test():
    assert seeds_needed(0.0) == 2


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"sd": math.nan}, "sd"),
        ({"sd": -1}, "sd"),
        ({"sd": 1, "difference": 0}, "difference"),
        ({"sd": 1, "alpha": 0}, "alpha"),
        ({"sd": 1, "power": 1}, "power"),
        ({"sd": 1, "power": 0.05}, "power"),
    ],
)
def test_out_of_range(arguments, name):
    with pytest.raises(InputError, match=f"stats: {name} must be"):
        seeds_needed(**arguments)
