"""exp of a group of devices: rounded as a good library rounds it, at every size."""

import numpy as np
import pytest

from eccles.devices import walk_kernel as kernel


@pytest.mark.parametrize(("low", "high"), [(-1e-3, 1e-3), (-6, 6), (-104, 89), (-1e30, 1e30)])
def test_exponentials_are_right_to_the_last_bit(low, high):
    """To 0.51 of a float32's last bit, which lets none but the nearest be far from halfway."""
    group = np.zeros(kernel.ROWS * kernel.WIDTH, np.float32)
    x, found = (
        group.reshape(kernel.ROWS, -1)[row // kernel.WIDTH] for row in (kernel._X, kernel._EXP)
    )
    random = np.random.default_rng(7)
    for _ in range(300):
        x[:] = random.uniform(low, high, kernel.WIDTH)
        x[:4] = np.nan, np.inf, -np.inf, 0.0
        kernel._fill_exponentials(group)
        with np.errstate(over="ignore", under="ignore"):
            wanted = np.exp(x[4:].astype(np.float64))
            inside = wanted < np.finfo(np.float32).max
            bit = np.spacing(wanted.astype(np.float32)).astype(np.float64)
        error = np.abs(found[4:][inside].astype(np.float64) - wanted[inside])
        assert (error <= 0.51 * bit[inside]).all()
        assert np.isinf(found[4:][~inside]).all()
        np.testing.assert_array_equal(found[:4], [np.nan, np.inf, 0.0, 1.0])
