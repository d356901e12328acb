"""Fill the tables of the page on circuits that keep their balance, and draw its figure.

    python docs/balance.py results

The page holds a table between two lines, `<!-- table NAME -->` and `<!-- end -->`; a test holds it
to the results.
"""

import sys
from pathlib import Path

from eccles.figures import by_setting
from eccles.stats import differences, interval_cell
from eccles.stats.tables import fill_tables, pipe_table
from eccles.studies.claims.rows import whole_seeds
from eccles.sweeps.tables import load

PAGE = Path(__file__).parent / "reproduction" / "balanced.md"
STUDY = "circuits/balanced"
LONGER, APART = f"{STUDY}-longer", f"{STUDY}-parts"
KINDS = {
    ("ei", "sgd"): "as published",
    ("balanced", "adam"): "balanced",
    ("bn", "sgd"): "batch norm, SGD",
    ("bn", "adam"): "batch norm, Adam",
}
LEFT_OUT = {
    "tonic": (0, "the tonic part"),
    "least_weight": (0, "the least weight"),
    "readout_lr": (1, "faster readouts"),
    "balance": (0, "mending balance"),
}
"""Settings of which a value leaves a part of balanced circuits out, and what it is called."""
NORMS = [kind for (circuit, _), kind in KINDS.items() if circuit == "bn"]


def told_apart(runs):
    """Return runs with the name of their network, and what the page calls their circuit."""
    kinds = [KINDS[pair] for pair in zip(runs["circuit"], runs["optimizer"], strict=True)]
    names = [f"{m} x {w:g}" for m, w in zip(runs["model"], runs["width"], strict=True)]
    return runs.assign(network=names, kind=kinds)


def stored(folder, name=STUDY):
    """Return a study's tables, and the runs of whole seeds at the learning rates that were chosen.

    Of each network and circuit it is the one with the best mean accuracy on validation samples.
    """
    study = load(Path(folder) / name)
    whole, _ = whole_seeds(study)
    runs = told_apart(study.planned(study.runs))
    runs = runs[runs["seed"].isin(whole)].sort_values("seed")
    last = study.epochs.sort_values("epoch").groupby("run")["validation_accuracy"].last()
    runs = runs.assign(
        validated=runs["run"].map(last).fillna(0.0),
        accuracy=(100 * runs["final_accuracy"]).where(runs["status"] == "done").astype(float),
    )
    means = runs.groupby(["network", "kind", "lr"], sort=False)["validated"].mean()
    best = means.groupby(level=["network", "kind"], sort=False).idxmax()
    return study, runs.set_index(["network", "kind", "lr"]).loc[list(best)].reset_index()


def accuracies(_study, runs):
    """Return a row a network and circuit: what it came to, and how far it is from batch norm."""
    body = []
    for network, own in runs.groupby("network", sort=False):
        of = {kind: rows.set_index("seed") for kind, rows in own.groupby("kind")}
        for kind in [kind for kind in KINDS.values() if kind in of]:
            found = of[kind]["accuracy"]
            cells = [f"{of[kind]['lr'].iloc[0]:g}", str(len(found)), f"{found.mean():.1f} %"]
            apart = [differences(found, of[norm]["accuracy"]) for norm in NORMS]
            beside = ["" if kind in NORMS else interval_cell(each) for each in apart]
            body.append([network, kind, *cells, *beside])
    heads = [f"minus {norm}" for norm in NORMS]
    return pipe_table(("network", "circuit", "lr", "n", "test accuracy", *heads), body)


def layers(study, runs):
    """Return a row a network and circuit of E-I: what its layers are like after training."""
    found = study.table("layers").merge(runs[["run", "network", "kind"]], on="run")
    after = found[found["epoch"] == found.groupby("run")["epoch"].transform("max")]
    body = []
    for (network, kind), rows in after.groupby(["network", "kind"], sort=False):
        if kind not in NORMS:
            cells = [_range(rows[name]) for name in ("balance", "integrated_std", "gradient_norm")]
            body.append([network, kind, *cells])
    heads = "I_sub / I_EE", "spread of I_int, thresholds", "gradient norms"
    return pipe_table(("network", "circuit", *heads), body)


def everything(study, _runs):
    """Return a row a network, circuit and learning rate: all accuracies, by seed."""
    runs = told_apart(study.planned(study.runs))
    body = []
    for (network, kind, lr), rows in runs.groupby(["network", "kind", "lr"], sort=False):
        values = 100 * rows.sort_values("seed")["final_accuracy"].astype(float)
        cells = ", ".join("failed" if v != v else f"{v:.1f}" for v in values)
        body.append([network, kind, f"{lr:g}", cells])
    return pipe_table(("network", "circuit", "lr", "test accuracy by seed, %"), body)


def parts(folder):
    """Return a row a network and part that is left out: what it costs."""
    study = load(Path(folder) / APART)
    runs = study.planned(study.runs).sort_values("seed")
    runs["part"] = ""
    for name, (value, part) in LEFT_OUT.items():
        runs.loc[runs[name] == value, "part"] = part
    body = []
    for (model, epochs), own in runs.groupby(["model", "epochs"], sort=False):
        values = {part: rows.set_index("seed") for part, rows in own.groupby("part", sort=False)}
        whole = 100 * values[""]["final_accuracy"].astype(float)
        for part, rows in values.items():
            accuracy = 100 * rows["final_accuracy"].astype(float)
            cell = interval_cell(differences(accuracy, whole)) if part else ""
            what = f"without {part}" if part else "balanced"
            body.append(
                [model, str(epochs), what, str(len(rows)), f"{accuracy.mean():.1f} %", cell]
            )
    return pipe_table(
        ("network", "epochs", "circuit", "n", "test accuracy", "minus balanced, points"), body
    )


TABLES = {"accuracies": accuracies, "layers": layers, "everything": everything}


def filled(page, folder):
    """Return a page's text with its tables as the results have them."""
    found = stored(folder)
    apart = {"parts": lambda: parts(folder), "longer": lambda: accuracies(*stored(folder, LONGER))}
    return fill_tables(page, lambda n: apart[n]() if n in apart else TABLES[n](*found))


def drawing(folder):
    """Return the page's figure."""
    _, runs = stored(folder)
    runs = runs.assign(circuit=runs["kind"], model=runs["network"])
    return by_setting(runs, "circuit", y="final_accuracy", rows="model")


def _range(values):
    return f"{values.min():.2g} to {values.max():.2g}"


def main(folder):
    """Fill the page, and draw its figure, with its numbers beside it."""
    PAGE.write_text(filled(PAGE.read_text(), folder))
    drawing(folder).save(PAGE.parent, "balanced", ["svg"])


if __name__ == "__main__":
    main(*sys.argv[1:])
