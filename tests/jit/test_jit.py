"""What the decorators promise of the machine code."""

from typing import Any, NamedTuple

import numpy as np
import pytest

from eccles.jit import borrowing, compiled


class Pair(NamedTuple):
    low: Any
    high: Any


def alternating(pair, n):
    total = 0.0
    for k in range(n):
        total += pair.low[k]
        pair = Pair(pair.high, pair.low)
    return total


@pytest.mark.parametrize(("decorator", "counts"), [(compiled, True), (borrowing, False)])
def test_a_function_that_borrows_its_arrays_counts_no_references(decorator, counts):
    kernel = decorator(alternating)
    # What comes from disk has no text to look at.
    kernel._cache._enabled = False
    assert kernel(Pair(np.arange(4.0), -np.arange(4.0)), 4) == 0 - 1 + 2 - 3
    text = "".join(kernel.inspect_llvm().values())
    assert ("NRT_incref(" in text) is counts
