"""A study: one file that says which runs answer a question."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import Field, model_validator

from eccles.errors import InputError, must, nearest
from eccles.html_tables import html_table
from eccles.network import Network
from eccles.settings import Settings, read_yaml, read_yaml_value
from eccles.sweeps.networks import named
from eccles.sweeps.one_value import check_one
from eccles.training.config import SHALLOW, TrainConfig, of_others
from eccles.training.config.idle import idle
from eccles.training.config.words import spelt

FULL = "full"
"""The scale of a study as its file has it."""

MOST_RUNS = 100_000
"""Runs that a study may have; they are planned in memory, and each is stored."""


class Study(Settings):
    """What to run: a base, the settings that vary, repeats, and what to measure.

    `grid` makes every combination of its values, `zip` walks its lists side by side (and is one
    axis of the grid), `repeat` does everything again with other seeds. A seed is the same seed in
    every cell, so cells can be compared pair by pair.
    """

    section: ClassVar[str] = "study"

    name: str = Field(default="study", pattern=r"^[\w./-]+$")
    """What the study is called; results of another one never get into its folder."""

    scale: str = FULL
    """Which of the file's scales this is."""

    about: str = ""
    """What it asks, and where it comes from."""

    base: dict[str, Any] = Field(default_factory=dict)
    """Settings of all runs, as `eccles train` has them."""

    grid: dict[str, list[Any]] = Field(default_factory=dict)
    """Settings and their values: every combination is run."""

    zip: dict[str, list[Any]] = Field(default_factory=dict)
    """Settings and their values, side by side: the first ones together, then the second ones."""

    networks: dict[str, Network] = Field(default_factory=dict)
    """Networks of one's own by name, which the setting `network` may be."""

    modules: dict[str, str] = Field(default_factory=dict)
    """Modules of one's own by name, which the setting `module` may be."""

    devices: dict[str, str] = Field(default_factory=dict)
    """Devices of one's own by name, which the setting `device_model` may be: their constants."""

    repeat: int | list[int] = 1
    """How many seeds (0, 1, ...), or the seeds themselves."""

    measure: dict[str, int] = Field(default_factory=dict, examples=["{operations: 1}"])
    """What to measure, and every how many epochs; "classes" is measured every epoch unless said."""

    keep_weights: bool = False
    """Keep every run's final weights, as weights/RUN.safetensors."""

    @model_validator(mode="before")
    @classmethod
    def _call_networks_by_name(cls, value: Any) -> Any:
        return named(value, Path()) if isinstance(value, Mapping) else value

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if len({model == SHALLOW for model in self._models()}) > 1:
            hint = "make a study of each"
            raise must("study", "model", "shallow in all runs or in none", self._models(), hint)
        for part in ("base", "grid", "zip"):
            for name in getattr(self, part):
                said = of_others(name, deep=self.is_deep)
                if name not in TrainConfig.model_fields:
                    said = TrainConfig.no_setting(name)
                if said is not None:
                    raise InputError(f"study: {part}: {said}; see eccles train --help")
        for part in ("grid", "zip"):
            for name, values in getattr(self, part).items():
                if not values:
                    raise must("study", f"{part}.{name}", "a list of one value or more", values)
        lengths = {name: len(values) for name, values in self.zip.items()}
        if len(set(lengths.values())) > 1:
            got = ", ".join(f"{name} with {n}" for name, n in lengths.items())
            raise InputError(f"study: zip must have lists of one length, got {got}")
        for name in self.zip.keys() & self.grid.keys():
            raise must("study", name, "in grid or in zip", "both", "drop one of the two")
        self._check_repeat()
        self._check_runs()
        # Who says that there is one seed means one run.
        if not self.grid and not self.zip and "repeat" not in self.model_fields_set:
            raise must(
                "study", "grid", "settings with the values to run", {}, "eccles train does one run"
            )
        return self

    def _check_repeat(self) -> None:
        n = len(self.repeat) if isinstance(self.repeat, list) else self.repeat
        if n < 1 or (isinstance(self.repeat, list) and len(set(self.repeat)) < n):
            accepted = "a number of seeds, 1 or more, or a list of different seeds"
            raise must("study", "repeat", accepted, self.repeat)
        if "seed" in {*self.base, *self.grid, *self.zip} and self.repeat != 1:
            raise must("study", "seed", "in repeat or among the settings", "both", "drop one")

    def _check_runs(self) -> None:
        axes = {f"grid.{name}": len(values) for name, values in self.grid.items()}
        if self.zip:
            axes["zip"] = max(map(len, self.zip.values()))
        axes["repeat"] = len(self.repeat) if isinstance(self.repeat, list) else self.repeat
        n_runs = math.prod(axes.values())
        if n_runs > MOST_RUNS:
            parts = " x ".join(f"{_counted(n)} of {name}" for name, n in axes.items() if n > 1)
            raise InputError(
                f"study: runs must be at most {MOST_RUNS:,}, got {_counted(n_runs)} "
                f"({parts[:200]}); make several studies of it"
            )

    def _models(self) -> list[Any]:
        varied = [*self.grid.get("model", []), *self.zip.get("model", [])]
        return varied or [self.base.get("model", SHALLOW)]

    @property
    def is_deep(self) -> bool:
        """Whether the runs are of deep networks; they are in all runs or in none."""
        return bool(self._models()[0] != SHALLOW)

    def usual(self) -> TrainConfig:
        """Return the settings that a run of these networks has unless a study says others."""
        return TrainConfig(model="vgg8" if self.is_deep else SHALLOW)

    def _axes(self) -> dict[str, list[Any]]:
        """Return each setting that differs, with its values."""
        repeated = {} if self.repeat == 1 else {"seed": self.seeds() or []}
        return {**self.grid, **self.zip, **repeated}

    def __repr__(self) -> str:
        axes = ", ".join(f"{name} x {len(values)}" for name, values in self._axes().items())
        return f"Study({self.name!r}, {self.scale}: {axes})"

    def _repr_html_(self) -> str:
        rows = [
            {
                "setting": name,
                "values": len(values),
                "": ", ".join(spelt(name, each) for each in values),
            }
            for name, values in self._axes().items()
        ]
        base = [{"setting": name, "value": spelt(name, value)} for name, value in self.base.items()]
        title = f"{self.name} ({self.scale})"
        return html_table(title, rows) + html_table("in all runs", base)

    @property
    def varied(self) -> tuple[str, ...]:
        """The settings that differ between runs, in the order of the file."""
        repeated = ("seed",) if self.repeat != 1 else ()
        return (*self.grid, *self.zip, *repeated)

    def settings(self, varied: Mapping[str, Any]) -> dict[str, Any]:
        """Return all settings of a run, given those that vary; its network is the network itself.

        `called` says what the study calls it. What acts on nothing in this run is left out.
        """
        values: dict[str, Mapping[str, Any]] = {"network": self.networks, "module": self.modules}
        names = self.called(varied)
        own = {setting: values[setting][name] for setting, name in names.items()}
        whole = {**self._whole(varied), **own}
        left_out = idle(whole)
        return {name: value for name, value in whole.items() if name not in left_out}

    def idle(self, varied: Mapping[str, Any]) -> list[str]:
        """Return the settings that act on nothing in a run, given those that vary."""
        return idle({**self._whole(varied), **dict.fromkeys(self.called(varied))})

    def _whole(self, varied: Mapping[str, Any]) -> dict[str, Any]:
        """Return all settings of a run, with a device's constants in place of its name."""
        found = {**self.base, **varied}
        device = found.get("device_model")
        if isinstance(device, str) and device in self.devices:
            found["device_model"] = self.devices[device]
        return found

    def called(self, varied: Mapping[str, Any]) -> dict[str, str]:
        """Return what a run's network or module of one's own is called in the study, if any."""
        found = {**self.base, **varied}
        return {name: found[name] for name in ("network", "module") if found.get(name) is not None}

    def seeds(self) -> list[int] | None:
        """Return the seeds of the repeats, or None where the other settings have them."""
        if self.repeat == 1:
            return None
        return self.repeat if isinstance(self.repeat, list) else list(range(self.repeat))


def read_study(path: Path, scale: str = FULL, overrides: Sequence[str] = ()) -> Study:
    """Return the study that a YAML file holds, at one of its scales.

    Args:
        path: the file; its name without suffix names the study, unless it says `name`.
        scale: "full" for the file as it is, or one of those under `scales`, which replace parts
            of it: single settings of `base` and `measure`, whole axes of `grid` and `zip`.
        overrides: "setting=value" for one setting of all runs, "grid.setting=[a, b]" for an axis,
            or "part=value" for a part of the study, such as "repeat=3". Values are YAML.
    """
    content = read_yaml(path)
    content.setdefault("name", path.stem)
    scales = content.pop("scales", {})
    if not isinstance(scales, dict):
        raise must("study", "scales", "a name and what differs, for each", scales)
    if scale != FULL and scale not in scales:
        known = sorted({FULL, *scales})
        raise InputError(
            f"study: there is no scale {scale!r}{nearest(scale, known)}; "
            f"{path.name} has {', '.join(known)}"
        )
    content = _merged(content, scales.get(scale) or {}, f"scales.{scale}")
    content["scale"] = scale
    names = [override.partition("=")[0].strip().removeprefix("base.") for override in overrides]
    for name in names:
        if names.count(name) > 1:
            raise must("sweep", "--set", "given once for each setting", name, "drop one of the two")
    for override in overrides:
        content = _override(content, override)
    return Study.model_validate(named(content, path.parent))


def _counted(n: int) -> str:
    # Python doesn't spell whole numbers of thousands of digits.
    return f"{n:,}" if n <= 10**18 else "over 10^18"


def _merged(content: dict[str, Any], changes: object, where: str) -> dict[str, Any]:
    """Return a study's content with changes, mappings setting by setting."""
    if not isinstance(changes, Mapping):
        raise must("study", where, "parts of a study", changes)
    result = dict(content)
    for name, value in changes.items():
        before = result.get(name)
        if isinstance(value, Mapping) and not isinstance(before, dict | None):
            raise must("study", name, "settings and their values", before)
        both = isinstance(before, dict) and isinstance(value, Mapping)
        result[name] = {**before, **value} if both else value  # type: ignore[dict-item]
    return result


def _override(content: dict[str, Any], override: str) -> dict[str, Any]:
    name, sign, text = override.partition("=")
    name = name.strip()
    if not sign or not name:
        raise must("sweep", "--set", "such as epochs=5 or grid.ei=[50:50, 80:20]", override)
    value = read_yaml_value(text, f"--set {override}")
    part, dot, setting = name.partition(".")
    check_one(content, setting if part == "base" else name, value)
    if dot:
        return _merged(content, {part: {setting: value}}, "--set")
    if name in TrainConfig.model_fields:
        # A setting that is said for all runs doesn't vary any more.
        for axes in ("grid", "zip"):
            if isinstance(content.get(axes), dict) and name in content[axes]:
                rest = {key: each for key, each in content[axes].items() if key != name}
                content = {**content, axes: rest}
        if name == "seed":
            content = {key: each for key, each in content.items() if key != "repeat"}
        return _merged(content, {"base": {name: value}}, "--set")
    if name == "scale":
        raise InputError("sweep: --set can't choose a scale; use --scale")
    if name in Study.model_fields:
        return {**content, name: value}
    known = [*TrainConfig.model_fields, *Study.model_fields]
    raise InputError(f"sweep: --set: there is no setting {name!r}{nearest(name, known)}")
