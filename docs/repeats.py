"""Fill the tables of the page on sixteen repeats of the noisy study, and draw its figure.

    python docs/repeats.py results

The page holds a table between two lines, `<!-- table NAME -->` and `<!-- end -->`; a test holds it
to the results.
"""

import sys
from pathlib import Path

import pandas as pd

from eccles.figures import by_setting
from eccles.stats import differences, interval_cell, seeds_needed, signed_rank
from eccles.stats.tables import fill_tables, pipe_table
from eccles.studies.kilgore2025.protocol import late_accuracy
from eccles.sweeps.tables import load

PAGE = Path(__file__).parent / "reproduction" / "sixteen-repeats.md"
STUDY = "kilgore2025/fashion-mnist-noise-published"
COUNTS = (4, 8, 12, 16)
HEADS = (
    "80:20",
    "100:0",
    "difference, points",
    "p (Wilcoxon)",
    "n to see it",
    "n to see one point",
)
PAIRS, POINTS = "pairs of seeds", "80:20 - 100:0 (points)"
FEWEST = 8
"""Pairs without which a level isn't shown."""
FOLLOWED = (0.2, 0.4, 0.6)
"""Levels, those of the article's figure, of which the page shows how the difference moved."""


def stored(folder):
    """Return the accuracy of each run: ei, noise in initial scales, seed, accuracy in percent."""
    tables = load(Path(folder) / STUDY)
    runs = tables.runs[tables.runs["status"] == "done"]
    late = late_accuracy(runs, tables.epochs)
    return late.assign(accuracy=100 * late["accuracy"])


def compared(late):
    """Return the paired differences, 80:20 - 100:0, by level: a series a level, by seed."""
    wide = late.pivot_table(index=["noise", "seed"], columns="ei", values="accuracy")
    wide = wide[["80:20", "100:0"]].dropna()
    levels = {noise: rows.droplevel(0) for noise, rows in wide.groupby("noise")}
    return {noise: rows for noise, rows in levels.items() if len(rows) >= FEWEST}


def followed(late):
    """Return those of `compared` that the page follows as seeds are added."""
    found = compared(late)
    return {noise: found[noise] for noise in found if round(noise, 6) in FOLLOWED}


def levels(late):
    """Return a row a level of noise: the difference over all pairs."""
    body = [[f"{noise:g}", str(len(rows)), *_cells(rows)] for noise, rows in compared(late).items()]
    return pipe_table(("noise", "n", *HEADS), body)


def repeats(late):
    """Return a row a level and number of pairs: how the difference moves as seeds are added."""
    body = []
    for noise, rows in followed(late).items():
        for seeds in [*(range(n) for n in COUNTS), range(8, 16)]:
            own = rows[rows.index.isin(seeds)]
            names = f"{noise:g}", f"{seeds[0]} to {seeds[-1]}", str(len(own))
            body.append([*names, *_cells(own)])
    return pipe_table(("noise", "seeds", "n", *HEADS), body)


def _cells(rows):
    apart = differences(rows["80:20"], rows["100:0"])
    return [
        f"{rows['80:20'].mean():.1f} %",
        f"{rows['100:0'].mean():.1f} %",
        interval_cell(apart),
        f"{signed_rank(apart).p:.3f}",
        str(seeds_needed(apart.std(), abs(apart.mean()))),
        str(seeds_needed(apart.std(), 1.0)),
    ]


TABLES = {"levels": levels, "repeats": repeats}


def filled(page, folder):
    """Return the page's text with its tables as the results have them."""
    late = stored(folder)
    return fill_tables(page, lambda name: TABLES[name](late))


def drawing(folder):
    """Return the page's figure: the difference by the number of pairs, a line a level."""
    rows = [
        {"noise": f"{noise:g}", PAIRS: n, "run": f"{noise:g}-{n}-{seed}", POINTS: points}
        for noise, found in followed(stored(folder)).items()
        for n in range(4, len(found) + 1)
        for seed, points in (found["80:20"] - found["100:0"]).iloc[:n].items()
    ]
    return by_setting(pd.DataFrame(rows), PAIRS, y=POINTS, by="noise")


def main(folder):
    """Fill the page, and draw its figure, with its numbers beside it."""
    PAGE.write_text(filled(PAGE.read_text(), folder))
    drawing(folder).save(PAGE.parent, "sixteen-repeats", ["svg"])


if __name__ == "__main__":
    main(*sys.argv[1:])
