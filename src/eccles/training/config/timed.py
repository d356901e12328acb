"""Settings that only runs of spiking neurons in time have: bins, rates and noise."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from eccles.data.own.names import SHARE, is_path
from eccles.data.spikes.binning import Binning
from eccles.errors import must
from eccles.settings import Duration, MaybeDuration, Rate, as_said
from eccles.training.config.network import NetworkSettings
from eccles.training.config.shared import SHALLOW, SharedSettings
from eccles.training.factory import known
from eccles.units import ALONE, SHORTEST, duration, read_rates, spelt_rates

_NOT_OF_MODULES = (
    "surrogate",
    "surrogate_scale",
    "projection",
    "noise_scale",
    "engine",
    "rate_penalty",
    "initial_rate",
    "init",
    "device_model",
)
"""Settings of how networks are computed, which a module of one's own does by itself."""

_TARGET = 10.0
"""Hz up to which a rate costs nothing, unless said."""


class TimedSettings(NetworkSettings, SharedSettings):
    """Settings of a run of spiking neurons in time, whatever their network."""

    section: ClassVar[str] = "train"

    max_time: Duration = Binning.max_time
    """When the last bin of recorded spikes ends; what comes later is left out."""

    dt: MaybeDuration = None
    """Length of a step, and of a bin of recorded spikes (auto: steps of 1 ms, whatever a bin
    lasts, as published)."""

    clip: bool = Binning.clip
    """Count several spikes of a channel in one bin as one."""

    test_share: float = Field(default=SHARE, gt=0, lt=1)
    """Share of each class to test on, where data of one's own has no test set."""

    module: Annotated[str | None, as_said("FILE.py:FUNCTION")] = None
    """A module of one's own that a function of a Python file makes; see
    docs/tutorial-network.md. Its file is run."""

    initial_rate: str | None = None
    """Rate at which hidden neurons start, "5 Hz", or by group, "E: 5 Hz, PV: 15 Hz": weights are
    scaled until training samples give it (auto: 5 Hz for data of your own, unless w1_std is said,
    and beyond one layer of lif neurons; none where init is fluctuation or spectral)."""

    projection: bool | None = None
    """Project to Dale's signs after every update (auto: yes, unless unbounded)."""

    update_noise: float = Field(default=0.0, ge=0)
    """Standard deviation of the noise on every weight after every update."""

    noise_scale: Literal["absolute", "relative"] = "absolute"
    """Noise in units of the weights, or relative to each layer's initial scale."""

    rate_target: Rate = _TARGET
    """Rate up to which a group's mean costs nothing, such as "10 Hz"."""

    @field_validator("module")
    @classmethod
    def _with_its_digits(cls, value: str | None) -> str | None:
        """Add a module's absolute path and the digits of its file, which tell what the run used."""
        return known(value)

    @model_validator(mode="before")
    @classmethod
    def _has_noise_for_a_gaussian_device(cls, value: Any) -> Any:
        """Replace a device that only adds noise by that noise: both say the same run."""
        said = value.get("device_model") if isinstance(value, Mapping) else None
        if said is None:
            return value
        from eccles.devices.presets import gaussian

        device = gaussian(said)
        if device is None:
            return value
        if value.get("model", SHALLOW) != SHALLOW:
            hint = "deep networks take devices whose updates are pulses"
            raise must("train", "device_model", "another rule for a deep network", "gaussian", hint)
        scale = "relative" if device.relative else "absolute"
        noise = {"update_noise": device.sigma, "noise_scale": scale}
        for name, own in noise.items():
            usual = TimedSettings.model_fields[name].default
            if (asked := value.get(name, usual)) not in (usual, own):
                raise must("train", name, "left out with a gaussian device, which says it", asked)
        return {**value, **noise, "device_model": None}

    @field_validator("initial_rate", mode="before")
    @classmethod
    def _spell_rate(cls, value: object) -> object:
        return value if value is None else spelt_rates(read_rates(value, "initial_rate", "train"))

    @model_validator(mode="after")
    def _agree_in_time(self) -> Self:
        for name in ("tau_mem", "tau_syn"):
            if getattr(self, name) > 1:
                raise must("train", name, "at most 1 s", duration(getattr(self, name)), ALONE)
            if getattr(self, name) < SHORTEST:
                raise must("train", name, f"{duration(SHORTEST)} or more", self.spelt(name))
        if self.init == "fluctuation" and self.w1_std is not None:
            raise must("train", "w1_std", "left out with init fluctuation", self.w1_std)
        if self.initial_rate is not None:
            self._agree_with_rate(self.initial_rate)
        if self.unbounded and self.projection:
            raise must("train", "projection", "off when unbounded", True, "drop one of the two")
        if not self.plain and self.projection not in (None, not self.unbounded):
            hint = "only one layer of lif neurons can be trained so"
            raise must("train", "projection", "left out", self.projection, hint)
        if not self.rate_penalty and self.rate_target != _TARGET:
            got = f"{self.rate_target:g} Hz"
            raise must("train", "rate_target", "left out without rate_penalty", got)
        if self.module is not None:
            self._agree_with_module()
        if self.dt is not None:
            self._check_bins(self.dt)
        if self.test_share != SHARE and not is_path(self.data):
            accepted = "left out, for only data of one's own may have no test set"
            raise must("train", "test_share", accepted, self.test_share)
        if self.device_model is not None and self.update_noise:
            hint = "a device has noise of its own"
            raise must("train", "update_noise", "0 with device_model", self.update_noise, hint)
        return self

    def _check_bins(self, dt: float) -> None:
        """Raise InputError unless bins of this length can be made."""
        least, most = self.max_time / 65534, self.max_time
        if not least <= dt <= most:
            accepted = f"from {duration(least)} to {duration(most)}, max_time"
            raise must("train", "dt", accepted, duration(dt), ALONE)
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
                hint = "the module does as it does"
                if name == "rate_penalty":
                    hint = "its spikes() pass no gradient, so there is nothing to learn from them"
                raise must("train", name, said, self.spelt(name), hint)

    def _agree_with_rate(self, rate: str) -> None:
        """Raise InputError for a setting that the rate decides, or that needs one scale."""
        if self.w1_std is not None and self.plain:
            raise must("train", "w1_std", "left out with initial_rate, which finds it", self.w1_std)
        if self.noise_scale == "relative" and ":" in rate and self.plain:
            hint = "noise is relative to the scale of a layer's weights"
            raise must("train", "initial_rate", "one for all with relative noise", rate, hint)

    def binning(self) -> Binning:
        """Return how the times of recorded spikes become steps."""
        if self.dt is None:
            return Binning(self.steps or Binning.n_steps, self.max_time, self.clip)
        bins = math.ceil(self.max_time / self.dt * (1 - 1e-9))
        whole = math.isclose(bins * self.dt, self.max_time, rel_tol=1e-9)
        end = self.max_time if whole else bins * self.dt
        return Binning(bins + 1, end, self.clip, self.dt)
