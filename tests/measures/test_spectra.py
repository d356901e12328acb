"""Spectral radius and entropy, by hand."""

import numpy as np
import pytest

from eccles import InputError
from eccles.measures import spectral_entropy, spectral_radius


def test_by_hand():
    assert spectral_radius(np.array([[0.0, 4.0], [1.0, 0.0]])) == pytest.approx(2)
    assert spectral_radius(np.array([[0.0, 1.0], [0.0, 0.0]])) == 0
    shares = np.array([3, 1]) / 4
    entropy = -(shares * np.log(shares)).sum() / np.log(2)
    assert spectral_entropy(np.diag([3.0, -1.0])) == pytest.approx(entropy)
    assert spectral_entropy(np.ones((5, 3))) == pytest.approx(0, abs=1e-10)
    assert spectral_entropy(np.full((1, 3), 2.0)) == 0
    assert np.isnan(spectral_entropy(np.zeros((2, 2))))


def test_shapes_that_cannot_be():
    with pytest.raises(InputError, match="weights must be square"):
        spectral_radius(np.ones((2, 3)))
    with pytest.raises(InputError, match="weights must be a matrix"):
        spectral_entropy(np.ones(3))
