"""`eccles recommend`: which ratio for a device, by a small study of paired seeds."""

from __future__ import annotations

import json as json_format
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from eccles.cli.flags import flag, read
from eccles.cli.plain_table import print_rows
from eccles.errors import counted, must, nearest

if TYPE_CHECKING:
    from eccles.studies.devices.recommend import Advice
    from eccles.sweeps.study import Study
    from eccles.sweeps.tables import StudyTables

_STUDY = "devices/recommend"
_SCALES = ("smoke", "laptop", "full")
_WIDTH = 80


@dataclass(frozen=True)
class Arguments:
    """Say which ratio of excitatory to inhibitory neurons suits a memristive device.

    It runs a study over ratios and initial rates, paired by seed, and ranks them by accuracy,
    beside networks without inhibition. The study's folder keeps all runs and a figure; the same
    command goes on where it was stopped.

    Try
        eccles recommend --device-model reram-sb --scale smoke
        eccles recommend --device-model my-device.yaml --set epochs=20
    """

    device_model: Annotated[str, flag("NAME|FILE", "(required)")] = ""
    """One of `eccles devices list`, or a YAML file of one's own."""

    data: Annotated[str | None, flag("NAME")] = None
    """Data set (default: Fashion-MNIST; the sample of it that ships at scale smoke)."""

    scale: str = "laptop"
    """How much to run: smoke (two minutes), laptop (a quarter of an hour), or full."""

    out: Annotated[Path | None, flag("DIR")] = None
    """The study's folder (default: studies/recommend-DEVICE-SCALE)."""

    set: tyro.conf.UseAppendAction[tuple[str, ...]] = ()
    """Settings of all runs, an axis as grid.ei=[80:20, 100:0], or repeat=N."""

    jobs: Annotated[int | None, flag("N")] = None
    """Processes on this machine, one thread each (default: as many as cores)."""

    retry_failed: bool = False
    """Do the runs that failed before again."""

    data_dir: Annotated[Path | None, flag("DIR")] = None
    """Folder with the data set's files (default: search for them)."""

    json: bool = False
    """Print table and answer as JSON, and progress on stderr."""

    debug: bool = False
    """Show where an error comes from."""


def run(words: Sequence[str]) -> int:
    """Run `eccles recommend WORDS`; exit status 1 if a run failed."""
    given = read(Arguments, "recommend", words)
    if not given.device_model:
        accepted = "one of eccles devices list, or a YAML file"
        raise must("recommend", "--device-model", accepted, "none")
    if given.scale not in _SCALES:
        hint = nearest(given.scale, _SCALES).strip(" ()")
        raise must("recommend", "--scale", f"one of {', '.join(_SCALES)}", given.scale, hint)
    from eccles.cli.sweep_display import SweepDisplay
    from eccles.stats.frames import require
    from eccles.sweeps.sweep import sweep

    # Minutes of runs shouldn't end in the news that a package is missing.
    require("duckdb", "pandas", "statsmodels")
    study = _study(given)
    out = given.out or Path("studies") / f"recommend-{Path(given.device_model).stem}-{given.scale}"
    with SweepDisplay(aside=given.json) as watch:
        results = sweep(
            study,
            out,
            jobs=given.jobs,
            retry_failed=given.retry_failed,
            data_dir=given.data_dir,
            watch=watch,
        )
    from eccles.studies.devices.recommend import advise

    advice, figure = advise(results), _drawn(results)
    failed = int((results.planned(results.runs)["status"] == "failed").sum())
    if given.json:
        print(_as_json(given.device_model, advice, out, figure))
    else:
        _print(given.device_model, advice)
        again = f"eccles results {out} --value final_accuracy --against ei=100:0"
        print(f"\nfigure in {figure}; {again} has all cells")
        if failed:
            print(f"{counted(failed, 'run')} failed; --retry-failed does what failed again")
    return 1 if failed else 0


def _study(given: Arguments) -> Study:
    """Return the study that ships, of this device and these data."""
    from eccles.devices.presets import said
    from eccles.studies import find
    from eccles.sweeps.study import read_study

    own = [f"device_model={json_format.dumps(said(given.device_model))}"]
    if given.data is not None:
        own.append(f"data={json_format.dumps(given.data)}")
    return read_study(find(_STUDY), given.scale, [*own, *given.set])


def _drawn(results: StudyTables) -> Path:
    """Draw accuracy by ratio, a line a rate, into the study's folder."""
    from eccles.figures import by_setting
    from eccles.studies.devices.recommend import VALUE

    runs = results.planned(results.runs)
    runs = runs[runs["status"] == "done"]
    drawing = by_setting(runs, "ei", y=VALUE, by="initial_rate", note=results.study.name)
    return drawing.save(results.folder / "figures", "accuracy-by-ratio", ["svg"])[0]


def _print(name: str, advice: Advice) -> None:
    head = ("ratio", "start", "n", "accuracy", "95 %", "to 100:0", "95 %", "p", "seeds")
    rows = []
    for _, row in advice.table.iterrows():
        compared = row["n_pairs"] == row["n_pairs"]
        rows.append(
            (
                str(row["ei"]),
                str(row["initial_rate"]),
                f"{row['n']}",
                f"{100 * row['mean']:.1f} %",
                _interval(row["low"], row["high"]),
                f"{100 * row['difference']:+.1f}" if compared else "-",
                _interval(row["difference_low"], row["difference_high"]) if compared else "-",
                f"{row['p_holm']:.2g}" if row["p_holm"] == row["p_holm"] else "-",
                f"{row['seeds_needed']:,.0f}" if row["seeds_needed"] >= 0 else "-",
            )
        )
    print(f"{name}: accuracy by ratio and initial rate, the highest first\n")
    print_rows(head, rows)
    for said in (advice.answer, advice.basis):
        print()
        print(textwrap.fill(said, _WIDTH))


def _interval(low: float, high: float) -> str:
    return f"{100 * low:.1f} to {100 * high:.1f}" if low == low else "-"


def _as_json(name: str, advice: Advice, out: Path, figure: Path) -> str:
    table = advice.table.astype(object).where(advice.table.notna(), None)
    content = {
        "device_model": name,
        "table": table.to_dict("records"),
        "answer": advice.answer,
        "basis": advice.basis,
        "out": str(out),
        "figure": str(figure),
    }
    return json_format.dumps(content)
