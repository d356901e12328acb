"""The update that follows the gradients, as the kernels want it: arrays that stay where they are.

The network's own tensors hold the weights; packed ones are a copy for the next batch. Whether
somebody else has changed the tensors since, torch's count of changes says.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from torch.autograd.graph import increment_version

from eccles import seeds
from eccles.engines.engine import Descent, Weights
from eccles.engines.event.layout import GRADIENTS, UPDATE, Update


class WeightUpdates:
    """The weights of one network, and the update at hand.

    Attributes:
        update: what `train_parts` takes.
    """

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._places = _places(weights)
        self._versions: list[int] = []
        flat = [w.detach().view(-1).numpy() for w in weights]
        self._order = np.zeros(7, np.int64)
        self._rate = np.zeros(1, flat[0].dtype)
        self._sigmas = np.zeros(2, np.float32)
        self.update = Update(self._order, self._rate, self._sigmas, *flat)

    def load(self, descent: Descent) -> None:
        """Take an update in; the gradients come first."""
        none_or = (-1 if n is None else n for n in descent.excitatory)
        key = map(int, seeds.words(descent.key))
        noisy = descent.sigmas is not None
        self._order[:] = GRADIENTS, noisy, descent.batch, *key, *none_or
        self._rate[0] = descent.rate
        self._sigmas[:] = descent.sigmas or 0

    def begin(self) -> None:
        """Ask for the update; until it is done nothing is known of the packed weights."""
        self._order[0] = UPDATE
        self.forget()

    def forget(self) -> None:
        """Know nothing of the packed weights any more."""
        self._versions = []

    def is_of(self, weights: Weights) -> bool:
        """Return whether these are the same tensors in the same memory."""
        pairs = zip(weights, self._weights, strict=True)
        return all(a is b for a, b in pairs) and _places(weights) == self._places

    def is_current(self) -> bool:
        """Return whether nobody changed the weights since `note`."""
        return self._versions == [w._version for w in self._weights]

    def note(self) -> None:
        """Note that the weights were changed, and that the packed ones are the same."""
        # Autograd and other engines are told, as by any change in place.
        for weight in self._weights:
            increment_version(weight)
        self._versions = [w._version for w in self._weights]


@cache
def no_update(dtype: np.dtype[Any]) -> Update:
    """Return what asks for gradients alone."""
    none = np.zeros(1, dtype)
    return Update(np.full(7, GRADIENTS), none, np.zeros(2, np.float32), none, none)


def _places(weights: Weights) -> list[int]:
    return [w.data_ptr() for w in weights]
