from fractions import Fraction

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from eccles import InputError, Populations
from eccles.populations import Spread, canonical


@pytest.mark.parametrize(
    ("ei", "n", "excitatory"),
    [
        ("80:20", 100, 80),
        ("4:1", 100, 80),
        (0.8, 100, 80),
        ("0.8", 10, 8),
        (" 80 : 20 ", 5, 4),
        ("100:0", 7, 7),
        ("0:100", 7, 0),
        (1, 3, 3),
        (0, 3, 0),
        (1.0, 3, 3),
        ("1:2", 9, 3),
        ("1/3", 9, 3),
        ("97.5:2.5", 200, 195),
        (0.1, 30, 3),
        (0.07, 100, 7),
        (0.29, 100, 29),
    ],
)
def test_shares_by_hand(ei, n, excitatory):
    assert Populations.parse(ei, n) == Populations(excitatory, n - excitatory)
    assert Populations.parse(ei, n, rounding=True) == Populations(excitatory, n - excitatory)


@pytest.mark.parametrize(
    ("ei", "n", "excitatory"), [(0.333, 100, 33), ("2:1", 100, 67), (0.5, 5, 2), (0.5, 7, 4)]
)
def test_rounding_takes_the_nearest(ei, n, excitatory):
    with pytest.raises(InputError, match=r"whole number of neurons.*rounding"):
        Populations.parse(ei, n)
    assert Populations.parse(ei, n, rounding=True).n_excitatory == excitatory


@pytest.mark.parametrize(
    "ei",
    [
        "120:-20", 1.5, -0.1, "abc", "", ":", "80:", "0:0", "1:2:3", "nan", "inf", "1/0",
        # What would take an age to work out, or more digits than Python reads.
        "1e1000000000", "1e-1000000000", "1e5000:1", "9" * 5000, f"{'9' * 5000}:1", 7,
        f"1/{'9' * 5000}", f"0.{'3' * 5000}", "1e", ".",
    ],
)  # fmt: skip
@pytest.mark.parametrize("rounding", [False, True])
def test_what_is_no_ratio(ei, rounding):
    with pytest.raises(InputError, match="ei must be a ratio such as 80:20 or an excitatory frac"):
        Populations.parse(ei, 100, rounding=rounding)
    with pytest.raises(InputError, match="ei must be a ratio"):
        canonical(ei)


def test_a_share_that_is_not_whole_says_so():
    with pytest.raises(InputError, match=r"got a share of 333/1000, which is 33.3 of 100"):
        Populations.parse(0.333, 100)


@pytest.mark.parametrize("counts", [(-1, 5), (5, -1), (0, 0)])
def test_counts_that_cannot_be(counts):
    with pytest.raises(InputError, match="the counts must be 0 or more each"):
        Populations(*counts)
    with pytest.raises(InputError, match="number of neurons must be 1 or more, got 0"):
        Populations.parse("80:20", 0)


@given(st.integers(0, 300), st.integers(0, 300), st.integers(1, 50))
def test_counts_are_exact(excitatory, inhibitory, factor):
    assume(excitatory + inhibitory > 0)
    n = (excitatory + inhibitory) * factor
    layer = Populations.parse(f"{excitatory}:{inhibitory}", n)
    assert (layer.n_excitatory, layer.n_inhibitory) == (excitatory * factor, inhibitory * factor)
    assert layer.n_neurons == n
    assert Populations.parse(str(Fraction(excitatory, excitatory + inhibitory)), n) == layer


@given(st.floats(0, 1), st.integers(1, 1000))
def test_rounding_is_never_off_by_more_than_half(share, n):
    layer = Populations.parse(share, n, rounding=True)
    assert layer.n_excitatory + layer.n_inhibitory == n
    assert abs(layer.n_excitatory - Fraction(str(share)) * n) <= Fraction(1, 2)


@given(st.integers(0, 40), st.integers(0, 40))
def test_signs_masks_and_slices(excitatory, inhibitory):
    assume(excitatory + inhibitory > 0)
    layer = Populations(excitatory, inhibitory)
    signs = layer.signs()
    assert signs.tolist() == [1] * excitatory + [-1] * inhibitory
    assert signs.dtype == torch.float32
    assert layer.mask("E").tolist() == [True] * excitatory + [False] * inhibitory
    assert torch.equal(layer.mask("I"), ~layer.mask("E"))
    assert torch.equal(signs[layer["E"]], torch.ones(excitatory))
    assert torch.equal(signs[layer["I"]], -torch.ones(inhibitory))


def test_there_are_two_kinds():
    with pytest.raises(InputError, match="the kind must be 'E' or 'I', got 'X'"):
        Populations(1, 1)["X"]
    assert str(Populations(8, 2)) == "8 excitatory, 2 inhibitory"


def test_a_mask_of_no_kind():
    with pytest.raises(InputError, match="the kind must be 'E' or 'I'"):
        Populations(1, 1).mask("e")


@pytest.mark.parametrize(
    ("ei", "spelt"),
    [
        (0.8, "80:20"),
        ("4:1", "80:20"),
        ("80:20", "80:20"),
        (1, "100:0"),
        ("0", "0:100"),
        ("1:2", "1:2"),
        ("2:4", "1:2"),
        (0.125, "1:7"),
        ("7:7", "50:50"),
    ],
)
def test_one_spelling(ei, spelt):
    assert canonical(ei) == spelt


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_spelling_says_the_same(a, b):
    once = canonical(f"{a}:{b}")
    assert canonical(once) == once
    assert Populations.parse(once, a + b) == Populations(a, b)


@given(st.integers(1, 40), st.integers(0, 40), st.integers(1, 300))
def test_units_of_both_kinds_are_spread_evenly(excite, inhibit, n):
    """Of any stretch of units, as many inhibit as their share says, give or take one."""
    units = Spread.parse(f"{excite}:{inhibit}", n)
    signs = units.signs()
    assert ((signs > 0).sum(), (signs < 0).sum()) == (units.n_excitatory, units.n_inhibitory)
    assert set(signs.tolist()) <= {1.0, -1.0}
    before = torch.cat([torch.zeros(1), (signs < 0).cumsum(0)])
    share = inhibit / (excite + inhibit)
    for start in range(0, n, 7):
        for stop in range(start, n + 1, 11):
            assert abs(before[stop] - before[start] - share * (stop - start)) < 1 + 1e-6


def test_every_fifth_unit_inhibits_at_80_to_20():
    assert (Spread.parse(0.8, 784).signs() < 0).nonzero().flatten().tolist() == [*range(4, 784, 5)]


@pytest.mark.parametrize("ei", [1 / 3, 0.1 + 0.2, "0.12345678901234567890123"])
def test_shares_of_many_digits_are_exact(ei):
    units = Spread.parse(ei, 2312)
    assert set(units.signs().tolist()) == {1.0, -1.0}
    assert int((units.signs() < 0).sum()) == units.n_inhibitory
    units.signs()[:] = 0  # A copy: nobody changes them.
    assert units.signs().all()
