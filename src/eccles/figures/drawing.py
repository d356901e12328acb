"""A picture and the numbers behind it, which are kept together."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from eccles.arguments import check_fields, typed
from eccles.errors import must
from eccles.figures.style import look
from eccles.paths import is_name
from eccles.storage import write_whole

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

_UNDATED = {
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
    "png": {"Software": None},
}
"""What each format would say of the moment and the program, left out: same picture, same bytes."""

_DIGITS = "%.9g"
"""More digits than a picture shows, and fewer than twice a table's size."""


@dataclass(frozen=True)
class Drawing:
    """A picture, drawn, with the numbers behind it.

    Attributes:
        figure: the matplotlib figure.
        data: a row a mark; what is in the picture, no more and no less.
        caption: what it shows, in whole sentences.
        more: further tables behind it, by name.
    """

    FORMATS: ClassVar[tuple[str, ...]] = ("svg", "pdf", "png")
    """Formats that it can be saved in."""

    figure: Figure
    data: pd.DataFrame
    caption: str
    more: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_fields(self, "figures")
        with look():
            # Laid out once, for the same places in every format.
            self.figure.draw_without_rendering()
            self.figure.set_layout_engine("none")

    def svg(self) -> str:
        """Return the picture as SVG, as `save` writes it; of a film, the frame that it is at."""
        drawn = io.BytesIO()
        with look():
            self._draw(drawn, "svg")
        return drawn.getvalue().decode()

    _repr_svg_ = svg
    """What a notebook shows."""

    def possible(self) -> tuple[str, ...]:
        """Return those of `FORMATS` that can be written here."""
        return self.FORMATS

    @typed("figures")
    def save(
        self, folder: Path | str, name: str, formats: Sequence[str] | None = None
    ) -> list[Path]:
        """Write folder/NAME.svg, ... and the tables as NAME.csv, NAME-MORE.csv; return the paths.

        Args:
            folder: made unless it is there.
            name: the files' name without suffix.
            formats: some of `FORMATS` (default: all that are possible here).

        Each file is whole or absent, and the same drawing gives the same bytes.
        """
        if not is_name(name):
            raise must("figures", "name", "a name of files, without a folder or an ending", name)
        writers: dict[str, Callable[[Path], object]] = {}
        for kind in self.possible() if formats is None else formats:
            writers[f".{kind}"] = self.writer(kind)
        writers[".csv"] = _table_writer(self.data)
        writers |= {f"-{part}.csv": _table_writer(table) for part, table in self.more.items()}
        paths = [Path(folder) / f"{name}{ending}" for ending in writers]
        with look():
            for path, write in zip(paths, writers.values(), strict=True):
                write_whole(path, write)
        return paths

    def writer(self, kind: str) -> Callable[[Path], object]:
        """Return what writes the picture alone to a path, in one of `FORMATS`."""
        if kind not in self.FORMATS:
            raise must("figures", "formats", f"some of {', '.join(self.FORMATS)}", kind)
        return lambda aside: self._draw(aside, kind)

    def _draw(self, target: Path | io.BytesIO, kind: str) -> None:
        metadata = {"Title": self.caption, **_UNDATED[kind]}
        self.figure.savefig(target, format=kind, metadata=metadata)


def _table_writer(table: pd.DataFrame) -> Callable[[Path], object]:
    return lambda aside: table.to_csv(aside, index=False, float_format=_DIGITS)
