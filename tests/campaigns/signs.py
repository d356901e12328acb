"""The campaign of signs: updates of devices made by chance, of which none may flip a weight's sign.

    python tests/campaigns/signs.py --updates 100000000 --seed 0

Each round makes a device of some rule, weights of both signs, and updates from a millionth of a
pulse to a million, now and then infinite or no number. After each update every weight must be a
finite number of its sign within its own device's bounds. A table counts them; exit status 1 says
that some weren't.

Pytest doesn't collect this file; test_campaigns.py runs a small campaign.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import torch

from eccles.devices import Crossbar, Device, Pair

RULES = ("constant", "linear", "soft_bounds", "soft_bounds_reference", "exp", "pow", "piecewise",
         "neurosim")  # fmt: skip
_ROWS, _COLUMNS, _BATCHES = 50, 400, 20


def device_of(rule: str, chance: random.Random) -> Device:
    """Return a device of a rule, its constants by chance."""

    def some(low: float, high: float) -> float:
        return 10 ** chance.uniform(low, high)

    def spread() -> float:
        return chance.choice((0.0, 0.0, 0.1, 0.5, 3.0))

    own: dict[str, Any] = {
        "linear": lambda: {"gamma_up": chance.random(), "gamma_down": chance.random(),
                           "gamma_dtod": spread()},
        "exp": lambda: {"a": chance.uniform(-2, 2), "b": chance.uniform(-2, 2),
                        "gamma_up": chance.uniform(0, 9), "gamma_down": chance.uniform(0, 9),
                        "amplitude_up": chance.uniform(-30, 3),
                        "amplitude_down": chance.uniform(-30, 3)},
        "pow": lambda: {"power": some(-1, 1)},
        "piecewise": lambda: {f"nodes_{way}": [3 * chance.random() for _ in range(5)]
                              for way in ("up", "down")},
        "soft_bounds_reference": lambda: {"reference_std": spread(),
                                          "subtract_symmetry": chance.random() < 0.5},
        "neurosim": lambda: {"levels": chance.randint(2, 500), "curve_up": some(0, 4),
                             "curve_down": some(0, 4)},
    }.get(rule, dict)()  # fmt: skip
    if rule in ("linear", "soft_bounds", "soft_bounds_reference"):
        own["additive"] = chance.random() < 0.5
    if rule == "exp":
        own |= {f"cycle_{of}": chance.choice((0.0, 0.1)) for of in ("add", "slope")}
    if rule != "neurosim":
        own["dw_min"] = some(-5, 0)
    write = chance.choice((0.0, 1.0, 1e4))
    if chance.random() < 0.2:
        write, own["one_sided"] = 0.0, True
        own |= {
            "reset": spread(),
            "refresh_upper": chance.random(),
            "refresh_lower": chance.random(),
        }
    if rule == "exp" and "one_sided" in own and chance.random() < 0.5:
        own["b_min"] = 0.0
    return Device.model_validate({
        "rule": rule,
        "up_down": chance.uniform(-0.9, 0.9), "b_max": some(-1, 1), "b_min": -some(-1, 1),
        "dw_min_dtod": spread(), "up_down_dtod": spread(), "b_max_dtod": spread(),
        "b_min_dtod": spread(), "log_normal": chance.random() < 0.3,
        "cycle": chance.choice((0.0, 0.3, 5.0, 500.0)), "write": write,
        "stuck": chance.choice((0.0, 0.1)), "lifetime": chance.choice((None, 2.0, 1e6)),
        "pulses": chance.choice(("mean-field", "stochastic")), **own,
    })  # fmt: skip


def round_of(number: int, seed: int) -> tuple[Device, Counter[str]]:
    """Return the device of a round, and what its updates came to."""
    chance = random.Random(f"{seed} {number}")
    device = device_of(RULES[number % len(RULES)], chance)
    random_numbers = torch.Generator().manual_seed(chance.getrandbits(62))
    kind = chance.choice((torch.float32, torch.float32, torch.float64))
    signs = torch.where(torch.rand(_ROWS, 1, generator=random_numbers) < 0.6, 1.0, -1.0).to(kind)
    scale = 10 ** chance.uniform(-6, 2)
    weight = torch.randn(_ROWS, _COLUMNS, generator=random_numbers).abs().to(kind) * scale * signs
    made = (Pair if device.one_sided else Crossbar)(device, weight, signs, seed=number)
    bars = [made.plus, made.minus] if isinstance(made, Pair) else [made]
    if chance.random() < 0.2:
        for bar in bars:
            bar._one_pass = None  # The equations, as on a GPU.
    made.begin_(weight, torch.tensor(chance.choice((1.0, 10.0)) * scale))
    bound = torch.stack([bar.scale * torch.maximum(bar.high, -bar.low) for bar in bars]).amax(0)
    pulse = device.step * float(bars[0].scale.abs().mean())
    counts: Counter[str] = Counter()
    for batch in range(_BATCHES):
        size = pulse * 10 ** chance.uniform(-6, 6)
        asked = size * torch.randn(weight.shape, generator=random_numbers).to(kind)
        if chance.random() < 0.1:
            asked[0, :3] = torch.tensor([float("nan"), float("inf"), -float("inf")])
        after = weight + asked
        made.update_(after, weight, seed, batch)
        counts.update(judged(bound, signs, weight, after))
        weight = after
    return device, counts


def judged(bound: Any, signs: Any, before: Any, after: Any) -> dict[str, int]:
    """Return how many weights an update moved, and how many broke which rule."""
    found = {
        "updates": torch.ones_like(after, dtype=torch.bool),
        "moved": after != before,
        "at zero": after == 0,
        "flipped": after * signs < 0,
        "no number": ~after.isfinite(),
        "beyond": after.abs() > bound * (1 + 1e-6),
    }
    return {name: int(each.sum()) for name, each in found.items()}


BROKEN = ("flipped", "no number", "beyond")


def main() -> int:
    """Run a campaign, print its counts; return 1 if an update broke a rule."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--updates", type=int, default=10_000_000, help="how many, at least")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write counts and faults")
    given = parser.parse_args()
    torch.set_num_threads(1)
    counts = {rule: Counter[str]() for rule in (*RULES, "pairs")}
    faults, number = [], 0
    while sum(each["updates"] for each in counts.values()) < given.updates or number % len(RULES):
        device, found = round_of(number, given.seed)
        counts["pairs" if device.one_sided else device.rule].update(found)
        if any(found[name] for name in BROKEN):
            faults.append({"round": number, "device": device.model_dump(mode="json"), **found})
            print(f"round {number}: {dict(found)}: {device!r}")
        number += 1
    names = ("updates", "moved", "at zero", *BROKEN)
    print("  ".join(f"{name:>13}" for name in ("rule", *names)))
    for rule, each in {**counts, "all": sum(counts.values(), Counter[str]())}.items():
        print(f"{rule[:13]:>13}  " + "  ".join(f"{each[name]:13,}" for name in names))
    if given.json is not None:
        told = {"counts": counts, "faults": faults}
        given.json.write_text(json.dumps(told, indent=1), encoding="utf-8")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
