from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eccles.training.schedule import learning_rate


def test_a_schedule_by_hand():
    rates = [learning_rate(0.4, update, warmup=2, updates=6) for update in range(7)]
    wanted = [1e-7, 0.2 + 0.5e-7, 0.4, 0.2 + 0.2 * 0.5**0.5, 0.2, 0.2 - 0.2 * 0.5**0.5, 0]
    assert rates == pytest.approx(wanted, abs=1e-15)


def test_without_warm_up_the_first_update_has_the_highest_rate():
    assert learning_rate(0.1, 0, warmup=0, updates=10) == 0.1


@given(st.integers(0, 50), st.integers(1, 50), st.floats(1e-6, 10))
def test_it_rises_then_falls(warmup, rest, highest):
    updates = warmup + rest
    rates = [learning_rate(highest, k, warmup, updates) for k in range(updates)]
    assert all(a < b for a, b in pairwise(rates[: warmup + 1]))
    assert all(a > b for a, b in pairwise(rates[warmup:]))
    assert max(rates) == pytest.approx(highest)
    assert min(rates) > 0


@given(st.integers(0, 50), st.integers(1, 50))
def test_without_a_cosine_it_stays_where_the_warm_up_led(warmup, rest):
    rates = [learning_rate(0.3, k, warmup, warmup + rest, cosine=False) for k in range(warmup + 60)]
    assert set(rates[warmup:]) == {0.3}
    assert rates[:warmup] == [learning_rate(0.3, k, warmup, warmup + rest) for k in range(warmup)]
