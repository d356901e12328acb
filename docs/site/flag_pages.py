"""A page a verb of the command line, with every flag, from what `--help` itself prints."""

import os
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import BytesIO, TextIOWrapper
from pathlib import Path
from unittest.mock import patch

from docstrings import reworded
from made import write_pages
from sphinx.application import Sphinx

from eccles.cli import main

FOLDER = "docs/flags"

_VERB = re.compile(r"^  ([a-z-]+) {2,}\S", re.MULTILINE)
_SUBVERB = re.compile(r"^│ {3}• ([a-z-]+)", re.MULTILINE)
_TITLE = re.compile(r"╭─+ (.+?) ─+╮")
_FLAG = re.compile(r"│ (\S.*?)(?: {2,}(.*))?$")
_HELP = "-h, --help"
_DEEP = ("train", "--model", "vgg8")


@dataclass
class Group:
    """A frame of the help: its title, what it says first, and its flags with their words."""

    title: str
    says: list[str] = field(default_factory=list)
    flags: dict[str, str] = field(default_factory=dict)


def help_of(*words: str) -> str:
    """Return what `eccles WORDS --help` prints, on lines as wide as it takes."""
    # With an encoding of their own, since tyro frames what it prints where that can be said.
    said = TextIOWrapper(BytesIO(), "utf-8", write_through=True)
    with patch.dict(os.environ, COLUMNS="4000"), redirect_stdout(said):
        status = main([*words, "--help"])
    if status != 0:
        raise RuntimeError(f"eccles {' '.join(words)} --help ended with {status}")
    said.seek(0)
    return said.read()


def groups(text: str) -> tuple[list[str], list[Group]]:
    """Return the lines above the frames of a help, and the frames.

    >>> groups("usage: e\\n╭─ options ─╮\\n│ --seed INT  Seed.   │\\n│             (0)     │\\n╰─╯")
    (['usage: e'], [Group(title='options', says=[], flags={'--seed INT': 'Seed. (0)'})])
    """
    head: list[str] = []
    found: list[Group] = []
    flag = ""
    for line in text.splitlines():
        if title := _TITLE.match(line):
            found.append(Group(title[1]))
            flag = ""
        elif not found:
            head.append(line)
        elif line.startswith("│"):
            flag = _read(line.rstrip("│").rstrip(), found[-1], flag)
    return head, found


def _read(line: str, group: Group, flag: str) -> str:
    """Take a line into its group; return the flag that the next line goes on with."""
    entry = _FLAG.match(line)
    if entry and (entry[1].startswith("-") or group.title == "positional arguments"):
        group.flags[entry[1]] = entry[2] or ""
        return entry[1]
    words = line.strip("│─ ")
    if flag:
        group.flags[flag] = f"{group.flags[flag]} {words}".strip()
    elif words:
        group.says.append(words)
    return flag


def page(verb: str) -> str:
    """Return the page of a verb, with those of its own verbs, as reStructuredText."""
    return "\n".join(_page(verb))


def _page(verb: str) -> Iterator[str]:
    text = help_of(verb)
    yield from _titled(f"eccles {verb}", "=")
    yield from _shown(f"eccles {verb}", *groups(text))
    for own in _SUBVERB.findall(text):
        yield from _titled(f"eccles {verb} {own}", "-")
        yield from _shown(f"eccles {verb} {own}", *groups(help_of(verb, own)))
    if verb == _DEEP[0]:
        yield from _titled("Deep networks", "-")
        yield f"What is new, or has another default, with ``{' '.join(_DEEP[1:])}``."
        yield ""
        yield from _shown(f"eccles {' '.join(_DEEP)}", [], _new(text, help_of(*_DEEP)))


def _new(text: str, other: str) -> list[Group]:
    """Return the flags of another help that a help hasn't, or has in other words."""
    known = {item for group in groups(text)[1] for item in group.flags.items()}
    fresh = [
        Group(group.title, [], dict(item for item in group.flags.items() if item not in known))
        for group in groups(other)[1]
    ]
    return [group for group in fresh if group.flags]


def _titled(title: str, line: str) -> tuple[str, str, str]:
    return title, line * len(title), ""


def _shown(program: str, head: list[str], frames: list[Group]) -> Iterator[str]:
    if head:
        yield from ("::", "", f"    {head[0].removeprefix('usage: ')}", "")
        yield from reworded(list(_apart(head[1:])))
    yield from ("", f".. program:: {program}", "")
    for frame in frames:
        frame.flags.pop(_HELP, None)
        if not frame.flags:
            continue
        yield from (f".. rubric:: {frame.title.capitalize()}", "")
        yield from reworded("\n\n".join(frame.says).splitlines())
        yield ""
        for flag, words in frame.flags.items():
            directive = "option" if flag.startswith("-") else "describe"
            yield from (f".. {directive}:: {flag}", "", f"   {reworded([words])[0]}", "")


def _apart(lines: list[str]) -> Iterator[str]:
    """Yield the lines of a help with a blank one before each block of commands."""
    for last, line in zip(["", *lines], lines, strict=False):
        if line.startswith("    ") and last and not last.startswith("    "):
            yield ""
        yield line


def _write(app: Sphinx) -> None:
    folder = Path(app.srcdir) / FOLDER
    write_pages(folder, {verb: page(verb) for verb in _VERB.findall(help_of())})


def setup(app: Sphinx) -> None:
    """Write the pages before Sphinx looks for pages."""
    app.connect("builder-inited", _write)
