import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from eccles.data.audio import cochlea_stages as stages
from eccles.data.audio.cochlea import Cochlea, Constants
from eccles.data.audio.cochlea_kernel import _count, fire, uniforms
from eccles.data.audio.hearing import hear, prepare
from eccles.errors import InputError

RATE = 16_000
FEW = Cochlea(channels=7)


def tone(frequency: float, seconds: float = 0.2, rate: int = RATE) -> np.ndarray:
    return np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate)


def chirp(seconds: float) -> np.ndarray:
    t = np.arange(round(seconds * RATE)) / RATE
    return np.sin(2 * np.pi * (200 * t + 3000 * t**2)) * (1 + np.sin(2 * np.pi * 9 * t))


def test_frequencies_are_greenwoods():
    # At a share x of the cochlea's length: 165.4 (10^(2.1 x) - 0.88); x = 1/2 gives 1710.3 Hz.
    f = Cochlea(channels=701).frequencies
    assert f[0] == pytest.approx(7000)
    assert f[-1] == pytest.approx(100)
    x = np.log10(f / 165.4 + 0.88) / 2.1
    np.testing.assert_allclose(np.diff(x), np.diff(x)[0])
    half = 165.4 * (10**1.05 - 0.88)
    assert half == pytest.approx(1710.3, abs=0.1)
    assert np.interp(0.5, x[::-1], f[::-1]) == pytest.approx(half, rel=1e-4)


@pytest.mark.parametrize("unit", [0, 3, 5, 6])
def test_a_filter_passes_its_own_frequency_and_has_the_ears_bandwidth(unit):
    f = FEW.frequencies[unit]
    impulse = np.zeros(RATE)
    impulse[0] = 1
    response = np.fft.rfft(stages.membrane(impulse, FEW)[:, unit])
    power = np.abs(response) ** 2  # At every hertz.
    assert power[round(f)] == pytest.approx(1, abs=0.05)
    erb = 24.7 + 0.108 * f
    # What lies beyond half the rate folds back, so the highest channel keeps more.
    assert power.sum() / power.max() == pytest.approx(erb, rel=0.06 if unit == 0 else 0.02)


@pytest.mark.parametrize("chance", [0.01, 0.3, 0.74, 0.76, 0.9, 0.95, 0.99, 0.999])
@pytest.mark.parametrize("n", [1, 17, 40, 63])
def test_fibres_are_a_binomial_at_any_chance(n, chance):
    # Quantiles of which none lies at a step of the distribution.
    u = ((np.arange(4000) + 0.5) / 4000).astype(np.float32)
    counts = [_count(np.float32(n), np.float32(chance), each) for each in u]
    expected = binom.ppf(u.astype(float), n, float(np.float32(chance)))
    assert np.mean(counts != expected) < 2e-3
    assert np.abs(counts - expected).max() <= 1


def test_hair_cells_rest_in_silence():
    # By hand: k = 2000 x 5 / 305 = 32.79 / s, q = 5.05 / (5.05 + k l / (l + r)) = 0.3587,
    # c = k q / (l + r) = 0.0012953, and a fibre fires 50,000 c = 64.8 times a second.
    chance = stages.hair_cells(np.zeros((200, 2)), Cochlea())
    np.testing.assert_allclose(chance * RATE, 64.77, rtol=1e-3)
    np.testing.assert_allclose(chance[-1], chance[0], rtol=1e-6)


def test_hair_cells_adapt():
    motion = np.concatenate([np.zeros(800), np.full(8000, 300.0)])[:, None]
    rate = stages.hair_cells(motion, Cochlea())[:, 0] * RATE
    # Transmitter of 0.36 leaves at k = 2000 x 305 / 605 = 1008 / s; replenishing at 5.05 / s
    # can't keep up, and h y / l = 101 / s is what remains at most.
    assert rate[800:840].max() > 1000
    assert 64 < rate[-100:].mean() < 101


def test_onset_units_by_hand():
    # One volley of 40 spikes lifts the current to 40, and the potential by gain x 40 at once:
    # gain = (1 - e^(-1/16)) 0.001 s x 290 / s = 0.01757, so 0.7028; the next steps add
    # alpha = e^(-1/8) of the current: e^(-1/16) 0.7028 + 0.7028 e^(-1/8) = 1.2804 >= 1.
    counts = np.zeros((40, 2))
    counts[3, 0] = 40
    fires = stages.onset_units(counts, Cochlea())
    assert np.flatnonzero(fires[:, 0]).tolist() == [4]
    assert not fires[:, 1].any()
    counts[:, 1] = 40
    # Driven without end it fires again as soon as its millisecond of rest is over.
    assert np.diff(np.flatnonzero(stages.onset_units(counts, Cochlea())[:, 1])).min() == 17


def test_fibres_have_a_dead_time():
    counts = stages.fibres(np.full((33, 1), 0.5), np.full((33, 1), 0.999999), Cochlea())[:, 0]
    assert counts[0] > 20
    for first in range(33 - 16):
        assert counts[first : first + 16].sum() <= 40


def test_the_kernel_is_the_stages():
    # At an onset out of silence more fibres fire at once than the vector loop draws by itself.
    some = Cochlea(channels=20)
    bursts = np.random.default_rng(0).standard_normal(4800) * (np.arange(4800) // 800 % 2)
    sound = (3000 * bursts).astype(np.float32)
    chance = stages.hair_cells(stages.membrane(sound, some), some)
    counts = stages.fibres(chance, uniforms(len(sound), 20, key=5), some)
    assert counts.max() > 5
    expected = set(map(tuple, np.argwhere(stages.onset_units(counts, some)).tolist()))
    steps, units = fire(sound, some, key=5)
    found = set(zip(steps.tolist(), units.tolist(), strict=True))
    assert len(expected) > 100
    # Rounding moves a fibre's spike now and then, and with it what its unit does next.
    assert len(expected & found) > 0.97 * max(len(expected), len(found))


def test_chances_are_uniform_and_independent():
    u = uniforms(400, 70, key=3)
    assert u.min() > 0
    assert u.max() < 1
    assert u.mean() == pytest.approx(0.5, abs=0.01)
    assert u.var() == pytest.approx(1 / 12, abs=0.002)
    assert abs(np.corrcoef(u[:-1].ravel(), u[1:].ravel())[0, 1]) < 0.02
    assert abs(np.corrcoef(u[:, :-1].ravel(), u[:, 1:].ravel())[0, 1]) < 0.02


@pytest.mark.parametrize("frequency", [300, 1000, 3000])
def test_a_tone_excites_its_place_most(frequency):
    quiet = Cochlea(level=60)
    _, units = hear(tone(frequency), RATE, cochlea=quiet)
    place = np.abs(quiet.frequencies - frequency).argmin()
    counts = np.convolve(np.bincount(units, minlength=700), np.ones(15), "same")
    assert abs(int(counts.argmax()) - int(place)) < 40


def test_low_units_are_high_frequencies():
    high, low = (hear(tone(f), RATE)[1].mean() for f in (4000, 250))
    assert high < low


def test_silence_is_almost_silent():
    times, _ = hear(np.zeros(RATE), RATE)
    assert len(times) < 0.3 * 700  # Spontaneous spikes: fewer than one in 3 s a unit.
    assert len(hear(np.zeros(0), RATE)[0]) == 0


def test_onsets_count_most():
    loud = Cochlea(ramp=0)
    times, _ = hear(np.concatenate([np.zeros(1600), tone(1000, 0.3)]), RATE, cochlea=loud)
    onset = ((times >= 0.1) & (times < 0.12)).sum()
    later = ((times >= 0.3) & (times < 0.32)).sum()
    assert onset > 1.3 * later


def test_louder_is_never_fewer():
    n = [len(hear(chirp(0.3), RATE, cochlea=Cochlea(level=db))[0]) for db in range(30, 91, 10)]
    assert n == sorted(n)
    assert n[-1] > 20 * n[0]


def test_scale_of_the_audio_does_not_matter():
    one, other = hear(chirp(0.1), RATE), hear(2048 * chirp(0.1), RATE)
    np.testing.assert_array_equal(one[0], other[0])
    np.testing.assert_array_equal(one[1], other[1])


def test_the_seed_is_all_the_chance():
    one, same, other = (hear(chirp(0.2), RATE, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one[0], same[0])
    np.testing.assert_array_equal(one[1], same[1])
    assert one[0].tolist() != other[0].tolist()


def test_a_channel_hears_the_same_beside_any_others():
    # Chance is by channel and step, so a block's width changes nothing.
    wide = Cochlea(channels=130)
    steps, units = fire(prepare(chirp(0.1), RATE), wide, key=1)
    assert units.max() >= 64
    assert (np.diff(steps.astype(int)) >= 0).all()
    assert units.max() < 130


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 4000), st.sampled_from([8000, 11_025, 22_050, 44_100]), st.integers(0, 9))
def test_spikes_lie_within_the_sound_and_rest_between(n, rate, seed):
    audio = np.random.default_rng(seed).standard_normal(n)
    times, units = hear(audio, rate, seed)
    assert times.dtype == np.float32
    assert units.dtype == np.uint16
    assert (np.diff(times) >= 0).all()
    if len(times):
        assert 0 <= times[0] <= times[-1] <= n / rate + 1 / RATE
    for unit in np.unique(units):
        assert (np.diff(times[units == unit]) > 1e-3).all()


def test_other_rates_are_resampled():
    native, other = hear(tone(1000), RATE), hear(tone(1000, rate=44_100), 44_100)
    assert len(other[0]) == pytest.approx(len(native[0]), rel=0.1)
    assert np.median(other[1]) == pytest.approx(np.median(native[1]), abs=30)


def test_sound_has_its_level_and_soft_ends():
    sound = prepare(0.001 * tone(500), RATE, Cochlea(level=50, ramp=0.01))
    middle = sound[1000:-1000].astype(float)
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(10, rel=0.01)  # 20 dB above 1.
    assert abs(sound[:3]).max() < 0.1


@pytest.mark.parametrize(
    ("audio", "rate", "named"),
    [
        (np.zeros((2, 100)), RATE, "one channel"),
        (np.array([0.0, np.nan]), RATE, "finite"),
        (np.zeros(100), 0, "rate"),
    ],
)
def test_what_is_no_sound_is_refused(audio, rate, named):
    with pytest.raises(InputError, match=named):
        hear(audio, rate)


@pytest.mark.parametrize(
    "wrong",
    [
        {"channels": 0},
        {"lowest": 0.0},
        {"highest": 8000.0},
        {"fibres": 64},
        {"rate": 9000, "highest": 4000.0},
    ],
)
def test_impossible_cochleas_are_refused(wrong):
    with pytest.raises(InputError, match="cochlea: "):
        Cochlea(**wrong)


def test_constants_rest():
    c = Constants.of(Cochlea())
    assert c.rest_free == pytest.approx(0.3587, abs=1e-3)
    assert c.rest_store == pytest.approx(6580 * c.rest_cleft / 66.3, rel=1e-4)
