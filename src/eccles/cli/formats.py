"""What pictures are written as: what `--format` and `--out` mean, wherever they are flags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from eccles.cli.bar import bar
from eccles.errors import InputError, must

if TYPE_CHECKING:
    from eccles.figures import Drawing


def formats_of(text: str | None, verb: str) -> list[str] | None:
    """Return the formats that a flag names, or None for all of them.

    Raises InputError, naming the verb, for one that nothing is drawn in.
    """
    if text is None:
        return None
    from eccles.figures import Drawing, Film

    known = (*Drawing.FORMATS, *Film.FORMATS)
    formats = [name.strip().lower() for name in text.split(",")]
    for name in formats:
        if name not in known:
            raise must(verb, "--format", f"some of {', '.join(known)}", name)
    return formats


def those_of(formats: Sequence[str] | None, possible: Sequence[str]) -> list[str] | None:
    """Return those of the formats asked for that a drawing can have; None asks for all."""
    return None if formats is None else [each for each in formats if each in possible]


def save_each(
    drawings: Mapping[str, Drawing], out: Path, formats: Sequence[str] | None
) -> dict[str, list[Path]]:
    """Save drawings under their names; return the files of those that can have such a format.

    No format of a film is among those of a picture.
    """
    saved = {}
    with bar("drawing", len(drawings)) as advance:
        for name, drawing in drawings.items():
            advance(0, name)
            kinds = those_of(formats, drawing.FORMATS)
            if kinds != []:
                saved[name] = drawing.save(out, name, kinds)
            advance(1)
    return saved


PICTURES = ("svg", "png", "pdf")
"""Formats of a picture that a flag names the file of."""


def format_of(out: Path, verb: str, known: Sequence[str] = PICTURES) -> str:
    """Return the format that a file's name asks for, before anything is written.

    Raises InputError, naming the verb, for another, and where a file can't be.
    """
    kind = out.suffix.removeprefix(".").lower()
    if kind not in known:
        endings = [f".{each}" for each in known]
        named = f"{', '.join(endings[:-1])} or {endings[-1]}"
        raise must(verb, "--out", f"a file named {named}", str(out))
    if out.is_dir():
        raise must(verb, "--out", "a file", f"the folder {out}")
    above = next(each for each in out.absolute().parents if each.exists())
    if not above.is_dir():
        raise must(verb, "--out", "a file in a folder", f"{out} in the file {above}")
    return kind


def check_can_draw(verb: str) -> None:
    """Raise InputError, naming the verb, unless what drawing needs is installed."""
    try:
        import pandas  # noqa: F401
    except ImportError:
        raise InputError(
            f"{verb}: drawing needs the package pandas; pip install 'eccles[sweep]'"
        ) from None
