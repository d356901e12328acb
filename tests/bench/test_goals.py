import pytest

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


def test_what_is_promised():
    assert {name: str(goal) for name, goal in GOALS.items()} == {
        "event engine over dense": "at least 120 x",
        "event engine over dense, spoken shape": "at least 10 x",
        "event engine over dense, spoken shape, 2 threads": "at least 20 x",
        "second thread": "at least 1.6 x",
        "update noise": "at most 1.3 x",
        "one pass over the loop": "at least 4 x",
        "E-I circuits over batch norm": "at most 1.7 x",
        "distances": "at least 1000 x",
        "first compilation": "at most 15 s",
        "cached start": "at most 4 s",
        "encoding": "at most 2 s",
        "peak memory": "at most 1 GB",
    }
