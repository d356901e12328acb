"""Settings that only runs of deep networks of E-I circuits have."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from eccles.errors import must
from eccles.training.config.shared import SHALLOW, SharedSettings

_SWITCHES = (
    "stabiliser",
    "straight_through",
    "gradient_exponent",
    "padding",
    "inhibitory_spikes",
    "tonic",
    "least_weight",
    "balance",
)

_TARGET = 0.1
"""Spikes a neuron and step up to which a rate costs nothing, unless said."""


class DeepSettings(SharedSettings):
    """Settings of a run of a deep network: those of Liu et al. 2026."""

    circuit: Literal["ei", "bn", "plain", "dann", "colei", "free", "balanced"] = "ei"
    """E-I circuits; or batch norm, neither, DANN, signs by column, E-I without projection, E-I that
    keeps its balance."""

    width: float = Field(default=1.0, gt=0, le=1000)
    """Factor on the width of every layer."""

    tau: float = Field(default=2.0, ge=1, le=1e6)
    """Membrane time constant in steps."""

    prior_rate: float = Field(default=0.1, gt=0, lt=1)
    """Chance of a spike in a step that --init prior supposes."""

    init_samples: int = Field(default=256, ge=2, le=2**31)
    """Training samples from which E-I layers take their initial weights."""

    stabiliser: Literal["adaptive", "epsilon", "none"] | None = None
    """What is done about divisors of zero (auto: adaptive; epsilon for DANN)."""

    straight_through: bool | None = None
    """Whether a stabilised divisor passes its gradient (auto: yes, unless DANN)."""

    gradient_exponent: float | None = Field(default=None, ge=0, le=2)
    """W_EI's gradient is scaled by fan-in^-exponent (auto: 1)."""

    padding: bool | None = None
    """Whether a convolution's initial fan-in leaves out the padding (auto: no)."""

    inhibitory_spikes: float | None = Field(default=None, gt=0, le=1e6)
    """Spikes a step of inhibitory units at the start (auto: none, they are graded)."""

    tonic: float | None = Field(default=None, ge=0, lt=1)
    """Share of the divisor at the start that doesn't depend on the input (auto: 0; 0.75 for
    balanced)."""

    least_weight: float | None = Field(default=None, ge=0, le=1e6)
    """Least mean of a layer's weights at the start (auto: 0; 0.05 for balanced)."""

    balance: float | None = Field(default=None, ge=0, le=1)
    """Rate at which layers mend their balance, while excitation alone is learnt (auto: none, all is
    learnt; 0.2 for balanced)."""

    readout_lr: float | None = Field(default=None, ge=0.1, le=1e6)
    """Learning rate of readouts, in learning rates of the rest (auto: 1; 10 for balanced)."""

    step_target: float = Field(default=_TARGET, gt=0, le=1)
    """Spikes a neuron and step up to which a layer's mean costs nothing."""

    decay_gains: bool = True
    """Let the L2 act on gains and biases too, as published."""

    augment: bool | None = None
    """Crop, flip and cut out training images (auto: those of CIFAR)."""

    amp: bool = False
    """Compute products and convolutions of training in bfloat16: on a GPU, or a CPU that has
    instructions for it (AMX, AVX-512 BF16); others emulate it."""

    compiled: bool = False
    """Let torch.compile compile the network."""

    @model_validator(mode="after")
    def _is_a_circuit(self) -> Self:
        if self.model == SHALLOW:
            return self
        said = [name for name in (*_SWITCHES, "init") if getattr(self, name) is not None]
        if said and not self.is_circuit:
            got = ", ".join(f"{name} {getattr(self, name)}" for name in said)
            hint = "they are settings of ei, dann, free and balanced"
            raise must("train", ", ".join(said), f"left alone with {self.circuit}", got, hint)
        if self.device_model is not None and (self.balance or self.circuit == "balanced"):
            accepted = "left out with layers that keep their balance"
            hint = "they are scaled, and a device changes by pulses alone"
            raise must("train", "device_model", accepted, self.device_model, hint)
        if not self.rate_penalty and self.step_target != _TARGET:
            raise must("train", "step_target", "left out without rate_penalty", self.step_target)
        if self.rate_penalty and self.compiled:
            hint = "the penalty looks at layers one by one"
            raise must("train", "compiled", "off with rate_penalty", True, hint)
        if self.engine == "fused" and not self.fits_fused:
            accepted = "auto or equations with another surrogate than sigmoid, on cuda, or compiled"
            raise must("train", "engine", accepted, self.engine)
        return self

    @property
    def is_circuit(self) -> bool:
        """Whether the layers are E-I circuits."""
        return self.circuit in ("ei", "dann", "free", "balanced")

    @property
    def fits_fused(self) -> bool:
        """Whether the fused pass applies; see `eccles.engines.deep.engine`."""
        return self.device == "cpu" and self.surrogate == "sigmoid" and not self.compiled

    def switches(self) -> dict[str, Any]:
        """Return the switches of the circuit that differ from those of its kind."""
        return {name: value for name in _SWITCHES if (value := getattr(self, name)) is not None}
