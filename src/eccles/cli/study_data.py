"""Which of an article's studies `eccles reproduce` does, by the data that there is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from eccles.cli.reproduce_display import say
from eccles.errors import EcclesError
from eccles.studies.article_contents import contents

if TYPE_CHECKING:
    from rich.console import Console

    from eccles.sweeps.study import Study

SMOKE = "smoke"
"""The smallest scale of a study."""


def with_data(
    article: str,
    asked: Mapping[str, Study],
    console: Console,
    data_dir: Path | None = None,
) -> dict[str, Study]:
    """Return the studies to do; say which are left out, and why.

    Where all of an article is asked for, data that have a stand-in may be missing, for not
    everybody can have them, and so may their stand-in, which is left out where they are here. At
    the smallest scale, which is to show that all works, the stand-in does for both. What a study
    lacks that was asked for by name, or that is none of these, is an error.

    Args:
        article: the article's name.
        asked: its studies, by their short names.
        console: where to say what is left out.
        data_dir: the one folder to look in (default: search, and download).

    Raises InputError where `data_dir` lacks the data, RunError where it is nowhere to be had.
    """
    found: dict[str, Path | None] = {}
    left_out: dict[str, str] = {}
    stand_ins = contents(article).stand_ins
    for name, real in stand_ins.items():
        if real in asked and asked[real].scale == SMOKE and name in asked:
            said = f"at this scale {name} stands in for it; --only {real} does it"
            left_out.setdefault(real, said)
    for name, study in asked.items():
        if name in left_out:
            continue
        try:
            found[name] = _data_folder(study, data_dir)
        except EcclesError as error:
            if name not in {*stand_ins, *stand_ins.values()} or len(asked) == 1:
                raise
            left_out[name] = str(error)
    for name, real in stand_ins.items():
        if name in found and found.get(real) is not None:
            folder = found[real]
            left_out[name] = f"it stands in for {real}, which is in {folder}; --only {name} does it"
    for name, reason in left_out.items():
        say(console, f"left out: {article}/{name}: {reason}")
    return {name: study for name, study in asked.items() if name not in left_out}


def _data_folder(study: Study, data_dir: Path | None) -> Path | None:
    """Return the folder of a study's data; None where each run has data of its own."""
    from eccles.data.catalogue import named
    from eccles.data.files.download import resolve

    return resolve(named(study.base["data"]), data_dir) if "data" in study.base else None
