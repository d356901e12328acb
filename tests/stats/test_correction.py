import gc
import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from eccles.stats.correction import holm

P = st.floats(0, 1)


@pytest.fixture(scope="module", autouse=True)
def _few_objects():
    """Spare statsmodels, which collects garbage at every call, what other tests left behind."""
    gc.freeze()
    yield
    gc.unfreeze()


def test_by_hand():
    # Sorted: 0.01 x 4, 0.02 x 3, 0.03 x 2 (raised to 0.06), 0.9 x 1.
    assert holm([0.03, 0.01, 0.9, 0.02]) == pytest.approx([0.06, 0.04, 0.9, 0.06])


def test_six_ratios_with_eight_seeds_just_get_there():
    assert holm([2 / 2**8, 1, 1, 1, 1, 1])[0] == 0.046875


def test_what_was_not_tested_is_no_comparison():
    assert holm([math.nan, 0.02, math.nan, 0.03]) == pytest.approx(
        [math.nan, 0.04, math.nan, 0.04], nan_ok=True
    )
    assert np.isnan(holm([math.nan])).all()
    assert len(holm([])) == 0


@given(st.lists(P, min_size=1))
def test_is_what_statsmodels_gives(p):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = multipletests(p, method="holm")[1]
    assert holm(p) == pytest.approx(expected)


@given(st.lists(P, min_size=1), st.randoms(use_true_random=False))
def test_never_below_raw_never_above_one_and_in_order(p, random):
    adjusted = holm(p)
    assert (adjusted >= np.asarray(p)).all()
    assert (adjusted <= 1).all()
    assert (np.diff(adjusted[np.argsort(p)]) >= 0).all()
    shuffled = random.sample(range(len(p)), len(p))
    assert (holm([p[k] for k in shuffled]) == adjusted[shuffled]).all()
