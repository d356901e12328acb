"""A memristive device as one value: what a pulse does to it, and how far devices differ."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from eccles.errors import listed, must
from eccles.settings import Settings, hashed, read_yaml

Rule = Literal[
    "constant",
    "linear",
    "soft_bounds",
    "soft_bounds_reference",
    "exp",
    "pow",
    "piecewise",
    "neurosim",
    "gaussian",
]

_OF_RULE = {
    "gamma_up": ("linear", "exp"),
    "gamma_down": ("linear", "exp"),
    "gamma_dtod": ("linear",),
    "additive": ("linear", "soft_bounds", "soft_bounds_reference"),
    "a": ("exp",),
    "b": ("exp",),
    "amplitude_up": ("exp",),
    "amplitude_down": ("exp",),
    "power": ("pow",),
    "nodes_up": ("piecewise",),
    "nodes_down": ("piecewise",),
    "reference_std": ("soft_bounds_reference",),
    "subtract_symmetry": ("soft_bounds_reference",),
    "cycle_add": ("exp",),
    "cycle_slope": ("exp",),
    "levels": ("neurosim",),
    "curve_up": ("neurosim",),
    "curve_down": ("neurosim",),
    "sigma": ("gaussian",),
    "relative": ("gaussian",),
}
"""Fields that some rules alone have."""


_OF_PAIR = ("reset", "refresh_upper", "refresh_lower")
"""Fields that pairs alone have."""


class Device(Settings):
    """What a device does with an update; the fields and their units are those of crossbar tools.

    Conductances are in units of the device: `b_min` to `b_max`, which an own scale of each
    projection maps to weights. Spreads between devices (`..._dtod`) are shares of the value.

    Example:
        Device(rule="soft_bounds", dw_min=0.002, b_max=1.25, b_min=-0.75, cycle=3.75)

    Raises InputError for what can't be a device, in one sentence.
    """

    section: ClassVar[str] = "device"

    rule: Rule = "constant"
    """How the size of a step depends on the conductance; see `eccles.devices.rules`."""

    dw_min: float = Field(default=1e-3, gt=0, le=1)
    """Mean size of a step, at zero conductance."""

    up_down: float = Field(default=0.0, gt=-1, lt=1)
    """By which share steps up are larger than steps down; below 0, smaller."""

    b_max: float = Field(default=1.0, gt=0, le=1e6)
    """Highest conductance."""

    b_min: float = Field(default=-1.0, ge=-1e6, le=0)
    """Lowest conductance; 0 for exp with `one_sided` alone, which no pulse leads down."""

    gamma_up: float = Field(default=0.0, ge=0, le=1e3)
    """How fast steps up shrink towards the bound: linear, the share that is gone there; exp, the
    exponent."""

    gamma_down: float = Field(default=0.0, ge=0, le=1e3)
    """The same of steps down."""

    additive: bool = False
    """Let the noise of a pulse keep its size where the step shrinks."""

    a: float = Field(default=-0.5, ge=-1e3, le=1e3)
    """Of exp: slope of its exponent over the range."""

    b: float = Field(default=-0.5, ge=-1e3, le=1e3)
    """Of exp: offset of its exponent."""

    amplitude_up: float = Field(default=0.0, ge=-1e6, le=1e6)
    """Of exp: how much of a step up is taken away."""

    amplitude_down: float = Field(default=0.0, ge=-1e6, le=1e6)
    """Of exp: how much of a step down is taken away."""

    power: float = Field(default=1.0, gt=0, le=1e3)
    """Of pow: the exponent."""

    nodes_up: tuple[float, ...] = ()
    """Of piecewise: sizes of steps up, at equal distances from `b_min` to `b_max`."""

    nodes_down: tuple[float, ...] = ()
    """Of piecewise: sizes of steps down."""

    reference_std: float = Field(default=0.0, ge=0, le=1e3)
    """Of soft_bounds_reference: spread of the reference devices."""

    subtract_symmetry: bool = False
    """Of soft_bounds_reference: put the reference where steps up and down are alike."""

    levels: int | None = Field(default=None, ge=2, le=2**24)
    """Of neurosim: pulses from one bound to the other; they say what `dw_min` is."""

    curve_up: float = Field(default=100.0, gt=0, le=1e9)
    """Of neurosim: pulses in which what is left of the way up falls to 1/e."""

    curve_down: float = Field(default=100.0, gt=0, le=1e9)
    """The same of the way down."""

    sigma: float = Field(default=0.0, ge=0, le=1e6)
    """Of gaussian: standard deviation of the noise on every weight after every update."""

    relative: bool = False
    """Of gaussian: take sigma in units of the initial scale."""

    dw_min_dtod: float = Field(default=0.0, ge=0, le=10)
    """Spread of `dw_min` between devices."""

    log_normal: bool = False
    """Let `dw_min` spread log-normally."""

    up_down_dtod: float = Field(default=0.0, ge=0, le=10)
    """Spread of `up_down` between devices."""

    b_max_dtod: float = Field(default=0.0, ge=0, le=10)
    """Spread of `b_max` between devices."""

    b_min_dtod: float = Field(default=0.0, ge=0, le=10)
    """Spread of `b_min` between devices."""

    gamma_dtod: float = Field(default=0.0, ge=0, le=10)
    """Of linear: spread of both slopes between devices."""

    cycle: float = Field(default=0.0, ge=0, le=1e3)
    """Noise of each pulse, in units of its step."""

    write: float = Field(default=0.0, ge=0, le=1e6)
    """Noise of what is read after an update, in units of `dw_min`; the device itself hasn't it."""

    cycle_add: float = Field(default=0.0, ge=0, le=1e3)
    """Of exp: what a step's size is taken for more, in the noise of a pulse."""

    cycle_slope: float = Field(default=0.0, ge=0, le=1e3)
    """Of exp: how much more for each unit of conductance."""

    one_sided: bool = False
    """Hold each weight by two devices that step up alone; see `eccles.devices.pair`."""

    refresh_upper: float = Field(default=0.75, ge=0, le=1)
    """Of `one_sided`: a pair is worn where the larger is above this share of `b_max`,"""

    refresh_lower: float = Field(default=0.25, ge=0, le=1)
    """and the smaller above this one."""

    reset: float = Field(default=0.0, ge=0, le=1e3)
    """Of `one_sided`: noise of a conductance after a refresh, in the device's units."""

    stuck: float = Field(default=0.0, ge=0, lt=1)
    """Share of devices that never move."""

    lifetime: float | None = Field(default=None, gt=1)
    """Batches in which a conductance decays to 1/e of itself (None: never)."""

    pulses: Literal["mean-field", "stochastic"] = "mean-field"
    """Take fractions of pulses as they are, or round their number up or down at random."""

    @model_validator(mode="after")
    def _agree(self) -> Self:
        fields = type(self).model_fields
        for name, rules in _OF_RULE.items():
            if self.rule not in rules and getattr(self, name) != fields[name].default:
                accepted = f"left out with the rule {self.rule}"
                hint = f"it is of {' and '.join(rules)}"
                raise must("device", name, accepted, getattr(self, name), hint)
        for name in _OF_PAIR:
            if not self.one_sided and getattr(self, name) != fields[name].default:
                hint = "it is of a pair of devices"
                raise must("device", name, "left out without one_sided", getattr(self, name), hint)
        if self.b_min == 0 and not (self.one_sided and self.rule == "exp"):
            raise must("device", "b_min", "below 0, but for exp with one_sided", self.b_min)
        if self.one_sided and self.write:
            hint = "a pair is read as it is"
            raise must("device", "write", "left out with one_sided", self.write, hint)
        if self.rule == "neurosim" and self.levels is None:
            raise must("device", "levels", "said with neurosim, 2 or more", "none")
        own = {"neurosim": {"dw_min"}, "gaussian": fields.keys() - {"rule", "sigma", "relative"}}
        for name in fields:
            if name in own.get(self.rule, ()) and getattr(self, name) != fields[name].default:
                accepted = f"left out with the rule {self.rule}"
                raise must("device", name, accepted, getattr(self, name))
        for name in ("nodes_up", "nodes_down"):
            nodes = getattr(self, name)
            if self.rule == "piecewise" and (len(nodes) < 2 or min(nodes) < 0):
                raise must("device", name, "two numbers or more, of 0 or more each", nodes)
        if self.rule == "linear" and max(self.gamma_up, self.gamma_down) > 1:
            name = "gamma_up" if self.gamma_up > 1 else "gamma_down"
            hint = "a step would turn around before its bound"
            raise must("device", name, "at most 1 for linear", getattr(self, name), hint)
        return self

    @property
    def step(self) -> float:
        """Mean size of a pulse, in which updates are counted."""
        return self.dw_min if self.levels is None else (self.b_max - self.b_min) / self.levels

    @property
    def ways(self) -> dict[str, bool]:
        """Directions in which pulses lead, and whether each is up."""
        return {"up": True} if self.one_sided else {"up": True, "down": False}

    @classmethod
    def from_yaml(cls, path: Path | str) -> Self:
        """Return the device of a YAML (or JSON) file."""
        content = read_yaml(path, "device")
        if not content.keys() & cls.model_fields.keys():
            accepted = f"a device, with any of {listed(cls.model_fields, 160)}"
            raise must("device", str(path), accepted, listed(content, 60) if content else "nothing")
        return cls.model_validate(content)

    def identity(self) -> str:
        """Return a hash of the device; what is as the defaults have it stays out."""
        return hashed(self.model_dump(mode="json", exclude_defaults=True))
