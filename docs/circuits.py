"""Fill the tables of the pages on circuits from stored results, and draw their figures.

    python docs/circuits.py results

A page of docs/reproduction holds a table between two lines, `<!-- table NAME -->` and
`<!-- end -->`; a test holds it to the results.
"""

import sys
from pathlib import Path

from eccles.figures import by_setting
from eccles.stats import differences, holm, interval_cell, seeds_needed, signed_rank
from eccles.stats.tables import fill_tables, pipe_table
from eccles.studies.claims.rows import whole_seeds
from eccles.sweeps.tables import load

PAGES = Path(__file__).parent / "reproduction"
STUDIES = {
    "circuits/dale": "dale",
    "circuits/rates": "recurrent-rates",
    "circuits/noise": "recurrent-noise",
    "circuits/inputs": "mixed-inputs",
    "shd/dale": "spoken-dale",
}
"""A study, and the page that tells of it."""

LONGER = "longer"
"""The scale of a study that goes on for more epochs, with fewer arms."""

ARMS = ("wiring", "neuron", "weights", "inputs", "ei", "initial_rate", "device", "network")
"""What may tell arms apart, in this order."""


def stored(folder):
    """Return the runs of whole seeds, with their settings in words and what came of them.

    `validation` and `loss` are those of the last epoch, the loss that of training samples.
    `operations` are synaptic ones a test sample, after training. `unanswered` are the classes of
    which less than 2 % of the test samples are told then.
    """
    study = load(folder)
    whole, _ = whole_seeds(study)
    runs = study.planned(study.runs)
    runs = runs[(runs["status"] == "done") & runs["seed"].isin(whole)]
    order = {run: place for place, run in enumerate(study.plan)}
    runs = runs.sort_values("run", key=lambda names: names.map(order))
    last = study.table("epochs").sort_values("epoch").groupby("run").last()
    operations = study.table("operations").query("epoch >= 0").groupby("run")["operations"].sum()
    classes = study.table("classes")
    told = classes[classes["epoch"] == classes["epoch"].max()]
    unanswered = told["accuracy"].lt(0.02).groupby(told["run"]).sum()
    device = runs["device_model"].astype(object).where(runs["device_model"].notna(), "none")
    noise = runs["update_noise"].map("noise {:g}".format)
    found = runs.assign(
        wiring=runs["recurrent"].map({0.0: "feed-forward", 1.0: "recurrent"}),
        weights=runs["unbounded"].map({False: "Dale", True: "free"}),
        device=device.where(runs["update_noise"] == 0, noise),
        initial_rate=runs["initial_rate"].map(_rate, na_action="ignore"),
        accuracy=100 * runs["final_accuracy"].astype(float),
        validation=100 * runs["run"].map(last["validation_accuracy"]),
        loss=runs["run"].map(last["loss"]),
        operations=runs["run"].map(operations),
        unanswered=runs["run"].map(unanswered),
        chosen=100 * runs["validation_chosen_accuracy"].astype(float),
    )
    if "input_ei" not in found or found["input_ei"].isna().all():
        return found
    # Without Dale's principle inputs are free as well: one word for the arm.
    kinds = found["input_ei"].fillna("all excite").where(found["weights"] == "Dale", "free")
    return found.assign(inputs=kinds).drop(columns="weights")


def _rate(value):
    """Return a rate as people write it, which a study's table has as text or as a number."""
    return value if isinstance(value, str) else f"{value:g} Hz"


def arms(runs):
    """Return the settings that tell arms apart: those that vary, and aren't tuned or drawn."""
    return [name for name in ARMS if name in runs and runs[name].nunique(dropna=False) > 1]


def tuned(runs):
    """Return the runs of each arm's best learning rate, by validation after the last epoch.

    Test samples have no part in the choice, and all seeds of an arm share one rate.
    """
    keys = arms(runs)
    means = runs.groupby([*keys, "lr"])["validation"].mean().reset_index()
    best = means.loc[means.groupby(keys)["validation"].idxmax(), [*keys, "lr"]]
    # In the order of the study's arms, whatever rate each has.
    runs = runs.assign(arm=runs.groupby(keys, sort=False).ngroup())
    return runs.merge(best).sort_values("arm", kind="stable").drop(columns="arm")


def accuracies(runs):
    """Return a row an arm, at its best learning rate."""
    chosen, keys = tuned(runs), arms(runs)
    body = []
    for cell, own in chosen.groupby(keys, sort=False):
        body.append(
            [*cell, f"{own['lr'].iloc[0]:g}", str(len(own)),
             interval_cell(own["accuracy"], 2, signed=False),
             f"{own['loss'].mean():.3f}", f"{own['final_rate_hz'].mean():.1f}",
             f"{own['operations'].mean():,.0f}"]
        )  # fmt: skip
    head = ("lr", "n", "test accuracy, %", "training loss", "rate, Hz", "operations")
    return pipe_table((*keys, *head), body)


def learning_rates(runs):
    """Return a row an arm: the mean accuracy on validation samples by learning rate."""
    body, every = [], sorted(runs["lr"].unique())
    for cell, own in runs.groupby(arms(runs), sort=False):
        means = own.groupby("lr")["validation"].mean()
        stars = ["**" if lr == means.idxmax() else "" for lr in every]
        body.append(
            [*cell, *(f"{s}{means[lr]:.2f}{s}" for lr, s in zip(every, stars, strict=True))]
        )
    return pipe_table((*arms(runs), *(f"{lr:g}" for lr in every)), body)


def compared(runs, setting, first, second, value="accuracy"):
    """Return a row a cell of the other settings: first minus second, seed by seed."""
    chosen = tuned(runs)
    rest = [name for name in arms(runs) if name != setting]
    found = []
    for cell, own in chosen.groupby(rest, sort=False) if rest else [((), chosen)]:
        both = own.pivot_table(index="seed", columns=setting, values=value)
        if {first, second} <= set(both.columns):
            both = both.dropna()
            found.append((cell, differences(both[first], both[second])))
    corrected = holm([signed_rank(each).p for _, each in found])
    return rest, [(cell, each, p) for (cell, each), p in zip(found, corrected, strict=True)]


def best_epoch(runs):
    """Return a row an arm: accuracy after the epoch that is best on the samples held out."""
    chosen, keys = tuned(runs), arms(runs)
    body = [
        [*cell, str(len(own)), interval_cell(own["chosen"], 2, signed=False),
         f"{1 + own['validation_epoch'].mean():.1f}"]
        for cell, own in chosen.groupby(keys, sort=False)
    ]  # fmt: skip
    return pipe_table((*keys, "n", "test accuracy, %", "epochs"), body)


def difference(setting, first, second, value="accuracy"):
    """Return what makes the table of a difference in accuracy."""

    def table(runs):
        rest, found = compared(runs, setting, first, second, value)
        body = [
            [*cell, str(len(each)), interval_cell(each, 2), f"{p:.3f}",
             f"{seeds_needed(float(each.std(ddof=1)), 0.5):,}"]
            for cell, each, p in found
        ]  # fmt: skip
        head = ("n", f"{first} minus {second}, points", "p (Holm)", "n for half a point")
        return pipe_table((*rest, *head), body)

    return table


def losses(setting, first, second):
    """Return what makes the table of a difference in the loss of training samples."""

    def table(runs):
        rest, found = compared(runs, setting, first, second, "loss")
        body = [
            [*cell, str(len(each)), interval_cell(each, 3), f"{p:.3f}"] for cell, each, p in found
        ]
        return pipe_table((*rest, "n", f"{first} minus {second}, training loss", "p (Holm)"), body)

    return table


def grid(rows, columns, value="accuracy", form=".1f", of="mean"):
    """Return what makes a table of means: a row each value of one setting, a column of another."""

    def table(runs):
        means = runs.pivot_table(index=rows, columns=columns, values=value, aggfunc=of, sort=False)
        every = runs.groupby([rows, columns])["seed"].nunique().min()
        body = [
            [str(name), str(every), *(f"{each:{form}}" for each in row)]
            for name, row in zip(means.index, means.to_numpy(), strict=True)
        ]
        return pipe_table((rows, "n", *map(str, means.columns)), body)

    return table


TABLES = {
    "accuracies": accuracies,
    "learning rates": learning_rates,
    "fit": losses("weights", "Dale", "free"),
    "price": difference("weights", "Dale", "free"),
    "recurrence": difference("wiring", "recurrent", "feed-forward"),
    "reversal": difference("neuron", "conductance", "lif"),
    "adaptation": difference("neuron", "adaptive", "lif"),
    "inhibition": difference("ei", "80:20", "100:0"),
    "inhibition, best epoch": difference("ei", "80:20", "100:0", "chosen"),
    "best epoch": best_epoch,
    "little inhibition": difference("ei", "95:5", "100:0"),
    "mixed": difference("inputs", "80:20", "all excite"),
    "rest": difference("inputs", "80:20", "free"),
    "paired": difference("inputs", "paired", "free"),
    "paired or mixed": difference("inputs", "paired", "80:20"),
    "half": difference("inputs", "50:50", "free"),
    "few": difference("inputs", "95:5", "free"),
    "price of excitation": difference("inputs", "all excite", "free"),
    "principle": difference("network", "dale", "free"),
    "principle, loss": losses("network", "dale", "free"),
    "to readouts": difference("network", "dale-to-readouts", "dale"),
    "by rate": grid("ei", "initial_rate"),
    "rates by rate": grid("ei", "initial_rate", "final_rate_hz"),
    "worst by rate": grid("ei", "initial_rate", of="min"),
    "unanswered": grid("ei", "initial_rate", "unanswered", "d", of="sum"),
}

FIGURES = {
    "circuits/dale": ("neuron", "weights", "wiring", None),
    "circuits/rates": ("initial_rate", "ei", None, "ei != '50:50'"),
    "circuits/noise": ("device", "ei", "wiring", None),
    "circuits/inputs": ("inputs", None, None, None),
    "shd/dale": ("network", None, None, None),
}
"""What a study's figure has along x, as colours and as panels, and which runs it is of."""


def filled(page, folder):
    """Return a page's text with its tables as the results have them.

    A table whose name ends in "longer" is of the folder beside it, with that word in its name.
    """
    runs = stored(folder)
    beside = folder.with_name(f"{folder.name}-{LONGER}")
    more = stored(beside) if beside.is_dir() else None

    def table(name):
        short = name.removesuffix(f", {LONGER}")
        return TABLES[short](runs if short == name else more)

    return fill_tables(page, table)


def main(folder):
    """Fill the pages of the studies that are there, and draw their figures."""
    for study, name in STUDIES.items():
        page = PAGES / f"{name}.md"
        if not (Path(folder) / study).is_dir() or not page.is_file():
            continue
        page.write_text(filled(page.read_text(), Path(folder) / study))
        x, by, rows, drawn = FIGURES[study]
        runs = tuned(stored(Path(folder) / study))
        runs = runs if drawn is None else runs.query(drawn)
        runs = runs.assign(accuracy=runs["final_accuracy"].astype(float))
        by_setting(runs, x, y="accuracy", by=by, rows=rows).save(PAGES, name, ["svg"])


if __name__ == "__main__":
    main(*sys.argv[1:])
