"""Fill the tables of the pages on trained deep networks, and draw their figures.

    python docs/deep_training.py results/liu2026

A page of docs/reproduction holds a table between two lines, `<!-- table NAME of STUDY -->` and
`<!-- end -->`; a test holds the pages to the results.
"""

import sys
from pathlib import Path

import eccles
from eccles.figures import accuracy_by_change
from eccles.stats import confidence_interval, differences
from eccles.stats.tables import fill_tables, pipe_table
from eccles.studies.article import Article
from eccles.studies.claims import markdown
from eccles.studies.liu2026 import CONTENTS
from eccles.studies.liu2026.changes import RECIPE, changed

PAGES = Path(__file__).parent / "reproduction"
STUDIES = {
    "ablations": ("ablations", "laptop"),
    "circuits": ("circuits", "laptop"),
    "longer": ("longer", "laptop"),
    "longer-wide": ("longer", "wide"),
    "longer-precision": ("longer", "precision"),
}
"""Name in the results: the study that ships, and its scale."""


def stored(folder, study):
    """Return a study's tables, and its runs with what was changed in words and what came of it."""
    tables = eccles.load(Path(folder) / study)
    return tables, changed(tables)


def accuracies(_tables, runs):
    """Return a row a network and change: accuracies, and how they differ from the first's."""
    body = []
    for model, own in runs.groupby("model", sort=False):
        first = own["change"].iloc[0]
        reference = own[own["change"] == first].set_index("seed")["accuracy"]
        for change, rows in own.groupby("change", sort=False):
            values = rows.set_index("seed")["accuracy"].sort_index()
            cells = [_percent(value) for value in values]
            apart = differences(values.dropna(), reference[values.dropna().index])
            cell = "" if change == first else _difference(100 * apart)
            mean = _percent(values.mean()) if values.notna().any() else ""
            body.append([model, change, ", ".join(cells), mean, cell])
    return pipe_table(
        (
            "network",
            "change" if runs["change"].iloc[0] == RECIPE else "circuit",
            "test accuracy after the last epoch, by seed",
            "mean",
            f"difference to {runs['change'].iloc[0]}, points",
        ),
        body,
    )


def layers(tables, runs):
    """Return a row a network and change: rates and gradients of its layers, before and after."""
    measured = tables.table("layers").merge(runs[["run", "model", "change"]], on="run")
    body = []
    for model, own in runs.groupby("model", sort=False):
        for change in own["change"].unique():
            of_change = measured[(measured["model"] == model) & (measured["change"] == change)]
            before = of_change[of_change["epoch"] == -1]
            last = of_change.groupby("run")["epoch"].transform("max")
            after = of_change[(of_change["epoch"] == last) & (last >= 0)]
            zeros = after["zero_divisors"].max()
            cells = [
                _range(part[name])
                for name in ("spikes_per_step", "gradient_norm")
                for part in (before, after)
            ]
            cells.append("" if zeros != zeros else f"{100 * zeros:.0f} %")
            body.append([model, change, *cells])
    return pipe_table(
        (
            "network",
            "change" if runs["change"].iloc[0] == RECIPE else "circuit",
            "spikes a step before",
            "and after training",
            "gradient norms before",
            "and after training",
            "most divisors of 0 after training",
        ),
        body,
    )


def failures(tables, runs):
    """Return a row a run that failed: what it is, after how many epochs, and what it said."""
    failed = runs[runs["status"] == "failed"]
    body = []
    epochs = tables.epochs.groupby("run")["epoch"].max()
    for _, run in failed.iterrows():
        whole = int(epochs.get(run["run"], -1)) + 1
        rule = run["error"].partition(", got ")[0]
        body.append([run["model"], run["change"], str(run["seed"]), str(whole), rule])
    return (
        pipe_table(("network", "change", "seed", "whole epochs before", "error"), body)
        if len(failed)
        else "No run failed."
    )


def by_epoch(tables, runs):
    """Return a row an epoch: loss and test accuracy of each circuit."""
    epochs = tables.epochs.merge(runs[["run", "change"]], on="run")
    names = list(runs["change"].unique())
    body = []
    for epoch, rows in epochs[epochs["epoch"] >= 0].groupby("epoch"):
        own = rows.set_index("change")
        cells = []
        for name in names:
            known = name in own.index
            cells.append(f"{own.loc[name, 'loss']:.3f}" if known else "")
            cells.append(_percent(own.loc[name, "accuracy"]) if known else "")
        body.append([str(epoch + 1), *cells])
    return pipe_table(
        ("epoch", *(f"{name}: {what}" for name in names for what in ("loss", "test"))), body
    )


TABLES = {
    "accuracies": accuracies,
    "layers": layers,
    "failures": failures,
    "epochs": by_epoch,
}


def filled(page, folder):
    """Return a page's text with its tables as the results have them."""

    def table(name):
        what, study = name.split(" of ")
        if what == "claims":
            pictures = {figure: f"{figure}.svg" for figure in CONTENTS.drawn}
            return markdown(CONTENTS.judge(Article("liu2026", folder)), pictures)
        return TABLES[what](*stored(folder, study))

    return fill_tables(page, table)


def _percent(value):
    return "failed" if value != value else f"{100 * value:.1f} %"


def _difference(points):
    if not len(points):
        return ""
    # No minus before a zero.
    mean, low, high = (round(x, 1) + 0.0 for x in (points.mean(), *confidence_interval(points)))
    return f"{mean:+.1f} [{low:.1f}, {high:.1f}]" if len(points) > 1 else ""


def _range(values):
    known = values.dropna()
    return f"{known.min():.2g} to {known.max():.2g}" if len(known) else ""


def main(folder):
    """Fill the pages, and draw the figure of each, with its numbers beside it."""
    page = PAGES / "deep-claims.md"
    page.write_text(filled(page.read_text(), folder))
    for study in dict.fromkeys(ships for ships, _ in STUDIES.values()):
        page = PAGES / f"{study}.md"
        page.write_text(filled(page.read_text(), folder))
        if study != "longer":
            drawing = accuracy_by_change(stored(folder, study)[1])
            drawing.save(PAGES, study, ["svg"])


if __name__ == "__main__":
    main(*sys.argv[1:])
