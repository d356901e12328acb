"""Fill the tables of docs/reproduction/devices.md from stored results, and draw its figure.

    python docs/device_ratios.py results/devices/ratios

The page holds a table between two lines, `<!-- table NAME -->` and `<!-- end -->`; a test holds
it to the results.
"""

import sys
from pathlib import Path

from eccles.figures import by_setting
from eccles.stats import compare_to_reference, confidence_interval, seeds_needed
from eccles.stats.tables import fill_tables, pipe_table
from eccles.studies.claims.rows import whole_seeds
from eccles.sweeps.tables import load

PAGE = Path(__file__).parent / "reproduction" / "devices.md"
RATIOS = ["50:50", "70:30", "80:20", "90:10", "100:0"]
REFERENCE = "100:0"
_WITHIN = ("device", "tau_mem", "rate")


def stored(folder):
    """Return the runs of whole seeds, with device, membrane and initial rate in words."""
    study = load(folder)
    runs = study.planned(study.runs)
    whole, _ = whole_seeds(study)
    runs = runs[(runs["status"] == "done") & runs["seed"].isin(whole)]
    return runs.assign(
        device=runs["device_model"].astype(object).where(runs["device_model"].notna(), "none"),
        tau_mem=(1e3 * runs["tau_mem"]).map("{:g} ms".format),
        rate=runs["initial_rate"].map(_rate),
        accuracy=runs["final_accuracy"].astype(float),
    )


def _rate(value):
    """Return a rate as people write it, which a study's table has as text or as a number."""
    return value if isinstance(value, str) else f"{value:g} Hz"


def accuracies(runs):
    """Return a row a device, membrane and rate: the mean accuracy of each ratio, and the best."""
    body = []
    for cell, own in runs.groupby(list(_WITHIN), sort=False):
        means = own.groupby("ei")["accuracy"].mean()
        best = means.idxmax()
        cells = [
            f"{'**' if ei == best else ''}{100 * means[ei]:.1f} %{'**' if ei == best else ''}"
            for ei in RATIOS
        ]
        body.append([*cell, str(own["seed"].nunique()), *cells])
    return pipe_table(("device", "tau_mem", "starts at", "n", *RATIOS), body)


def compared(runs):
    """Return paired differences to 100:0 with Holm's correction in each cell."""
    return compare_to_reference(runs, value="accuracy", reference=REFERENCE, within=_WITHIN)


def differences(runs):
    """Return a row a device, membrane and rate: each ratio minus 100:0 in points."""
    found = compared(runs).set_index([*_WITHIN, "ei"])
    body = []
    for cell, _ in runs.groupby(list(_WITHIN), sort=False):
        cells = []
        for ei in RATIOS[:-1]:
            row = found.loc[(*cell, ei)]
            mean, low, high = (100 * row[name] for name in ("difference", "low", "high"))
            star = " *" if row["p_holm"] < 0.05 else ""
            cells.append(f"{mean:+.1f} [{low:.1f}, {high:.1f}]{star}")
        body.append([*cell, *cells])
    return pipe_table(
        ("device", "tau_mem", "starts at", *(f"{ei} - {REFERENCE}" for ei in RATIOS[:-1])), body
    )


def costs(runs):
    """Return a row a device and membrane: what it costs at 80:20, paired with no device."""
    body = []
    own = runs[runs["ei"] == "80:20"]
    quiet = own[own["device"] == "none"].set_index(["tau_mem", "rate", "seed"])["accuracy"]
    for cell, rows in own[own["device"] != "none"].groupby(list(_WITHIN), sort=False):
        accuracy = rows.set_index(["tau_mem", "rate", "seed"])["accuracy"]
        points = 100 * (accuracy - quiet[accuracy.index])
        low, high = confidence_interval(points.to_numpy())
        text = f"{points.mean():+.1f} [{low:.1f}, {high:.1f}]"
        body.append([*cell, str(len(points)), text])
    return pipe_table(
        ("device", "tau_mem", "starts at", "n", "80:20 minus no device, points"), body
    )


def power(runs):
    """Return a row a device, membrane and rate: how far the seeds tell 80:20 from 100:0."""
    body = []
    wide = runs[runs["ei"].isin(["80:20", REFERENCE])]
    for cell, own in wide.groupby(list(_WITHIN), sort=False):
        by_seed = own.pivot(index="seed", columns="ei", values="accuracy").dropna()
        sd = float((by_seed["80:20"] - by_seed[REFERENCE]).std())
        cells = [*cell, str(len(by_seed)), f"{100 * sd:.1f}", f"{seeds_needed(sd):,}"]
        body.append(cells)
    return pipe_table(
        ("device", "tau_mem", "starts at", "n", "sd, points", "n for one point"), body
    )


def failures(runs):
    """Return a row a device, membrane and rate: runs of each ratio that ended below 50 %."""
    body = []
    for cell, own in runs.groupby(list(_WITHIN), sort=False):
        failed = (own["accuracy"] < 0.5).groupby(own["ei"]).sum()
        counts = [str(failed[ei]) for ei in RATIOS]
        body.append([*cell, str(own["seed"].nunique()), *counts])
    return pipe_table(("device", "tau_mem", "starts at", "n", *RATIOS), body)


TABLES = {
    "accuracies": accuracies,
    "failures": failures,
    "differences": differences,
    "power": power,
    "costs": costs,
}


def filled(page, runs):
    """Return the page's text with its tables as the results have them."""
    return fill_tables(page, lambda name: TABLES[name](runs))


def main(folder):
    """Fill the page and draw the figure, with its numbers beside it."""
    runs = stored(folder)
    PAGE.write_text(filled(PAGE.read_text(), runs))
    order = {ei: place for place, ei in enumerate(RATIOS)}
    shown = runs[runs["tau_mem"] == "10 ms"].sort_values("ei", key=lambda ei: ei.map(order))
    drawing = by_setting(shown, "ei", y="accuracy", by="device", rows="rate")
    drawing.save(PAGE.parent, PAGE.stem, ["svg"])


if __name__ == "__main__":
    main(*sys.argv[1:])
