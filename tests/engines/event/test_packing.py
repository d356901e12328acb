import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from eccles.engines.event.packing import Packing
from eccles.engines.lanes import LANES


@settings(deadline=None, max_examples=40)
@given(
    st.integers(1, 9),
    st.integers(1, 260),
    st.integers(1, 40),
    st.sampled_from([torch.float32, torch.float64]),
)
def test_weights_lie_where_the_kernels_look(n_inputs, n_hidden, n_classes, dtype):
    """As `layout` says: w1 [block][input][W], w2 [H][C], w2t [class][H], zeros beside."""
    generator = torch.Generator().manual_seed(n_hidden)
    w1 = 1 + torch.rand(n_inputs, n_hidden, generator=generator, dtype=dtype)
    w2 = 1 + torch.rand(n_hidden, n_classes, generator=generator, dtype=dtype)
    packing = Packing(w1, w2, 2)
    packing.load(w1, w2)
    in_block, in_classes = (len(shape) for shape in (packing.hidden_shape, packing.class_shape))
    padded = packing.n_blocks * packing.width
    assert packing.width == in_block * LANES
    assert in_block <= 7
    assert n_hidden <= padded < n_hidden + packing.n_blocks * LANES
    assert n_classes <= in_classes * LANES < n_classes + LANES
    blocks = packing.w1.reshape(packing.n_blocks, n_inputs, packing.width)
    rows = blocks.transpose(1, 0, 2).reshape(n_inputs, padded)
    assert np.array_equal(rows[:, :n_hidden], w1)
    assert not rows[:, n_hidden:].any()
    whole = packing.w2.reshape(padded, in_classes * LANES)
    assert np.array_equal(whole[:n_hidden, :n_classes], w2)
    assert np.count_nonzero(whole) == w2.numel()
    turned = packing.w2t.reshape(n_classes, padded)
    assert np.array_equal(turned[:, :n_hidden], w2.T)
    assert np.count_nonzero(turned) == w2.numel()
    for array in (packing.w1, packing.w2, packing.w2t):
        assert array.ctypes.data % 64 == 0
        assert array.dtype == packing.dtype == w1.numpy().dtype


@pytest.mark.parametrize("n_parts", [1, 3])
@pytest.mark.parametrize("n_hidden", [5, 100, 130])
def test_gradients_come_back_in_the_weights_shape(n_hidden, n_parts):
    """Each part's gradient is the packed weights times its number, in as many parts as asked."""
    w1, w2 = torch.rand(7, n_hidden), torch.rand(n_hidden, 20)
    packing = Packing(w1, w2, 3)
    packing.load(w1, w2)
    for _ in range(2):
        for part in range(n_parts):
            grad1, grad2 = np.split(packing.gradients[part], [len(packing.w1)])
            # As `train_parts` does: what an earlier batch left is overwritten.
            grad1[:] = (part + 1) * packing.w1
            grad2[:] = (part + 1) * packing.w2
        total = packing.sum_gradients(n_parts)
        factor = n_parts * (n_parts + 1) / 2
        assert torch.allclose(total.input_to_hidden, factor * w1)
        assert torch.allclose(total.hidden_to_output, factor * w2)


def test_it_fits_weights_of_its_own_shapes_and_type():
    w1, w2 = torch.zeros(3, 20), torch.zeros(20, 4)
    packing = Packing(w1, w2, 1)
    assert packing.fits(w1 + 1, w2 + 1)
    assert not packing.fits(w1.double(), w2.double())
    assert not packing.fits(torch.zeros(3, 21), torch.zeros(21, 4))
    assert not packing.fits(torch.zeros(4, 20), w2)
    assert not packing.fits(w1, torch.zeros(20, 5))


def test_new_weights_replace_the_old():
    packing = Packing(torch.zeros(3, 20), torch.zeros(20, 4), 1)
    for value in (5.0, 2.0):
        packing.load(torch.full((3, 20), value), torch.full((20, 4), -value))
        assert packing.w1.sum() == 60 * value
        assert packing.w2.sum() == packing.w2t.sum() == -80 * value
