"""Rows that are read back: what can't be is told by its line, whichever column has it."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eccles.training.measures.measures import MEASURES
from eccles.training.run.rows import CLASSES, Table, history_of

HISTORY = history_of("rate_hz", validation=True)
ROWS = {
    "history": (HISTORY, {"epoch": 0, "loss": 0.5, "accuracy": 0.9, "rate_hz": 3.0, "seconds": 1.0,
                          "excitatory_spikes": 2.0, "inhibitory_spikes": 0.5,
                          "validation_accuracy": 1, "compile_seconds": 0.0}),
    "classes": (CLASSES, {"epoch": 0, "class": 1, "class_name": "a", "samples": 3, "accuracy": 1.0,
                          "excitatory_spikes": 2.0, "inhibitory_spikes": None}),
    "weights": (Table(MEASURES["weights"].columns),
                {"epoch": 0, "projection": "x", "weights": 3, "zeros": 0.5, "mean": None}),
}  # fmt: skip
SHARES = {"accuracy", "validation_accuracy"}
TEXTS = {"class_name", "projection"}
WHOLE = {"epoch", "class", "samples", "weights"}
ANY = st.one_of(
    st.sampled_from([None, True, math.nan, math.inf, -math.inf, 10**400, -(10**400), 2**63, {}]),
    st.integers(),
    st.floats(-1e9, 1e9),
    st.text(max_size=4),
    st.lists(st.integers(), max_size=2),
)


def can_be(table, name, value):
    """Return whether a value can be, as plainly as it can be said."""
    if value is None:
        return name == "inhibitory_spikes" or (table == "weights" and name != "epoch")
    if name in TEXTS:
        return isinstance(value, str)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return False
    if name in WHOLE:
        least = 0 if name in ("class", "samples") else -(2**63)
        return isinstance(value, int) and least <= value < 2**63
    if table == "weights":
        return abs(value) < 10**300 or value in (math.inf, -math.inf)
    if name == "loss":
        return abs(value) < 10**300
    return 0 <= value <= 1 if name in SHARES else 0 <= value < 10**300


@pytest.mark.parametrize("table", ROWS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_what_cannot_be_is_told_by_its_line(table, data):
    known, row = ROWS[table]
    name = data.draw(st.sampled_from(list(row)))
    value = data.draw(ANY)
    text = f"{json.dumps({**row, 'epoch': -1, 'loss': None})}\n{json.dumps({**row, name: value})}\n"
    if can_be(table, name, value) and (name, value) != ("epoch", -1):
        assert known.read(text)[1] == {**row, name: value}
    else:
        with pytest.raises(ValueError, match=r"^line 2"):
            known.read(text)


@pytest.mark.parametrize("table", ROWS)
def test_lines_that_are_no_rows_or_lack_something(table):
    known, row = ROWS[table]
    for line in ("", "[]", "7", '{"epoch"', "[" * 9999):
        with pytest.raises(ValueError, match=r"^line 2, which is no row"):
            known.read(f"{json.dumps(row)}\n{line}\n")
    for name in {"epoch", *known.needed}:
        without = {each: value for each, value in row.items() if each != name}
        with pytest.raises(ValueError, match=rf"^line 1 without {name}"):
            known.read(json.dumps(without))
    if known.one:
        with pytest.raises(ValueError, match=r"^line 2, which says again"):
            known.read(f"{json.dumps(row)}\n" * 2)
