"""What a training run of the shallow network is: every choice that its results depend on."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from eccles.data.binning import Binning
from eccles.data.registry import SOURCES
from eccles.errors import must
from eccles.network import Network
from eccles.populations import Populations, canonical
from eccles.settings import Duration
from eccles.training.own import said_of
from eccles.training.run_config import RunConfig

_OF_ONE_LAYER = (
    "ei",
    "ei_rounding",
    "hidden",
    "tau_mem",
    "tau_syn",
    "w1_std",
    "w2_std",
    "zero_start",
    "unbounded",
    "projection",
)
"""Settings of the network of one layer, which a network of one's own says itself."""

_NETWORK_LR, _FLAT = 3e-4, 20.0
"""Learning rate of Adam on images, and steepness of SuperSpike, for networks of one's own."""


class TrainConfig(RunConfig):
    """Settings of a run; the defaults are those of Kilgore et al. 2025, on a small real sample.

    Where a default says "auto", `resolved` fills in what the other settings imply.
    """

    of_network: ClassVar[str] = "a network of one hidden layer"

    steps: int = Field(default=Binning.n_steps, ge=2, le=65535)
    """Steps that a sample of recorded spikes lasts: one more than it has bins."""

    max_time: Duration = Binning.max_time
    """When the last bin of recorded spikes ends; what comes later is left out."""

    clip: bool = Binning.clip
    """Count several spikes of a channel in one bin as one."""

    ei: str = "80:20"
    """Excitatory to inhibitory hidden neurons: a ratio, or the excitatory fraction (0.8)."""

    ei_rounding: bool = False
    """Round the excitatory neurons where the ratio doesn't give a whole number."""

    hidden: int = Field(default=100, ge=1, le=65536)
    """Hidden neurons, excitatory and inhibitory together."""

    tau_mem: Duration = 10e-3
    """Membrane time constant, such as "10 ms"; a number alone is seconds."""

    tau_syn: Duration = 5e-3
    """Synaptic time constant, such as "5 ms"; a number alone is seconds."""

    w1_std: float | None = Field(default=None, ge=0)
    """Scale of the initial input weights (auto: 0.001; 1.2e-4 for recordings, which have some 25
    times the spikes; unbounded 7 (1 - beta) / sqrt(inputs))."""

    w2_std: float | None = Field(default=None, ge=0)
    """Scale of the initial output weights (auto: 7 (1 - beta) / sqrt(hidden))."""

    surrogate: Literal["superspike", "sigmoid", "arctan", "triangle"] = "superspike"
    """Surrogate gradient of a spike."""

    surrogate_scale: float | None = Field(default=None, gt=0)
    """Steepness of the surrogate (auto: its own; superspike's is 100)."""

    zero_start: bool = True
    """Let a readout's maximum include its start at zero (off: from the first spike it gets)."""

    unbounded: bool = False
    """The reference without Dale's principle: signed normal weights, no projection, Adam 2e-4."""

    projection: bool | None = None
    """Project to Dale's signs after every update (auto: yes, unless unbounded)."""

    optimizer: str | None = None
    """Any optimizer of torch.optim, in lower case (auto: sgd; adam for recordings or unbounded)."""

    lr: float | None = Field(default=None, gt=0, le=1e6)
    """Learning rate (auto: 0.01; for recordings 1e-4, 0.001 with sgd; 2e-4 when unbounded)."""

    update_noise: float = Field(default=0.0, ge=0)
    """Standard deviation of the noise on every weight after every update."""

    noise_scale: Literal["absolute", "relative"] = "absolute"
    """Noise in units of the weights, or relative to each layer's initial scale."""

    engine: Literal["auto", "event", "dense"] = "auto"
    """Event-driven kernels or dense equations (auto: the faster one that fits)."""

    network: Network | None = None
    """Populations and projections of a network of one's own, in a file; see docs/networks.md."""

    @field_validator("ei", mode="before")
    @classmethod
    def _spell_ratio(cls, value: object) -> object:
        return canonical(value) if isinstance(value, str | float | int) else value

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.network is None:
            self.populations()
        else:
            self._agree_with_network()
        for name in ("tau_mem", "tau_syn"):
            if getattr(self, name) > 1:
                got = f"{getattr(self, name):g} s"
                hint = 'a number alone is seconds; write "10 ms" for ten milliseconds'
                raise must("train", name, "at most 1 s", got, hint)
        if self.unbounded and self.projection:
            raise must("train", "projection", "off when unbounded", True, "drop one of the two")
        return self

    def _agree_with_network(self) -> None:
        """Raise InputError for a setting that a network of one's own says itself, or hasn't."""
        fields = type(self).model_fields
        for name in _OF_ONE_LAYER:
            value = getattr(self, name)
            if value != fields[name].default:
                raise must("train", name, "left out with network, which says it", value)
        if self.noise_scale == "relative":
            hint = "a network's projections have scales of their own"
            raise must("train", "noise_scale", "absolute with network", self.noise_scale, hint)

    def populations(self) -> Populations:
        """Return the hidden layer's excitatory and inhibitory neurons."""
        return Populations.parse(self.ei, self.hidden, rounding=self.ei_rounding)

    def batch(self) -> int:
        """Return the samples of an update."""
        return self.batch_size or (32 if self.of_recordings() else 256)

    def binning(self) -> Binning:
        """Return how the times of recorded spikes become steps."""
        return Binning(self.steps, self.max_time, self.clip)

    def resolved(self) -> Self:
        """Return the same run with every "auto" filled in that no data is needed for."""
        if self.network is not None:
            return self._resolved_network()
        recorded = self.of_recordings()
        usual_lr = (0.001 if self.optimizer == "sgd" else 1e-4) if recorded else 0.01
        implied = {
            "w1_std": None if self.unbounded else 1.2e-4 if recorded else 0.001,
            "projection": not self.unbounded,
            "batch_size": self.batch(),
            "optimizer": "adam" if self.unbounded or recorded else "sgd",
            "lr": 2e-4 if self.unbounded else usual_lr,
        }
        missing = {name: value for name, value in implied.items() if getattr(self, name) is None}
        return self.model_copy(update=missing)

    def _resolved_network(self) -> Self:
        flat = self.surrogate == "superspike"
        implied = {
            "batch_size": self.batch(),
            "optimizer": "adam",
            "lr": 1e-4 if self.of_recordings() else _NETWORK_LR,
            "surrogate_scale": _FLAT if flat else None,
        }
        missing = {name: value for name, value in implied.items() if getattr(self, name) is None}
        return self.model_copy(update=missing)

    def of_recordings(self) -> bool:
        """Return whether the data set is recorded spikes, and not images."""
        source = SOURCES.get(said_of(self.data))
        return source is not None and source.form == "recordings"
