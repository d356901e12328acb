"""What a training run of spiking neurons in time is: every choice that its results depend on."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from eccles.data.binning import Binning
from eccles.data.registry import SOURCES
from eccles.errors import must
from eccles.settings import Duration, MaybeDuration, Rate
from eccles.training.network_settings import NetworkSettings
from eccles.training.own import said_of
from eccles.training.run_config import RunConfig
from eccles.units import SHORTEST, duration, read_rates, spelt_rates

_NETWORK_LR, _FLAT = 1e-3, 20.0
"""Learning rate of Adam on images, and steepness of SuperSpike, for networks of one's own."""

_MODULE_LR = 3e-4
"""That of modules of one's own, whose weights may be of any scale."""

_RATE = "5 Hz"
"""Rate at which networks of one's own start, in the range of cortical neurons."""

_NOT_OF_MODULES = (
    "surrogate",
    "surrogate_scale",
    "projection",
    "noise_scale",
    "engine",
    "rate_penalty",
    "initial_rate",
    "device_model",
)
"""Settings of how networks are computed, which a module of one's own does by itself."""

_TARGET = 10.0
"""Hz up to which a rate costs nothing, unless said."""


class TrainConfig(NetworkSettings, RunConfig):
    """Settings of a run; the defaults are those of Kilgore et al. 2025, on a small real sample.

    Where a default says "auto", `resolved` fills in what the other settings imply.
    """

    section: ClassVar[str] = "train"

    of_network: ClassVar[str] = "a network of spiking neurons in time"

    steps: int | None = Field(default=None, ge=2, le=65535)
    """Steps that a sample of recorded spikes lasts: one more than it has bins (auto: 100, or what
    dt and max_time make)."""

    max_time: Duration = Binning.max_time
    """When the last bin of recorded spikes ends; what comes later is left out."""

    dt: MaybeDuration = None
    """Length of a step, and of a bin of recorded spikes (auto: steps of 1 ms, whatever a bin
    lasts, as published)."""

    clip: bool = Binning.clip
    """Count several spikes of a channel in one bin as one."""

    module: str | None = None
    """Which module of one's own it was, where one was passed from Python; not said by hand."""

    initial_rate: str | None = None
    """Rate at which hidden neurons start, "5 Hz", or by group, "E: 5 Hz, PV: 15 Hz": weights are
    scaled until training samples give it (auto: 5 Hz beyond one layer of lif neurons)."""

    surrogate: Literal["superspike", "sigmoid", "arctan", "triangle"] = "superspike"
    """Surrogate gradient of a spike."""

    surrogate_scale: float | None = Field(default=None, gt=0, le=1e6)
    """Steepness of the surrogate (auto: its own; superspike's is 100, and 20 beyond one layer of
    lif neurons)."""

    projection: bool | None = None
    """Project to Dale's signs after every update (auto: yes, unless unbounded)."""

    optimizer: str | None = None
    """Any optimizer of torch.optim, in lower case (auto: sgd; adam for recordings, unbounded or
    beyond one layer of lif neurons)."""

    lr: float | None = Field(default=None, gt=0, le=1e6)
    """Learning rate (auto: 0.01; for recordings 1e-4, 0.001 with sgd; 2e-4 when unbounded; 1e-3
    beyond one layer of lif neurons)."""

    update_noise: float = Field(default=0.0, ge=0)
    """Standard deviation of the noise on every weight after every update."""

    noise_scale: Literal["absolute", "relative"] = "absolute"
    """Noise in units of the weights, or relative to each layer's initial scale."""

    engine: Literal["auto", "event", "dense"] = "auto"
    """Event-driven kernels or dense equations (auto: the faster one that fits)."""

    rate_penalty: float = Field(default=0.0, ge=0, le=1e6)
    """Weight in the loss of the square of each group's spikes a neuron beyond `rate_target`."""

    rate_target: Rate = _TARGET
    """Rate up to which a group's mean costs nothing, such as "10 Hz"."""

    @field_validator("initial_rate", mode="before")
    @classmethod
    def _spell_rate(cls, value: object) -> object:
        return value if value is None else spelt_rates(read_rates(value, "initial_rate", "train"))

    @model_validator(mode="after")
    def _agree(self) -> Self:
        for name in ("tau_mem", "tau_syn"):
            if getattr(self, name) > 1:
                got = f"{getattr(self, name):g} s"
                hint = 'a number alone is seconds; write "10 ms" for ten milliseconds'
                raise must("train", name, "at most 1 s", got, hint)
            if getattr(self, name) < SHORTEST:
                raise must("train", name, f"{duration(SHORTEST)} or more", self.spelt(name))
        if self.initial_rate is not None:
            self._agree_with_rate(self.initial_rate)
        if self.module is not None:
            self._agree_with_module()
        if self.unbounded and self.projection:
            raise must("train", "projection", "off when unbounded", True, "drop one of the two")
        if not self.plain and self.projection not in (None, not self.unbounded):
            hint = "only one layer of lif neurons can be trained so"
            raise must("train", "projection", "left out", self.projection, hint)
        if not self.rate_penalty and self.rate_target != _TARGET:
            got = f"{self.rate_target:g} Hz"
            raise must("train", "rate_target", "left out without rate_penalty", got)
        if self.dt is not None:
            self._check_bins(self.dt)
        return self

    def _check_bins(self, dt: float) -> None:
        """Raise InputError unless bins of this length can be made."""
        least, most = self.max_time / 65534, self.max_time
        if not least <= dt <= most:
            accepted = f"from {duration(least)} to {duration(most)}, max_time"
            raise must("train", "dt", accepted, duration(dt))
        if self.steps not in (None, made := self.binning().n_steps):
            hint = f"dt and max_time make {made} steps"
            raise must("train", "steps", "left out with dt", self.steps, hint)

    def _agree_with_module(self) -> None:
        """Raise InputError for a setting that isn't one of modules of one's own."""
        fields = {**NetworkSettings.model_fields, **type(self).model_fields}
        for name in (*NetworkSettings.model_fields, *_NOT_OF_MODULES):
            value = getattr(self, name)
            if value != fields[name].default:
                said = "left out with a module of one's own"
                raise must("train", name, said, self.spelt(name), "the module does as it does")

    def _agree_with_rate(self, rate: str) -> None:
        """Raise InputError for a setting that the rate decides, or that needs one scale."""
        if self.w1_std is not None and self.plain:
            raise must("train", "w1_std", "left out with initial_rate, which finds it", self.w1_std)
        if self.noise_scale == "relative" and ":" in rate and self.plain:
            hint = "noise is relative to the scale of a layer's weights"
            raise must("train", "initial_rate", "one for all with relative noise", rate, hint)

    def batch(self) -> int:
        """Return the samples of an update."""
        return self.batch_size or (32 if self.of_recordings() else 256)

    def binning(self) -> Binning:
        """Return how the times of recorded spikes become steps."""
        if self.dt is None:
            return Binning(self.steps or Binning.n_steps, self.max_time, self.clip)
        bins = math.ceil(self.max_time / self.dt * (1 - 1e-9))
        whole = math.isclose(bins * self.dt, self.max_time, rel_tol=1e-9)
        end = self.max_time if whole else bins * self.dt
        return Binning(bins + 1, end, self.clip, self.dt)

    def resolved(self) -> Self:
        """Return the same run with every "auto" filled in that no data is needed for."""
        implied = {
            **({} if self.module else self.auto_network()),
            "steps": self.binning().n_steps,
            "batch_size": self.batch(),
            "warmup": 0.0,
            **self._auto_kind(),
        }
        missing = {name: value for name, value in implied.items() if getattr(self, name) is None}
        return self.model_copy(update=missing)

    def _auto_kind(self) -> dict[str, Any]:
        if self.module is not None:
            return {"optimizer": "adam", "lr": _MODULE_LR}
        own = self._auto_plain() if self.plain else self._auto_network()
        return {"projection": not self.unbounded, **own}

    def _auto_plain(self) -> dict[str, Any]:
        recorded = self.of_recordings()
        usual_lr = (0.001 if self.optimizer == "sgd" else 1e-4) if recorded else 0.01
        usual_std = 1.2e-4 if recorded else 0.001
        return {
            "w1_std": None if self.unbounded or self.initial_rate else usual_std,
            "optimizer": "adam" if self.unbounded or recorded else "sgd",
            "lr": 2e-4 if self.unbounded else usual_lr,
        }

    def _auto_network(self) -> dict[str, Any]:
        deep = max(self.network_of().depths().values()) > 1
        return {
            # Large first updates may silence a layer behind another one.
            "warmup": 1.0 if deep else 0.0,
            "initial_rate": _RATE,
            "optimizer": "adam",
            "lr": 1e-4 if self.of_recordings() else _NETWORK_LR,
            "surrogate_scale": _FLAT if self.surrogate == "superspike" else None,
        }

    def identity_of(self) -> dict[str, Any]:
        """Return the settings as the identity has them: a network is one, however it is said."""
        own = super().identity_of()
        if self.plain:
            return own
        rest = {name: own[name] for name in own if name not in NetworkSettings.model_fields}
        return {**rest, "network": self.network_of().identity()}

    def of_recordings(self) -> bool:
        """Return whether the data set is recorded spikes, and not images."""
        source = SOURCES.get(said_of(self.data))
        return source is not None and source.form == "recordings"
