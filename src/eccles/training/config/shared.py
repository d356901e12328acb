"""Settings that every training run has, whatever network it trains."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from eccles.errors import must
from eccles.paths import usable
from eccles.settings import Settings, as_said

SHALLOW = "shallow"
"""What `model` is called where it isn't a deep network."""

Model = Literal[
    "shallow",
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


class SharedSettings(Settings):
    """Settings that all runs have."""

    section: ClassVar[str] = "train"

    model: Model = "shallow"
    """Network: shallow, which is any of spiking neurons in time, or a deep one of E-I circuits
    (resnet18 and 34 are SEW, added)."""

    data: str = "fashion-mnist-sample"
    """Data set, as `eccles data list` has them; or the path of your own: an .npz or .h5 file, or a
    folder, with a "/" in it."""

    steps: int | None = Field(default=None, ge=1, le=65535)
    """Steps of a sample. Recorded spikes: one more than there are bins (auto: 100, or what dt and
    max_time make). Deep networks: for which an image is held, or frames that a recording is cut
    into (auto: 4; 10 for cifar10-dvs, 16 for dvs-gesture)."""

    surrogate: Literal["superspike", "sigmoid", "arctan", "triangle"] = "superspike"
    """Surrogate gradient of a spike."""

    surrogate_scale: float | None = Field(default=None, gt=0, le=1e6)
    """Steepness of the surrogate (auto: its own, 100 for superspike and 4 for sigmoid; 20 for
    superspike beyond one layer of lif neurons)."""

    init: (
        Literal["half-normal", "fluctuation", "spectral", "measured", "bernoulli", "prior", "dann"]
        | None
    ) = None
    """Rule of the initial weights: half-normal, fluctuation or spectral (auto: half-normal). Of
    deep networks the moments that set those of E-I layers: measured, bernoulli, prior or dann
    (auto: measured; dann for DANN)."""

    epochs: int = Field(default=30, ge=0, le=1_000_000)
    """Passes over the training samples; with 0 the network is looked at as it starts."""

    batch_size: int | None = Field(default=None, ge=1, le=2**31)
    """Samples an update (auto: 256; 32 for recordings and data of your own; 128 for deep networks
    on images)."""

    drop_last: bool = False
    """Drop the samples that don't fill a batch, in training and in testing, as published."""

    validation: float = Field(default=0.0, ge=0, lt=1)
    """Share of the training samples held out to choose an epoch by."""

    optimizer: str | None = None
    """Any optimizer of torch.optim, in lower case (auto: sgd; adam for recordings, data of your
    own, unbounded or beyond one layer of lif neurons, and for balanced)."""

    lr: float | None = Field(default=None, gt=0, le=1e6)
    """Learning rate, the highest of a schedule (auto: 0.01; for recordings 1e-4, 0.001 with sgd;
    2e-4 when unbounded; 3e-4 for data of your own; else 1e-3 beyond one layer of lif neurons; of
    deep networks 0.002, 0.001 for more layers than vgg11 and for recordings, 0.1 for bn, 0.003 for
    balanced)."""

    momentum: float | None = Field(default=None, ge=0, lt=1)
    """Momentum, for an optimizer that has one (auto: none; 0.9 for deep networks with sgd and
    rmsprop)."""

    weight_decay: float | None = Field(default=None, ge=0, le=1e6)
    """L2 on every weight (auto: the optimizer's own, which most have none of; 5e-4 for deep
    networks, 1e-4 for bn, none for balanced)."""

    schedule: Literal["none", "cosine"] = "none"
    """Keep the learning rate, or let it fall to zero as a cosine does."""

    warmup: float | None = Field(default=None, ge=0)
    """Epochs in which the learning rate rises from 1e-7 (auto: none; one where spiking neurons
    have a layer behind another; a tenth of all for E-I circuits, a thirtieth for balanced)."""

    rate_penalty: float = Field(default=0.0, ge=0, le=1e6)
    """Weight in the loss of the square of each group's spikes a neuron and sample beyond
    `rate_target`; of deep networks each layer's, beyond `step_target`."""

    device_model: Annotated[str | None, as_said("NAME|FILE")] = None
    """Memristive devices that hold the weights: a preset, or a YAML file of one's own; see
    docs/devices.md."""

    device_bound: float = Field(default=10.0, gt=0, le=1e6)
    """The weight at a device's bound, in units of the initial scale."""

    seed: int = Field(default=0, ge=0, lt=2**63)
    """Seed of everything random; the same seed gives the same bits."""

    engine: Literal["auto", "event", "dense", "fused", "equations"] = "auto"
    """Event-driven kernels or dense equations; of deep networks one fused pass for division,
    integration and spikes, or the plain equations (auto: the faster one that fits)."""

    device: Literal["cpu", "cuda"] = "cpu"
    """Where to compute; a GPU uses the plain equations."""

    @model_validator(mode="after")
    def _warms_up_in_time(self) -> Self:
        if self.warmup is not None and self.warmup > self.epochs:
            raise must("train", "warmup", f"at most {self.epochs} epochs", self.warmup)
        return self

    @model_validator(mode="after")
    def _has_a_bound_with_a_device(self) -> Self:
        if self.device_model is None and self.device_bound != 10.0:
            raise must("train", "device_bound", "left out without device_model", self.device_bound)
        return self

    @field_validator("device_model", mode="before")
    @classmethod
    def _of_a_file(cls, value: object) -> object:
        """Replace the path of a device's YAML file by its settings, which say what the run used."""
        from eccles.devices.presets import said

        return said(value)

    @field_validator("data")
    @classmethod
    def _may_be_a_folder(cls, data: str) -> str:
        usable(data, cls.section, "data")
        return data
