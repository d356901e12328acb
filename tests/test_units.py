from typing import get_type_hints

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from eccles import InputError
from eccles.settings import Duration, MaybeDuration
from eccles.training.config import TrainConfig
from eccles.units import TIMES, duration, hertz, read_rates, seconds, spelt_rates


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("10 ms", 0.01),
        ("5ms", 0.005),
        (" 1.5 s ", 1.5),
        ("2e1 ms", 0.02),
        ("+3 ms", 0.003),
        (".5 ms", 0.0005),
        ("250 us", 0.00025),
        ("250 µs", 0.00025),
        ("0.02", 0.02),
        (0.02, 0.02),
        (1, 1.0),
    ],
)
def test_times_by_hand(value, wanted):
    found = seconds(value)
    assert found == wanted
    assert type(found) is float


@given(st.integers(1, 10**6))
def test_a_unit_gives_the_literals_float(n):
    """0.007, not 0.007000000000000001: the settings' identity hangs on it."""
    assert seconds(f"{n} ms") == float(f"{n}e-3")
    assert seconds(f"{n} us") == float(f"{n}e-6")


@pytest.mark.parametrize(
    "value",
    [
        0,
        -1,
        "0 ms",
        "-5 ms",
        "ten ms",
        "",
        "ms",
        "5 m",
        "5 min",
        "5 MS",
        "1 2 ms",
        "1e999 s",
        "9" * 5000,
    ],
)
def test_what_is_no_time(value):
    with pytest.raises(InputError, match=r'units: tau must be a time above 0 such as "10 ms"'):
        seconds(value, "tau")


@pytest.mark.parametrize(
    "value", ["e ms", float("nan"), float("inf"), None, True, "5 ns", "1e-400"]
)
def test_what_is_no_number(value):
    with pytest.raises(InputError, match=r'units: tau must be a time above 0 such as "10 ms"'):
        seconds(value, "tau")


def test_lists_in_lists_by_the_thousand():
    deep = []
    for _ in range(3000):
        deep = [deep]
    with pytest.raises(InputError, match="units: tau must be a time above 0"):
        seconds(deep, "tau")


@given(st.floats(1e-6, 1e4))
def test_a_time_as_people_write_it(value):
    """Six digits are kept."""
    assert seconds(duration(value)) == pytest.approx(value, rel=1e-5)


def test_spellings():
    assert [duration(t) for t in (0.01, 0.0005, 1.0, 1.5, 0.999)] == [
        "10 ms",
        "0.5 ms",
        "1 s",
        "1.5 s",
        "999 ms",
    ]


@pytest.mark.parametrize(
    ("value", "wanted"),
    [("5 Hz", 5.0), ("5hz", 5.0), (" 0.1 ", 0.1), (20, 20.0), ("0.02 kHz", 20.0), ("1e1 Hz", 10.0)],
)
def test_rates_by_hand(value, wanted):
    found = hertz(value)
    assert found == wanted
    assert type(found) is float


@pytest.mark.parametrize(
    "value",
    [
        *(0, -1, "0 Hz", "-5 Hz", "5 ms", "5 H", "", "Hz", "1e999", float("nan"), float("inf")),
        *(None, True, [5], {}, "E:", "E: 5, : 3", ": 5 Hz", "E: 5 Hz, E: 5 Hz", {"E": "x"}),
        *({3: 5}, "E: 0"),
    ],
)
def test_rates_that_cannot_be(value):
    with pytest.raises(InputError, match=r"train: initial_rate( of E)? must be a rate") as caught:
        read_rates(value, "initial_rate", "train")
    assert "\n" not in str(caught.value)


def test_a_groups_wrong_rate_is_quoted_without_the_blank_before_it():
    with pytest.raises(InputError, match=r"rate of I must be a rate above 0 .*, got '-3 Hz'"):
        read_rates("E: 5 Hz, I: -3 Hz")


@given(
    st.floats(1e-6, 1e6) | st.dictionaries(st.sampled_from("ABC"), st.floats(1e-6, 1e6), min_size=1)
)
def test_rates_are_read_as_they_are_spelt(rates):
    assert read_rates(spelt_rates(rates)) == rates


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=4), st.floats(1e-3, 1e3)))
@example({"_z|\n": 10.0})
@example({" E": 1.0})
def test_groups_of_any_name_are_read_as_they_are_spelt_or_refused(rates):
    try:
        found = read_rates(rates)
    except InputError:
        return
    assert read_rates(spelt_rates(found)) == found


def test_a_number_that_is_hardly_seconds_needs_its_unit():
    """Who writes 400 means milliseconds; what is stored, and what Python says, is no text."""
    assert [seconds(each) for each in ("400 s", "9.9", 400.0, 400)] == [400, 9.9, 400, 400]
    with pytest.raises(InputError, match=r'unit from 10 s on, got .* write "400 ms" or "400 s"$'):
        seconds("400", "max_time")


def test_times_are_the_settings_that_take_a_duration():
    kinds = get_type_hints(TrainConfig, include_extras=True)
    times = {name for name, kind in kinds.items() if kind in (Duration, MaybeDuration)}
    assert times == TIMES
