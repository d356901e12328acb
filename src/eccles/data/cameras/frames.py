"""What an event camera saw, as frames: how many events came at each pixel in each slice of time."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PositiveInt

from eccles.arguments import typed
from eccles.errors import InputError, must
from eccles.settings import Settings

_MOST = np.iinfo(np.uint16).max
_Pixels = Annotated[PositiveInt, Field(le=8192)]


class Framing(Settings):
    """How events become frames."""

    section: ClassVar[str] = "frames"

    n_frames: PositiveInt = Field(10, le=10_000)
    """Frames of a recording, one for each step of a network."""
    by: Literal["duration", "number"] = "duration"
    """Whether the slices of a recording last equally long, or have equally many events."""
    sensor: tuple[_Pixels, _Pixels] = (128, 128)
    """Height and width of the camera's sensor in pixels."""
    size: tuple[_Pixels, _Pixels] | None = (48, 48)
    """Height and width of a frame, not above the sensor's; None for those of the sensor."""

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Shape [T, 2, H, W] of a recording's frames."""
        return (self.n_frames, 2, *(self.size or self.sensor))


class CameraEvents(NamedTuple):
    """The events of one recording, in any order, each array [n].

    Attributes:
        x: column, from 0 to the sensor's width - 1.
        y: row, from 0 to its height - 1.
        t: time in whole microseconds, from any origin.
        p: polarity: 0 (or False) where it grew darker, 1 (or True) where it grew brighter.
    """

    x: NDArray[Any]
    y: NDArray[Any]
    t: NDArray[Any]
    p: NDArray[Any]


@typed("data")
def to_frames(events: CameraEvents, framing: Framing) -> NDArray[np.uint16]:
    """Return the number of events in each slice at each pixel, uint16 [T, 2, H, W].

    Channel 0 has the events of polarity 0, channel 1 those of polarity 1. With n events from t0
    to t1, an event at t is in slice

        by duration:  min(T - 1, floor(T (t - t0) / (t1 - t0)))
        by number:    floor(T k / n),  where k counts the events before it

    and a smaller frame has it in row floor(y H / height), column floor(x W / width). No event is
    lost, so the sum of all frames is n; a recording without events has frames of zeros.

    Raises InputError for arrays that don't fit, events outside the sensor, times that aren't
    whole, other polarities, a size above the sensor's, or more than 65,535 events in one place.
    """
    x, y, t, p = _checked(events, framing)
    n_frames, _, height, width = framing.shape
    if framing.by == "number":
        order = np.argsort(t, kind="stable")
        step = np.empty(len(t), np.int64)
        step[order] = np.arange(len(t)) * n_frames // max(1, len(t))
    else:
        since = t - t.min() if len(t) else t
        step = np.minimum(since * n_frames // max(1, since.max(initial=0)), n_frames - 1)
    row, column = y * height // framing.sensor[0], x * width // framing.sensor[1]
    cell = ((step * 2 + p) * height + row) * width + column
    counts = np.bincount(cell, minlength=int(np.prod(framing.shape)))
    if counts.max() > _MOST:
        hint = "take more frames, or leave out pixels that never rest"
        raise must("frames", "events in one place", f"at most {_MOST:,}", int(counts.max()), hint)
    return counts.astype(np.uint16).reshape(framing.shape)


def _checked(events: CameraEvents, framing: Framing) -> list[NDArray[np.int64]]:
    """Return x, y, t, p as whole numbers, or raise what is wrong with them."""
    height, width = framing.sensor
    if framing.size is not None and (framing.size[0] > height or framing.size[1] > width):
        raise must("frames", "size", f"at most the sensor's {height} x {width}", framing.size)
    arrays = [np.asarray(array) for array in events]
    if len({array.shape for array in arrays}) > 1 or arrays[0].ndim != 1:
        shapes = ", ".join(str(array.shape) for array in arrays)
        raise InputError(f"frames: x, y, t and p must be lists of one length, got {shapes}")
    whole = [_whole(name, a) for name, a in zip(CameraEvents._fields, arrays, strict=True)]
    for name, array, end in zip("xyp", (*whole[:2], whole[3]), (width, height, 2), strict=True):
        outside = array[(array < 0) | (array >= end)]
        if outside.size:
            hint = "write -1 as 0" if name == "p" else f"the sensor is {height} x {width} pixels"
            raise must("frames", name, f"from 0 to {end - 1}", int(outside[0]), hint)
    return whole


def _whole(name: str, array: NDArray[Any]) -> NDArray[np.int64]:
    got = "" if array.dtype.kind in "biuf" else str(array.dtype)
    if array.dtype.kind == "f":
        broken = array[~(np.isfinite(array) & (array == np.floor(array)))]
        got = f"{broken[0]}" if broken.size else ""
    if got:
        hint = "times are microseconds: multiply seconds by 1,000,000" if name == "t" else ""
        raise must("frames", name, "whole numbers", got, hint)
    return array.astype(np.int64)
