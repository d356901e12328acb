"""Texts that stand for numbers: durations, ratios, measures, shares."""

from __future__ import annotations

import math
from pathlib import Path
from random import Random

from judge import Wrong
from mutate import NUMBERS, edited, said, word

from inputs.kind import Input

_GOOD = (
    "10 ms", "5ms", "0.02", "1 s", "250 us", "3 µs", "1e-3", "80:20", "95.5:4.5", "0.8", "4:1",
    "1/3", "activity:10,distances", "weights:1", "2/8", "epochs=5", "grid.ei=[50:50, 80:20]",
)  # fmt: skip


class Strings:
    """Durations, ratios, lists of measures, shares of a study, values of --set."""

    name = "strings"

    def __init__(self, home: Path) -> None:
        from eccles.cli.formats import formats_of
        from eccles.populations import Populations, canonical
        from eccles.settings import read_yaml_value
        from eccles.sweeps.plan import plan
        from eccles.sweeps.study import Study
        from eccles.training.measures.measures import read_measures
        from eccles.units import seconds

        small = plan(Study(grid={"ei": ["50:50", "80:20"]}, repeat=2))

        def duration(text: object) -> None:
            if not 0 < seconds(text) < math.inf:
                raise Wrong(f"seconds is {seconds(text)}")

        def ratio(text: object) -> None:
            if canonical(canonical(text)) != canonical(text):
                raise Wrong(f"canonical of {text!r} isn't the same twice")

        def populations(text: object, n: object) -> None:
            layer = Populations.parse(text, n, rounding=True)
            if layer.n_neurons != n:
                raise Wrong(f"populations has {layer.n_neurons} neurons for {n}")

        self._calls = (
            ("units.seconds", duration, 1),
            ("populations.canonical", ratio, 1),
            ("Populations.parse", populations, 2),
            ("training.measures.read_measures", read_measures, 1),
            ("cli.formats.formats_of", lambda text: formats_of(text, "figures"), 1),
            ("plan.shard", small.shard, 1),
            ("settings.read_yaml_value", lambda text: read_yaml_value(text, "--set x"), 1),
        )

    def draw(self, rng: Random) -> Input:
        name, call, n = rng.choice(self._calls)
        text: object = edited(rng, rng.choice(_GOOD)) if rng.random() < 0.6 else word(rng)
        if (n == 2 and rng.random() < 0.3) or (name == "units.seconds" and rng.random() < 0.2):
            text = rng.choice(NUMBERS)
        given = (text, *(rng.choice((1, 2, 10, 100, 0, -1, 10**20)) for _ in range(n - 1)))
        shown = f"{name}{said(given)}"
        return Input(shown, lambda: call(*given))
