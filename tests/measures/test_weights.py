import math

import numpy as np
import pytest

from eccles.measures.weights import COLUMNS, weight_statistics


def test_by_hand():
    weights = np.array([[0.0, -1.0], [2.0, 0.0], [4.0, 1.0]], np.float32)
    found = weight_statistics(weights)
    assert found == {
        "weights": 6,
        "zeros": 2 / 6,
        "mean": 1.0,
        "std": pytest.approx(math.sqrt(16 / 6)),
        "lowest": -1.0,
        "median": 0.5,
        "highest": 4.0,
    }
    assert list(found) == list(COLUMNS)


def test_no_weights():
    found = weight_statistics(np.zeros((0, 10)))
    assert found.pop("weights") == 0
    assert all(math.isnan(value) for value in found.values())


def test_negative_zero_is_a_zero():
    assert weight_statistics(np.array([-0.0, 1.0]))["zeros"] == 0.5
