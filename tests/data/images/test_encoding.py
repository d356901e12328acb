import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from eccles.data.images.encoding import latency_encode, latency_table
from eccles.errors import InputError

IMAGES = arrays(np.uint8, st.tuples(st.integers(0, 70), st.integers(0, 4), st.integers(1, 3)))


def plain_latency(images, threshold, tau, n_steps):
    """Each sample's events as (step, unit), the slow way: one pixel at a time, then a sort."""
    samples = []
    for image in images:
        events = []
        for unit, pixel in enumerate(image.ravel().tolist()):
            x = pixel / 255
            if x >= threshold:
                x = max(x, threshold + 1e-7)
                step = math.floor(tau * math.log(x / (x - threshold)))
                if step < n_steps:
                    events.append((step, unit))
        samples.append(sorted(events))
    return samples


def pairs(events):
    return [
        list(zip(one.steps[b:e].tolist(), one.units[b:e].tolist(), strict=True))
        for one, b, e in ((events, b, e) for b, e in zip(events.begins, events.ends, strict=True))
    ]


@pytest.mark.parametrize(
    ("pixel", "step"),
    [
        (255, 4),  # 20 ln(1 / 0.8) = 4.46
        (102, 13),  # x = 0.4: 20 ln 2 = 13.86
        (53, 65),  # 20 ln(53 / 2) = 65.54
        (52, 79),  # 20 ln 52 = 79.02
        (51, 290),  # exactly at the threshold, so clipped: 20 ln 2,000,001 = 290.17
        (50, 400),  # below: never
        (0, 400),
    ],
)
def test_steps_by_hand(pixel, step):
    assert latency_table(0.2, 20.0, 400)[pixel] == step


def test_an_image_by_hand():
    image = np.array([[[52, 255, 0], [255, 51, 50]]], np.uint8)
    events = latency_encode(image)
    assert events.steps.tolist() == [4, 4, 79]
    assert events.units.tolist() == [1, 3, 0]
    assert (events.n_steps, events.n_units, events.dt, events.counts) == (100, 6, 1e-3, None)


def test_nothing_fires_before_step_4_and_brighter_is_never_later():
    table = latency_table(0.2, 20.0, 100)
    assert table.min() == 4
    assert (np.diff(table.astype(int))[51:] <= 0).all()


@given(IMAGES, st.floats(0.01, 0.99), st.floats(0.1, 200), st.integers(1, 1500))
def test_equals_the_plain_twin(images, threshold, tau, n_steps):
    events = latency_encode(images, threshold=threshold, tau=tau, n_steps=n_steps)
    assert pairs(events) == plain_latency(images, threshold, tau, n_steps)


@given(IMAGES)
def test_events_keep_their_rules(images):
    events = latency_encode(images)
    events.check()
    assert len(events) == len(images)
    assert (events.steps.dtype, events.units.dtype) == (np.uint16, np.uint16)
    assert (events.begins.dtype, events.ends.dtype) == (np.int64, np.int64)
    for sample in pairs(events):
        assert len({unit for _, unit in sample}) == len(sample)


@pytest.mark.parametrize("n_samples", [0, 1, 63, 64, 65, 129])
def test_samples_do_not_depend_on_their_neighbours(n_samples):
    images = np.random.default_rng(1).integers(0, 256, (n_samples, 7, 5), np.uint8)
    alone = [pairs(latency_encode(image[None]))[0] for image in images]
    assert pairs(latency_encode(images)) == alone


def test_order_of_memory_does_not_matter():
    images = np.random.default_rng(2).integers(0, 256, (5, 6, 4), np.uint8)
    views = [np.asfortranarray(images), np.flip(np.flip(images, 1).copy(), 1)]
    for view in views:
        assert pairs(latency_encode(view)) == pairs(latency_encode(images))


@pytest.mark.parametrize(
    ("shape", "dtype", "options"),
    [
        ((3, 4), np.float32, {}),
        ((3,), np.uint8, {}),
        ((1, 257, 256), np.uint8, {}),
        ((3, 4), np.uint8, {"threshold": 0.0}),
        ((3, 4), np.uint8, {"threshold": 1.0}),
        ((3, 4), np.uint8, {"tau": 0.0}),
        ((3, 4), np.uint8, {"tau": math.nan}),
        ((3, 4), np.uint8, {"n_steps": 0}),
        ((3, 4), np.uint8, {"n_steps": 65_536}),
        ((3, 4), np.uint8, {"dt": -1e-3}),
    ],
)
def test_refuses_what_it_cannot_encode(shape, dtype, options):
    with pytest.raises(InputError, match=r"encoding: .* must be"):
        latency_encode(np.zeros(shape, dtype), **options)


@pytest.mark.parametrize("kind", ["int64", "uint16", "float64", "float32", "bool"])
@pytest.mark.parametrize("most", [1, 200, 60_000])
def test_the_hint_makes_images_of_another_type_ones_that_are_taken(kind, most):
    images = np.array([[0, 1], [most // 2, most]]).astype(kind)
    with pytest.raises(InputError, match=r"becomes that by .*\.astype\(numpy\.uint8\)$") as caught:
        latency_encode(images)
    way = str(caught.value).partition(" becomes that by ")[2]
    made = eval(way, {"numpy": np, "images": images})
    assert made.dtype == np.uint8
    assert made.max() == (200 if images.max() == 200 else 255)
    assert len(latency_encode(made)) == 2
