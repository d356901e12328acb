import math
import warnings

import numpy as np
import pytest
import quantities as pq
from elephant.spike_train_dissimilarity import van_rossum_distance
from hypothesis import given, settings
from hypothesis import strategies as st
from neo import SpikeTrain

from eccles import Populations, SpikeEvents, measures
from eccles.errors import InputError
from eccles.measures.distances import Normalisation
from eccles.memory import memory

from .conftest import raster, rasters

NORMALISATIONS = Normalisation.__args__
TAUS = st.sampled_from([1e-6, 0.0003, 0.001, 0.004, 0.02, 1.0, 1000.0])


def plain(spikes, tau, normalisation):
    """Return the same of a raster [B, T, N] by the definition: filtered trains, one by one."""
    n_samples, n_steps, n = spikes.shape
    # The traces beyond the recorded steps, as far as they matter.
    further = 0 if normalisation == "discrete" else int(40 * tau / 0.001) + 1
    decay = math.exp(-0.001 / tau)
    mean = np.zeros((n, n))
    for sample in spikes:
        traces = np.zeros((n_steps + further, n))
        now = np.zeros(n)
        for t in range(len(traces)):
            now = decay * now + (sample[t] if t < n_steps else 0)
            traces[t] = now
        squares = ((traces[:, :, None] - traces[:, None, :]) ** 2).sum(axis=0)
        # Of the infinite sum, 1 - q^2 makes the sum over pairs of spikes.
        factor = {
            "discrete": 0.001 / tau,
            "elephant": 1 - decay**2,
            "rossum2001": (1 - decay**2) / 2,
        }[normalisation]
        mean += np.sqrt(factor * squares) / n_samples
    return mean


@settings(deadline=None, max_examples=100)
@given(rasters(most=3), st.sampled_from([0.0003, 0.001, 0.004, 0.02]))
def test_they_are_the_distances_of_filtered_trains(spikes, tau):
    found = measures.van_rossum_each(raster(spikes), tau)
    for normalisation in NORMALISATIONS:
        wanted = plain(spikes, tau, normalisation)
        # Rounding of a square near zero, not of its root.
        assert found[normalisation] ** 2 == pytest.approx(wanted**2, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("tau", [0.0005, 0.001, 0.01, 0.05])
def test_elephant_agrees_on_real_spikes(hidden, tau):
    """Its own rounding leaves 1e-8 between trains that are alike, and it warns of it."""
    some = hidden[::10]
    wanted = np.zeros((100, 100))
    for b in range(len(some)):
        steps = some.steps[some.begins[b] : some.ends[b]].astype(float)
        units = some.units[some.begins[b] : some.ends[b]]
        trains = [SpikeTrain(steps[units == n], units="ms", t_stop=100.0) for n in range(100)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            wanted += van_rossum_distance(trains, tau * 1000 * pq.ms) / len(some)
    assert wanted.mean() > 0.1
    found = measures.van_rossum(some, tau, "elephant")
    assert np.abs(found - wanted).max() < 1e-6 * wanted.max()
    apart = wanted > 1e-3
    assert apart.sum() > 5000
    assert (np.abs(found - wanted)[apart] < 1e-6 * wanted[apart]).all()


def one_spike(step, n_steps=100):
    spikes = np.zeros((1, n_steps, 2))
    spikes[0, step, 0] = 1
    return raster(spikes)


@pytest.mark.parametrize(
    ("normalisation", "step", "distance"),
    [
        ("elephant", 20, 1.0),
        ("elephant", 99, 1.0),
        ("rossum2001", 20, math.sqrt(0.5)),
        ("discrete", 20, math.sqrt(1 / (1 - math.exp(-2)))),
        ("discrete", 98, math.sqrt(1 + math.exp(-2))),
        ("discrete", 99, 1.0),
    ],
)
def test_one_unmatched_spike(normalisation, step, distance):
    found = measures.van_rossum(one_spike(step), 0.001, normalisation)
    assert found[0, 1] == pytest.approx(distance, rel=1e-14)
    assert found[0, 0] == found[1, 1] == 0


def test_the_published_number():
    found = measures.van_rossum(one_spike(3), 0.001)[0, 1]
    assert found**2 == pytest.approx(1.1565, abs=5e-5)


@pytest.mark.parametrize("gap", [1, 2, 7])
def test_two_spikes_apart(gap):
    """sqrt(2 (1 - e^(-gap / tau))), from 0 to sqrt(2)."""
    spikes = np.zeros((1, 100, 2))
    spikes[0, 10, 0] = spikes[0, 10 + gap, 1] = 1
    found = measures.van_rossum(raster(spikes), 0.003, "elephant")
    assert found[0, 1] == pytest.approx(math.sqrt(2 * (1 - math.exp(-gap / 3))), rel=1e-14)


def test_the_mean_is_of_distances():
    """Not of squares: one sample with an unmatched spike, one with two, one with none."""
    spikes = np.zeros((3, 100, 2))
    spikes[0, 50, 0] = 1
    spikes[1, [10, 90], 1] = 1
    found = measures.van_rossum(raster(spikes), 0.001, "elephant")
    assert found[0, 1] == pytest.approx((1 + math.sqrt(2)) / 3, rel=1e-14)


@settings(deadline=None, max_examples=200)
@given(rasters(most=2), TAUS)
def test_they_are_distances(spikes, tau):
    for found in measures.van_rossum_each(raster(spikes), tau).values():
        assert np.isfinite(found).all()
        assert (found >= 0).all()
        assert (found == found.T).all()
        assert (found.diagonal() == 0).all()
        slack = 1e-6 * found.max(initial=0)
        through = found[:, :, None] + found[None, :, :]
        assert (found[:, None, :] <= through + slack).all()


@settings(deadline=None, max_examples=200)
@given(rasters(most=2), TAUS)
def test_trains_that_agree_are_at_zero(spikes, tau):
    """Exactly, whatever the others do and in whichever order simultaneous events are stored."""
    twice = np.concatenate([spikes, spikes], axis=2)
    events = raster(twice)
    n = spikes.shape[2]
    for found in measures.van_rossum_each(events, tau).values():
        assert (found[np.arange(n), np.arange(n) + n] == 0).all()


def test_repeated_events_are_counts():
    once = SpikeEvents(
        *(np.array(x) for x in ([0], [3])),
        np.array([1, 1, 4], np.uint16),
        np.array([0, 0, 1], np.uint16),
        None,
        10,
        2,
    )
    spikes = np.zeros((1, 10, 2))
    spikes[0, 1, 0], spikes[0, 4, 1] = 2, 1
    found = measures.van_rossum(once, 0.002, "elephant")
    assert found == pytest.approx(measures.van_rossum(raster(spikes), 0.002, "elephant"))
    assert found[0, 1] ** 2 == pytest.approx(4 + 1 - 4 * math.exp(-1.5))


@pytest.mark.parametrize("samples", [slice(0, 60), slice(0, 5), slice(0, 0)])
def test_any_number_of_threads_gives_the_same_bits(hidden, samples):
    one = measures.van_rossum_each(hidden[samples], 0.01)
    for threads in (2, 3, 9):
        found = measures.van_rossum_each(hidden[samples], 0.01, threads=threads)
        for name in NORMALISATIONS:
            assert found[name].tobytes() == one[name].tobytes()


def test_no_samples_have_no_distance(hidden):
    assert np.isnan(measures.van_rossum(hidden[:0], 0.01)).all()


def test_one_sample_of_each_batch(hidden):
    found = measures.van_rossum(hidden, 0.001, samples="one_per_batch", batch_size=25)
    assert (found == measures.van_rossum(hidden[[0, 25, 50]], 0.001)).all()
    assert (found != measures.van_rossum(hidden, 0.001)).any()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"tau": 0.0}, "tau must be a time in seconds, from a thousandth of a step"),
        ({"tau": math.nan}, "tau must be"),
        ({"tau": 1e9}, "to a million steps, got"),
        ({"normalisation": "houghton"}, "discrete, rossum2001 or elephant, got 'houghton'"),
        ({"samples": "some"}, "samples must be all or one_per_batch, got 'some'"),
        ({"batch_size": 0}, "batch_size must be 1 or more"),
        ({"threads": 0}, "threads must be 1 or more"),
    ],
)
def test_bad_choices(hidden, options, sentence):
    with pytest.raises(InputError, match=sentence):
        measures.van_rossum(hidden, **{"tau": 0.001, **options})


def test_more_units_than_memory_holds_pairs_of():
    events = SpikeEvents([0] * 8, [1] * 8, [0], [65535], None, 1, 65536)
    n = 8 * 2 * 65536**2 * 8
    if (there := memory()) is None or there >= n:
        pytest.skip("a machine that holds them")
    with pytest.raises(InputError, match=r"65,536 units must fit .* 512\.0 GiB"):
        measures.van_rossum(events, 0.001)


def test_category_means_by_hand():
    distances = np.array(
        [[0, 1, 2, 3], [1, 0, 4, 5], [2, 4, 0, 6], [3, 5, 6, 0]],
        np.float64,
    )
    found = measures.category_means(distances, Populations(2, 2))
    assert found == {"E-E": (1, 1.0), "E-I": (4, 3.5), "I-I": (1, 6.0)}
    found = measures.category_means(distances, Populations(3, 1))
    assert (found["E-E"], found["E-I"]) == ((3, 7 / 3), (3, 14 / 3))
    assert found["I-I"].n_pairs == 0
    assert math.isnan(found["I-I"].mean)
    assert math.isnan(measures.category_means(distances, Populations(4, 0))["E-I"].mean)
    with pytest.raises(InputError, match=r"the matrix must be \[3, 3\], got \(4, 4\)"):
        measures.category_means(distances, Populations(2, 1))
