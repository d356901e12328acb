"""How many seeds a study needs to see a difference."""

from __future__ import annotations

import math

from eccles.arguments import typed
from eccles.errors import must
from eccles.stats.frames import require

_MOST = 2**62


@typed("stats")
def seeds_needed(
    sd: float, difference: float = 0.01, power: float = 0.8, alpha: float = 0.05
) -> int:
    """Return the fewest pairs with which a two-sided paired t-test sees a difference.

    Args:
        sd: standard deviation of the paired differences; 0 needs 2 pairs, the fewest of any test.
        difference: mean paired difference to see, in the unit of `sd`; 0.01 is one percentage
            point of accuracy.
        power: chance to see it, between alpha and 1.
        alpha: p value below which it counts as seen.

    Holds for normal differences, with the sd as it is: a study's own estimate is uncertain too.
    Raises InputError for values out of range. Computed by statsmodels.
    """
    if not (math.isfinite(sd) and sd >= 0):
        raise must("stats", "sd", "a finite number, 0 or more", sd)
    if not (math.isfinite(difference) and difference != 0):
        raise must("stats", "difference", "a finite number other than 0", difference)
    if not 0 < alpha < 1:
        raise must("stats", "alpha", "a number between 0 and 1", alpha)
    if not alpha < power < 1:
        raise must("stats", "power", f"a number between alpha = {alpha} and 1", power)
    if sd == 0:
        return 2
    require("statsmodels")
    from statsmodels.stats.power import TTestPower

    effect = abs(difference) / sd

    def short(n: int) -> bool:
        # Where the power is 1 to all digits, the noncentral t may come out as NaN.
        return bool(TTestPower().power(effect, n, alpha) < power)

    enough = 2
    while short(enough):
        enough *= 2
        if enough > _MOST:
            accepted = f"large enough beside an sd of {sd:g} for {_MOST:,} pairs to show it"
            raise must("stats", "difference", accepted, difference)
    few = enough // 2
    while enough - few > 1:
        middle = (few + enough) // 2
        few, enough = (middle, enough) if short(middle) else (few, middle)
    return enough
