import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata, wilcoxon

from eccles.stats import pairs
from eccles.stats.pairs import differences, signed_rank, smallest_p

WHOLE = st.lists(st.integers(-9, 9), min_size=1, max_size=9)


def enumerated(d: np.ndarray) -> float:
    """Two-sided p over all 2^n sign patterns, one by one."""
    ranks = rankdata(np.abs(d))
    middle = ranks.sum() / 2
    seen = abs(ranks[d > 0].sum() - middle)
    signs = np.array(list(product([0, 1], repeat=len(d))))
    return float(np.mean(np.abs(signs @ ranks - middle) >= seen - 1e-9))


def test_five_pairs_by_hand():
    # Ranks 1, 2, 3, 4, 5; only the smallest is negative: W- = 1. Of 32 sign patterns W- is 0 or 1
    # in two, and W+ is in two others.
    found = signed_rank([-0.1, 0.2, 0.3, 0.4, 0.5])
    assert found.p == 4 / 32
    assert found.rank_biserial == pytest.approx((14 - 1) / 15)


def test_ties_and_zeros_by_hand():
    # |d| = 1, 1, 2 without the 0: ranks 1.5, 1.5, 3. W+ = 4.5 = 1.5 + 3, W- = 1.5. Of 8 patterns
    # 0, 1.5 (twice) and 4.5 (twice), 6 are as far from 3 as that: 6/8.
    found = signed_rank([1, -1, 2, 0])
    assert found == (6 / 8, 0.5, 3)


@given(WHOLE)
def test_is_the_enumeration(values):
    d = np.array([x for x in values if x], float)
    if len(d):
        assert signed_rank(values).p == pytest.approx(enumerated(d))


@pytest.mark.parametrize("n", [2, 8, 16, 50])
def test_is_what_scipy_gives_without_ties(n):
    for seed in range(20):
        d = np.random.default_rng(seed).normal(0.3, 1, n)
        assert signed_rank(d).p == pytest.approx(wilcoxon(d, method="exact").pvalue)


def test_many_pairs_by_the_normal_approximation(monkeypatch):
    d = np.random.default_rng(1).normal(0.08, 1, 600).round(1)
    expected = wilcoxon(d, method="asymptotic").pvalue
    assert signed_rank(d).p == pytest.approx(expected)
    monkeypatch.setattr(pairs, "_EXACT", 600)
    assert signed_rank(d).p == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("n", [2, 5, 8, 40, 500])
def test_smallest_p_is_reached(n):
    found = signed_rank(np.arange(1, n + 1))
    assert found == (smallest_p(n), 1.0, n)
    assert smallest_p(8) == 0.0078125


def test_nothing_to_rank():
    assert signed_rank([0, 0, 0]) == (1.0, 0.0, 0)
    assert math.isnan(signed_rank([]).p)


@given(WHOLE)
def test_swapping_flips_the_effect_and_keeps_p(values):
    d = np.array(values, float)
    one, other = signed_rank(d), signed_rank(-d)
    assert 0 < one.p <= 1
    assert -1 <= one.rank_biserial <= 1
    assert (one.p, one.rank_biserial) == (other.p, -other.rank_biserial)


@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=9), st.integers(-5, 5))
def test_a_constant_changes_nothing(counts, constant):
    # Accuracies are whole numbers of ten thousand samples: ties on paper must be ties here.
    a = np.array(counts) / 10_000
    b = np.roll(a, 1)
    plain = signed_rank(differences(a, b))
    assert signed_rank(differences(a + constant, b + constant)) == plain
    on_paper = np.array(counts) - np.roll(counts, 1)
    assert signed_rank(on_paper) == plain


def test_differences_are_those_on_paper():
    assert 0.9 - 0.8 != 0.8 - 0.7
    assert len(set(differences([0.9, 0.8, 0.3], [0.8, 0.7, 0.2]))) == 1
    assert differences([3e6, 2.0], [1e6, 2.0]).tolist() == [2e6, 0.0]
    assert differences([0.0], [0.0]).tolist() == [0.0]
    assert len(differences([], [])) == 0
