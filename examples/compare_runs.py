"""Draw accuracy by epoch of several run folders, with the data of the picture beside it.

    python examples/compare_runs.py picture.svg LABEL=FOLDER [LABEL=FOLDER ...]

Folders under one label are seeds of one setting: the line is their mean, the band their range.
"""

import csv
import itertools
import json
import sys
from collections import defaultdict
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

# Okabe and Ito's colours, which colour-blind readers tell apart, each with a line of its own.
STYLES = [("#0072B2", "-"), ("#E69F00", "--"), ("#009E73", "-."), ("#CC79A7", ":")]


def read(folder):
    """Return the epochs and accuracies of a run."""
    text = (Path(folder) / "history.jsonl").read_text()
    rows = [json.loads(line) for line in text.splitlines()]
    return [row["epoch"] + 1 for row in rows], [row["accuracy"] for row in rows]


def main(picture, *labelled):
    """Draw the runs into a picture file, and its data into a CSV file of the same name."""
    runs = defaultdict(list)
    for word in labelled:
        label, folder = word.rsplit("=", 1)
        runs[label].append(read(folder))
    figure, axes = plt.subplots(figsize=(5.2, 3.4), layout="constrained")
    rows = []
    for (label, seeds), (colour, line) in zip(runs.items(), itertools.cycle(STYLES)):
        epochs = seeds[0][0]
        columns = list(zip(*(accuracy for _, accuracy in seeds), strict=True))
        mean = [100 * sum(column) / len(column) for column in columns]
        low, high = ([100 * pick(column) for column in columns] for pick in (min, max))
        axes.plot(epochs, mean, line, color=colour, label=label)
        axes.fill_between(epochs, low, high, color=colour, alpha=0.2, linewidth=0)
        for seed, (_, accuracy) in enumerate(seeds):
            rows += [(label, seed, e, a) for e, a in zip(epochs, accuracy, strict=True)]
    axes.set(xlabel="epochs of training", ylabel="test accuracy (%)", ylim=(0, 100))
    axes.grid(alpha=0.3)
    axes.legend(loc="center right", fontsize=8)
    figure.savefig(picture)
    with Path(picture).with_suffix(".csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("setting", "seed", "epochs", "accuracy"))
        writer.writerows(rows)


if __name__ == "__main__":
    if len(sys.argv) < 3 or not all("=" in word for word in sys.argv[2:]):
        sys.exit(f"usage:{__doc__.split('beside it.')[1].split('Folders')[0].rstrip()}")
    main(*sys.argv[1:])
