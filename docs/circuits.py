"""Print what the studies of circuits found, each arm at the learning rate that validation chose.

    python docs/circuits.py results/circuits/dale

Tables in Markdown: the arms of a study, and differences between two arms, seed by seed.
"""

import sys

from eccles.stats import confidence_interval, differences, signed_rank
from eccles.stats.tables import pipe_table
from eccles.sweeps.tables import load

PAIRS = {
    "Dale - free": ("unbounded", False, True),
    "recurrent - feed-forward": ("recurrent", 1.0, 0.0),
    "conductance - lif": ("neuron", "conductance", "lif"),
    "adaptive - lif": ("neuron", "adaptive", "lif"),
    "80:20 - 100:0": ("ei", "80:20", "100:0"),
    "dale - free": ("network", "dale", "free"),
    "dale-to-readouts - free": ("network", "dale-to-readouts", "free"),
}
"""Differences that are asked for: a setting, and two of its values."""


def best(tables):
    """Return the runs of each arm's best learning rate, by validation after the last epoch.

    Test samples have no part in the choice, and all seeds of an arm share one rate. `validation`
    and `operations` (synaptic ones a sample, after training) stand beside what runs have.
    """
    runs = tables.runs[tables.runs["status"] == "done"]
    arm = [name for name in tables.study.varied if name not in ("lr", "seed")]
    last = tables.table("epochs").sort_values("epoch").groupby("run").last()
    operations = tables.table("operations").query("epoch >= 0").groupby("run")["operations"].sum()
    runs = runs.assign(
        validation=runs["run"].map(last["validation_accuracy"]),
        operations=runs["run"].map(operations),
    )
    means = runs.groupby([*arm, "lr"], dropna=False)["validation"].mean().reset_index()
    rates = means.loc[means.groupby(arm, dropna=False)["validation"].idxmax(), [*arm, "lr"]]
    return runs.merge(rates, on=[*arm, "lr"]), arm


def spelt(value):
    """Return a setting's value as a cell has it."""
    return "none" if value is None or value != value else str(value)


def rows(chosen, arm):
    """Return a row of the table an arm."""
    found = []
    for cell, runs in chosen.groupby(arm, dropna=False, sort=False):
        low, high = confidence_interval(100 * runs["final_accuracy"])
        found.append(
            [*map(spelt, cell), f"{runs['lr'].iloc[0]:g}", str(len(runs)),
             f"{100 * runs['final_accuracy'].mean():.2f} ({low:.2f} to {high:.2f})",
             f"{runs['final_rate_hz'].mean():.1f}", f"{runs['operations'].mean():,.0f}"]
        )  # fmt: skip
    return found


def compared(chosen, arm):
    """Return a row for each difference that is asked for, and each setting of the rest."""
    found = []
    for name, (setting, first, second) in PAIRS.items():
        if setting not in arm:
            continue
        rest = [each for each in arm if each != setting]
        cells = chosen.groupby(rest, dropna=False, sort=False) if rest else [((), chosen)]
        for cell, runs in cells:
            wide = runs.pivot_table(index="seed", columns=setting, values="final_accuracy")
            if not {first, second} <= set(wide.columns):
                continue
            # A list of truth values would choose rows.
            both = wide.set_axis(wide.columns.map(str), axis="columns").dropna()
            difference = differences(100 * both[str(first)], 100 * both[str(second)])
            low, high = confidence_interval(difference)
            said = ", ".join(f"{key} {spelt(value)}" for key, value in zip(rest, cell, strict=True))
            found.append(
                [name, said or "all", str(len(difference)),
                 f"{difference.mean():+.2f} ({low:+.2f} to {high:+.2f})",
                 f"{signed_rank(difference).p:.3f}"]
            )  # fmt: skip
    return found


def table(head, body):
    """Print a table in Markdown."""
    if not body:
        return
    print(pipe_table(head, body), end="\n\n")


def main(folder):
    """Print the tables of a study's folder."""
    chosen, arm = best(load(folder))
    table([*arm, "lr", "n", "test accuracy (%)", "rate (Hz)", "operations"], rows(chosen, arm))
    table(["difference", "where", "n", "points", "p"], compared(chosen, arm))


if __name__ == "__main__":
    main(sys.argv[1])
