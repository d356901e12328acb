"""`eccles export`: a trained network for other tools, and how like it the export is."""

from __future__ import annotations

import json as json_format
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import tyro

from eccles.cli.flags import flag, read
from eccles.errors import must, not_among
from eccles.units import duration

if TYPE_CHECKING:
    from eccles.interop import Exported, Fidelity

_FORMATS = ("nir",)
_TARGETS = ("exact", "norse", "snntorch")
_WHY = (
    "NIR has no nodes for circuits of excitation and inhibition that divide, nor for code of one's "
    "own"
)


@dataclass(frozen=True)
class Arguments:
    """Export the network of a run as a graph of NIR, and measure how like the network it is.

    The graph is simulated beside the network on samples of the test set: which spikes both have,
    how far scores differ, and the accuracy here and there. What the other tool has no node for is
    left out and said, and a network that NIR can't say is refused.

    Try
        eccles train --epochs 3 --out mine
        eccles export mine --to nir --for norse --out mine.nir
        eccles train --convention norse --epochs 3 --out same     # a network that exports exactly
        eccles export same --to nir --for norse --out same.nir
    """

    run: Annotated[tyro.conf.Positional[Path | None], flag("RUN", "(required)")] = None
    """Folder of a run."""

    to: Annotated[str, flag("nir")] = "nir"
    """Format to write."""

    for_: Annotated[str, tyro.conf.arg(name="for", metavar="|".join(_TARGETS))] = "exact"
    """Whose steps the time constants are for: norse's of 1 ms, snntorch's of 0.1 ms, or the
    network's own, for a simulator that steps exactly."""

    out: Annotated[Path | None, flag("FILE", "(default: RUN/network.nir)")] = None
    """File to write."""

    samples: int = 500
    """Samples of the test set to measure on."""

    data_dir: Annotated[Path | None, flag("DIR")] = None
    """Folder with the data set's files (default: search for them)."""

    json: bool = False
    """Print what was measured as JSON."""

    debug: bool = False
    """Show where an error comes from."""


def run(words: Sequence[str]) -> int:
    """Run `eccles export WORDS`."""
    given = read(Arguments, "export", words)
    for name, value, known in (("--to", given.to, _FORMATS), ("--for", given.for_, _TARGETS)):
        if value not in known:
            raise not_among("export", name, known, value)
    if given.samples < 1:
        raise must("export", "--samples", "1 or more", given.samples)
    if given.out is not None and (given.out.suffix != ".nir" or given.out.is_dir()):
        raise must("export", "--out", "a file whose name ends in .nir", str(given.out))
    from eccles.interop import fidelity, to_nir
    from eccles.interop.model import model_of
    from eccles.interop.package import nir
    from eccles.training.run.trained import read_trained, some

    nir()  # What is missing is said before anything is computed.
    found = read_trained(given.run, "export", _WHY, given.data_dir)
    model = model_of(found.network)
    exported = to_nir(model, to=given.for_)
    data = some(found.test, given.samples, "export")
    measured = fidelity(exported, model, data.events, data.labels)
    exported = exported.with_fidelity(measured)
    out = given.out or found.run.folder / "network.nir"
    exported.write(out)
    if given.json:
        told = {"file": str(out), "for": given.for_, "notes": list(exported.notes)}
        print(json_format.dumps({**told, "fidelity": measured.as_dict()}))
        return 0
    _print(exported, measured, out, found.accuracy, data.kind)
    return 0


def _print(
    exported: Exported, measured: Fidelity, out: Path, accuracy: float | None, kind: str
) -> None:
    graph, to = exported.graph, exported.target
    parts = ", ".join(f"{name} {type(node).__name__}" for name, node in graph.nodes.items())
    step = "exact steps" if to.step is None else f"steps of {duration(to.step)}"
    print(f"{out}: for {to.name}, {step}: {parts}")
    for note in exported.notes:
        print(f"note: {note}")
    late = ", ".join(map(str, measured.shift))
    steps = "step" if late == "1" else "steps"
    by_layer = ", by layer" if len(measured.shift) > 1 else ""
    print(
        f"measured on {measured.samples:,} test samples ({kind}), with spikes of the graph "
        f"{late} {steps} later{by_layer}"
    )
    print(
        f"spikes    {measured.share_equal:.1%} are in both ({measured.spikes_here:,} of the "
        f"network, {measured.spikes_there:,} of the graph); of neurons' first spikes "
        f"{measured.first_equal:.1%}"
    )
    size = measured.score_difference / measured.score if measured.score else 0.0
    print(f"scores    differ by {size:.1%} of their mean size")
    whole = "" if accuracy is None else f"; {accuracy:.2%} on the whole test set, as the run has it"
    print(
        f"accuracy  {_percent(measured.accuracy_here)} of the network, "
        f"{_percent(measured.accuracy_there)} of the graph; both say the same class for "
        f"{measured.class_equal:.1%} of samples{whole}"
    )


def _percent(share: Any) -> str:
    return "-" if share is None else f"{share:.2%}"
