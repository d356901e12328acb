"""Every option of every verb answers whatever it is given with one sentence, found by its help."""

import io
import re
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from eccles.cli import main

STORED = str(Path(__file__).parents[2] / "results/kilgore2025/portraits")
VERBS = {
    # With no data they can't begin, whatever is taken.
    "train": "--data-dir /dev/null",
    "train --model mlp8": "--data-dir /dev/null",
    "show": "",
    "sweep": "kilgore2025/portraits --dry-run",
    "reproduce": "kilgore2025 --no-run",
    "results": STORED,
    "figures": STORED,
    "inspect": STORED,
    "report": STORED,
    "export": STORED,
    "bench": "",
    "data list": "",
    "data describe": "fashion-mnist-sample",
    "data path": "",
    "data fetch": "shd",
    "data doctor": "",
    "data make-digits": "",
    "data encode-audio": STORED,
}
LONG = "n" * 300
NO_PATH = [LONG, "/".join([LONG[:200]] * 30), "a\0b", "", "\ud800"]
HOSTILE = [*NO_PATH, "\x1b[2J\n", "[" * 3000, "9" * 5000]
SHARE = 3
"""Each option of a verb gets so many of these, the next one the next: all options read alike."""


def options() -> list[tuple[str, str]]:
    """Return every option that takes a value, with its verb, from what the helps say."""
    found = []
    for verb in VERBS:
        said = io.StringIO()
        with redirect_stdout(said):
            assert main([*verb.split(), "--help"]) == 0
        for option in re.findall(r"^[│| ]+(--[\w-]+) [{A-Z]", said.getvalue(), re.MULTILINE):
            if option != "--model":
                found.append((verb, option))
    return found


OPTIONS = options()
PATHS = {"--out", "--data-dir", "--config", "--export"}


def answer(words: list[str], capsys) -> tuple[int, str]:
    status = main(words)
    err = capsys.readouterr().err
    assert status in (1, 2), (words, status)
    assert err.startswith("eccles: "), err
    sentence = err.removesuffix("\n")
    assert len(sentence) < 510, sentence
    assert sentence.isprintable(), sentence
    return status, sentence


def test_the_options_are_found():
    assert {("train", "--out"), ("results", "--where"), ("data fetch", "--data-dir")} <= set(
        OPTIONS
    )
    assert len(OPTIONS) > 100


def hostile(verb: str, option: str) -> list[str]:
    """Return what an option is given: every text to paths, a share of all to the others."""
    if option in PATHS:
        return NO_PATH
    place = SHARE * [each for of, each in OPTIONS if of == verb].index(option)
    return [HOSTILE[(place + k) % len(HOSTILE)] for k in range(SHARE)]


def test_every_verb_with_options_enough_is_given_every_text():
    given = {verb: {text for of, each in OPTIONS if of == verb for text in hostile(of, each)}
             for verb in VERBS}  # fmt: skip
    assert {"train", "train --model mlp8", "show"} <= {
        verb for verb, texts in given.items() if texts == set(HOSTILE)
    }


@pytest.mark.slow
@pytest.mark.parametrize(("verb", "option"), OPTIONS)
def test_an_option_answers_any_text_in_a_sentence(verb, option, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for value in hostile(verb, option):
        words = [*verb.split(), *VERBS[verb].split(), f"{option}={value}"]
        status, sentence = answer(words, capsys)
        assert status == 2, sentence
        assert "set_int_max" not in sentence
        if option in PATHS:
            assert f"{option} must be " in sentence
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (f"results {STORED} --columns acc", r"there are ei, tau_mem, w1_std, .* and \d+ more$"),
        ("data encode-audio nope", "data: --out must be given, got none; see"),
    ],
)
def test_what_is_lacking_is_said_and_what_there_is(words, sentence, capsys):
    status, said = answer(words.split(), capsys)
    assert status == 2
    assert re.search(sentence, said), said
