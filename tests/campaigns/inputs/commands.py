"""Command lines of every verb, made from its own flags."""

from __future__ import annotations

import dataclasses
import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any, get_args, get_type_hints

from judge import Wrong, command
from mutate import NUMBERS, edited, word

from inputs.kind import Input, fresh

Option = tuple[str, Any]

_SLOW = {"dask", "device", "compiled", "jobs", "epochs", "hidden", "steps", "init_samples"}
"""Flags for which a good value may take minutes, be it of a cluster's patience: they get values
that are wrong, or small."""


def options_of(kind: type, model: str = "shallow") -> dict[str, Any]:
    """Return the flags of a verb's class with their types, those of its settings among them.

    Of settings that depend on a model these are those of that model.
    """
    from pydantic import BaseModel

    from eccles import TrainConfig

    found: dict[str, Any] = {}
    for field in dataclasses.fields(kind):
        annotation = get_type_hints(kind, include_extras=False)[field.name]
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            own = TrainConfig(model=model).names()
            names = own if annotation is TrainConfig else annotation.model_fields
            found |= {name: annotation.model_fields[name].annotation for name in names}
        else:
            found[field.name] = annotation
    return found


def of_function(function: Any) -> dict[str, Any]:
    """Return the flags of a verb that is a function."""
    return {k: v for k, v in get_type_hints(function).items() if k != "return"}


class Commands:
    """`eccles VERB ...`: every verb and flag, good and bad values."""

    name = "commands"

    def __init__(self, home: Path) -> None:
        from eccles.cli import (
            audio,
            bench,
            data,
            describe,
            devices,
            figures,
            inspect,
            report,
            reproduce,
            results,
            show,
            sweep,
            train,
        )

        tiny = str(home / "tiny")
        whole = str(home / "studies" / "whole")
        shallow = {"data": "own-recordings", "data-dir": tiny, "hidden": "5", "epochs": "1",
                   "steps": "20", "max-time": "500 ms", "out": "out"}  # fmt: skip
        deep = {"model": "mlp8", "data": str(home / "camera"), "width": "0.04", "epochs": "0",
                "steps": "2", "init-samples": "2", "batch-size": "2", "out": "out"}  # fmt: skip
        planned = {"out": whole, "data-dir": tiny, "dry-run": None}
        drawn = {"out": "out", "format": "svg"}
        # Words, options that make it quick, all options, and how often.
        self._verbs: list[tuple[list[str], Mapping[str, str | None], dict[str, Any], float]] = [
            (["train"], shallow, options_of(train.Arguments), 5),
            (["train"], deep, options_of(train.Arguments, "mlp8"), 0.5),
            (["sweep", str(home / "yaml" / "small.yaml")], planned, options_of(sweep.Arguments), 2),
            (["results", whole], {}, options_of(results.Arguments), 4),
            (["figures", whole], drawn, options_of(figures.Arguments), 0.4),
            (["inspect", str(home / "runs" / "deep")], drawn, options_of(inspect.Arguments), 0.05),
            (["figures", str(home / "runs" / "deep")], drawn, options_of(figures.Arguments), 0.05),
            (["report", str(home / "runs" / "deep")], {"out": "out"}, {}, 0.02),
            (["report", whole], {"out": "out"}, options_of(report.Arguments), 0.05),
            (
                ["reproduce", "kilgore2025"],
                {"out": "out", "no-run": None},
                options_of(reproduce.Arguments),
                1,
            ),
            (["bench"], {"data": "none"}, of_function(bench.bench), 1),
            (["data", "list"], {}, of_function(data.list_), 0.3),
            (
                ["data", "describe", f"{tiny}/"],
                {"out": "out.svg"},
                of_function(describe.describe),
                0.5,
            ),
            (["data", "path", "own-recordings"], {}, of_function(data.path), 1),
            (["data", "fetch", "own-recordings"], {"data-dir": tiny}, of_function(data.fetch), 1),
            (["data", "doctor"], {"data-dir": tiny}, of_function(data.doctor), 0.05),
            (["data", "make-digits"], {"train": "x"}, of_function(audio.make_digits), 0.3),
            (
                ["data", "encode-audio", str(home / "audio")],
                {"out": "out.h5"},
                of_function(audio.encode_audio),
                0.2,
            ),
            (["show"], {"out": "out.svg"}, options_of(show.Arguments), 1),
            (["devices", "list"], {}, of_function(devices.list_), 0.2),
            (["devices", "show", "ecram"], {}, of_function(devices.show), 0.5),
            (["devices", "plot", "ecram"], {"out": "out.svg"}, of_function(devices.plot), 0.2),
            (["devices", "fit", str(home / "pulses.csv")], {}, of_function(devices.fit), 0.5),
            ([], {}, {}, 0.3),
        ]
        self._paths = _hostile_paths(home)

    def draw(self, rng: Random) -> Input:
        start, usual, options, _ = rng.choices(self._verbs, [verb[-1] for verb in self._verbs])[0]
        words = list(start)
        given: dict[str, str | None] = dict(usual)
        for _ in range(rng.choice((0, 1, 1, 1, 1, 2, 3))):
            if not options or rng.random() < 0.06:
                given[edited(rng, rng.choice(["epochs", "json", *options]))] = word(rng)
                continue
            name = rng.choice(list(options))
            given[name.replace("_", "-")] = self._value(rng, name, options[name])
        if start[:1] in (["bench"], ["data"]):
            # Of these, what is wrong alone is quick.
            given |= {k: v for k, v in usual.items() if k in ("data", "train")}
        if start[:1] == ["reproduce"]:
            given["no-run"] = None
        for name, text in given.items():
            flag = f"--{name}"
            if text is None:
                words.append(flag)
            elif rng.random() < 0.15:
                words.append(f"{flag}={text}")
            else:
                words += [flag, text]
        if rng.random() < 0.12:
            words.insert(rng.randrange(len(words) + 1), word(rng))
        if words and rng.random() < 0.05:
            at = rng.randrange(len(words))
            words[at] = edited(rng, words[at])
        if rng.random() < 0.03:
            rng.shuffle(words)
        if rng.random() < 0.02 and words:
            words += words[-2:]
        words = [w for w in words if w not in ("--debug", "-h", "--help")]

        def call() -> None:
            before = {path.name for path in Path().iterdir()}
            try:
                command(*words)
            finally:
                made = {path.name for path in Path().iterdir()} - before
                for name in made:
                    fresh(Path(name))
            if strays := [name for name in made if name.startswith(".")]:
                raise Wrong(f"leaves stray files ({strays})")

        return Input(f"eccles {shlex.join(words)}"[:3000].encode(errors="replace").decode(), call)

    def _value(self, rng: Random, name: str, annotation: Any) -> str | None:
        kinds = [annotation, *get_args(annotation)]
        slow = name in _SLOW
        if bool in kinds and rng.random() < 0.8:
            return rng.choice((None, "True", "False", "true", "maybe"))
        if slow:
            return rng.choice(("0", "1", "2", "-1", "x", "", "1.5", "nan", "1e1", "2 ", "'1'"))
        if Path in kinds or name in ("out", "export"):
            return rng.choice(self._paths)
        choices = [each for kind in kinds for each in get_args(kind) if isinstance(each, str)]
        if choices and rng.random() < 0.6:
            return rng.choice(choices)
        if (int in kinds or float in kinds) and rng.random() < 0.6:
            number = rng.choice(NUMBERS)
            return str(number) if rng.random() < 0.9 else edited(rng, str(number))
        known = _USUAL.get(name)
        if known and rng.random() < 0.6:
            text = rng.choice(known)
            return text if rng.random() < 0.6 else edited(rng, text)
        return word(rng)


_USUAL = {
    "ei": ("80:20", "0.8", "50:50"), "tau_mem": ("10 ms",), "tau_syn": ("5 ms",),
    "measure": ("weights", "activity:2", "distances", "layers"), "only": ("noise", "1c", "R1"),
    "where": ("seed = 0", "epoch > 1", "true"), "columns": ("run,seed", "epoch, accuracy", "ei"),
    "table": ("runs", "epochs", "classes", "weights"), "set": ("epochs=5", "grid.ei=[50:50]"),
    "shard": ("1/2", "2/2"), "scale": ("full", "smoke"), "format": ("svg", "png"),
    "optimizer": ("adam", "sgd", "rprop", "lbfgs", "sparseadam", "adagrad", "muon"),
}  # fmt: skip


def _hostile_paths(home: Path) -> tuple[str, ...]:
    """Return names of files and folders; none is outside the working directory.

    What is one of the system's own is reached by links alone, so that nothing can replace it.
    """
    links = {
        "full": "/dev/full",
        "zero": "/dev/zero",
        "null": "/dev/null",
        "loop": "loop",
        "nowhere": "not/there",
        "proc": "/proc/self",
    }
    for name, target in links.items():
        link = Path(name)
        if not link.is_symlink():
            link.symlink_to(target)
    Path("file").write_text("x: 1\n", encoding="utf-8")
    Path("folder").mkdir(exist_ok=True)
    Path("folder/inside").write_text("something", encoding="utf-8")
    if not Path("pipe").exists():
        os.mkfifo("pipe")
    goods_ = (str(home / "yaml" / "run.yaml"), str(home / "runs" / "shallow" / "config.json"))
    return (
        "out", "out.csv", "out.json", "out.parquet", "out.h5", "", ".", "x/y/z", "x\0y", "a" * 300,
        "x/" * 3000, "file", "file/x", "folder", "full", "zero", "null", "loop", "nowhere", "proc",
        "pipe", "x\ny", "~", "~nobody/x", "~" + "a" * 300, "-", "é\u2028", "\udcff", "out/", " ",
        "$HOME", *goods_,
    )  # fmt: skip
