"""Which command does what is left of a study."""

from __future__ import annotations

import shlex
from contextlib import suppress

from eccles.errors import InputError
from eccles.studies import find
from eccles.studies.article import Article
from eccles.sweeps.study import FULL, read_study


def command(article: Article, study: str) -> str:
    """Return the command that does what is left of a study, in the folder where it is."""
    folder = article.folder_of(study)
    known = {article[each].study.scale for each in article}
    scale = article[study].study.scale if study in article else FULL
    if study not in article and len(known) == 1:
        (scale,) = known
    # A folder that has another name than its study was made by the other verb.
    words = ["eccles", "sweep", f"{article.name}/{study}", "--scale", scale, "--out", str(folder)]
    seeds = "--set", "repeat="
    if folder.name == study:
        words = ["eccles", "reproduce", article.name, "--only", study, "--scale", scale]
        words += ["--out", str(folder.parent)]
        seeds = "--repeat", ""
    # A scale that doesn't ship has no seeds to differ from.
    with suppress(InputError):
        repeat = article[study].study.repeat
        shipped = read_study(find(article[study].study.name), scale)
        if repeat != shipped.repeat and isinstance(repeat, int):
            words += [seeds[0], f"{seeds[1]}{repeat}"]
    return shlex.join(words)
