"""Settings and studies as Python has them: what YAML, JSON, flags and notebooks come to."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

from judge import Wrong
from mutate import edited, said, value

from inputs.kind import Input

_GOOD: dict[str, tuple[Any, ...]] = {
    "data": ("fashion-mnist-sample", "fashion-mnist", "shd", "own-recordings", "cifar10"),
    "epochs": (1, 3, 30), "batch_size": (None, 1, 32), "validation": (0.0, 0.1, 0.999),
    "optimizer": (None, "sgd", "adam", "rprop"), "lr": (None, 0.01, 1e38), "momentum": (0.0, 0.9),
    "seed": (0, 1, 2**40), "device": ("cpu",), "steps": (4, 100, 1000), "ei": ("80:20", 0.8, "1:1"),
    "max_time": (1.4, "1.4 s"), "clip": (True, False), "hidden": (1, 10, 100, 65536, "10,10"),
    "tau_mem": ("10 ms", 0.01), "tau_syn": ("5 ms", 0.005), "w1_std": (None, 0.001), "w2_std":
    (None, 0.0), "surrogate": ("superspike", "sigmoid", "arctan", "triangle"), "surrogate_scale":
    (None, 100), "unbounded": (False, True), "projection": (None, True, False), "update_noise":
    (0.0, 2e-4), "noise_scale": ("absolute", "relative"), "engine": ("auto", "event", "dense"),
    "model": ("shallow", "mlp8", "vgg8", "resnet18"), "circuit": ("ei", "bn", "dann", "free"),
    "input_ei": (None, "80:20"),
    "width": (1.0, 0.1), "stabiliser": (None, "adaptive", "none"), "warmup": (None, 0, 1),
    "augment": (None, True), "amp": (False, True), "weight_decay": (None, 0.0),
    "groups": ("E:8,I:2", "E:6,PV:2,SST:2"), "signs":
    (None, "IT:excitatory"), "recurrent": (0.0, 0.1, True), "neuron":
    ("lif", "adaptive", "conductance", "izhikevich"), "tau_adapt": (None, "100 ms"),
    "tau_syn_inhibitory": (None, "20 ms"), "delay": (None, "2 ms"), "threshold": (1.0, 0.5), "dt":
    (None, "2 ms"), "schedule": ("none", "cosine"), "rate_penalty": (0.0, 0.1), "rate_target":
    (10.0, "5 Hz"), "initial_rate": (None, "5 Hz", "E: 5 Hz, I: 10 Hz"), "init":
    (None, "half-normal", "fluctuation", "spectral", "prior"), "device_model":
    (None, "ecram", "reram-es", {"rule": "pow", "power": 2}, '{"dw_min": 0.1}'), "device_bound":
    (10.0, 3), "step_target": (0.1, 0.2), "module":
    (None, f"{__file__}:study", f"{__file__}:study(rng=1)", "Mine-1a2b3c4d", "nowhere.py:make"),
    "network": (None, {"populations": {"a": {"groups": {"E": 4}}},
                                  "projections": {"input -> E": {}, "E -> output": {}}}),
}  # fmt: skip


def settings(rng: Random, most: int = 5) -> dict[str, Any]:
    """Return some settings of a run, most of them good ones."""
    given = {}
    for _ in range(rng.randrange(most)):
        name = rng.choice(list(_GOOD))
        given[name] = rng.choice(_GOOD[name]) if rng.random() < 0.75 else value(rng)
    if rng.random() < 0.06:
        given[edited(rng, rng.choice(list(_GOOD)))] = value(rng)
    return given


def study(rng: Random) -> dict[str, Any]:
    """Return a study, most of it good."""
    content: dict[str, Any] = {"name": "mine", "base": settings(rng)}
    for part in ("grid", "zip"):
        if rng.random() < 0.6:
            name = rng.choice(list(_GOOD))
            content[part] = {name: list(_GOOD[name][:2])}
    if rng.random() < 0.5:
        content["repeat"] = rng.choice((2, 3, [0, 5]))
    if rng.random() < 0.3:
        content["measure"] = {rng.choice(("weights", "classes", "activity", "layers")): 2}
    while rng.random() < 0.6:
        where = rng.choice((content, content["base"]))
        where = where if isinstance(where, dict) else content
        where[rng.choice(["repeat", "grid", "zip", "measure", "base", "name", *_GOOD])] = value(rng)
    return content


class SettingsOfRuns:
    """`TrainConfig`: accepted settings say the same of themselves in a file and back."""

    name = "settings"

    def __init__(self, home: Path) -> None:
        from eccles import TrainConfig

        self._configure = TrainConfig.model_validate

    def draw(self, rng: Random) -> Input:
        given = settings(rng)

        def call() -> None:
            config = self._configure(given)
            config.resolved()
            config.filled_in()
            known = config.identity()
            said = json.loads(json.dumps(config.model_dump(mode="json")))
            if self._configure(said).identity() != known:
                raise Wrong("settings have another identity after a file")

        return Input(f"TrainConfig.model_validate({said(given)})", call)


class Studies:
    """`Study`: planned where it is accepted."""

    name = "studies"

    def __init__(self, home: Path) -> None:
        from eccles.sweeps.plan import plan
        from eccles.sweeps.study import Study

        self._study, self._plan = Study, plan

    def draw(self, rng: Random) -> Input:
        content = study(rng)
        return Input(
            f"sweeps.plan.plan(Study.model_validate({said(content)}))",
            lambda: self._plan(self._study.model_validate(content)),
        )
