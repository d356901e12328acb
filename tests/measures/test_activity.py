import math

import numpy as np
import pytest
from hypothesis import assume, given, settings

from eccles import Populations, SpikeEvents, measures

from .conftest import raster, rasters

HIDDEN = slice(1, 4)


@pytest.fixture
def spikes():
    """Two samples of 10 steps of 1 ms of three units.

    Unit 0 fires at 0, 2 and 6, and at 1; unit 1 at 2 and 5, and at 5; unit 2 never.
    """
    dense = np.zeros((2, 10, 3))
    dense[0, [0, 2, 6], 0] = dense[1, 1, 0] = 1
    dense[0, [2, 5], 1] = dense[1, 5, 1] = 1
    return raster(dense)


def test_rates_by_hand(spikes):
    assert measures.spike_counts(spikes).tolist() == [[3, 2, 0], [1, 1, 0]]
    assert measures.firing_rate(spikes) == pytest.approx(7 / (2 * 3 * 0.010))
    assert measures.firing_rate(spikes, slice(1, 3)) == pytest.approx(3 / (2 * 2 * 0.010))
    assert measures.active_fraction(spikes) == 2 / 3
    assert measures.active_fraction(spikes, slice(2, 3)) == 0


def test_percent_excitatory_by_hand(spikes):
    assert measures.percent_excitatory(spikes, Populations(1, 2)) == 100 * 4 / 7
    assert measures.percent_excitatory(spikes, Populations(2, 1)) == 100
    assert measures.percent_excitatory(spikes, Populations(0, 3)) == 0


def test_intervals_by_hand(spikes):
    """2 and 4 steps, and 3 steps: never from one sample to the next."""
    found = measures.intervals(spikes)
    assert found.mean[:2] == pytest.approx([0.003, 0.003])
    assert found.cv[0] == pytest.approx(1 / 3)
    assert math.isnan(found.cv[1])
    assert math.isnan(found.mean[2])
    assert math.isnan(found.cv[2])
    assert len(measures.intervals(spikes, slice(1, 3)).mean) == 2


def test_a_regular_train_has_no_variation():
    dense = np.zeros((1, 100, 1))
    dense[0, ::7] = 1
    assert measures.intervals(raster(dense)).cv.tolist() == [0.0]


def test_population_rate_by_hand(spikes):
    rate = measures.population_rate(spikes)
    assert rate == pytest.approx(np.array([1, 1, 2, 0, 0, 2, 1, 0, 0, 0]) / (2 * 3 * 0.001))
    assert measures.population_rate(spikes, slice(0, 1))[2] == pytest.approx(1 / (2 * 0.001))


def test_synchrony_by_hand():
    """Units as one: 1. Two that take turns: their mean never varies, so 0. One of two: 1/2."""
    together = np.zeros((1, 8, 2))
    together[0, [1, 5]] = 1
    assert measures.synchrony(raster(together)) == 1
    turns = np.zeros((1, 8, 2))
    turns[0, ::2, 0] = turns[0, 1::2, 1] = 1
    assert measures.synchrony(raster(turns)) == 0
    alone = np.zeros((1, 8, 2))
    alone[0, 3, 0] = 1
    assert measures.synchrony(raster(alone)) == 0.5
    # A silent sample and one in which every unit fires all the time have none.
    both = np.concatenate([together, turns, np.zeros((1, 8, 2)), np.ones((1, 8, 2))])
    assert measures.synchrony(raster(both)) == 0.5


def test_independent_units_have_a_synchrony_of_one_over_n():
    dense = np.random.default_rng(0).random((50, 1000, 20)) < 0.1
    assert measures.synchrony(raster(dense * 1)) == pytest.approx(1 / 20, rel=0.02)


def test_nothing_to_measure():
    silent = raster(np.zeros((2, 5, 3)))
    assert measures.firing_rate(silent) == measures.active_fraction(silent) == 0
    assert measures.population_rate(silent).tolist() == [0] * 5
    assert math.isnan(measures.percent_excitatory(silent, Populations(2, 1)))
    assert math.isnan(measures.synchrony(silent))
    for none, units in ((silent[:0], slice(None)), (silent, slice(3, 3))):
        assert math.isnan(measures.firing_rate(none, units))
        assert math.isnan(measures.active_fraction(none, units))
        assert np.isnan(measures.population_rate(none, units)).all()
        assert math.isnan(measures.synchrony(none, units))


def trains(dense, unit):
    """Return the steps of a unit's spikes in each sample [T], repeated where there are several."""
    return [np.repeat(np.arange(len(sample)), sample[:, unit]) for sample in dense]


@settings(deadline=None, max_examples=150)
@given(rasters(most=3))
def test_they_agree_with_a_dense_raster(dense):
    """By the definitions, in numpy, over all units and over some of them."""
    events = raster(dense)
    n = dense.shape[2]
    for units in (slice(None), HIDDEN):
        some = dense[:, :, units]
        if not some.size:
            continue
        assert (measures.spike_counts(events)[:, units] == some.sum(axis=1)).all()
        assert measures.firing_rate(events, units) == pytest.approx(some.mean() / 0.001)
        assert measures.active_fraction(events, units) == some.any(axis=(0, 1)).mean()
        assert measures.population_rate(events, units) == pytest.approx(
            some.mean(axis=(0, 2)) / 0.001
        )
        mean, cv = measures.intervals(events, units)
        for k, unit in enumerate(range(n)[units]):
            gaps = np.concatenate([np.diff(train) for train in trains(dense, unit)]) * 0.001
            wanted = gaps.mean() if len(gaps) else math.nan
            assert mean[k] == pytest.approx(wanted, nan_ok=True)
            several = len(gaps) > 1 and wanted > 0
            wanted = gaps.std() / gaps.mean() if several else math.nan
            assert cv[k] == pytest.approx(wanted, nan_ok=True, abs=1e-7)
        chis = [
            sample.mean(axis=1).var() / sample.var(axis=0).mean()
            for sample in some
            if sample.var(axis=0).any()
        ]
        wanted = np.mean(chis) if chis else math.nan
        assert measures.synchrony(events, units) == pytest.approx(wanted, nan_ok=True, abs=1e-12)


@settings(deadline=None, max_examples=50)
@given(rasters(most=3))
def test_a_count_is_so_many_events(dense):
    events = raster(dense)
    assume(events.counts is not None)
    counts = events.counts
    ends = np.cumsum(counts, dtype=np.int64)
    ends = np.concatenate([[0], ends])
    apart = SpikeEvents(
        ends[events.begins],
        ends[events.ends],
        np.repeat(events.steps, counts),
        np.repeat(events.units, counts),
        None,
        events.n_steps,
        events.n_units,
    )
    assert measures.synchrony(apart) == pytest.approx(measures.synchrony(events), nan_ok=True)
    for found, wanted in zip(measures.intervals(apart), measures.intervals(events), strict=True):
        assert found == pytest.approx(wanted, nan_ok=True)


def test_percent_excitatory_of_real_spikes(hidden):
    counts = measures.spike_counts(hidden)
    wanted = 100 * counts[:, :80].sum() / counts.sum()
    assert measures.percent_excitatory(hidden, Populations(80, 20)) == pytest.approx(wanted)
    assert 0 < measures.synchrony(hidden) < 1
