"""Fill the tables of docs/reproduction/initialisation.md from stored results, and draw its figure.

    python docs/initialisation.py results/liu2026/initialisation

The page holds a table between two lines, `<!-- table layers of MODEL -->` (or `all layers`) and
`<!-- end -->`; a test holds it to the results.
"""

import sys
from pathlib import Path

import eccles
from eccles.figures import layers_by_start
from eccles.stats.tables import fill_tables, pipe_table
from eccles.studies.liu2026.changes import STARTS, first_layers

PAGE = Path(__file__).parent / "reproduction" / "initialisation.md"
_TITLES = (
    "network",
    "start",
    "layers",
    "silent",
    "std of I_int",
    "expected",
    "std / expected",
    "spikes a step",
    "gradient norm, first and last layer",
    "most divisors of 0",
)


def stored(folder):
    """Return the layers of all runs before training, with model and start."""
    return first_layers(eccles.load(folder))


def all_layers(layers):
    """Return a row a network and start: the range of each number over the layers."""
    body = []
    for (model, start), own in layers.groupby(["model", "start"], sort=False):
        silent = int((own["spikes_per_step"] == 0).sum())
        ends = [own["gradient_norm"].iloc[k] for k in (0, -1)]
        zeros = own["zero_divisors"].max()
        cells = [
            model,
            start,
            f"{len(own)}",
            f"{silent}",
            _range(own["integrated_std"]),
            _range(own["expected_std"]),
            _range(own["integrated_std"] / own["expected_std"]),
            _range(own["spikes_per_step"]),
            " and ".join(f"{value:.2g}" for value in ends),
            "" if zeros != zeros else f"{100 * zeros:.0f} %",
        ]
        body.append(cells)
    return pipe_table(_TITLES, body)


def layers_of(model, layers):
    """Return a row a layer: spread, rate and gradient of each start."""
    own = layers[layers["model"] == model]
    starts = list(own["start"].unique())
    titles = [f"{start}: std of I_int, spikes, gradient" for start in starts]
    body = []
    for layer, rows in own.groupby("layer", sort=False):
        by_start = rows.set_index("start")
        cells = [f"`{layer}`", _number(by_start["expected_std"].get(starts[0]))]
        for start in starts:
            names = ("integrated_std", "spikes_per_step", "gradient_norm")
            cells.append(", ".join(_number(by_start.loc[start, name]) for name in names))
        body.append(cells)
    return pipe_table(("layer", "expected", *titles), body)


def filled(page, layers):
    """Return a page's text with its tables as the results have them."""

    def table(name):
        return all_layers(layers) if name == "all layers" else layers_of(name.split()[-1], layers)

    return fill_tables(page, table)


def _number(value):
    return "-" if value is None or value != value else f"{value:.2g}"


def _range(values):
    known = values.dropna()
    return f"{known.min():.2g} to {known.max():.2g}" if len(known) else ""


def main(folder):
    """Fill the page and draw the figure, with its numbers beside it."""
    layers = stored(folder)
    PAGE.write_text(filled(PAGE.read_text(), layers))
    drawing = layers_by_start(layers, starts=list(STARTS.values()))
    drawing.save(PAGE.parent, PAGE.stem, ["svg"])


if __name__ == "__main__":
    main(*sys.argv[1:])
