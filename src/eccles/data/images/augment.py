"""Augmentation of image batches: random crop, horizontal flip, cutout, the same on every device.

Each of the three only moves pixels or blanks them, by numbers that numpy drew: so what comes out is
made of the input's own values and zeros, bit for bit on any device, and never negative if the
input isn't.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from eccles.errors import must
from eccles.settings import Settings

if TYPE_CHECKING:
    from torch import Tensor

Integers = NDArray[np.integer]


class Augment(Settings):
    """Crop, then flip, then cut out; `Augment()(images, stream)` gives another batch.

    With `seeds.stream(seed, "augment", epoch)`, and one such stream for all batches of an epoch,
    a run that was stopped goes on with the pixels that it would have had.

    Sources: crop and flip as in He et al. (2016), doi 10.1109/CVPR.2016.90; cutout from DeVries
    and Taylor (2017), arXiv 1708.04552, who take a side of 16 for CIFAR-10 and 8 for CIFAR-100.
    """

    section: ClassVar[str] = "augment"

    padding: int = Field(4, ge=0)
    """Pixels of zeros around an image before a crop of its own size; 0 for no crop."""
    flip: bool = True
    """Mirror every second image, by chance, left to right."""
    cutout: int = Field(16, ge=0)
    """Side of a square of zeros around any pixel of the image; 0 for none."""

    def __call__(self, images: Tensor, stream: np.random.Generator) -> Tensor:
        """Return augmented images, [B, C, H, W], as the input and on its device.

        Five numbers are drawn for each image, whatever is switched off: so a run without
        cutout has the crops and flips of the run with it. Raises InputError for another shape.
        """
        if images.ndim != 4:
            raise must("augment", "the images' shape", "[B, C, H, W]", list(images.shape))
        n_images, _, height, width = images.shape
        top, left, side, y, x = stream.random((n_images, 5)).T
        shifts = 2 * self.padding + 1
        if self.padding:
            tops, lefts = (top * shifts).astype(int), (left * shifts).astype(int)
            images = cropped(images, tops, lefts, self.padding)
        if self.flip:
            images = flipped(images, side < 0.5)
        if self.cutout:
            ys, xs = (y * height).astype(int), (x * width).astype(int)
            images = cut_out(images, ys, xs, self.cutout)
        return images


def cropped(images: Tensor, tops: Integers, lefts: Integers, padding: int) -> Tensor:
    """Return images [B, C, H, W] cropped to their own size after `padding` zeros on each side.

    Image b's corner comes from row `tops[b]` and column `lefts[b]` of the padded image, each from
    0 to 2 padding; with both equal to `padding` it stays as it is.
    """
    import torch

    height, width = images.shape[2:]
    padded = torch.nn.functional.pad(images, [padding] * 4)
    # A view of every window there is; one for each image is copied, in whole rows.
    windows = padded.unfold(2, height, 1).unfold(3, width, 1)
    samples = torch.arange(len(images), dtype=torch.int64, device=images.device)
    return windows[samples, :, _tensor(tops, images), _tensor(lefts, images)]


def flipped(images: Tensor, chosen: NDArray[np.bool_]) -> Tensor:
    """Return images [B, C, H, W], those that are `chosen` [B] mirrored left to right."""
    import torch

    return torch.where(_tensor(chosen, images)[:, None, None, None], images.flip(3), images)


def cut_out(images: Tensor, ys: Integers, xs: Integers, side: int) -> Tensor:
    """Return images [B, C, H, W] with a square of zeros in each, `side` pixels wide.

    Image b's square covers the rows from `ys[b] - side // 2` on, and the columns from
    `xs[b] - side // 2` on; what of it is outside the image is lost.
    """
    import torch

    height, width = images.shape[2:]
    whole: Any = {"dtype": torch.int64, "device": images.device}
    rows = torch.arange(height, **whole) - _tensor(ys - side // 2, images)[:, None]
    columns = torch.arange(width, **whole) - _tensor(xs - side // 2, images)[:, None]
    high, wide = (rows >= 0) & (rows < side), (columns >= 0) & (columns < side)
    return images.masked_fill((high[:, :, None] & wide[:, None, :])[:, None], 0)


def _tensor(drawn: NDArray[np.generic], images: Tensor) -> Tensor:
    import torch

    return torch.from_numpy(drawn).to(images.device)
