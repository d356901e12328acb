"""Account for a study of ratio and initial rate: a table in Markdown, and a picture.

    python examples/accuracy_by_rate.py results/kilgore2025/fashion-mnist rates.svg

The table has a row an initial firing rate and a column a ratio: mean peak test accuracy over the
seeds and, in brackets, how many of them got over 50 %.
"""

import sys
from pathlib import Path

import eccles

SUCCESS = 0.5
COLOURS = ("#D55E00", "#0072B2", "#009E73", "#CC79A7")


def table(runs):
    """Return the table, as lines of Markdown."""
    runs = runs[runs["status"] == "done"]
    ratios = list(runs["ei"].unique())
    lines = [
        f"| w1 scale | initial rate | {' | '.join(ratios)} |",
        f"| --- | --- | {' | '.join('---' for _ in ratios)} |",
    ]
    for w1_std, level in runs.groupby("w1_std"):
        cells = []
        for ei in ratios:
            peak = level[level["ei"] == ei]["peak_accuracy"]
            good = int((peak > SUCCESS).sum())
            cells.append(f"{100 * peak.mean():.1f} % ({good}/{len(peak)})" if len(peak) else "")
        rate = level["initial_rate_hz"].mean()
        lines.append(f"| {w1_std:g} | {rate:.2f} Hz | {' | '.join(cells)} |")
    return lines


def draw(runs, picture):
    """Draw peak accuracy by initial rate: a panel a ratio, a point a run."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    runs = runs[runs["status"] == "done"]
    ratios = list(runs["ei"].unique())
    figure, panels = plt.subplots(
        1, len(ratios), figsize=(9, 2.8), sharey=True, layout="constrained", squeeze=False
    )
    for axes, ei, colour in zip(panels[0], ratios, COLOURS * len(ratios), strict=False):
        mine = runs[runs["ei"] == ei]
        axes.axvspan(0.01, 25.6, color="#EEEEEE")
        axes.axhline(86, color="#888888", linewidth=0.8, linestyle="--")
        axes.scatter(mine["initial_rate_hz"], 100 * mine["peak_accuracy"], s=9, color=colour)
        axes.set_xscale("symlog", linthresh=0.01)
        axes.set(title=ei, xlabel="initial rate (Hz)", xlim=(-0.002, 300), ylim=(0, 100))
        axes.set_xticks([0, 0.1, 1, 10, 100], ["0", "0.1", "1", "10", "100"])
    panels[0][0].set_ylabel("peak test accuracy (%)")
    figure.savefig(picture, metadata={"Date": None})


def main(folder, picture=None):
    """Print the table, and draw the picture if its name is given."""
    runs = eccles.load(folder).runs
    print("\n".join(table(runs)))
    if picture is not None:
        draw(runs, Path(picture))


if __name__ == "__main__":
    main(*sys.argv[1:])
