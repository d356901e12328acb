"""What tyro can't read, as one sentence; and helps that say each default once."""

import io
import re
import sys
from dataclasses import dataclass
from typing import Annotated

import pytest

from eccles.cli import main
from eccles.cli.flags import deferred, flag, parsed, read
from eccles.errors import InputError

HELPS = (
    *("train", "sweep", "reproduce", "results", "figures", "report", "recommend", "bench"),
    *("data list", "data path", "data fetch", "data doctor", "data describe", "data make-digits"),
    *("show", "inspect", "devices list", "devices show", "devices fit", "train --model mlp8"),
)


@pytest.mark.parametrize("verb", HELPS)
def test_a_help_says_what_holds_in_words(verb, capsys):
    assert main([*verb.split(), "--help"]) == 0
    said = capsys.readouterr().out
    assert "usage: eccles" in said
    assert "default: None" not in " ".join(said.replace("│", " ").split())
    assert "default: ''" not in said
    assert re.search(r"[{|,]None[},]", said) is None


def test_a_setting_that_may_be_left_out_is_shown_by_its_kind_and_taken_as_none(capsys):
    assert main(["show", "--help"]) == 0
    said = capsys.readouterr().out
    assert "--ei STR" in said
    assert re.search(r"--izhikevich\s+{regular-spiking,intrinsically-bursting,", said)
    assert main(["show", "--izhikevich", "None", "--ei", "None", "--w1-std", "None"]) == 0
    assert "80" in capsys.readouterr().out


def test_a_setting_that_is_given_in_a_file_is_a_default(tmp_path, capsys):
    file = tmp_path / "run.yaml"
    file.write_text("w1_std: 0.25\n")
    assert main(["train", "--config", str(file), "--help"]) == 0
    said = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert re.search(r"input weights \(auto: 0.001;.*?\)\. \(default: 0\.25\)", said)
    assert "output weights (auto: 7 (1 - beta) / sqrt(hidden)). --zero-start" in said


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            "reproduce kilgore2025 --scale nonsense",
            "reproduce: --scale must be one of full, laptop, smoke, got 'nonsense'",
        ),
        ("reproduce kilgore2025 --repeat x", "reproduce: --repeat must be a whole number, got 'x'"),
        ("sweep kilgore2025/portraits --jobs 1.5", "sweep: --jobs must be a whole number"),
        ("train --lr fast", "train: --lr must be a number, got 'fast'; see"),
        ("train --model mlp8 --lr fast", "train: --lr must be a number, got 'fast'; see"),
        (
            "train --model mlp8 --stabiliser epsilonn",
            "train: --stabiliser must be one of adaptive, auto, epsilon, none, got 'epsilonn' "
            "(did you mean 'epsilon'?)",
        ),
        ("train --seed", "train: --seed must have a value, got none"),
        ("train --epoch 3", "train: there is no option --epoch (did you mean --epochs?)"),
        ("train now", "train: 'now' must belong to an option, and doesn't; quotes hold words"),
        (
            "data",
            "data: what to do must be one of list, ... , got none",
        ),
        (
            "data lst",
            "data: what to do must be one of list, ... , got 'lst' (did you mean 'list'?)",
        ),
        ("data list --all", "data: there is no option --all"),
        ("data --list", "data: there is no option --list"),
        ("data describe", "data: NAME|PATH must be given, got none"),
        (
            "data fetch --data_dri x",
            "data: there is no option --data_dri (did you mean --data-dir?)",
        ),
        ("train --noise=1", "train: there is no option --noise (did you mean --update-noise?)"),
        ("train --out a\0", r"train: --out must be a path without null characters, got 'a\x00'"),
        ("bench --batch-size x", "bench: --batch-size must be a whole number, got 'x'"),
        ("bench --fast", "bench: there is no option --fast"),
    ],
)
@pytest.mark.parametrize("letters", ["utf-8", "ascii"])
def test_a_flag_that_cannot_be_read_is_one_sentence(words, sentence, letters, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding=letters))
    monkeypatch.setenv("COLUMNS", "40")
    assert main(words.split()) == 2
    err = capsys.readouterr().err
    assert sys.stdout.tell() == 0
    assert err == f"eccles: {err[8:-1]}\n"
    begin, _, end = sentence.partition(" ... ")
    assert err[8:].startswith(begin)
    assert end in err
    assert err.endswith(f"; see eccles {words.split()[0]} --help\n")
    assert ".;" not in err


@pytest.mark.parametrize("hidden", ["tyro._errors", "an attribute"])
def test_a_tyro_with_other_objects_for_errors_says_it_in_its_own_words(hidden, capsys, monkeypatch):
    if hidden == "tyro._errors":
        monkeypatch.setitem(sys.modules, hidden, None)
    else:
        monkeypatch.delattr("tyro._arguments.ArgumentDefinition.display_name")
    assert main(["bench", "--batch-size", "x"]) == 2
    said = " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert "Error parsing --batch-size: must be a whole number, got 'x'" in said


@dataclass(frozen=True)
class Flags:
    """Say something."""

    n: int = 3
    """How often."""

    name: Annotated[str | None, flag("NAME")] = None
    """Whom to greet (default: everybody)."""


def test_flags_over_defaults():
    assert read(Flags, "greet", []) == Flags()
    assert read(Flags, "greet", ["--name", "you"], default=Flags(n=5)) == Flags(5, "you")
    with pytest.raises(InputError, match=r"^greet: --n must be a whole number, got 'a'; see"):
        read(Flags, "greet", ["--n", "a"])


def test_what_a_deferred_verb_says_is_no_complaint(capsys):
    def shout(n: int = 1) -> int:
        print("hey" * n, file=sys.stderr)
        return n

    import tyro

    call = parsed(lambda: tyro.cli(deferred(shout), args=["--n", "2"]), "shout")
    assert capsys.readouterr().err == ""
    assert call() == 2
    assert capsys.readouterr().err == "heyhey\n"
