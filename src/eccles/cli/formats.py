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


def format_of(out: Path, verb: str) -> str:
    """Return the format that a picture's name asks for, or raise InputError, naming the verb."""
    kind = out.suffix.removeprefix(".").lower()
    if kind not in {"svg", "png", "pdf"}:
        raise must(verb, "--out", "a file named .svg, .png or .pdf", str(out))
    if out.is_dir():
        raise must(verb, "--out", "a file", f"the folder {out}")
    return kind


def check_can_draw(verb: str) -> None:
    """Raise InputError, naming the verb, unless what drawing needs is installed."""
    try:
        import pandas  # noqa: F401
    except ImportError:
        raise InputError(
            f"{verb}: drawing needs the package pandas; pip install 'eccles[sweep]'"
        ) from None
