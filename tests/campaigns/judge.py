"""What an input may come to: accepted, refused in one sentence, or a fault."""

from __future__ import annotations

import contextlib
import io
import os
import re
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

from eccles.errors import EcclesError

ACCEPTED, REFUSED, FAULT = "accepted", "refused", "fault"
LONGEST = 500
"""Letters that a sentence may have."""
PATIENCE = 20.0
"""Seconds of a processor after which a call hangs; one that waits has six times as many."""
_GROWTH = 2**30
"""Bytes of memory that one input may take beyond what any took before it."""


class Wrong(Exception):  # noqa: N818 - it is a verdict
    """Eccles did something that it must not do, and no error of Python's says so.

    `group` is what all such faults are called; how the sentence begins unless it is given.
    """

    def __init__(self, said: str, group: str = "") -> None:
        super().__init__(said)
        self.group = group or _plain(said)


class Hang(BaseException):
    """A call that takes too long; no `except Exception` stops it."""


class Verdict(NamedTuple):
    """How a call ended: a word of those above, and of a fault its group and all that is known."""

    word: str
    group: str = ""
    details: str = ""


def judge(call: Callable[[], object], patience: float = PATIENCE) -> Verdict:
    """Make a call that tries Eccles, and return what came of it within `patience` seconds."""
    before, had = _standing(), _most_memory()
    try:
        with _limited(patience):
            call()
        verdict = Verdict(ACCEPTED)
    except EcclesError as error:
        verdict = _of_sentence(str(error), error.exit_status)
    except Hang:
        verdict = Verdict(FAULT, f"hangs in {_place()}", traceback.format_exc())
    except Wrong as wrong:
        verdict = Verdict(FAULT, f"wrong: {wrong.group}", str(wrong))
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        group = f"{type(error).__name__} in {_place()}"
        verdict = Verdict(FAULT, group, traceback.format_exc())
    if verdict.word != FAULT:
        if (taken := _most_memory() - had) > _GROWTH:
            verdict = Verdict(FAULT, "takes memory", f"{taken / 2**30:.1f} GiB")
        elif (after := _standing()) != before:
            verdict = Verdict(FAULT, "leaves the process changed", f"{before} became {after}")
    return verdict


def command(*words: str) -> str:
    """Do `eccles WORDS` in this process and return its output; raise what its sentence says.

    Raises Wrong for an ending that isn't one of those that the command line has.
    """
    from eccles.cli import main

    said, complaint = (_Stream(errors) for errors in ("strict", "backslashreplace"))
    with redirect_stdout(said), redirect_stderr(complaint):
        status = main(words)
    text, sentence = said.text(), complaint.text()
    # Without a verb it says what verbs there are, and a preview says why it can't reckon.
    asked = not words or "--dry-run" in words
    if status == 0 or (status == 2 and asked and text and not sentence):
        return text
    if status == 70:
        raise _unforeseen(sentence)
    if status not in (1, 2):
        raise Wrong(f"ends with status {status}", f"exit status {status}")
    # A command that ends well but for what failed, or is damaged, says so in its table.
    if status == 1 and not sentence and ("failed" in text or "problem" in text):
        return text
    lines = [line for line in sentence.split("\n")[:-1] if line != ""]
    if len(lines) != 1 or not sentence.startswith("eccles: "):
        raise Wrong(f"stderr of exit status {status} has {len(lines)} lines: {sentence[:2000]!r}")
    error = EcclesError(sentence.removeprefix("eccles: ").rstrip("\n"))
    error.exit_status = status
    raise error


def _unforeseen(sentence: str) -> Wrong:
    """Return the verdict on an error that nobody foresaw, with its traceback."""
    details = sentence
    if found := re.search(r"is in (\S+\.txt)", sentence):
        path = Path(found[1])
        details += path.read_text(encoding="utf-8", errors="replace")
        path.unlink()
    what = re.search(r"itself: (\w+ (?:at \S+|outside of it))", sentence)
    return Wrong(details, f"a fault of its own: {what[1] if what else _plain(sentence)}")


class _Stream(io.TextIOWrapper):
    """A stream of text as a terminal has it, whose bytes can be read."""

    def __init__(self, errors: str) -> None:
        super().__init__(io.BytesIO(), "utf-8", errors=errors, write_through=True)

    def text(self) -> str:
        self.flush()
        bytes_ = self.buffer
        assert isinstance(bytes_, io.BytesIO)
        return bytes_.getvalue().decode(errors="replace")


def _of_sentence(said: str, status: int) -> Verdict:
    if status not in (1, 2):
        return Verdict(FAULT, f"exit status {status}", said)
    if not said.strip():
        return Verdict(FAULT, "says nothing", said)
    if len(said.splitlines()) > 1:
        return Verdict(FAULT, f"more than one line: {_plain(said)}", said)
    if len(said) > LONGEST:
        return Verdict(FAULT, f"longer than {LONGEST} letters: {_plain(said)}", said[:2000])
    return Verdict(REFUSED)


def _plain(said: str) -> str:
    """Return how a sentence begins, without what an input brought into it."""
    begin = re.split(r"['\"\[{(/]|got |\d", said, maxsplit=1)[0]
    return " ".join(begin.split())[:80]


def _place() -> str:
    """Return where an error comes from: the last place in Eccles, and the last of all."""
    _, error, trace = sys.exc_info()
    del error
    frames = [f for f in traceback.extract_tb(trace) if f.name != "give_up"]
    ours = [f for f in frames if f"{os.sep}eccles{os.sep}" in f.filename]
    last = [ours[-1]] if ours else []
    shown = [*last, frames[-1]] if frames and frames[-1] not in last else last
    return " > ".join(f"{Path(f.filename).name}:{f.name}" for f in shown)


def _standing() -> tuple[object, ...]:
    """Return what a call must leave as it was."""
    import torch

    with contextlib.suppress(OSError):
        return str(Path.cwd()), torch.get_default_dtype(), torch.get_num_threads()
    return ("no folder",)


def _most_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@contextmanager
def _limited(patience: float) -> Iterator[None]:
    def give_up(*_: object) -> None:
        raise Hang

    for name, timer, seconds in (
        (signal.SIGPROF, signal.ITIMER_PROF, patience),
        (signal.SIGALRM, signal.ITIMER_REAL, 6 * patience),
    ):
        signal.signal(name, give_up)
        signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        for timer in (signal.ITIMER_PROF, signal.ITIMER_REAL):
            signal.setitimer(timer, 0)
