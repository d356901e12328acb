"""A network as two tables: its groups of neurons, and its projections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eccles.html_tables import html_table
from eccles.network.constants import ByGroup, of_group
from eccles.network.names import INPUTS, READOUTS, End, short_names
from eccles.network.neurons import IzhikevichSettings, short_name
from eccles.settings import AUTO
from eccles.units import duration

if TYPE_CHECKING:
    from eccles.network.network import Network

SIGNS = {1: "excitatory", 0: "free", -1: "inhibitory"}
"""Signs as people call them."""

Rows = list[dict[str, Any]]


def groups(network: Network) -> Rows:
    """Return a row a group: its place, size, sign, neuron and time constants in seconds."""
    silent = network.unreached()
    names = short_names(network.populations)
    rows: Rows = []
    for end in network.ends():
        population = network.populations[end.population]
        plain = isinstance(population.neuron, IzhikevichSettings)
        rows.append(
            {
                "population": end.population,
                "group": end.group,
                "neurons": population.groups[end.group],
                "sign": SIGNS[network.sign(end)],
                "neuron": neuron(network, end),
                "tau_mem": None if plain else of_group(population.tau_mem, end.group),
                "tau_syn_excitatory": population.tau_of("excitatory"),
                "tau_syn_inhibitory": population.tau_of("inhibitory"),
                "threshold": None if plain else of_group(population.threshold, end.group),
                "reached": names[end] not in silent,
            }
        )
    return rows


def line(network: Network) -> str:
    """Return a network in a line.

    >>> from eccles.network import kilgore2025
    >>> line(kilgore2025())
    'Network(hidden: 80 E, 20 I; 4 projections)'
    """
    parts = [
        f"{name}: " + ", ".join(f"{n:,} {group}" for group, n in each.groups.items())
        for name, each in network.populations.items()
    ]
    return f"Network({'; '.join(parts)}; {len(network.projections)} projections)"


def as_html(network: Network) -> str:
    """Return both tables, for a notebook to show."""
    ends = [
        {name: _timed(value) if name.startswith("tau_") else value for name, value in row.items()}
        for row in groups(network)
    ]
    ties = [
        {
            **{name: row[name] for name in ("projection", "sign", "probability", "init")},
            "delay": AUTO if row["delay"] is None else _timed(row["delay"]),
            "scale": AUTO if row["scale"] is None else row["scale"],
        }
        for row in projections(network)
    ]
    return html_table(line(network), ends) + html_table("projections", ties)


def _timed(value: Any) -> Any:
    """Return a time as people write it; what is no number stays."""
    return duration(value) if isinstance(value, float) else value


def neuron(network: Network, end: End) -> str:
    """Return what a group's neurons compute, with the constants that aren't the usual ones."""
    spelt = short_name(network.populations[end.population].neuron)
    if isinstance(spelt, str):
        return spelt
    constants = (
        f"{name} {_number(name, value, end.group)}"
        for name, value in spelt.items()
        if name != "model"
    )
    return f"{spelt['model']} ({', '.join(constants)})"


def projections(
    network: Network, n_inputs: int | None = None, n_classes: int | None = None
) -> Rows:
    """Return a row a projection: its sizes, and its synapses, expected ones where they are drawn.

    What depends on a number of inputs or classes that isn't given is None.
    """
    rows: Rows = []
    for name, own in network.projections.items():
        pre, post = network.pair(name)
        sizes = [
            n_inputs
            if end.is_input
            else n_classes
            if end == READOUTS
            else network.populations[end.population].groups[end.group]
            for end in (pre, post)
        ]
        n_pre, n_post = sizes
        known = n_pre is not None and n_post is not None
        rows.append(
            {
                "projection": name,
                "n_pre": n_pre,
                "n_post": n_post,
                "sign": network.inputs if pre == INPUTS else SIGNS[network.sign(pre)],
                "probability": own.probability,
                "delay": own.delay,
                "init": own.init,
                "scale": own.scale,
                "synapses": round(own.probability * (n_pre or 0) * (n_post or 0))
                if known
                else None,
                "recurrent": network.recurrent(name),
            }
        )
    return rows


def _number(name: str, value: ByGroup | str, group: str) -> str:
    if isinstance(value, str):
        return value
    own = of_group(value, group)
    return duration(own) if name.startswith("tau") else f"{own:g}"
