"""`eccles show`: the wiring of a network, as tables and as a picture."""

from __future__ import annotations

import json as json_format
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import tyro

from eccles.cli.flags import flag, options, read
from eccles.cli.formats import check_can_draw, format_of
from eccles.cli.show_module import print_module
from eccles.data.catalogue import SOURCES
from eccles.data.own.names import is_path
from eccles.data.spikes.binning import Binning
from eccles.errors import must
from eccles.network import Network
from eccles.network.summary import Rows, groups, projections
from eccles.training.config.network import NetworkSettings, check_said
from eccles.training.run.described import read_settings
from eccles.units import duration

_SIZES = {
    "fashion-mnist": (784, 10),
    "fashion-mnist-sample": (784, 10),
    "shd": (700, 20),
    "ssc": (700, 35),
    "spoken-digits": (700, 20),
    "spoken-digits-sample": (700, 20),
}
"""Inputs and classes of data sets."""

_USUAL_DATA = "fashion-mnist-sample"


@dataclass(frozen=True)
class Arguments:
    """Show a network: its groups of neurons, its projections, and a picture of the wiring.

    With nothing said it is the network of Kilgore et al. 2025. Where a projection is sparse, its
    number of synapses is the expected one.

    Try
        eccles show --out kilgore.svg
        eccles show --groups "E:80,PV:12,SST:8" --recurrent 0.1
        eccles show --hidden 100,60 --recurrent --neuron adaptive --out layers.png
        eccles show my-network.yaml --out circuit.svg
    """

    source: Annotated[tyro.conf.Positional[Path | None], flag("FILE|RUN")] = None
    """YAML file with a network or with a run's settings, or the folder of a run."""

    settings: tyro.conf.OmitArgPrefixes[NetworkSettings] = field(default_factory=NetworkSettings)

    data: Annotated[str | None, flag("NAME|PATH")] = None
    """Data set, or a path of your own, whose numbers of inputs and classes are shown (default: the
    file's)."""

    out: Annotated[Path | None, flag("FILE")] = None
    """Picture to write, a .svg, .png or .pdf; its numbers lie beside it as CSV."""

    json: bool = False
    """Print the tables and the network as JSON."""

    debug: bool = False
    """Show where an error comes from."""


def run(words: Sequence[str]) -> int:
    """Run `eccles show WORDS`."""
    given = read(Arguments, "show", words, config=[tyro.conf.OmitArgPrefixes])
    format_ = "" if given.out is None else format_of(given.out, "show")
    if given.source is not None and given.out is None and _is_module(given.source):
        print_module(given.source, json=given.json)
        return 0
    network, data = _chosen(given, options(words, NetworkSettings.model_fields))
    sizes = _sizes(network, data, None if given.data is not None else given.source)
    drawn = [] if given.out is None else _drawn(network, sizes, given.out, format_)
    if given.json:
        shown = {
            "identity": network.identity(),
            "groups": groups(network),
            "projections": projections(network, *sizes),
            "network": network.model_dump(mode="json"),
            "files": [str(path) for path in drawn],
        }
        print(json_format.dumps(shown))
        return 0
    _print(network, sizes)
    if drawn:
        print(", ".join(str(path) for path in drawn))
    return 0


def _is_module(source: Path) -> bool:
    """Return whether a folder is that of a run of a module of one's own."""
    path = source / "config.json"
    return path.is_file() and read_settings(path).get("module") is not None


def _chosen(given: Arguments, said: Iterable[str]) -> tuple[Network, str | None]:
    """Return the network of the file or of the flags `said`, and the data set that it is for."""
    if given.data is not None and given.data not in _SIZES and not is_path(given.data):
        raise must("show", "--data", f"one of {', '.join(_SIZES)}, or a path", given.data)
    if given.source is not None:
        if said:
            hint = f"the file says all, so drop {', '.join(said)}"
            raise must("show", "FILE", "left out with flags that say what the network is",
                       str(given.source), hint)  # fmt: skip
        network, data, binning = _stored(given.source)
        data = given.data or data
    else:
        network, data, binning = given.settings.network_of(), given.data or _USUAL_DATA, Binning()
    if data in SOURCES:
        # As training would, it refuses delays that such samples haven't the steps for.
        n_inputs, n_classes = _SIZES.get(data, (1, 1))
        network.wire(n_inputs, n_classes, binning.dt, n_steps=binning.n_steps)
    return network, data


def _sizes(
    network: Network, data: str | None, source: Path | None
) -> tuple[int | None, int | None]:
    """Return the numbers of inputs and classes, of a run's own weights or of a data set.

    Data of one's own is opened where it is at hand; a run's weights tell without it.
    """
    weights = None if source is None else source / "checkpoint.safetensors"
    if weights is not None and weights.is_file() and data not in _SIZES:
        return _sizes_of_weights(network, weights)
    if data is not None and is_path(data) and (source is None or Path(data).exists()):
        from eccles.data import load

        train = load(data).train
        return train.events.n_units, train.n_classes
    return _SIZES.get(data or "", (None, None))


def _sizes_of_weights(network: Network, path: Path) -> tuple[int | None, int | None]:
    """Return the numbers of inputs and classes that the stored weights are of."""
    from safetensors import safe_open

    n_inputs = n_classes = None
    with safe_open(path, framework="numpy") as file:
        for name in file.keys():  # noqa: SIM118 - the file is no mapping
            if name.startswith("network.input_to_"):
                n_inputs = network.inputs_of_rows(file.get_slice(name).get_shape()[0])
            if name.startswith("network.") and name.endswith("_to_output"):
                n_classes = file.get_slice(name).get_shape()[1]
    return n_inputs, n_classes


def _stored(source: Path) -> tuple[Network, str | None, Binning]:
    """Return the network of a file or of a run's folder, and the samples that it is for."""
    path = source
    if source.is_dir():
        path = source / "config.json"
        if not path.is_file():
            got = f"{source} without a config.json"
            raise must("show", "RUN", "the folder of a run", got, "eccles train makes them")
    content = read_settings(path)
    data = content.get("data")
    name = data if isinstance(data, str) else None
    if "populations" in content:
        return Network.of(content), name, Binning()
    network, binning = _of_run(content)
    return network, name or _USUAL_DATA, binning


def _of_run(settings: Mapping[str, Any]) -> tuple[Network, Binning]:
    """Return the network that a run's settings mean, and how its samples become steps."""
    from eccles.training.config import TrainConfig

    check_said(settings, "show")
    own = {name: value for name, value in settings.items() if name != "identity"}
    config = TrainConfig.model_validate(own)
    if config.is_deep:
        hint = "eccles inspect shows layers of deep networks"
        raise must("show", "the network", "one of spiking neurons in time", config.model, hint)
    if config.module is not None:
        accepted = "one that settings or YAML say"
        hint = "eccles show RUN prints the groups and projections of a run of it"
        raise must("show", "the network", accepted, f"the module {config.module}", hint)
    return config.network_of(), config.binning()


def _drawn(
    network: Network, sizes: tuple[int | None, int | None], out: Path, kind: str
) -> list[Path]:
    check_can_draw("show")
    from eccles.figures import wiring

    return wiring(network, *sizes).save(out.parent, out.stem, [kind])


def _print(network: Network, sizes: tuple[int | None, int | None]) -> None:
    from rich.console import Console

    from eccles.cli.cells import print_whole

    console = Console()
    print_whole(console, _table("groups", _group_cells(network)))
    print_whole(console, _table("projections", _projection_cells(network, sizes)))
    readout = network.readout
    print(
        f"readouts: {duration(readout.tau_mem)} membrane, {duration(readout.tau_syn)} synapse, "
        f"{readout.kind}; network {network.identity()}"
    )
    if silent := network.unreached():
        print(f"nothing reaches {', '.join(silent)}, which therefore can't fire")


def _table(title: str, rows: list[dict[str, str]]) -> Any:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    numbers = {"neurons", "shape", "probability", "delay", "scale", "synapses", "threshold"}
    for name in rows[0]:
        table.add_column(name, justify="right" if name in numbers else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row.values())
    return table


def _group_cells(network: Network) -> list[dict[str, str]]:
    rows: Rows = groups(network)
    return [
        {
            "population": row["population"],
            "group": row["group"],
            "neurons": f"{row['neurons']:,}",
            "sign": row["sign"],
            "neuron": row["neuron"],
            "membrane": "-" if row["tau_mem"] is None else duration(row["tau_mem"]),
            "synapses": _receptors(row),
            "threshold": "-" if row["threshold"] is None else f"{row['threshold']:g}",
        }
        for row in rows
    ]


def _receptors(row: dict[str, Any]) -> str:
    both = [duration(row[f"tau_syn_{sign}"]) for sign in ("excitatory", "inhibitory")]
    return both[0] if len(set(both)) == 1 else f"{both[0]} E, {both[1]} I"


def _projection_cells(
    network: Network, sizes: tuple[int | None, int | None]
) -> list[dict[str, str]]:
    cells = []
    for row in projections(network, *sizes):
        n_pre, n_post = (
            "n" if row[name] is None else f"{row[name]:,}" for name in ("n_pre", "n_post")
        )
        cells.append(
            {
                "projection": row["projection"],
                "shape": f"{n_pre} x {n_post}",
                "sign": row["sign"],
                "probability": f"{row['probability']:g}",
                "delay": "one step" if row["delay"] is None else duration(row["delay"]),
                "scale": "auto" if row["scale"] is None else f"{row['scale']:g}",
                "synapses": "-" if row["synapses"] is None else f"{row['synapses']:,}",
            }
        )
    return cells
