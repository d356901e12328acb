"""What every training run has settings for, whatever network it trains."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from eccles.errors import must
from eccles.paths import usable
from eccles.settings import Settings, as_said, hashed
from eccles.training.own import said_of


class RunConfig(Settings):
    """Settings that all runs share; the defaults are those of the shallow network."""

    section: ClassVar[str] = "train"

    of_network: ClassVar[str] = "a network"
    """What these settings are for, in words."""

    told: ClassVar[frozenset[str]] = frozenset()
    """Settings that are in a run's identity even where they are as the defaults have them."""

    data: str = "fashion-mnist-sample"
    """Data set; `eccles data list` names them all."""

    epochs: int = Field(default=30, ge=1, le=1_000_000)
    """Passes over the training samples."""

    batch_size: int | None = Field(default=None, ge=1, le=2**31)
    """Samples an update (auto: 256; 32 for recordings)."""

    drop_last: bool = False
    """Drop the samples that don't fill a batch, in training and in testing, as published."""

    validation: float = Field(default=0.0, ge=0, lt=1)
    """Share of the training samples held out to choose an epoch by."""

    optimizer: str | None = None
    """Any optimizer of torch.optim, in lower case (auto: see the network's settings)."""

    lr: float | None = Field(default=None, gt=0, le=1e6)
    """Learning rate (auto: see the network's settings)."""

    momentum: float | None = Field(default=0.0, ge=0, lt=1)
    """Momentum, for an optimizer that has one."""

    weight_decay: float | None = Field(default=None, ge=0, le=1e6)
    """L2 on every weight (auto: the optimizer's own, which most have none of)."""

    schedule: Literal["none", "cosine"] = "none"
    """Keep the learning rate, or let it fall to zero as a cosine does."""

    warmup: float | None = Field(default=None, ge=0)
    """Epochs in which the learning rate rises from 1e-7 (auto: one where spiking neurons
    have a layer behind another, else none)."""

    device_model: Annotated[str | None, as_said("NAME|FILE")] = None
    """Memristive devices that hold the weights: a preset, or a YAML file of one's own; see
    docs/devices.md."""

    device_bound: float = Field(default=10.0, gt=0, le=1e6)
    """The weight at a device's bound, in units of the initial scale."""

    seed: int = Field(default=0, ge=0, lt=2**63)
    """Seed of everything random; the same seed gives the same bits."""

    device: Literal["cpu", "cuda"] = "cpu"
    """Where to compute; a GPU uses the plain equations."""

    @model_validator(mode="after")
    def _warms_up_in_time(self) -> Self:
        if self.warmup is not None and self.warmup > self.epochs:
            raise must("train", "warmup", f"at most {self.epochs} epochs", self.warmup)
        return self

    @model_validator(mode="after")
    def _holds_weights(self) -> Self:
        if self.device_model is None and self.device_bound != 10.0:
            raise must("train", "device_bound", "left out without device_model", self.device_bound)
        noise: float = getattr(self, "update_noise", 0.0)
        if self.device_model is not None and noise:
            hint = "a device has noise of its own"
            raise must("train", "update_noise", "0 with device_model", noise, hint)
        return self

    @field_validator("device_model", mode="before")
    @classmethod
    def _of_a_file(cls, value: object) -> object:
        """Take a file's device for its name: a run says itself what it was, whatever the file."""
        from eccles.devices.presets import said

        return said(value)

    @field_validator("data")
    @classmethod
    def _may_be_a_folder(cls, data: str) -> str:
        usable(data, cls.section, "data")
        return data

    def resolved(self) -> Self:
        """Return the same run with every "auto" filled in that no data is needed for."""
        raise NotImplementedError

    @classmethod
    def no_setting(cls, name: object) -> str:
        """Return the words for a setting that these don't have, and the network that has it."""
        from eccles.training.config import TrainConfig
        from eccles.training.deep_config import DeepConfig

        if name == "identity":
            return "identity is no setting, but what they give: leave it out of a run's record"
        for other in (TrainConfig, DeepConfig):
            if name in other.model_fields and name not in cls.model_fields:
                has, lacks = other.of_network, cls.of_network
                return f"{name} is a setting of {has}, which {lacks} doesn't have"
        return super().no_setting(name)

    def filled_in(self) -> dict[str, Any]:
        """Return what each "auto" became, by its setting."""
        said, whole = (each.model_dump(mode="json") for each in (self, self.resolved()))
        return {name: value for name, value in whole.items() if value != said[name]}

    def batch(self) -> int:
        """Return the samples of an update."""
        return self.resolved().batch_size or 1

    def identity(self) -> str:
        """Return the run's identity: the hash of its resolved settings.

        What is as the defaults have it stays out of the hash, so that a setting which a later
        version adds, with a default that changes nothing, leaves known runs known.
        """
        usual, own = _usual(type(self)), self.identity_of()
        told = {name for name in own if name in self.told or own[name] != usual[name]}
        return hashed({name: own[name] for name in told})

    def identity_of(self) -> dict[str, Any]:
        """Return the settings, resolved, as the identity has them."""
        own = self.resolved().model_dump(mode="json")
        # Samples of the caller's own aren't settings: whoever has them puts their digits behind.
        own["data"] = said_of(self.data)
        return own


@cache
def _usual(kind: type[RunConfig]) -> dict[str, Any]:
    return kind().resolved().model_dump(mode="json")
