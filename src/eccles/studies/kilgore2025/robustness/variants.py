"""The variants of a study: what each entry of its zip changes, in words."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from eccles.sweeps.plan import plan
from eccles.sweeps.study import Study
from eccles.training.config import TrainConfig
from eccles.units import duration

UNCHANGED = "unchanged"
"""The first entry of the zip, which the others are named by: the article's study without noise."""

FAST_MEMBRANE = "tau_mem 5 ms"
"""The variant that has all settings of the article's study with noise, which has a tau_mem of its
own."""


def variants(study: Study) -> dict[str, str]:
    """Return each planned run's variant: what differs from the zip's first entry, in words."""
    names = list(choices(study))
    entries = _entries(study)
    return {
        run.identity: names[entries.index({name: run.settings[name] for name in study.zip})]
        for run in plan(study).runs
    }


def choices(study: Study) -> dict[str, dict[str, Any]]:
    """Return the settings that make each variant: of the first all in the zip, then what differs.

    A learning rate that comes with another choice isn't in the name, unless names need it.
    """
    entries = _entries(study)
    configs = _configs(study)
    usual = configs[0]
    changed = [
        [name for name in study.zip if getattr(config, name) != getattr(usual, name)]
        for config in configs
    ]
    short = [[name for name in each if name != "lr"] or each for each in changed]
    names = [_name(config, usual, each) for config, each in zip(configs, short, strict=True)]
    if len(set(names)) < len(names):
        names = [_name(config, usual, each) for config, each in zip(configs, changed, strict=True)]
    own = [
        {name: entry[name] for name in each or entry}
        for entry, each in zip(entries, changed, strict=True)
    ]
    return dict(zip(names, own, strict=True))


def w2_scales(study: Study) -> dict[str, float]:
    """Return the scale of the output weights in each variant, also where it is left open.

    Then it follows from tau_mem, so a variant of tau_mem has another one.
    """
    named = zip(choices(study), _configs(study), strict=True)
    return {name: _scale("w2_std", config) for name, config in named}


def _entries(study: Study) -> list[dict[str, Any]]:
    values = list(zip(*study.zip.values(), strict=True)) or [()]
    return [dict(zip(study.zip, each, strict=True)) for each in values]


def _configs(study: Study) -> list[TrainConfig]:
    return [
        TrainConfig.model_validate({**study.base, **entry}).resolved() for entry in _entries(study)
    ]


def _name(config: TrainConfig, usual: TrainConfig, changed: Sequence[str]) -> str:
    return ", ".join(_word(name, config, usual) for name in changed) or UNCHANGED


def _word(name: str, config: TrainConfig, usual: TrainConfig) -> str:
    value = getattr(config, name)
    if name == "optimizer":
        return str(value).capitalize()
    if isinstance(value, bool):
        said = name.replace("_", " ")
        return said if value else f"no {said}"
    if name.endswith("_std") and value is not None:
        return f"{name.removesuffix('_std')} x {_factor(value / _scale(name, usual))}"
    if name.startswith("tau_"):
        return f"{name} {duration(value)}"
    return f"{name} {'auto' if value is None else value}"


def _scale(name: str, config: TrainConfig) -> float:
    """Return the scale of initial weights, of output weights also where it is left open."""
    from eccles.functional.lif import LIFParameters
    from eccles.init import fan_in_std

    value: float | None = getattr(config, name)
    beta = LIFParameters(tau_mem=config.tau_mem).beta
    return fan_in_std(config.populations().n_neurons, beta) if value is None else value


def _factor(ratio: float) -> str:
    """Return a ratio as a person says it.

    >>> _factor(0.33327), _factor(2.9994), _factor(1.37)
    ('1/3', '3', '1.37')
    """
    simple = Fraction(ratio).limit_denominator(4)
    return str(simple) if abs(simple / Fraction(ratio) - 1) < 0.01 else f"{ratio:.3g}"
