import numpy as np
import pytest

from eccles.bench import scaling


@pytest.fixture(scope="module")
def scales(samples):
    return scaling.measure(samples.take(slice(0, 200)), batch_size=8, rounds=1, turn=0.0)


def test_every_quantity_grows_alone(scales):
    amounts = {}
    for scale in scales:
        amounts.setdefault(scale.quantity, []).append(scale.amount)
    assert amounts["samples"] == [2, 4, 8, 16, 32]
    assert amounts["hidden neurons"] == [50, 100, 200, 400, 800]
    base = amounts["events a sample"][2]
    relative = [amount / base for amount in amounts["events a sample"]]
    assert relative == pytest.approx([0.25, 0.5, 1, 2, 4], rel=0.05)


def test_rows_are_relative_to_the_smallest_size(scales):
    for quantity in ("samples", "hidden neurons", "events a sample"):
        rows = [scale for scale in scales if scale.quantity == quantity]
        assert rows[0].relative == 1
        for row in rows:
            cost = row.timing.median / row.amount
            assert row.relative == pytest.approx(
                cost / (rows[0].timing.median / rows[0].amount), rel=1e-12
            )


@pytest.mark.parametrize("factor", [0.25, 1, 3])
def test_events_stay_sound_and_real(samples, factor):
    own = samples.take(slice(10, 14)).events
    changed = scaling.with_events(own, factor)
    changed.check()
    assert len(changed) == len(own)
    raster, before = changed.to_dense(), own.to_dense()
    if factor < 1:
        assert (raster <= before).all()
        assert 0 < raster.sum() < before.sum()
    else:
        expected = sum(np.roll(before.numpy(), -k, axis=1) for k in range(factor))
        np.testing.assert_array_equal(raster.numpy(), expected)
