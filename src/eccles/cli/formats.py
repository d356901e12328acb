"""Which files pictures are written as: what `--format` means, wherever it is a flag."""

from __future__ import annotations

from eccles.errors import must


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
