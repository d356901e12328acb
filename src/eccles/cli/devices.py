"""`eccles devices`: models of memristive devices, and what a pulse does to each."""

from __future__ import annotations

import json as json_format
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from eccles.cli.flags import flag
from eccles.cli.formats import check_can_draw, format_of
from eccles.cli.plain_table import print_rows
from eccles.errors import must

if TYPE_CHECKING:
    from eccles.devices import Device

_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Where steps are shown, as shares of the way from the lower bound to the upper one."""

Name = Annotated[tyro.conf.Positional[str], flag("NAME|FILE", "(required)")]


def list_(json: bool = False) -> None:
    """List the devices that come with Eccles: rule, step, bounds, noise.

    Args:
        json: print JSON instead of a table.
    """
    from eccles.devices import NAMES, preset

    every = {name: preset(name) for name in NAMES}
    if json:
        print(json_format.dumps({n: d.model_dump(mode="json") for n, d in every.items()}, indent=2))
        return
    head = ("name", "rule", "step", "bounds", "cycle", "write")
    rows = [
        (
            name,
            each.rule,
            f"{each.dw_min:g}",
            f"{each.b_min:g} to {each.b_max:g}",
            f"{each.cycle:g}",
            f"{each.write:g}",
        )
        for name, each in every.items()
    ]
    print_rows(head, rows)
    print("\neccles train --device-model NAME trains with one; eccles devices show NAME says more")


def show(name: Name = "", json: bool = False) -> None:
    """Show a device: its constants, and the mean step of a pulse over its range.

    Args:
        name: one of `eccles devices list`, or a YAML file.
        json: print JSON instead of tables.
    """
    device = _found(name)
    # A gaussian one has no pulses.
    rows = [] if device.rule == "gaussian" else _steps(device)
    if json:
        told = {"device": device.model_dump(mode="json"), "identity": device.identity()}
        print(json_format.dumps({**told, "steps": rows}, indent=2))
        return
    shown = ("rule", "dw_min", "b_max", "b_min") if rows else ("rule", "sigma", "relative")
    always = {name: getattr(device, name) for name in shown}
    if rows:
        always["dw_min"] = device.step
    told = {**always, **device.model_dump(mode="json", exclude_defaults=True)}
    said = [(field, str(value)) for field, value in told.items()]
    print_rows(("constant", "value"), said)
    if not rows:
        print("\nupdates as they are asked for, and noise of sigma on every weight")
        return
    print("\nmean step of a pulse, in units of the device")
    head = ("conductance", *device.ways)
    print_rows(head, [tuple(f"{row[of]:.3g}" for of in head) for row in rows])


def plot(
    name: Name = "", out: Annotated[Path | None, flag("FILE", "(default: NAME.svg)")] = None
) -> None:
    """Draw what a pulse does over a device's range, up and down, with the spread of devices.

    Args:
        name: one of `eccles devices list`, or a YAML file.
        out: a .svg, .png or .pdf; the numbers lie beside it as CSV.
    """
    device = _found(name)
    out = out or Path(f"{Path(name).stem}.svg")
    kind = format_of(out, "devices")
    check_can_draw("devices")
    from eccles.figures import pulses

    drawn = pulses(device).save(out.parent, out.stem, [kind])
    print(", ".join(str(path) for path in drawn))


def fit(
    pulses: Annotated[tyro.conf.Positional[str], flag("FILE", "(required)")] = "",
    out: Annotated[Path | None, flag("FILE", "(default: none is drawn)")] = None,
    low: Annotated[float | None, flag("G", "(default: the lowest)")] = None,
    high: Annotated[float | None, flag("G", "(default: the highest)")] = None,
    json: bool = False,
) -> None:
    """Fit the rules to a measured train of pulses, and print the best as a device's YAML.

    Args:
        pulses: a CSV file with the columns pulse (a number; one that isn't the last plus 1 begins
            another train), direction (up or down) and conductance (after the pulse).
        out: a .svg, .png or .pdf of steps, rule and residuals; the numbers lie beside it as CSV.
        low: conductance at the lower bound.
        high: conductance at the upper bound.
        json: print JSON instead of YAML.
    """
    from eccles.devices import fit as fitted
    from eccles.devices import read_pulses

    if not pulses:
        raise must("devices", "FILE", "a CSV file of pulses", "none")
    kind = "" if out is None else format_of(out, "devices")
    if out is not None:
        check_can_draw("devices")
    steps = read_pulses(pulses, low, high)
    best, *others = found = fitted(steps)
    if out is not None:
        from eccles.figures import fitted_pulses

        fitted_pulses(steps, best).save(out.parent, out.stem, [kind])
    if json:
        rules = {each.device.rule: each.residual for each in found}
        device = best.device.model_dump(mode="json", exclude_defaults=True)
        told = {"device": device, "residual": best.residual, "rules": rules}
        print(json_format.dumps({**told, "low": steps.low, "high": steps.high}, indent=2))
        return
    beyond = f" ({steps.left_out:,} more end at a bound or beyond)" if steps.left_out else ""
    print(f"# {len(steps.size):,} pulses{beyond}; -1 is {steps.low:g}, 1 is {steps.high:g}")
    print(f"# residual: {100 * best.residual:.3g} % of the mean step (root of the mean square)")
    beside = ", ".join(f"{o.device.rule} {100 * o.residual:.3g} %" for o in others)
    print(f"# other rules: {beside or 'none fits'}")
    for name, value in best.device.model_dump(mode="json", exclude_unset=True).items():
        print(f"{name}: {value}")


def _found(name: str) -> Device:
    from eccles.devices.presets import find, said

    if not name:
        raise must("devices", "NAME", "one of eccles devices list, or a YAML file", "none")
    return find(str(said(name)))


def _steps(device: Device) -> list[dict[str, float]]:
    """Return the mean steps at some conductances of a device without spread."""
    import torch

    from eccles.devices import draw, size, usual

    conductances = [device.b_min + share * (device.b_max - device.b_min) for share in _SHARES]
    w = torch.tensor(conductances, dtype=torch.float64, device="cpu")
    drawn = draw(usual(device), (len(conductances),), like=w)
    steps = {name: size(device, drawn, w, up).tolist() for name, up in device.ways.items()}
    return [
        {"conductance": round(g, 9), **{name: each[k] for name, each in steps.items()}}
        for k, g in enumerate(conductances)
    ]
