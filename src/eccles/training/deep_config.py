"""What a training run of a deep network is: every choice that its results depend on."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from eccles.data.event_cameras import N_FRAMES
from eccles.errors import must
from eccles.training.own import said_of
from eccles.training.run_config import RunConfig

Model = Literal[
    "mlp2",
    "mlp4",
    "mlp6",
    "mlp8",
    "mlp12",
    "mlp16",
    "vgg8",
    "vgg11",
    "vgg16",
    "vgg19",
    "resnet18",
    "resnet34",
]
_DEEPER = {"mlp12", "mlp16", "vgg16", "vgg19", "resnet18", "resnet34"}
"""Models of more layers than vgg11, which learn at half its rate."""
_SWITCHES = ("stabiliser", "straight_through", "gradient_exponent", "padding", "inhibitory_spikes")


class DeepConfig(RunConfig):
    """Settings of a run of a deep network; the defaults are those of Liu et al. 2026.

    Where a default says "auto", `resolved` fills in what the other settings imply.
    """

    of_network: ClassVar[str] = "a deep network"

    told: ClassVar[frozenset[str]] = frozenset({"model"})

    model: Model = "vgg8"
    """Network: mlp2, 4, 6, 8, 12 or 16, vgg8, 11, 16 or 19, resnet18 or 34 (SEW, added)."""

    circuit: Literal["ei", "bn", "plain", "dann", "colei", "free"] = "ei"
    """E-I circuits; or batch norm, neither, DANN, signs by column, E-I without projection."""

    width: float = Field(default=1.0, gt=0, le=1000)
    """Factor on the width of every layer."""

    steps: int | None = Field(default=None, ge=1, le=1000)
    """Steps for which an image is held, or frames that a recording is cut into (auto: 4; 10 for
    cifar10-dvs, 16 for dvs-gesture)."""

    tau: float = Field(default=2.0, ge=1, le=1e6)
    """Membrane time constant in steps."""

    surrogate: Literal["superspike", "sigmoid", "arctan", "triangle"] = "sigmoid"
    """Surrogate gradient of a spike."""

    surrogate_scale: float | None = Field(default=None, gt=0, le=1e6)
    """Steepness of the surrogate (auto: its own; sigmoid's is 4)."""

    init: Literal["measured", "bernoulli", "prior", "dann"] | None = None
    """Moments that set the initial weights of E-I layers (auto: measured; dann for DANN)."""

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

    epochs: int = Field(default=10, ge=0, le=1_000_000)
    """Passes over the training samples; with 0 the network is looked at as it starts."""

    batch_size: int | None = Field(default=None, ge=1, le=2**31)
    """Samples an update (auto: 128; 32 for cifar10-dvs and dvs-gesture)."""

    optimizer: str | None = None
    """Any optimizer of torch.optim, in lower case (auto: sgd)."""

    lr: float | None = Field(default=None, gt=0, le=1e6)
    """Highest learning rate (auto: 0.002; 0.001 for more layers than vgg11, cifar10-dvs and
    dvs-gesture; 0.1 for bn)."""

    momentum: float | None = Field(default=None, ge=0, lt=1)
    """Momentum, for an optimizer that has one (auto: 0.9 for sgd and rmsprop, none for others)."""

    weight_decay: float | None = Field(default=None, ge=0, le=1e6)
    """L2 on every parameter (auto: 5e-4; 1e-4 for bn; none for rprop, which has none)."""

    decay_gains: bool = True
    """Let the L2 act on gains and biases too, as published."""

    schedule: Literal["none", "cosine"] = "cosine"
    """Let the learning rate fall to zero as a cosine does, or keep it."""

    warmup: float | None = Field(default=None, ge=0)
    """Epochs in which the learning rate rises from 1e-7 (auto: a tenth of all
    for E-I circuits, none for the others)."""

    augment: bool | None = None
    """Crop, flip and cut out training images (auto: those of CIFAR)."""

    engine: Literal["auto", "fused", "equations"] = "auto"
    """One fused pass for division, integration and spikes, or the plain equations (auto: fused
    where it fits)."""

    amp: bool = False
    """Compute products and convolutions of training in bfloat16: on a GPU, or a CPU that has
    instructions for it (AMX, AVX-512 BF16); others emulate it."""

    compiled: bool = False
    """Let torch.compile compile the network."""

    @model_validator(mode="after")
    def _agree(self) -> Self:
        said = [name for name in (*_SWITCHES, "init") if getattr(self, name) is not None]
        if said and not self.is_circuit:
            got = ", ".join(f"{name} {getattr(self, name)}" for name in said)
            hint = "they are settings of ei, dann and free"
            raise must("train", ", ".join(said), f"left alone with {self.circuit}", got, hint)
        if self.engine == "fused" and not self.fits_fused:
            accepted = "auto or equations with another surrogate than sigmoid, on cuda, or compiled"
            raise must("train", "engine", accepted, self.engine)
        return self

    @property
    def is_circuit(self) -> bool:
        """Whether the layers are E-I circuits."""
        return self.circuit in ("ei", "dann", "free")

    @property
    def fits_fused(self) -> bool:
        """Whether the fused pass applies; see `eccles.engines.deep`."""
        return self.device == "cpu" and self.surrogate == "sigmoid" and not self.compiled

    @property
    def n_steps(self) -> int:
        """Steps, or frames, of a sample."""
        return self.resolved().steps or 1

    def switches(self) -> dict[str, Any]:
        """Return the switches of the circuit that differ from those of its kind."""
        return {name: value for name in _SWITCHES if (value := getattr(self, name)) is not None}

    def resolved(self) -> Self:
        """Return the same run with every "auto" filled in that no data is needed for."""
        dann, circuit = self.circuit == "dann", self.is_circuit
        usual_decay = 1e-4 if self.circuit == "bn" else 5e-4
        data = said_of(self.data)
        recorded = data in N_FRAMES
        slow = recorded or self.model in _DEEPER
        implied: dict[str, Any] = {
            "steps": N_FRAMES.get(data, 4),
            "batch_size": 32 if recorded else 128,
            "optimizer": "sgd",
            "momentum": 0.9 if self.optimizer in (None, "sgd", "rmsprop") else 0.0,
            "lr": 0.1 if self.circuit == "bn" else 0.001 if slow else 0.002,
            "weight_decay": 0.0 if self.optimizer == "rprop" else usual_decay,
            "warmup": self.epochs / 10 if circuit else 0.0,
            "augment": data.startswith("cifar") and not recorded,
        }
        if circuit:
            implied |= {
                "init": "dann" if dann else "measured",
                "stabiliser": "epsilon" if dann else "adaptive",
                "straight_through": not dann,
                "gradient_exponent": 1.0,
                "padding": False,
            }
        missing = {name: value for name, value in implied.items() if getattr(self, name) is None}
        return self.model_copy(update=missing)
