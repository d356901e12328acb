"""What tyro says of flags that it can't read, in one sentence instead of a box."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import redirect_stderr
from typing import TypeVar

from eccles.errors import InputError

_Parsed = TypeVar("_Parsed")
_FRAME = "│╭╮╰╯─ "


def parsed(parse: Callable[[], _Parsed], prog: str) -> _Parsed:
    """Return what `parse` returns; where it gives up, raise its complaint as an InputError."""
    said = io.StringIO()
    try:
        with redirect_stderr(said):
            return parse()
    except SystemExit as stop:
        if stop.code == 0:
            raise
        raise InputError(f"{_sentence(said.getvalue())}; see {prog} --help") from None


def _sentence(box: str) -> str:
    """Return the first paragraph of a framed text, with the flag that it suggests."""
    content = [line.strip(_FRAME) for line in box.splitlines()[1:]]
    first = " ".join(content[: content.index("")] if "" in content else content)
    suggested = re.search(r"Perhaps you meant.*?(--[\w-]+)", box, re.DOTALL)
    return first + (f" (did you mean {suggested[1]}?)" if suggested else "")
