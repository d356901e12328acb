"""Histograms of numbers that come in batches, with exact counts and edges that aren't rounded."""

from __future__ import annotations

import math

import torch
from torch import Tensor

_LAID_BY = 2**18
"""Numbers from which the bins are chosen, at most."""

_MIDDLE = (0.002, 0.998)
"""Quantiles between which bins of one width lie; what is outside has a bin on either side."""

COLUMNS = {"low": "DOUBLE", "high": "DOUBLE", "count": "BIGINT"}
"""The columns of a histogram's rows, and their types in SQL."""


def bin_width(lowest: float, highest: float, most: int) -> float:
    """Return the smallest power of two that cuts a range into so many bins at most.

    Bins begin at whole multiples of it. Of a range without length: about as wide as its number is
    large.

    >>> bin_width(-1.0, 0.75, most=4)
    0.5
    """
    width: float = 2.0 ** (math.frexp((highest - lowest) / most or highest)[1] - 1)
    while math.floor(highest / width) - math.floor(lowest / width) >= most:
        width *= 2
    return width


class Histogram:
    """Counts of numbers that are added batch by batch.

    The first batch sets the bins: those of one width, a power of two, cover all but its lowest and
    highest 0.2 %. Numbers beyond them, however far, are counted in one more bin on either side,
    which reaches to the lowest or highest number. Numbers that aren't finite are left out.

    Args:
        most: bins of one width, at most.
    """

    def __init__(self, most: int = 40) -> None:
        self.most = most
        self._width = 0.0
        self._first = 0
        self._counts = torch.zeros(0, dtype=torch.int64, device="cpu")
        self._lowest, self._highest = math.inf, -math.inf

    def add(self, values: Tensor) -> None:
        """Count numbers of any shape."""
        known = values.detach().flatten().double()
        known = known[known.isfinite()]
        if not len(known):
            return
        if not self._width:
            self._lay(known)
        bin_number = (known / self._width).floor_().sub_(self._first)
        # One bin before them all, one after; clamped first, for a float may be beyond integers.
        bin_number = bin_number.clamp_(-1, len(self._counts) - 2).add_(1).long()
        self._counts += torch.bincount(bin_number, minlength=len(self._counts)).cpu()
        self._lowest = min(self._lowest, float(known.min()))
        self._highest = max(self._highest, float(known.max()))

    def rows(self) -> list[dict[str, float]]:
        """Return low, high and count of each bin; a value v there has low <= v < high.

        The last bin of those beyond the others has its highest number in it. There is none on a
        side where nothing is beyond.
        """
        if not self._width:
            return []
        before, *middle, after = self._counts.tolist()
        edges = [(self._first + k) * self._width for k in range(len(middle) + 1)]
        bins = [(self._lowest, edges[0], before)] if before else []
        bins += zip(edges[:-1], edges[1:], middle, strict=True)
        bins += [(edges[-1], self._highest, after)] if after else []
        return [{"low": low, "high": high, "count": n} for low, high, n in bins]

    def _lay(self, known: Tensor) -> None:
        few = known[:: -(-len(known) // _LAID_BY)]
        low, high = few.quantile(few.new_tensor(_MIDDLE)).tolist()
        self._width = bin_width(low, high, self.most)
        self._first = math.floor(low / self._width)
        n = math.floor(high / self._width) - self._first + 1
        self._counts = torch.zeros(n + 2, dtype=torch.int64, device="cpu")
