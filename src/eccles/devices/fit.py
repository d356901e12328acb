"""The device that a measured train of pulses speaks for: least squares over the rules.

Within a rule the size of a step depends linearly on all but the exponents, which are searched. A
rule with more constants must earn them: Schwarz's criterion decides (1978, doi
10.1214/aos/1176344136).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eccles.arguments import typed
from eccles.devices.device import Device
from eccles.devices.measured import Steps
from eccles.errors import must

Values = NDArray[np.float64]
_Found = tuple[dict[str, Any], int, Values]
"""Constants of a rule, how many are free, and the sizes of steps that it gives."""

_EXACT = 1e-9
"""Residuals below this share of a mean step are rounding: no rule is better for them."""


class Candidate(NamedTuple):
    """What a rule comes to.

    Attributes:
        device: with the rule's constants, and `cycle` for what is left.
        constants: how many were free.
        residual: root of the mean square of what is left, as a share of the mean step.
        criterion: Schwarz's; the lowest is the best.
        sizes: of the steps, as the rule has them.
    """

    device: Device
    constants: int
    residual: float
    criterion: float
    sizes: Values


@typed("device")
def fit(steps: Steps) -> list[Candidate]:
    """Return what each rule that fits at all comes to, the best first.

    Bounds are -1 and 1, where the range of the measurement ends. What a rule leaves counts as
    noise of each pulse (`cycle`); spreads between devices one device doesn't show.
    """
    n, mean = len(steps.size), float(steps.size.mean())
    found = []
    for rule, solve in _RULES.items():
        if (solved := solve(steps)) is None:
            continue
        constants, free, sizes = solved
        left = float(np.mean((steps.size - sizes) ** 2))
        noise = math.sqrt(left / float(np.mean(sizes**2)))
        rounded = {name: float(f"{value:.6g}") for name, value in constants.items()}
        own = {"cycle": float(f"{noise:.4g}")} if noise > _EXACT else {}
        device = Device.model_validate({"rule": rule, **rounded, **own})
        criterion = n * math.log(left + (_EXACT * mean) ** 2) + free * math.log(n)
        found.append(Candidate(device, free, math.sqrt(left) / mean, criterion, sizes))
    if not found:
        accepted = "steps that a rule fits"
        raise must("devices", "the train", accepted, f"a mean step of {mean:.3g} of half its range")
    return sorted(found, key=lambda each: each.criterion)


def _scaled(steps: Steps, shares: Values) -> tuple[dict[str, float], Values] | None:
    """Return the steps up and down that fit shares of them best, as `dw_min` and `up_down`."""
    s = {}
    for way in (True, False):
        own, size = shares[steps.up == way], steps.size[steps.up == way]
        if not (square := float(own @ own)) > 0:
            return None
        s[way] = float(own @ size) / square
    return _as_constants(s[True], s[False], np.where(steps.up, s[True], s[False]) * shares)


def _as_constants(up: float, down: float, sizes: Values) -> tuple[dict[str, float], Values] | None:
    if not (min(up, down) > 0 and max(up, down) <= 1):
        return None
    return {
        "dw_min": max(up, down),
        "up_down": 1 - down / up if up > down else up / down - 1,
    }, sizes


def _constant(steps: Steps) -> _Found | None:
    found = _scaled(steps, np.ones_like(steps.before))
    return None if found is None else (found[0], 2, found[1])


def _soft_bounds(steps: Steps) -> _Found | None:
    found = _scaled(steps, 1.0 - _towards(steps))
    return None if found is None else (found[0], 2, found[1])


def _linear(steps: Steps) -> _Found | None:
    gamma = {}
    for way in (True, False):
        x, y = _towards(steps)[steps.up == way], steps.size[steps.up == way]
        (s, slope), *_ = np.linalg.lstsq(np.stack([np.ones_like(x), x], 1), y)
        gamma[way] = min(max(-slope / s, 0.0), 1.0) if s > 0 else 0.0
    found = _scaled(steps, 1.0 - np.where(steps.up, gamma[True], gamma[False]) * _towards(steps))
    if found is None:
        return None
    return found[0] | {"gamma_up": gamma[True], "gamma_down": gamma[False]}, 4, found[1]


def _pow(steps: Steps) -> _Found | None:
    way = ((1.0 - _towards(steps)) / 2.0).clip(0.0)

    def left(power: float) -> float:
        found = _scaled(steps, way**power)
        return math.inf if found is None else float(np.sum((steps.size - found[1]) ** 2))

    power = _lowest(left, 0.05, 20.0)
    found = _scaled(steps, way**power)
    return None if found is None else (found[0] | {"power": power}, 3, found[1])


def _exp(steps: Steps) -> _Found | None:
    """Steps s (1 - A exp(+-gamma z)), z = a g, with a = 1 or -1 for both directions."""
    return min(
        (found for a in (1.0, -1.0) if (found := _exp_of(steps, a)) is not None),
        key=lambda found: float(np.sum((steps.size - found[2]) ** 2)),
        default=None,
    )


def _exp_of(steps: Steps, a: float) -> _Found | None:
    sizes, constants, s = np.empty_like(steps.size), {"a": a, "b": 0.0}, {}
    for way, name in ((True, "up"), (False, "down")):
        own, size = a * _towards(steps)[steps.up == way], steps.size[steps.up == way]

        def solved(gamma: float, own: Values = own, size: Values = size) -> tuple[Values, Values]:
            basis = np.stack([np.ones_like(own), -np.exp(gamma * own)], 1)
            factors, *_ = np.linalg.lstsq(basis, size)
            return factors, basis @ factors

        def left(gamma: float, size: Values = size, solved: Any = solved) -> float:
            return float(np.sum((size - solved(gamma)[1]) ** 2))

        gamma = _lowest(left, 0.05, 20.0)
        (s[name], share), sizes[steps.up == way] = solved(gamma)
        if not s[name] > 0 or abs(share) > 1e6 * s[name]:
            return None
        constants |= {f"gamma_{name}": gamma, f"amplitude_{name}": share / s[name]}
    found = _as_constants(s["up"], s["down"], sizes)
    return None if found is None else (found[0] | constants, 7, sizes)


def _towards(steps: Steps) -> Values:
    """Return how far a conductance is on the side of the bound that a pulse goes to."""
    return np.where(steps.up, steps.before, -steps.before)


def _lowest(of: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function is lowest between two positive numbers, to six digits."""
    for _ in range(12):
        at = np.geomspace(low, high, 25)
        best = int(np.argmin([of(float(x)) for x in at]))
        low, high = float(at[max(best - 1, 0)]), float(at[min(best + 1, len(at) - 1)])
        if high / low < 1 + 1e-7:
            break
    return math.sqrt(low * high)


_RULES: dict[str, Callable[[Steps], _Found | None]] = {
    "constant": _constant,
    "soft_bounds": _soft_bounds,
    "linear": _linear,
    "pow": _pow,
    "exp": _exp,
}
