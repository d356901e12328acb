import math

import pandas as pd
import pytest

from eccles.stats.dead import dead


def runs(**columns):
    usual = {"status": "done", "final_rate_hz": 5.0, "final_loss": 1.0}
    return pd.DataFrame([usual | columns])


@pytest.mark.parametrize(
    ("columns", "wanted"),
    [
        ({}, False),
        ({"final_rate_hz": 0.0}, True),
        ({"final_loss": math.log(10)}, True),
        ({"final_loss": 2.3025851249694824}, True),  # ln 10 as single precision has it.
        ({"final_loss": math.log(20)}, True),
        ({"final_loss": 2.3025}, False),
        ({"final_loss": 0.0}, False),  # Nothing is wrong with a loss of ln 1.
        ({"final_loss": None}, False),
        ({"final_rate_hz": 0.0, "status": "failed"}, False),
        ({"final_rate_hz": None, "final_loss": None, "status": "failed"}, False),
    ],
)
def test_by_hand(columns, wanted):
    assert list(dead(runs(**columns))) == [wanted]


def test_deep_networks_and_tables_without_a_rate():
    table = runs().rename(columns={"final_rate_hz": "final_spikes_per_step"})
    assert list(dead(table)) == [False]
    assert list(dead(table.assign(final_spikes_per_step=0.0))) == [True]
    assert list(dead(table[["status", "final_loss"]])) == [False]
    assert list(dead(table[["status"]])) == [False]
