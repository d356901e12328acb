"""A training run as one value: every choice that its results depend on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any, Self

from pydantic import SerializerFunctionWrapHandler, model_serializer, model_validator

from eccles.data.own.names import base_name, is_path
from eccles.errors import InputError, must
from eccles.settings import hashed
from eccles.training.config import auto
from eccles.training.config.deep import DeepSettings
from eccles.training.config.network import NetworkSettings
from eccles.training.config.shared import SHALLOW, SharedSettings
from eccles.training.config.timed import TimedSettings
from eccles.training.factory import identity_of
from eccles.training.own import said_of

_TIMED = {name: field for name, field in TimedSettings.model_fields.items() if name != "model"}
_DEEP_ALONE = DeepSettings.model_fields.keys() - SharedSettings.model_fields.keys()
_TIMED_ALONE = TimedSettings.model_fields.keys() - SharedSettings.model_fields.keys()
_ENGINES = {False: ("auto", "event", "dense"), True: ("auto", "fused", "equations")}
_INITS = {
    False: ("half-normal", "fluctuation", "spectral"),
    True: ("measured", "bernoulli", "prior", "dann"),
}
_STEPS = {False: (2, 65535), True: (1, 1000)}
_ALWAYS_HASHED = {"model"}
"""Settings that a run's identity has even where they are as by default."""

_CALLED = {False: "a network of spiking neurons in time", True: "a deep network"}


class TrainConfig(TimedSettings, DeepSettings):
    """Settings of a run; the defaults are those of Kilgore et al. 2025, on a small real sample.

    `model` decides which settings there are, and their defaults: those of `TimedSettings`, or with
    a deep one those of `DeepSettings`, as of Liu et al. 2026. A setting that its network doesn't
    have is refused, and left out of what is stored. Where a default says "auto", `resolved` fills
    in what the other settings imply.
    """

    @model_validator(mode="before")
    @classmethod
    def _has_its_model(cls, value: Any) -> Any:
        """Take the model's defaults, and raise InputError for a setting that it doesn't have."""
        if not isinstance(value, Mapping):
            return value
        deep = value.get("model", SHALLOW) != SHALLOW
        for name in value:
            if isinstance(name, str) and (said := of_others(name, deep=deep)):
                raise InputError(f"{cls.section}: {said}")
        return {**(auto.DEEP_DEFAULTS if deep else {}), **value}

    @model_validator(mode="after")
    def _fits_its_model(self) -> Self:
        engines, (least, most) = _ENGINES[self.is_deep], _STEPS[self.is_deep]
        if self.engine not in engines:
            raise must("train", "engine", f"one of {', '.join(engines)}", self.engine)
        if self.init not in (None, *(inits := _INITS[self.is_deep])):
            accepted = f"one of {', '.join(inits)} for {_CALLED[self.is_deep]}"
            raise must("train", "init", accepted, self.init)
        if self.steps is not None and not least <= self.steps <= most:
            raise must("train", "steps", f"from {least:,} to {most:,}", self.steps)
        return self

    @model_serializer(mode="wrap")
    def _of_its_model(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        names, found = names_of(deep=self.is_deep), whole(self)
        return {name: value for name, value in found.items() if name in names}

    @classmethod
    def no_setting(cls, name: object) -> str:
        """Return the words for a setting that there isn't."""
        if name == "identity":
            return "identity is no setting, but what they give: leave it out of a run's record"
        return super().no_setting(name)

    def names(self) -> Collection[str]:
        """Return the settings that the run's network has."""
        return dict.fromkeys(("model", *names_of(deep=self.is_deep))).keys()

    @property
    def is_deep(self) -> bool:
        """Whether it is a deep network, of E-I circuits or what they are compared with."""
        return self.model != SHALLOW

    def resolved(self) -> Self:
        """Return the same run with every "auto" filled in that no data is needed for."""
        implied = auto.implied(self)
        missing = {name: value for name, value in implied.items() if getattr(self, name) is None}
        return self.model_copy(update=missing)

    def filled_in(self) -> dict[str, Any]:
        """Return what each "auto" became, by its setting."""
        said, whole = (each.model_dump(mode="json") for each in (self, self.resolved()))
        return {name: value for name, value in whole.items() if value != said[name]}

    def batch(self) -> int:
        """Return the samples of an update."""
        return self.resolved().batch_size or 1

    @property
    def n_steps(self) -> int:
        """Steps of a sample, or frames."""
        return self.resolved().steps or 1

    def identity(self) -> str:
        """Return the run's identity: the hash of its resolved settings.

        Only the model, and settings whose resolved value differs from the default, are hashed. So a
        later version may add a setting, with a default that changes nothing, and stored runs keep
        their identities.
        """
        usual, own = _usual(self.is_deep), self.identity_of()
        return hashed({n: own[n] for n in own if n in _ALWAYS_HASHED or own[n] != usual[n]})

    def identity_of(self) -> dict[str, Any]:
        """Return the resolved settings in the form in which they are hashed.

        A network beyond one layer of LIF neurons is hashed as one `Network`, by whichever settings
        it was described. Samples that were passed from Python aren't settings: the caller appends
        their digits to the hash.
        """
        own = self.resolved().model_dump(mode="json") | {"data": said_of(self.data)}
        if self.is_deep:
            return own
        own["module"] = identity_of(self.module)
        if is_path(own["data"]):
            own["data"] = base_name(own["data"])  # Wherever it lies: its digits say what it is.
        if self.plain:
            return own
        rest = {name: own[name] for name in own if name not in NetworkSettings.model_fields}
        return {**rest, "network": self.network_of().identity()}


def names_of(*, deep: bool) -> Collection[str]:
    """Return the settings that a deep network has, or one of spiking neurons in time."""
    return (DeepSettings.model_fields if deep else _TIMED).keys()


def of_others(name: str, *, deep: bool, called: str = "a setting") -> str | None:
    """Return the words for a setting that only the other networks have, or None."""
    if name not in (_TIMED_ALONE if deep else _DEEP_ALONE):
        return None
    return f"{name} is {called} of {_CALLED[not deep]}, which {_CALLED[deep]} doesn't have"


@cache
def _usual(deep: bool) -> dict[str, Any]:
    return TrainConfig(model="vgg8" if deep else SHALLOW).resolved().model_dump(mode="json")
