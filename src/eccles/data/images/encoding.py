"""Latency encoding: a bright pixel fires early, a dim one late, a dark one never."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eccles.arguments import typed
from eccles.data.images.dataset import how_to_uint8
from eccles.errors import must
from eccles.events import SpikeEvents

THRESHOLD, TAU, N_STEPS, DT = 0.2, 20.0, 100, 1e-3
"""The latency code of Kilgore et al. (2025), doi 10.1038/s41598-025-03408-7; tau in steps."""


def latency_table(threshold: float, tau: float, n_steps: int) -> NDArray[np.uint16]:
    """Return the step at which each of the 256 pixel values fires; n_steps stands for never.

    With x = pixel / 255, the step is floor(tau ln(x / (x - threshold))), where x is clipped below
    at threshold + 1e-7. Pixels under the threshold never fire, nor do those that would fire at
    n_steps or later. `tau` counts steps.

    >>> latency_table(0.2, 20.0, 100)[[255, 52, 51, 50]].tolist()
    [4, 79, 100, 100]
    """
    x = np.arange(256) / 255
    clipped = np.maximum(x, threshold + 1e-7)
    steps = np.floor(tau * np.log(clipped / (clipped - threshold)))
    return np.where(x < threshold, n_steps, np.minimum(steps, n_steps)).astype(np.uint16)


@typed("data")
def latency_encode(
    images: NDArray[np.uint8],
    *,
    threshold: float = THRESHOLD,
    tau: float = TAU,
    n_steps: int = N_STEPS,
    dt: float = DT,
) -> SpikeEvents:
    """Return at most one spike a pixel, sooner the brighter it is (Kilgore et al. 2025).

    Pixel k of an image, in C order, is unit k. The events of an image are sorted by step, then
    by unit. The equation stands at `latency_table`; doi 10.1038/s41598-025-03408-7.

    Args:
        images: uint8 [B, ...].
        threshold: the least brightness that fires, above 0 and below 1.
        tau: time constant in steps.
        n_steps: T, the number of steps a sample lasts.
        dt: length of a step in seconds.

    Raises:
        InputError: images that aren't uint8 [B, ...] of at most 65,536 pixels each, or a
            parameter out of its range.
    """
    _check(images, threshold, tau, n_steps, dt)
    n_samples, n_units = len(images), math.prod(images.shape[1:])
    pixels = images.reshape(n_samples, n_units)
    table = latency_table(threshold, tau, n_steps)

    # A block's (sample, step) pairs fit 16 bits, which numpy sorts by radix, in linear time and
    # stably: one sort then orders every sample by step and keeps the order of its units.
    block = min(64, 2**16 // n_steps)
    offsets = np.zeros(n_samples + 1, np.int64)
    steps, units = [np.empty(0, np.uint16)], [np.empty(0, np.uint16)]
    for first in range(0, n_samples, block):
        latency = table[pixels[first : first + block]]
        sample, unit = np.nonzero(latency < n_steps)
        step = latency[sample, unit]
        order = np.argsort((sample * n_steps + step).astype(np.uint16), kind="stable")
        steps.append(step[order])
        units.append(unit[order].astype(np.uint16))
        offsets[first + 1 : first + block + 1] = np.bincount(sample, minlength=len(latency))
    np.cumsum(offsets, out=offsets)
    return SpikeEvents._trusted(
        offsets[:-1],
        offsets[1:],
        np.concatenate(steps),
        np.concatenate(units),
        None,
        n_steps,
        n_units,
        dt,
    )


def _check(images: NDArray[Any], threshold: float, tau: float, n_steps: int, dt: float) -> None:
    if images.dtype != np.uint8 or images.ndim < 2:
        hint = "" if images.dtype == np.uint8 else how_to_uint8(images)
        got = f"{images.dtype} {images.shape}"
        raise must("encoding", "images", "uint8 [B, ...] from 0 to 255", got, hint)
    if math.prod(images.shape[1:]) > 2**16:
        raise must("encoding", "an image", "at most 65,536 pixels", math.prod(images.shape[1:]))
    if not 0 < threshold < 1:
        raise must("encoding", "threshold", "above 0 and below 1", threshold)
    if not 0 < tau < math.inf:
        raise must("encoding", "tau", "a number of steps above 0", tau)
    if not 0 < n_steps < 2**16:
        raise must("encoding", "n_steps", "from 1 to 65,535", n_steps)
    if not 0 < dt < math.inf:
        raise must("encoding", "dt", "a time above 0 in seconds", dt)
