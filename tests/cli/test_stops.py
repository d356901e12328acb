"""Ctrl-C at any moment, and errors that nobody foresaw: a sentence and a status for each."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

import eccles.cli.results
from eccles.cli import faults, main

STORED = str(Path(__file__).parents[2] / "results/kilgore2025/portraits")
AT = """
import signal, sys

SIGNAL, n, count = int(sys.argv[1]), int(sys.argv[2]), 0
sys.argv[1:] = sys.argv[3:]


def at(frame, event, arg):
    global count
    count += 1
    if count == n:
        signal.raise_signal(SIGNAL)


from eccles.cli import main

sys.setprofile(at)
sys.exit(main())
"""


@pytest.mark.parametrize("calls", [700, 20_000, 700_000])
def test_ctrl_c_at_the_nth_call_of_a_command_is_130(calls):
    assert ended(signal.SIGINT, calls) == (130, "eccles: stopped\n")


def test_sigterm_is_told_of_and_ends_as_ever():
    assert ended(signal.SIGTERM, 20_000) == (-signal.SIGTERM, "eccles: stopped\n")


def ended(number, calls):
    """Return the status and what is said of a command to which a signal comes at the nth call."""
    command = [sys.executable, "-c", AT, str(int(number)), str(calls), "results", STORED]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    return done.returncode, done.stderr


def raising(error, come=False):
    def run(_words):
        if come:
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
        raise error

    return run


def test_what_a_package_makes_of_ctrl_c_is_ctrl_c(monkeypatch, capsys):
    for error in (ImportError("failed"), SystemError("lost"), RuntimeError("Query interrupted")):
        monkeypatch.setattr(eccles.cli.results, "run", raising(error, come=True))
        assert main(["results"]) == 130
        assert capsys.readouterr().err == "eccles: stopped\n"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_fault_of_ours_says_where_it_is_and_keeps_its_traceback(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(eccles.cli.results, "run", raising(ZeroDivisionError("a\nb")))
    assert main(["results"]) == faults.STATUS == 70
    (kept,) = tmp_path.iterdir()
    said = capsys.readouterr().err
    at = f"eccles/cli/__init__.py:{_line('return run(rest)')}"
    assert said.startswith("eccles: this is a fault in Eccles itself: ")
    assert f"ZeroDivisionError at {at}: a b; " in said
    assert said.endswith(f" {kept}\n")
    assert "raise error" in kept.read_text(encoding="utf-8")
    with pytest.raises(ZeroDivisionError):
        main(["results", "--debug"])


def _line(code):
    lines = Path(eccles.cli.__file__).read_text(encoding="utf-8").splitlines()
    return next(k for k, line in enumerate(lines, 1) if code in line)


def test_a_fault_without_a_place_for_its_traceback(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    monkeypatch.setattr(eccles.cli.results, "run", raising(KeyError("x" * 9999)))
    assert main(["results"]) == 70
    said = capsys.readouterr().err
    assert said.endswith("the same command with --debug shows its traceback\n")
    assert len(said) < 510


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError(28, "No space left on device", "/full/x"), "/full/x must be of use here, got"),
        (MemoryError("240 GiB"), "memory must hold what this needs, and didn't: 240 GiB"),
    ],
)
def test_files_and_memory_are_the_worlds(error, sentence, monkeypatch, capsys):
    monkeypatch.setattr(eccles.cli.results, "run", raising(error))
    assert main(["results"]) == 1
    assert capsys.readouterr().err.startswith(f"eccles: {sentence}")
