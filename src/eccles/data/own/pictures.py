"""Image files as pixels in grey."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eccles.data.bars import counting
from eccles.data.files.archives import why
from eccles.data.own.pixels import MOST
from eccles.errors import InputError
from eccles.reading import check_file

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm"})

_MOST_BYTES = 2**26


def size_of(path: Path) -> tuple[int, int]:
    """Return the height and width of an image file, or raise InputError where it is none."""
    height, width = _opened(path, lambda image: (image.height, image.width))
    return int(height), int(width)


def read_pictures(paths: Sequence[Path]) -> NDArray[np.uint8]:
    """Return image files as uint8 [B, H, W]; colours become grey, by their luminance.

    Raises InputError for a file that can't be read, and for images of several sizes.
    """
    height, width = size_of(paths[0])
    pixels = np.empty((len(paths), height, width), np.uint8)
    for number in counting("reading images", len(paths)):
        path = paths[number]
        grey = _opened(path, _grey)
        if grey.shape != (height, width):
            raise InputError(
                f"data: images must be of one size, got {width} x {height} in {paths[0]} and "
                f"{grey.shape[1]} x {grey.shape[0]} in {path}; make them all the same"
            )
        pixels[number] = grey
    return pixels


def _grey(image: Any) -> NDArray[np.uint8]:
    if image.mode.startswith(("I", "F")):
        raise ValueError(f"pixels of more than 8 bits (mode {image.mode})")
    return np.asarray(image.convert("L"))


def _opened(path: Path, read: Callable[[Any], Any]) -> Any:
    from PIL import Image

    try:
        check_file(path, _MOST_BYTES)
        with Image.open(path) as image:
            if image.width * image.height > MOST:
                raise ValueError(
                    f"{image.width} x {image.height} pixels, over the {MOST:,} that it may have"
                )
            return read(image)
    except Exception as error:  # A damaged one may raise whatever its reader happens upon.
        reason = (isinstance(error, OSError) and error.strerror) or why(error)
        raise InputError(f"data: {path} must be an image in 8 bits, got {reason}") from None
