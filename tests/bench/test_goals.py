from pathlib import Path

import pytest

from eccles import bench
from eccles.bench import GOALS, Goal


@pytest.mark.parametrize(
    ("sense", "value", "met"),
    [
        ("at least", 120.0, True),
        ("at least", 119.9, False),
        ("at most", 120.0, True),
        ("at most", 120.1, False),
        ("at most", None, None),
    ],
)
def test_a_goal_is_met_up_to_its_bound(sense, value, met):
    assert Goal(sense, 120, "x").met(value) is met


def test_every_goal_is_judged():
    """The benchmark asks for each by its name, so that none is promised and never measured."""
    folder = Path(bench.__file__).parent
    sources = [file.read_text(encoding="utf-8") for file in folder.glob("*.py")]
    asked = "".join(source for source in sources if "GOALS = {" not in source)
    # What is measured with each number of threads has them added to its name.
    names = [name.removesuffix(", 2 threads") for name in GOALS]
    assert [name for name in names if f'"{name}"' not in asked] == []
