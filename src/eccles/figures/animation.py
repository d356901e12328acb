"""Activity by class as a film: one picture an epoch, as GIF and as MP4."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from eccles.arguments import typed
from eccles.errors import InputError, RunError, must
from eccles.figures import style
from eccles.figures.activity_by_class import (
    GROUPS,
    class_activity,
    curves_of,
    draw_curves,
    draw_points,
    ratio_handles,
    silent,
    spikes_limits,
    trained,
)
from eccles.figures.drawing import Drawing

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.animation import AbstractMovieWriter

_DPI = 120
_PER_SECOND = 3


def encoder() -> str | None:
    """Return the program that writes MP4, or None: ffmpeg, or the one of `eccles[movie]`."""
    found = shutil.which("ffmpeg")
    if found is None:
        try:
            from imageio_ffmpeg import get_ffmpeg_exe
        except ImportError:
            return None
        try:
            found = str(get_ffmpeg_exe())
        except RuntimeError:
            return None
    return found


@dataclass(frozen=True)
class Film(Drawing):
    """A drawing that changes from frame to frame.

    Attributes:
        frames: how many there are.
        show: changes the figure to the frame of a number from 0.
    """

    FORMATS: ClassVar[tuple[str, ...]] = ("gif", "mp4")

    frames: int = 1
    show: Callable[[int], None] = lambda _: None

    def possible(self) -> tuple[str, ...]:
        """Return "gif", and "mp4" where there is a program that writes it."""
        return self.FORMATS if encoder() else self.FORMATS[:1]

    def writer(self, kind: str) -> Callable[[Path], object]:
        """Return what writes the film alone to a path, in one of `FORMATS`."""
        from matplotlib.animation import FFMpegWriter, PillowWriter

        if kind == "gif":
            return lambda aside: self._film(PillowWriter(fps=_PER_SECOND), aside, kind)
        if kind != "mp4":
            raise must("figures", "formats", f"some of {', '.join(self.FORMATS)}", kind)
        program = encoder()
        if program is None:
            raise InputError(
                "figures: MP4 needs ffmpeg, got none; pip install 'eccles[movie]', or take the GIF"
            )
        still = ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1"]

        def write(aside: Path) -> None:
            import matplotlib

            with matplotlib.rc_context({"animation.ffmpeg_path": program}):
                self._film(FFMpegWriter(_PER_SECOND, codec="h264", extra_args=still), aside, kind)

        return write

    def _film(self, writer: AbstractMovieWriter, aside: Path, kind: str) -> None:
        # Both writers tell the format by the name's end.
        named = aside.with_name(f"{aside.name}.{kind}")
        try:
            with writer.saving(self.figure, str(named), _DPI):
                for frame in range(self.frames):
                    self.show(frame)
                    writer.grab_frame()
            named.replace(aside)
        except subprocess.CalledProcessError as error:
            raise RunError(
                f"figures: ffmpeg must write {kind}, got {error}; take the GIF"
            ) from None
        finally:
            named.unlink(missing_ok=True)


@typed("figures")
@style.look()
def activity_film(
    runs: pd.DataFrame,
    epochs: pd.DataFrame,
    classes: pd.DataFrame,
    *,
    success: float = 0.5,
    colours: dict[str, str] | None = None,
    note: str = "",
) -> Film:
    """Draw `activity_by_class` as a film, a frame an epoch.

    Takes the tables and settings of `activity_by_class`.
    """
    data = class_activity(runs, classes, success)
    curves = curves_of(runs, epochs, success)
    colours = colours or style.colours(runs["ei"].unique())
    shown = sorted(int(epoch) for epoch in data["epoch"].unique())
    figure = style.figure(style.PAGE, 4.2, note)
    panels = figure.subplots(2, 2, width_ratios=[1, 1.3])
    limits = spikes_limits(data)
    by_frame = {(group, epoch): rows for (group, epoch), rows in data.groupby(["group", "epoch"])}
    moving = []
    for (left, right), group in zip(panels, GROUPS, strict=True):
        draw_curves(left, curves, group, colours)
        cursor = left.axvline(0, color="black", linewidth=1.2, clip_on=False)
        points = draw_points(right, data[data["group"] == group].iloc[:0], limits)
        right.set_title("0 epochs")
        right.set_ylabel("excitatory spikes (%)")
        moving.append((group, cursor, points, right))
    panels[1][0].set_xlabel("epochs trained")
    panels[1][1].set_xlabel("hidden spikes a sample")
    panels[1][0].legend(handles=ratio_handles(colours, runs["ei"].unique()), loc="upper right")
    bar = figure.colorbar(moving[0][2], ax=panels[:, -1], label="class accuracy (%)", aspect=40)
    bar.outline.set_visible(False)

    def show(frame: int) -> None:
        epoch = shown[frame]
        for group, cursor, points, axes in moving:
            cursor.set_xdata([epoch + 1, epoch + 1])
            axes.set_title(trained(epoch))
            rows = by_frame.get((group, epoch), data.iloc[:0])
            fired = rows[rows["total_spikes"] > 0]
            points.set_offsets(fired[["total_spikes", "percent_excitatory"]].to_numpy())
            points.set_array(100 * fired["accuracy"].to_numpy())

    caption = (
        f"Above: networks with a peak test accuracy over {100 * success:g} %; below: the others. "
        "Left: test accuracy by epoch, a line a run. Right: percent of hidden spikes that are "
        "excitatory over all hidden spikes of a sample, a point a network and class, coloured by "
        f"class accuracy; a frame an epoch. {silent(data)}"
    )
    return Film(figure, data, caption, {"curves": curves}, len(shown), show)
