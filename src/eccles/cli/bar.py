"""A progress bar of so many things, with the time that is left, on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Advance(Protocol):
    """Moves a progress bar on by `n` things; `at` names the thing that comes next."""

    def __call__(self, n: int, at: str = "") -> None:
        """Move the bar."""


@contextmanager
def bar(what: str, total: int) -> Iterator[Advance]:
    """Draw a bar, where stderr is a terminal; give what moves it.

    Args:
        what: what is being done, such as "drawing".
        total: how many things there are.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    from eccles.data.bars import drawn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with drawn(Console(file=sys.stderr), *columns, TimeRemainingColumn()) as progress:
        task = progress.add_task(what, total=total)

        def advance(n: int, at: str = "") -> None:
            progress.update(task, advance=n, description=f"{what} {at}".rstrip())

        yield advance
