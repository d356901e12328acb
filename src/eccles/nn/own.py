"""A spiking network of one's own: any module with four methods, which `eccles.train` trains."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from eccles.engines import Response
from eccles.errors import EcclesError, RunError, must
from eccles.events import SpikeEvents
from eccles.modes import evaluating
from eccles.network.signs import NUMBERS, implied
from eccles.populations import Populations, Spread
from eccles.wiring import Group

METHODS = ("scores", "spikes", "projections", "groups")
"""What a module of one's own must have."""


@runtime_checkable
class OwnNetwork(Protocol):
    """The four methods of a network of one's own, which is a `torch.nn.Module` as well."""

    def scores(self, events: SpikeEvents) -> Tensor:
        """Return the scores of B samples, [B, C], with a gradient; the highest one wins."""
        ...

    def spikes(self, events: SpikeEvents) -> SpikeEvents:
        """Return the spikes of all N neurons to B samples, for rates and other measures."""
        ...

    def projections(self) -> Mapping[str, tuple[Tensor, Populations | Spread]]:
        """Return the weights [n_pre, n_post] that Dale's principle binds, by name.

        Each with the neurons that they come from: `Populations` have excitatory ones first,
        `Spread` has both kinds in turn. None are bound where the mapping is empty. Weights of the
        wrong sign are set to zero after every update.
        """
        ...

    def groups(self) -> dict[str, int]:
        """Return how many neurons each group has, in the order of `spikes`.

        A name tells a group's sign as in `eccles.Network`: E..., I..., PV, SST, SOM, VIP.
        """
        ...


class Own:
    """A module of one's own with the interface that measures and evaluation expect.

    Args:
        module: has the four methods of `OwnNetwork`.

    Raises InputError that names the methods which are missing.
    """

    def __init__(self, module: Any) -> None:
        missing = [name for name in METHODS if not callable(getattr(module, name, None))]
        if missing or not isinstance(module, nn.Module):
            lacks = f"one without {', '.join(missing)}" if missing else "no nn.Module"
            raise must(
                "train",
                "a network of one's own",
                f"an nn.Module with the methods {', '.join(METHODS)}",
                f"{type(module).__name__}, {lacks}",
                "docs/tutorial-network.md has one to start from",
            )
        self.module: Any = module

    @property
    def groups(self) -> dict[str, Group]:
        """The groups of neurons by name; each says where its neurons are."""
        sizes = self.module.groups()
        right = isinstance(sizes, Mapping) and all(
            isinstance(name, str) and isinstance(n, int) and n > 0 for name, n in sizes.items()
        )
        if not right or not sizes:
            accepted = "a number of neurons by name, such as {'E': 80, 'I': 20}"
            raise must("train", "groups() of the network", accepted, sizes)
        found, start = {}, 0
        for name, n in sizes.items():
            sign = implied(name)
            neurons = slice(start, start + n)
            found[name] = Group(name, "hidden", neurons, NUMBERS[sign] if sign else 0)
            start += n
        return found

    def scores(self, events: SpikeEvents) -> Tensor:
        """Return the scores of a batch."""
        found: Tensor = self._asked("scores", events)
        return found

    def spikes(self, events: SpikeEvents) -> SpikeEvents:
        """Return the spikes of all neurons to a batch."""
        with torch.no_grad(), evaluating(self.module):
            found: SpikeEvents = self._asked("spikes", events)
        return found

    def respond(self, events: SpikeEvents) -> Response:
        """Return scores, and spike counts of all neurons, for a batch."""
        from eccles.measures import spike_counts

        with torch.no_grad(), evaluating(self.module):
            scores = self._asked("scores", events)
            counts = spike_counts(self._asked("spikes", events))
        return Response(scores, torch.from_numpy(counts).int())

    def _asked(self, method: str, events: SpikeEvents) -> Any:
        """Return what a method answers; what it raises is no fault of Eccles."""
        try:
            return getattr(self.module, method)(events)
        except (EcclesError, MemoryError):
            raise
        except Exception as error:
            name = f"{method}(events) of {type(self.module).__name__}"
            raise RunError(
                f"train: {name} must answer, got {type(error).__name__}({str(error)[:120]!r}); "
                "--debug shows where"
            ) from error

    def check(self, events: SpikeEvents, n_classes: int) -> None:
        """Raise InputError unless the methods give what they should for some samples."""
        scores: Any = self.scores(events)
        wanted = (len(events), n_classes)
        if not isinstance(scores, Tensor) or tuple(scores.shape) != wanted:
            got: Any = tuple(scores.shape) if isinstance(scores, Tensor) else scores
            raise must("train", "scores(events) of the network", f"a tensor {list(wanted)}", got)
        if not scores.requires_grad:
            hint = "parameters give it one; torch.no_grad and detach take it"
            raise must(
                "train", "scores(events) of the network", "one with a gradient", "none", hint
            )
        n_neurons = sum(group.neurons.stop - group.neurons.start for group in self.groups.values())
        spikes = self.spikes(events)
        if not isinstance(spikes, SpikeEvents) or (len(spikes), spikes.n_units) != (
            len(events),
            n_neurons,
        ):
            got = (
                f"{len(spikes)} of {spikes.n_units}" if isinstance(spikes, SpikeEvents) else spikes
            )
            accepted = (
                f"SpikeEvents of {len(events)} samples and {n_neurons} units, as groups() has"
            )
            raise must("train", "spikes(events) of the network", accepted, got)
        for name, pair in self.module.projections().items():
            right = isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], Tensor)
            if (
                not right
                or not isinstance(pair[1], Populations | Spread)
                or len(pair[0]) != pair[1].n_neurons
            ):
                accepted = "weights [n_pre, n_post] with the Populations that they come from"
                raise must("train", f"projections()[{name!r}] of the network", accepted, pair)

    def digits(self) -> str:
        """Return what tells this network from others: its name and eight digits.

        They are of its printed form, and of names, shapes and values of what it stores now.
        """
        found = hashlib.sha256(repr(self.module).encode())
        for name, tensor in self.module.state_dict().items():
            values = tensor.detach().cpu().contiguous()
            found.update(f"{name} {tuple(values.shape)} {values.dtype}".encode())
            found.update(values.reshape(-1).view(torch.uint8).numpy().tobytes())
        return f"{type(self.module).__name__}-{found.hexdigest()[:8]}"
