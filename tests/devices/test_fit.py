"""Measured trains: pulses of a known device come back as that device, and damage is told."""

import pytest
import torch

from eccles import InputError
from eccles.cli import main
from eccles.devices import Crossbar, Device, fit, read_pulses

KNOWN = (
    Device(rule="constant", dw_min=0.01, up_down=-0.2),
    Device(rule="linear", dw_min=0.02, gamma_up=0.3, gamma_down=0.8, up_down=0.3),
    Device(rule="soft_bounds", dw_min=0.03, up_down=0.1),
    Device(rule="pow", dw_min=0.05, power=1.7),
    Device(rule="exp", dw_min=0.02, a=-1.0, b=0.0, gamma_up=1.5, gamma_down=1.0,
           amplitude_up=-0.8, amplitude_down=-0.4),
)  # fmt: skip


def train_of(device, n=50, trains=3):
    """Return rows of trains of pulses up and down, from several starts."""
    weight = torch.full((1, 1), 0.2, dtype=torch.float64)
    rows = []
    for start in range(trains):
        bar = Crossbar(device, weight, torch.ones(1, 1), seed=0)
        # Pulses of a measured device go through its whole range.
        bar.low.fill_(-1.0)
        bar._one_pass = None
        bar.begin_(weight.clone(), torch.tensor(1.0))
        bar.hidden.fill_(-0.9 + 1.5 * start / trains)
        rows.append((1000 * start, "up", float(bar.hidden)))
        for k in range(2 * n):
            asked = torch.full_like(weight, device.dw_min if k < n else -device.dw_min)
            bar.update_(weight + asked, weight, 1, 1000 * start + k)
            rows.append((1000 * start + k + 1, "up" if k < n else "down", float(bar.hidden)))
    return rows


def written(path, rows, unit=1.0):
    lines = [f"{k},{way},{unit * (g + 3.0)!r}" for k, way, g in rows]
    path.write_text("\n".join(["pulse,direction,conductance", *lines]), encoding="utf-8")
    return path


@pytest.mark.parametrize("device", KNOWN, ids=lambda each: each.rule)
def test_pulses_of_a_known_device_come_back(device, tmp_path):
    """Whatever the unit; the bounds are where they are said to be."""
    path = written(tmp_path / "pulses.csv", train_of(device), unit=1e-9)
    best = fit(read_pulses(path, 2e-9, 4e-9))[0]
    assert best.residual < 1e-3
    found, wanted = (each.model_dump(exclude={"cycle"}) for each in (best.device, device))
    assert found == {name: pytest.approx(v, rel=0.01, abs=1e-3) if isinstance(v, float) else v
                     for name, v in wanted.items()}  # fmt: skip


def test_noise_of_pulses_is_found_and_no_rule_is_made_of_it(tmp_path):
    device = Device(rule="soft_bounds", dw_min=0.03, cycle=0.3)
    path = written(tmp_path / "pulses.csv", train_of(device, 40, 10))
    best = fit(read_pulses(path, 2.0, 4.0))[0].device
    assert best.rule == "soft_bounds"
    assert (best.dw_min, best.cycle) == pytest.approx((0.03, 0.3), rel=0.1)


def test_what_is_printed_is_a_device(tmp_path, capsys):
    rows = train_of(KNOWN[2])
    path, out = written(tmp_path / "pulses.csv", rows), tmp_path / "fit.svg"
    words = ["devices", "fit", str(path), "--low", "2", "--high", "4", "--out", str(out)]
    assert main(words) == 0
    mine = tmp_path / "mine.yaml"
    mine.write_text(capsys.readouterr().out, encoding="utf-8")
    assert Device.from_yaml(mine).rule == "soft_bounds"
    assert out.exists()
    assert "residual" in out.with_suffix(".csv").read_text(encoding="utf-8").splitlines()[0]


GOOD = [f"{k},{way},{g}" for k, (way, g) in enumerate([("up", 0.1 * i) for i in range(9)])]


@pytest.mark.parametrize(
    ("head", "rows", "sentence"),
    [
        ("n,direction,conductance", GOOD, "must be a CSV file with the columns pulse, direction,"),
        ("pulse,direction,conductance", GOOD, "4 pulses or more up, and as many down, got '0 down"),
        ("pulse,direction,conductance", ["1,up,nan"], "line 2: conductance must be a finite numb"),
        ("pulse,direction,conductance", ["1,left,2"], "line 2: direction must be up or down, got"),
        ("pulse,direction,conductance", ["1,up"], "line 2 must be 3 values"),
        ("pulse,direction,conductance", [], "pulses change the conductance, got 'no row'"),
        ("pulse,direction,conductance", ["1,up,3", "2,down,3"], "got 'the same 3 in all 2 rows'"),
        ("", [], "with the columns pulse, direction, conductance, got 'none'"),
    ],
)
def test_damaged_trains_are_one_sentence(head, rows, sentence, tmp_path):
    path = tmp_path / "pulses.csv"
    path.write_text("\n".join([head, *rows]), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_pulses(path)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_pulses_up_that_lead_down(tmp_path):
    rows = [(k, "up" if way else "down", g) for k, way, g in
            [*((k, False, 0.1 * k) for k in range(9)), *((k, True, 1 - 0.1 * k) for k in range(9, 19))]]  # fmt: skip  # noqa: E501
    with pytest.raises(InputError, match="pulses up lead up in the mean"):
        read_pulses(written(tmp_path / "pulses.csv", rows))
