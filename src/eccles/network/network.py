"""A network of excitatory and inhibitory neurons as one value."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import model_validator

from eccles.errors import must
from eccles.network.names import INPUTS, PAIRED, READOUTS, End, Pair, pairs, short_names
from eccles.network.paths import depths, reached
from eccles.network.population import Population, natural
from eccles.network.projection import Projection
from eccles.network.reading import read_inputs, read_populations, read_projections
from eccles.network.signs import NUMBERS
from eccles.populations import Populations, Spread
from eccles.settings import Duration, Settings, hashed, read_yaml

if TYPE_CHECKING:
    from eccles.functional.surrogate import Surrogate
    from eccles.wiring import Wiring


class Readout(Settings):
    """Leaky integrators, one a class, that never spike; the class with the highest score wins."""

    section: ClassVar[str] = "network"

    tau_mem: Duration = 10e-3
    """Membrane time constant."""

    tau_syn: Duration = 5e-3
    """Time constant of the synaptic current."""

    zero_start: bool = True
    """Let the maximum over time include the start at zero (off: from the first spike on)."""

    kind: Literal["max-over-time", "mean-over-time"] = "max-over-time"
    """What a class scores: its readout's highest potential, or the mean."""

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.mean and not self.zero_start:
            hint = "it is of maxima over time"
            raise must("network", "zero_start", "left out with mean-over-time", False, hint)
        return self

    @property
    def mean(self) -> bool:
        """Whether a class scores by its mean over time."""
        return self.kind == "mean-over-time"


class Network(Settings):
    """Populations of neurons, and the projections that tie them to each other and to the ends.

    However it is spelt, one network is one value with one identity: populations come in the order
    in which the input reaches them, groups by sign and name, projections from group to group.
    Neurons project to themselves too, where their group does. A group that nothing reaches is
    allowed: it stays silent (`unreached` names it).

    Example:
        Network(
            populations={"cortex": Population(groups={"E": 80, "PV": 20})},
            projections={"input -> E": {}, "E -> PV": {}, "PV -> E": {}, "E -> output": {}},
        )

    Raises InputError for what can't be a network, in one sentence.
    """

    section: ClassVar[str] = "network"

    populations: dict[str, Population]
    """Populations by name."""

    projections: dict[str, Projection]
    """Projections by name, such as "E -> PV": by group, by population (all of its groups), or by
    "population.group" where several populations have a group of that name."""

    readout: Readout = Readout()
    """The readouts."""

    inputs: str = "excitatory"
    """What the inputs do: excite; or of both kinds, by a ratio such as "80:20", each input with a
    sign of its own (see `eccles.populations.Spread`); or paired, each with a twin that fires with
    it and inhibits, whose projections are "input.E -> ..." and "input.I -> ..."; or free (without
    Dale's principle)."""

    @model_validator(mode="before")
    @classmethod
    def _in_one_spelling(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        said = dict(value)
        if said.get("inputs") is not None:
            said["inputs"] = read_inputs(said["inputs"])
        populations = read_populations(said.get("populations"))
        found = read_projections(said.get("projections"), populations, said.get("inputs"))
        far = depths(populations, found)
        order = sorted(populations, key=lambda name: (far[name], natural(name)))
        populations = {name: populations[name] for name in order}
        names = short_names(populations)
        ranks = {end: k for k, end in enumerate(names)}
        said["populations"] = populations
        said["projections"] = {
            f"{names[pre]} -> {names[post]}": found[pre, post]
            for pre, post in sorted(found, key=lambda pair: (ranks[pair[0]], ranks[pair[1]]))
        }
        return said

    def __hash__(self) -> int:
        return hash(self.identity())

    @classmethod
    def from_yaml(cls, path: Path | str) -> Self:
        """Return the network of a YAML (or JSON) file, or text, which may be its part `network`.

        A text of several lines is YAML itself, as `to_yaml` gives it.
        """
        return cls.of(read_yaml(path, "network"))

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """Return the network that settings are, or that they have as `network`."""
        has = isinstance(content, Mapping) and "populations" not in content
        inside = content.get("network") if has else None
        return cls.model_validate(content if inside is None else inside)

    def identity(self) -> str:
        """Return a hash of the network, the same for each of its spellings, on every machine.

        Values that are the defaults aren't hashed, as in a run's identity.
        """
        said = self.model_dump(mode="json", exclude_defaults=True)
        for name, population in self.populations.items():
            # A neuron with usual constants leaves {}. Stored identities of adaptive ones have that,
            # so that the others get their model's name.
            own, model = said["populations"][name], population.neuron.model
            if own.get("neuron") == {} and model != "adaptive":
                own["neuron"] = {"model": model}
        return hashed(said)

    def to_yaml(self) -> str:
        """Return the network as YAML that reads back as the same network."""
        from eccles.network.spelling import to_yaml

        return to_yaml(self)

    @property
    def n_neurons(self) -> int:
        """Number of neurons of all populations."""
        return sum(each.n_neurons for each in self.populations.values())

    def __repr__(self) -> str:
        from eccles.network.summary import line

        return line(self)

    __str__ = __repr__

    def _repr_html_(self) -> str:
        from eccles.network.summary import as_html

        return as_html(self)

    def ends(self) -> list[End]:
        """Return all groups, in the order of their neurons."""
        return [End(name, g) for name, each in self.populations.items() for g in each.groups]

    def pair(self, projection: str) -> Pair:
        """Return where a projection comes from, and where it goes."""
        (found,) = pairs(projection, self.populations, self.paired)
        return found

    @property
    def mixed_inputs(self) -> bool:
        """Whether some inputs excite and the others inhibit."""
        return self.inputs not in NUMBERS and not self.paired

    @property
    def paired(self) -> bool:
        """Whether each input both excites and, by a twin of its own, inhibits."""
        return self.inputs == "paired"

    def sign(self, end: End) -> int:
        """Return what a group's synapses, or the inputs', do: +1, -1, or 0 for either."""
        if end in PAIRED:
            return PAIRED[end]
        if end == INPUTS:
            return 0 if self.mixed_inputs or self.paired else NUMBERS[self.inputs]  # type: ignore[index]
        return NUMBERS[self.populations[end.population].signs[end.group]]

    def rows_of_inputs(self, n_inputs: int) -> int:
        """Return how many rows the weights from so many inputs have: two from each paired one."""
        return n_inputs * (1 + self.paired)

    def inputs_of_rows(self, rows: int) -> int:
        """Return how many inputs there are where their weights have so many rows."""
        return rows // (1 + self.paired)

    def units(self, end: End, n_inputs: int) -> Populations | Spread | None:
        """Return the units of a group, or the inputs, by what they do; None for free ones."""
        if end == INPUTS and self.mixed_inputs:
            return Spread.parse(self.inputs, n_inputs)
        n = n_inputs if end.is_input else self.populations[end.population].groups[end.group]
        sign = self.sign(end)
        return None if sign == 0 else Populations(n, 0) if sign > 0 else Populations(0, n)

    def depths(self) -> dict[str, int]:
        """Return how many projections each population is from the input; unreached ones last."""
        return depths(self.populations, map(self.pair, self.projections))

    def recurrent(self, projection: str) -> bool:
        """Return whether a projection closes a cycle: it doesn't lead away from the input."""
        pre, post = self.pair(projection)
        if pre.is_input or post == READOUTS:
            return False
        far = self.depths()
        return far[post.population] <= far[pre.population]

    def unreached(self) -> list[str]:
        """Return the groups that no spike of the input can reach, which stay silent."""
        found = reached(map(self.pair, self.projections))
        names = short_names(self.populations)
        return [names[end] for end in self.ends() if end not in found]

    def wire(
        self,
        n_inputs: int,
        n_classes: int,
        dt: float = 1e-3,
        surrogate: Surrogate | None = None,
        n_steps: int | None = None,
    ) -> Wiring:
        """Return the network laid out for given numbers of inputs and classes.

        Args:
            n_inputs: units of the input.
            n_classes: readouts.
            dt: length of a step in seconds.
            surrogate: what stands in for the derivative of a spike (default: SuperSpike(100)).
            n_steps: steps of a sample, where delays should be held to it.

        Raises InputError for a delay that is no whole number of steps, or longer than a sample.
        """
        from eccles.network.layout import wire

        return wire(self, n_inputs, n_classes, dt, surrogate, n_steps)
