import math

import pytest
import torch

from eccles.functional import Currents
from eccles.measures.circuits import COLUMNS, current_statistics


def column(*values):
    return torch.tensor(values).reshape(-1, 1)


def test_statistics_by_hand():
    currents = Currents(column(1.0, 3.0), column(0.0, 2.0), column(0.0, 4.0))
    found = current_statistics(currents, column(-1.0, 2.0))
    assert found.keys() == COLUMNS.keys()
    assert found == {
        "excitatory_mean": 2,
        "excitatory_std": 1,
        "subtractive_mean": 1,
        "subtractive_std": 1,
        "divisive_mean": 2,
        "divisive_std": 2,
        "integrated_mean": 0.5,
        "integrated_std": 1.5,
        "balance": 0.5,
        "gain": 2,
        "zero_divisors": 0.5,
    }


def test_silence_has_no_balance():
    silent = torch.zeros(3, 2)
    found = current_statistics(Currents(silent, silent, silent), silent)
    assert math.isnan(found["balance"])
    assert math.isnan(found["gain"])
    assert found["zero_divisors"] == 1


def test_many_numbers_are_summed_exactly():
    """A float32 sum of these would lose the ones."""
    ones = torch.ones(2**12, 2**13)
    ones[0, 0] = 2.0**24
    found = current_statistics(Currents(ones, ones, ones), ones)
    assert found["excitatory_mean"] == pytest.approx((2.0**24 + 2**25 - 1) / 2**25, rel=1e-12)
