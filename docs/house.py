"""Draw the house: every room of the package on its floor, and the imports that tie them.

    python docs/house.py docs/images/house.svg

The floors are stated here; a test holds the code's own imports to them.
"""

import ast
import sys
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "src" / "eccles"

FLOORS = [
    ["cli"],
    ["studies"],
    ["bench", "sweeps", "report"],
    ["training", "figures", "interop"],
    ["nn", "data", "stats"],
    ["engines", "init", "dale", "devices"],
    ["network", "measures"],
    ["wiring"],
    ["functional", "events", "populations", "noise", "settings", "checksums"],
    ["units", "seeds", "jit", "modes", "processes", "yaml_files", "memory"],
    ["locks"],
    ["arguments", "arrays", "storage"],
    ["paths", "kinds", "annotations", "reading", "neo_blocks", "html_tables", "exports"],
    ["kind_names"],
    ["errors", "former"],
]
"""Rooms from the top floor down; a room may import rooms of lower floors alone."""


def imports():
    """Return {room: rooms that its files import}, read off the source."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if room.startswith("__"):  # The package's face and its door hand every name on.
            continue
        used = found.setdefault(room, set())
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("eccles"):
                parts = node.module.split(".")
                names = parts[1:2] or [alias.name for alias in node.names]
                used.update(name for name in names if name != room and not name.startswith("__"))
    return found


def reach(rooms, room):
    """Return every room that a room imports, itself or through others."""
    return rooms.get(room, set()).union(*(reach(rooms, other) for other in rooms.get(room, ())))


def main(picture):
    """Draw the house."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    place = {
        room: ((k + 0.5) / len(floor), len(FLOORS) - level)
        for level, floor in enumerate(FLOORS)
        for k, room in enumerate(floor)
    }
    figure, axes = plt.subplots(figsize=(8, 6), layout="constrained")
    rooms = imports()
    for room, used in rooms.items():
        # An arrow that a longer way implies would only hide the others.
        for other in sorted(used - set().union(*(reach(rooms, each) for each in used))):
            axes.annotate(
                "",
                xy=(place[other][0], place[other][1] + 0.17),
                xytext=(place[room][0], place[room][1] - 0.17),
                arrowprops={"arrowstyle": "-|>", "color": "#888888", "linewidth": 0.7},
            )
    for room, (x, y) in place.items():
        axes.text(
            x, y, room, ha="center", va="center", fontsize=11,
            bbox={"boxstyle": "round,pad=0.5", "facecolor": "#E8F1F8", "edgecolor": "#0072B2"},
        )  # fmt: skip
    axes.set(xlim=(0, 1), ylim=(0.5, len(FLOORS) + 0.5))
    axes.axis("off")
    # The same picture is the same bytes.
    plt.rcParams["svg.hashsalt"] = "eccles"
    figure.savefig(picture, metadata={"Date": None})


if __name__ == "__main__":
    main(sys.argv[1])
