import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from scipy import stats

from eccles import InputError
from eccles.noise import add_noise_, philox

KEY = 0x0123456789ABCDEF


def normals(size=400_000, key=KEY, batch=0, layer=0):
    return add_noise_(torch.zeros(size), 1.0, key, batch, layer).numpy()


@njit
def _words(counter, key):
    return philox(counter[0], counter[1], counter[2], counter[3], key[0], key[1])


@pytest.mark.parametrize(
    ("counter", "key", "words"),
    [
        ([0] * 4, [0] * 2, [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
        ([2**32 - 1] * 4, [2**32 - 1] * 2, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
        (
            [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
            [0xA4093822, 0x299F31D0],
            [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
        ),
    ],
)
def test_known_answers(counter, key, words):
    """Those that the generator's authors publish (Random123, kat_vectors)."""
    found = _words(np.array(counter, np.uint32), np.array(key, np.uint32))
    assert [int(word) for word in found] == words


def test_the_noise_is_normal():
    x = normals()
    n = len(x)
    assert stats.kstest(x, "norm").pvalue > 0.01
    assert abs(x.mean()) < 4 / np.sqrt(n)
    assert abs(x.std() - 1) < 4 / np.sqrt(2 * n)
    assert abs(stats.skew(x)) < 4 * np.sqrt(6 / n)
    assert abs(stats.kurtosis(x)) < 4 * np.sqrt(24 / n)
    assert 4 < np.abs(x).max() < 6.5
    # Far out too: of 400,000 normals 25.3 lie beyond 4.
    assert 8 <= (np.abs(x) > 4).sum() <= 50


def test_the_four_quarters_are_independent_and_alike():
    """A counter gives one number to each quarter, two of a radius and two of another."""
    quarters = normals().reshape(4, -1)
    n = quarters.shape[1]
    for values in (quarters, quarters**2, np.abs(quarters)):
        found = np.corrcoef(values) - np.eye(4)
        assert np.abs(found).max() < 4.5 / np.sqrt(n)
    for quarter in quarters:
        assert stats.kstest(quarter, "norm").pvalue > 0.005
        neighbours = np.corrcoef(quarter[:-1], quarter[1:])[0, 1]
        assert abs(neighbours) < 4 / np.sqrt(n)


@pytest.mark.parametrize(
    "other",
    [
        {"batch": 1},
        {"batch": 2**32 - 1},
        {"layer": 1},
        {"key": KEY + 1},
        {"key": KEY + 2**32},
        {"key": 2**64 - 1},
        {"key": 0},
    ],
)
def test_streams_are_independent(other):
    a, b = normals(100_000), normals(100_000, **other)
    assert not (a == b).any()
    assert abs(np.corrcoef(a, b)[0, 1]) < 4 / np.sqrt(1e5)
    assert stats.kstest(b, "norm").pvalue > 0.005
    assert np.array_equal(b, normals(100_000, **other))


def test_numbers_by_another_way():
    """The same words through numpy's log, sin and cos, in double precision."""
    n = 50
    words = np.array(
        [
            _words(np.array([g, 0, 7, 1], np.uint32), np.array([KEY % 2**32, KEY >> 32], np.uint32))
            for g in range(n)
        ],
        np.uint32,
    )
    uniform = ((words[:, ::2] >> 8) + 0.5) * 2.0**-24
    angle = words[:, 1::2].view(np.int32) * (2 * np.pi * 2.0**-32)
    radius = np.sqrt(-2 * np.log(uniform))
    pairs = np.stack([radius * np.cos(angle), radius * np.sin(angle)])
    wanted = pairs.transpose(2, 0, 1).reshape(-1)
    assert normals(4 * n, batch=7, layer=1) == pytest.approx(wanted, rel=1e-5, abs=2e-6)


@settings(deadline=None)
@given(st.integers(0, 40), st.integers(0, 2**64 - 1), st.floats(1e-6, 10))
def test_any_size_and_scale(size, key, sigma):
    """Every weight moves, each by a number of its own, in proportion to sigma."""
    unit = add_noise_(torch.zeros(size), 1.0, key, 3, 1)
    assert len(set(unit.tolist())) == size
    assert unit.isfinite().all()
    weight = torch.full((size,), 0.5)
    assert add_noise_(weight, sigma, key, 3, 1) is weight
    assert torch.allclose(weight, 0.5 + sigma * unit, rtol=1e-5, atol=1e-6)


def test_any_shape_is_the_flat_one():
    flat = torch.arange(12.0)
    shaped = flat.clone().reshape(3, 4)
    add_noise_(flat, 0.1, KEY, 0, 0)
    add_noise_(shaped, 0.1, KEY, 0, 0)
    assert torch.equal(shaped.reshape(-1), flat)


def test_a_parameter_in_place():
    weight = torch.nn.Parameter(torch.zeros(5, 2))
    memory = weight.data_ptr()
    add_noise_(weight, 1.0, KEY, 0, 0)
    assert weight.data_ptr() == memory
    assert (weight != 0).all()
    assert weight.requires_grad
    assert weight.is_leaf


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_the_noise_does_not_depend_on_the_weights_type(dtype):
    weight = add_noise_(torch.zeros(4, 9, dtype=dtype), 1.0, KEY, 0, 0)
    assert weight.dtype == dtype
    single = torch.from_numpy(normals(36)).reshape(4, 9)
    assert torch.equal(weight, single.to(dtype))


def test_no_noise_changes_nothing():
    weight = torch.randn(7, 9, generator=torch.Generator().manual_seed(0))
    before = weight.clone()
    add_noise_(weight, 0.0, KEY, 0, 0)
    assert torch.equal(weight, before)


def test_double_precision_survives():
    weight = torch.full((9,), 1 / 3, dtype=torch.float64)
    add_noise_(weight, 0.0, KEY, 0, 0)
    assert (weight == 1 / 3).all()


@pytest.mark.parametrize("sigma", [-1e-9, float("nan"), float("inf")])
def test_scales_that_cannot_be(sigma):
    with pytest.raises(InputError, match="noise: sigma must be a finite number, 0 or more, got"):
        add_noise_(torch.zeros(3), sigma, KEY, 0, 0)
