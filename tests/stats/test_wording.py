import math

import pytest

from eccles.errors import InputError
from eccles.stats.wording import interval_cell, p_cell, p_text, stars


@pytest.mark.parametrize(
    ("p", "cell", "text", "mark"),
    [
        (0.0, "< 0.0001", "p < 0.0001", "***"),
        (0.00009999, "< 0.0001", "p < 0.0001", "***"),
        (0.0001, "0.0001", "p = 0.0001", "***"),
        (0.0091, "0.0091", "p = 0.0091", "**"),
        (0.046875, "0.0469", "p = 0.0469", "*"),
        (0.05, "0.0500", "p = 0.0500", "n.s."),
        (0.0999, "0.0999", "p = 0.0999", "n.s."),
        (0.1, "0.10", "p = 0.10", "n.s."),
        (1.0, "1.00", "p = 1.00", "n.s."),
        (math.nan, "-", "no test", ""),
    ],
)
def test_written(p, cell, text, mark):
    assert (p_cell(p), p_text(p), stars(p)) == (cell, text, mark)


def test_an_interval_by_hand():
    """Of 1, 2 and 3 the deviation is 1 and Student's quantile 4.303, over the root of 3: 2.48."""
    assert interval_cell([1.0, 2.0, 3.0]) == "+2.0 [-0.5, +4.5]"
    assert interval_cell([1.0, 2.0, 3.0], 2, signed=False) == "2.00 [-0.48, 4.48]"
    assert interval_cell([1.0, math.nan, 2.0, 3.0]) == "+2.0 [-0.5, +4.5]"


@pytest.mark.parametrize(
    ("values", "cell"),
    [([], "-"), ([math.nan], "-"), (math.nan, "-"), ([2.0], "+2.0"), (2, "+2.0")],
)
def test_too_few_values_for_an_interval(values, cell):
    assert interval_cell(values) == cell


@pytest.mark.parametrize("decimals", [-1, 16])
def test_decimals_that_no_table_has(decimals):
    with pytest.raises(InputError, match="decimals must be a whole number from 0 to 15, got"):
        interval_cell([1.0, 2.0], decimals)
