import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from eccles.measures.histogram import Histogram, bin_width


def rows(*parts, most=40):
    histogram = Histogram(most)
    for part in parts:
        histogram.add(torch.tensor(part))
    return [tuple(row.values()) for row in histogram.rows()]


def test_by_hand():
    """The first part lays four bins; what the second has beyond them gets a bin on either side."""
    first = [-1.0, -0.75, 0.5, 0.75]
    assert rows(first, most=4) == [(-1, -0.5, 2), (-0.5, 0, 0), (0, 0.5, 0), (0.5, 1, 2)]
    assert rows(first, [-9.0, 0.0, 1.0, 300.0], most=4) == [
        (-9, -1, 1),
        (-1, -0.5, 2),
        (-0.5, 0, 0),
        (0, 0.5, 1),
        (0.5, 1, 2),
        (1, 300, 2),
    ]


def test_few_far_numbers_leave_the_bins_alone():
    """One in ten thousand, a million times as far: without it the bins are the same."""
    many = torch.linspace(-1, 0.99, 10_000).tolist()
    near, far = rows(many), rows([*many, 1e6])
    assert far[:-1] == near
    assert far[-1] == (1, 1e6, 1)


def test_nothing_and_what_is_no_number():
    assert rows() == []
    assert rows([]) == []
    assert rows([math.nan, math.inf]) == []
    assert sum(n for _, _, n in rows([0.0, math.nan, -math.inf, 1e30])) == 2


@pytest.mark.parametrize("value", [0.0, 3.0, -5.0, 1e-30])
def test_all_alike(value):
    ((low, high, n),) = rows([value] * 3)
    assert low <= torch.tensor(value).item() < high
    assert n == 3


numbers = st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=50)


@given(st.lists(numbers, min_size=1, max_size=4))
def test_every_number_is_counted_once_where_it_lies(parts):
    found = rows(*parts)
    values = [value for part in parts for value in part]
    last = found[-1][0], found[-1][1]
    for low, high, n in found:
        top = (low, high) == last and high == max(values)
        assert n == sum(low <= v < high or (top and v == high) for v in values)
    inner = {high - low for low, high, _ in found[1:-1]}
    assert len(inner) <= 1
    assert len(found) <= 42


@given(numbers)
def test_a_width_is_the_smallest_that_is_enough(values):
    low, high = min(values), max(values)
    width = bin_width(low, high, 10)

    def bins(w):
        return math.floor(high / w) - math.floor(low / w) + 1

    assert math.frexp(width)[0] == 0.5
    assert bins(width) <= 10
    assert low == high or bins(width / 2) > 10
