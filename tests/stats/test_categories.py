import math
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import friedmanchisquare, kruskal, wilcoxon

from eccles.errors import InputError
from eccles.stats.categories import compare_categories
from eccles.stats.correction import holm

ORDER = ("E-E", "E-I", "I-I")


def networks(*lists, order=ORDER) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"run": run, "pair": pair, "discrete": x}
            for pair, series in zip(order, lists, strict=False)
            for run, x in enumerate(series)
        ]
    )


def test_by_hand():
    found = compare_categories(networks([1, 2, 3], [4, 6, 5], [7, 8, 9]))
    # Ranks of the pooled nine are 1..9, sums 6, 15, 24: H = 12 / (9 x 10) (12 + 75 + 192) - 30.
    assert found.h == pytest.approx(12 / 90 * (6**2 + 15**2 + 24**2) / 3 - 30)
    assert found.p_kruskal == pytest.approx(math.exp(-found.h / 2))  # Two degrees of freedom.
    # Each network ranks them 1, 2, 3: rank sums 3, 6, 9 of n = 3: chi2 = 12 / (3 x 3 x 4) 126 - 36.
    assert found.chi2 == pytest.approx(6.0)
    assert found.p_friedman == pytest.approx(math.exp(-3))
    assert found.kendall_w == pytest.approx(1.0)
    assert (found.n, found.note) == (3, "")
    assert found.categories["median"].tolist() == [2, 5, 8]
    assert found.categories["lower_quartile"].tolist() == [1.5, 4.5, 7.5]
    assert found.categories["upper_quartile"].tolist() == [2.5, 5.5, 8.5]
    assert found.categories["n"].tolist() == [3, 3, 3]
    pairs = found.pairwise
    assert list(zip(pairs["first"], pairs["second"], strict=True)) == [
        ("E-E", "E-I"),
        ("E-E", "I-I"),
        ("E-I", "I-I"),
    ]
    assert pairs["difference"].tolist() == [3, 6, 3]
    assert pairs["percent"].tolist() == pytest.approx([150, 300, 60])
    assert pairs["p_wilcoxon"].tolist() == [0.25] * 3
    assert pairs["p_holm"].tolist() == [0.75] * 3
    assert pairs["rank_biserial"].tolist() == [1.0] * 3


def test_wraps_scipy():
    lists = np.random.default_rng(0).normal([[1.0], [1.1], [1.3]], 0.2, (3, 20))
    found = compare_categories(networks(*lists))
    assert (found.h, found.p_kruskal) == pytest.approx(tuple(kruskal(*lists)))
    assert (found.chi2, found.p_friedman) == pytest.approx(tuple(friedmanchisquare(*lists)))
    expected = [wilcoxon(lists[a], lists[b]).pvalue for a, b in ((0, 1), (0, 2), (1, 2))]
    assert found.pairwise["p_wilcoxon"].tolist() == pytest.approx(expected)
    assert found.pairwise["p_holm"].tolist() == pytest.approx(holm(expected).tolist())


def test_one_networks_values_belong_together():
    random = np.random.default_rng(3)
    level = random.normal(1, 0.5, 30)
    lists = [level + shift + random.normal(0, 0.01, 30) for shift in (0, 0.02, 0.04)]
    found = compare_categories(networks(*lists))
    assert found.p_kruskal > 0.5
    assert found.p_friedman < 1e-6
    assert found.kendall_w > 0.5
    assert (found.pairwise["p_holm"] < 0.001).all()
    shuffled = [random.permutation(x) for x in lists]
    assert compare_categories(networks(*shuffled)).p_friedman > 0.01


@pytest.mark.slow
def test_no_effect_is_seen_in_one_study_of_twenty():
    draws = np.random.default_rng(4).normal(size=(400, 3, 12))
    found = [compare_categories(networks(*lists)) for lists in draws]
    for name in ("p_kruskal", "p_friedman"):
        assert 0.006 < np.mean([getattr(each, name) < 0.05 for each in found]) < 0.094
    # Holm: in at most one study of twenty any of the three pairs.
    assert np.mean([(each.pairwise["p_holm"] < 0.05).any() for each in found]) < 0.094


def test_excitatory_networks_have_nothing_to_compare():
    frame = networks([1.0, 2.0, 3.0], [math.nan] * 3, [math.nan] * 3)
    for rows in (frame, frame.dropna()):
        found = compare_categories(rows)
        assert found.note == "only E-E: nothing to compare"
        assert found.categories["n"].tolist() == [3, 0, 0]
        assert found.categories["median"].isna().tolist() == [False, True, True]
        assert len(found.pairwise) == 0
        tests = (found.h, found.p_kruskal, found.chi2, found.p_friedman, found.kendall_w)
        assert all(map(math.isnan, tests))


def test_one_inhibitory_neuron_has_no_pair():
    found = compare_categories(networks([1, 2, 3], [2, 3, 5], [math.nan] * 3))
    assert found.note == "two categories: see the pair"
    assert math.isnan(found.p_friedman)
    assert found.p_kruskal == pytest.approx(kruskal([1, 2, 3], [2, 3, 5]).pvalue)
    assert found.pairwise["p_holm"].tolist() == [0.25]


@pytest.mark.parametrize(
    ("lists", "note"),
    [
        (([1], [2], [3]), "1 subject: no test"),
        (([1, math.nan], [2, 2], [math.nan, 3]), "0 whole subjects: no test"),
        (([], [], []), "no values"),
    ],
)
def test_too_few(lists, note):
    frame = networks(*lists) if lists[0] else networks([1.0], [1.0], [1.0]).iloc[:0]
    found = compare_categories(frame)
    assert found.note == note
    assert math.isnan(found.p_friedman)
    assert found.pairwise["p_holm"].isna().all()


def test_all_equal():
    found = compare_categories(networks([1] * 4, [1] * 4, [1] * 4))
    assert found.note == "all values are equal"
    assert (found.h, found.p_kruskal) == (0, 1)
    assert (found.chi2, found.p_friedman, found.kendall_w) == (0, 1, 0)
    assert found.pairwise["p_holm"].tolist() == [1] * 3
    assert found.pairwise["percent"].tolist() == [0] * 3


def test_silent_networks_have_no_percent():
    found = compare_categories(networks([0, 0, 0], [1, 2, 3], [1, 2, 3]))
    assert found.pairwise["percent"].isna().tolist() == [True, True, False]
    assert found.pairwise["rank_biserial"].tolist() == [1, 1, 0]


def test_a_network_without_one_category_stays_where_it_has_values():
    found = compare_categories(networks([1, 2, 3, 4], [2, 3, 4, 5], [3, 4, 5, math.nan]))
    assert found.n == 3
    assert found.categories["n"].tolist() == [4, 4, 3]
    assert found.pairwise["n"].tolist() == [4, 3, 3]


def test_two_values_of_one_network():
    frame = networks([1.0, 2.0], [2.0, 3.0], [3.0, 4.0])
    with pytest.raises(InputError, match="must be counted once, got 6 more rows"):
        compare_categories(pd.concat([frame, frame]))


def test_other_categories():
    with pytest.raises(InputError, match="pair must be A or B, got 'E-E'"):
        compare_categories(networks([1.0], [2.0], [3.0]), order=("A", "B"))


WHOLE = st.lists(st.integers(0, 9), min_size=4, max_size=4)


@pytest.mark.slow
@settings(deadline=None, max_examples=30)
@given(WHOLE, WHOLE, WHOLE, st.integers(-5, 5))
def test_invariants(a, b, c, constant):
    found = compare_categories(networks(a, b, c))
    for name in ("p_kruskal", "p_friedman", "kendall_w"):
        assert 0 <= getattr(found, name) <= 1 + 1e-12
    assert (found.pairwise["p_holm"] >= found.pairwise["p_wilcoxon"]).all()
    for other in permutations((a, b, c)):
        same = compare_categories(networks(*other))
        assert (same.h, same.chi2) == pytest.approx((found.h, found.chi2))
    moved = compare_categories(networks(*(np.add(x, constant) for x in (a, b, c))))
    assert (moved.h, moved.chi2) == pytest.approx((found.h, found.chi2))
    swapped = compare_categories(networks(a, b, c), order=ORDER[::-1]).pairwise.iloc[::-1]
    for name in ("difference", "rank_biserial"):
        assert swapped[name].tolist() == (-found.pairwise[name]).tolist()
    assert swapped["p_holm"].tolist() == found.pairwise["p_holm"].tolist()


def test_real_runs(stored):
    last = stored.table("classes", where="ei = '80:20' AND w1_std = 0.001 AND epoch = 29")
    order = ("Trouser", "Pullover", "Shirt")
    found = compare_categories(last, category="class_name", value="accuracy", order=order)
    ranks = last.pivot(index="run", columns="class_name", values="accuracy")[list(order)].rank(
        axis=1
    )
    n, sums = len(ranks), ranks.sum()
    assert n == found.n == 8
    assert found.chi2 == pytest.approx(12 / (n * 3 * 4) * (sums**2).sum() - 3 * n * 4)
    pair = found.pairwise.set_index(["first", "second"]).loc[("Trouser", "Shirt")]
    # Every network knows trousers better than shirts.
    assert (pair["rank_biserial"], pair["p_wilcoxon"]) == (-1, 2 / 2**8)
