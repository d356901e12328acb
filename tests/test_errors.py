"""Sentences: one line, printable and short, whatever is put into them."""

import pickle
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eccles.errors import EcclesError, InputError, RunError, listed, must, nearest, plain, shown


def test_kinds_and_exit_statuses():
    assert issubclass(InputError, EcclesError)
    assert issubclass(RunError, EcclesError)
    assert (EcclesError.exit_status, InputError.exit_status, RunError.exit_status) == (1, 2, 1)


def test_sentences():
    error = must("train", "lr", "above 0", -1)
    assert isinstance(error, InputError)
    assert str(error) == "train: lr must be above 0, got -1"
    assert str(must("a", "b", "c", "d", "try e")) == "a: b must be c, got 'd'; try e"


def test_the_nearest_name():
    assert nearest("epoch", ["lr", "epochs"]) == " (did you mean 'epochs'?)"
    assert nearest("epochs", {"epochs": 1}) == " (did you mean 'epochs'?)"
    assert nearest("SHD", ["ssc", "shd"]) == " (did you mean 'shd'?)"
    assert nearest("tau", ["status", "tau_mem"]) == " (did you mean 'tau_mem'?)"
    assert nearest("lr", ["l", "lrs", "lr_of_all"]) == " (did you mean 'lrs'?)"
    assert nearest("s", ["seed", "status"]) == ""
    assert nearest("xyz", ["lr", "epochs"]) == ""
    assert nearest("xyz", []) == ""
    assert nearest("noise", ["update_noise", "seed"]) == " (did you mean 'update_noise'?)"
    assert nearest("update_noise", ["surrogate_scale", "inhibitory_spikes"]) == ""
    assert nearest(["a", 3], ["lr"]) == nearest("", ["lr"]) == ""


def is_sentence(text: str) -> bool:
    """Whether a text is one line of fewer than 500 letters, none of which moves a terminal."""
    return len(text) < 500 and text.isprintable()


@given(st.text(st.characters()), st.integers(0, 3000))
def test_whatever_is_in_it_an_error_is_one_short_line(text, times):
    assert is_sentence(str(InputError(text + "x" * times)))
    assert is_sentence(str(must("a", text, "b", text * 3 + "y" * times, text)))
    assert is_sentence(plain(text * times)) or not text


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner),
    )
)
def test_values_are_shown_on_one_short_line(value):
    assert is_sentence(shown(value))
    assert len(shown(value, 40)) <= 40


class _Unwritable:
    def __repr__(self) -> str:
        raise ValueError


def _bomb(levels: int) -> list[object]:
    inner: list[object] = ["x"] * 9
    for _ in range(levels):
        inner = [inner] * 9
    return inner


@pytest.mark.parametrize(
    "value",
    [
        *("\x1b[2J", "\n" * 9, "\ud800", "\u202e", "z" * 10**6, b"\0" * 10**6),
        *(10**6000, -(10**6000), 1e308, {"a": 10**6000}, [10**6000] * 99),
        *(_bomb(12), list(range(10**6)), np.zeros((300, 300)), _Unwritable(), [_Unwritable()]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_large_or_cant_be_written_is_shown_all_the_same(value):
    assert is_sentence(shown(value))
    assert is_sentence(str(must("a", "b", "c", value)))
    assert is_sentence(str(RunError(f"{'w' * 999} {shown(value)}")))


def test_a_long_sentence_keeps_its_beginning_and_its_end():
    text = str(InputError(f"train: {'x' * 1000}; try this"))
    assert re.fullmatch(r"train: x+ \.\.\. x+; try this", text)
    assert str(InputError(text)) == str(pickle.loads(pickle.dumps(InputError(text)))) == text


@given(st.lists(st.text(min_size=1)), st.integers(40, 300))
def test_lists_have_a_bound_and_count_the_rest(names, most):
    text = listed(names, most)
    assert len(text) <= most
    assert text == ", ".join(plain(name, 60) for name in names) or text.endswith(" more")
