"""Each operation against numpy, in one, three and seven vectors of either type."""

import numpy as np
import pytest
from numba import njit

from eccles.engines import simd

KINDS = [(np.float32, 1), (np.float32, 3), (np.float64, 7)]


@pytest.fixture(params=KINDS, ids=lambda kind: f"{kind[0].__name__}-{kind[1]}")
def case(request):
    """Return the shape argument, and four arrays of numbers of that many vectors."""
    dtype, count = request.param
    rng = np.random.default_rng(count)
    n = 16 * count
    arrays = [rng.standard_normal(n).astype(dtype) for _ in range(4)]
    arrays[1][::3] = arrays[0][::3]
    return (dtype(0),) * count, arrays


@njit
def _copy(shape, a, first, out, place):
    simd.store(out, place, simd.load(shape, a, first))


def test_load_and_store_at_any_offset(case):
    shape, (a, *_) = case
    padded = np.concatenate([[9, 8, 7], a, [6]]).astype(a.dtype)
    out = np.full(len(a) + 5, -1, a.dtype)
    _copy(shape, padded, 3, out, 2)
    assert np.array_equal(out[2:-3], a)
    assert out[[0, 1, -3, -2, -1]].tolist() == [-1] * 5


@njit
def _constants(shape, number, out, other):
    simd.store(out, 0, simd.zeros(shape))
    simd.store(other, 0, simd.splat(shape, number))


def test_constants(case):
    shape, (a, b, *_) = case
    _constants(shape, a.dtype.type(2.5), a, b)
    assert not a.any()
    assert (b == 2.5).all()


@njit
def _arithmetic(shape, factor, a, b, c, out):
    n = len(a)
    x, y, z = simd.load(shape, a, 0), simd.load(shape, b, 0), simd.load(shape, c, 0)
    simd.store(out, 0, simd.add(x, y))
    simd.store(out, n, simd.scale(factor, x))
    simd.store(out, 2 * n, simd.scale_add(factor, x, y))
    simd.store(out, 3 * n, simd.multiply_add(x, y, z))


def test_arithmetic(case):
    shape, (a, b, c, _) = case
    out = np.empty((4, len(a)), a.dtype)
    factor = a.dtype.type(0.7)
    _arithmetic(shape, factor, a, b, c, out.reshape(-1))
    assert np.array_equal(out[0], a + b)
    assert np.array_equal(out[1], factor * a)
    # Fused or not, the last two are within a rounding of the product.
    tolerance = 4 * np.finfo(a.dtype).eps
    assert np.allclose(out[2], factor * a + b, rtol=0, atol=tolerance)
    assert np.allclose(out[3], a * b + c, rtol=0, atol=4 * tolerance)


@njit
def _choose(shape, level, a, b, out, bits):
    n = len(a)
    x, y = simd.load(shape, a, 0), simd.load(shape, b, 0)
    higher = simd.above(x, y)
    high = simd.above(x, level)
    simd.store(out, 0, simd.where(higher, x, y))
    simd.store(out, n, simd.where(high, simd.zeros(shape), x))
    simd.store_bits(bits, 1, higher)
    simd.store_bits(bits, 1 + n // 16, high)


def test_comparison_and_choice(case):
    """Strictly above: a third of the numbers are equal. NaN is above nothing."""
    shape, (a, b, *_) = case
    a[5] = b[6] = np.nan
    a[7] = 0.5
    out = np.empty((2, len(a)), a.dtype)
    words = len(a) // 16
    bits = np.full(2 + 2 * words, 0xAAAA, np.uint16)
    _choose(shape, a.dtype.type(0.5), a, b, out.reshape(-1), bits)
    assert np.array_equal(out[0], np.where(a > b, a, b), equal_nan=True)
    assert np.array_equal(out[1], np.where(a > 0.5, 0, a), equal_nan=True)
    found = np.unpackbits(bits[1:-1].view(np.uint8), bitorder="little").reshape(2, -1)
    assert np.array_equal(found, [a > b, a > 0.5])
    assert bits[0] == bits[-1] == 0xAAAA


@njit
def _any_above(shape, level, a):
    return simd.any_of(simd.above(simd.load(shape, a, 0), level))


def test_any_of(case):
    shape, (a, *_) = case
    one = a.dtype.type(1)
    a[:] = one
    assert not _any_above(shape, one, a)
    for k in range(len(a)):
        a[:] = 0
        a[k] = 1.5
        assert _any_above(shape, one, a)


@njit
def _superspike(shape, level, steepness, a, out):
    simd.store(out, 0, simd.superspike(simd.load(shape, a, 0), level, steepness))


def test_superspike(case):
    shape, (a, b, *_) = case
    a[3] = 1
    number = a.dtype.type
    _superspike(shape, number(1), number(100), a, b)
    wanted = 1 / (100 * np.abs(a.astype(np.float64) - 1) + 1) ** 2
    assert np.allclose(b, wanted, rtol=100 * np.finfo(a.dtype).eps, atol=0)
    assert b[3] == 1


@njit
def _lowest(bits):
    return simd.lowest_bit(bits)


@pytest.mark.parametrize("kind", [np.uint16, np.uint64])
def test_lowest_bit(kind):
    for k in range(16):
        assert _lowest(kind(1 << k)) == k
        assert _lowest(kind(0x8000 | 1 << k)) == k


@njit
def _fetch(a, place):
    simd.prefetch(a, place)
    return a[0]


def test_prefetch_harms_nothing():
    a = np.arange(5, dtype=np.uint16)
    for place in (0, 4, 5, 10**9, -1):
        assert _fetch(a, place) == 0
    assert a.tolist() == [0, 1, 2, 3, 4]
