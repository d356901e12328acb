"""Images of any numbers as pixels from 0 to 255, and these as spikes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eccles.data.images.dataset import how_to_uint8
from eccles.data.images.encoding import THRESHOLD, latency_encode
from eccles.errors import InputError, must
from eccles.events import SpikeEvents

MOST = 65536
"""Pixels of an image, each of which is an input."""


def as_pixels(where: str, parts: Sequence[NDArray[Any]]) -> list[NDArray[np.uint8]]:
    """Return images of one scale as uint8 from 0 to 255, [N, ...].

    The largest number of all parts decides about the scale: up to 1, numbers are brightness from 0
    to 1, which is multiplied by 255; above that they are taken as 0 to 255.

    Raises InputError for images of several sizes, and for numbers that are none of these.
    """
    shapes = {part.shape[1:] for part in parts}
    for part in parts:
        if part.ndim < 2 or part.dtype.kind not in "biuf" or not part.size:
            accepted = "numbers [N, H, W], a row of them an image"
            raise must(where, "images", accepted, f"{part.dtype} of shape {list(part.shape)}")
    if len(shapes) > 1:
        got = " and ".join(str(list(shape)) for shape in sorted(shapes)[:2])
        raise must(where, "images", "of one size", got)
    if math.prod(shape := shapes.pop()) > MOST:
        raise must(where, "an image", f"of at most {MOST:,} pixels", list(shape), "make it smaller")
    for part in parts:
        if part.dtype.kind == "f" and not np.isfinite(part).all():
            n = int((~np.isfinite(part)).sum())
            raise InputError(f"{where}: images must be finite, got {n:,} NaN or infinite pixels")
        if part.dtype.kind != "b" and part.min() < 0:
            raise must(where, "images", "numbers from 0 on", part.min().item(), how_to_uint8(part))
    most = max(float(part.max()) for part in parts)
    if most > 255:
        hint = how_to_uint8(parts[0])
        raise must(where, "images", "brightness from 0 to 1, or from 0 to 255", most, hint)
    scale = 255 if most <= 1 else 1
    return [
        part if part.dtype == np.uint8 and scale == 1 else
        np.round(part.astype(np.float32) * scale).astype(np.uint8)
        for part in parts
    ]  # fmt: skip


def encoded(where: str, parts: Sequence[NDArray[Any]]) -> list[SpikeEvents]:
    """Return the spikes of images by the latency code: a bright pixel fires soon, a dark one never.

    Raises what `as_pixels` raises, and InputError where no image has a pixel that fires.
    """
    events = [latency_encode(pixels) for pixels in as_pixels(where, parts)]
    check_fires(where, events, max(part.max().item() for part in parts))
    return events


def check_fires(where: str, events: Sequence[SpikeEvents], most: float) -> None:
    """Raise InputError where no image has a pixel that fires; the brightest is of `most`."""
    if not any(each.n_events for each in events):
        accepted = f"bright enough for a pixel to fire, over {THRESHOLD:g} of full brightness"
        hint = "full brightness is 1, or 255 where one is above 1; divide them by the highest"
        raise must(where, "images", accepted, f"{most:g} at most", hint)
