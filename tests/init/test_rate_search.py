"""The search on rates that are functions of a factor, whose answers are known."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eccles.init.rate_search import search

ONE = np.zeros(1)


def searched(rate, target, **options):
    """Search for the rate of one neuron, a function of the factor; return what was found."""
    counted = []

    def measure(x):
        counted.append(x)
        return np.array([rate(math.exp(x[0]))])

    return search(measure, np.array([target]), ONE, **options), len(counted)


@given(
    power=st.floats(1.5, 12),
    scale=st.floats(1e-3, 1e3),
    target=st.floats(0.01, 100),
)
def test_a_power_is_met(power, scale, target):
    found, tries = searched(lambda f: scale * f**power, target)
    assert found.rates[0] == pytest.approx(target, rel=0.0101)
    assert found.rates[0] == pytest.approx(scale * math.exp(found.factors[0]) ** power)
    assert tries < 30


@given(threshold=st.floats(0.01, 300), target=st.floats(0.1, 100))
def test_a_neuron_that_is_silent_below_a_threshold(threshold, target):
    found, _ = searched(lambda f: 400 * max(0.0, 1 - threshold / f), target)
    assert found.rates[0] == pytest.approx(target, rel=0.0101)


def test_a_rate_that_jumps_over_the_target_is_bracketed():
    found, _ = searched(lambda f: 0.5 if f < 3 else 80.0, 5.0)
    assert (found.below[0], found.above[0]) == (0.5, 80.0)
    assert found.off(np.array([5.0]))[0] > 0.5


def test_a_rate_that_no_factor_raises_is_given_up():
    found, tries = searched(lambda f: 3 * f / (1 + f), 5.0)
    assert 2.9 < found.below[0] <= 3
    assert found.above[0] == math.inf
    assert tries < 70
    silent, _ = searched(lambda _: 0.0, 5.0)
    assert (silent.below[0], silent.above[0]) == (0.0, math.inf)


@given(
    inhibition=st.floats(0, 3),
    targets=st.tuples(st.floats(0.5, 20), st.floats(0.5, 20)),
)
def test_two_that_drive_each_other(inhibition, targets):
    """E excites I, and I inhibits E, each by a power of the other's rate."""

    def measure(x):
        e, i = np.exp(x)
        # The fixed point of  E = (2 e)^2 / (1 + inhibition I),  I = i E  by Newton's method.
        a, b = 4 * e * e, inhibition * i
        rate = (math.sqrt(1 + 4 * a * b) - 1) / (2 * b) if b > 1e-12 else a
        return np.array([rate, i * rate])

    wanted = np.array(targets)
    found = search(measure, wanted, np.zeros(2))
    assert found.off(wanted).max() <= 0.0101


def test_the_same_search_gives_the_same_bits():
    one, two = (searched(lambda f: 7 * f**3.3, 5.0)[0] for _ in range(2))
    assert one.factors.tobytes() == two.factors.tobytes()


def test_what_is_known_of_slopes_saves_measuring():
    def rate(f):
        return 7 * f**9.0

    found, tries = searched(rate, 5.0)
    _, fewer = searched(rate, 5.0, slopes=found.slopes)
    assert fewer < tries
