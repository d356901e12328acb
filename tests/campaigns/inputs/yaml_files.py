"""YAML files: by its grammar, and good ones damaged."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

from mutate import bytes_, deep, dumped, edited, said, value, word

from inputs.kind import Input
from inputs.settings import settings, study


class YamlFiles:
    """Settings and studies from files."""

    name = "yaml"

    def __init__(self, home: Path) -> None:
        import yaml

        from eccles import TrainConfig
        from eccles.data import Framing
        from eccles.settings import read_yaml
        from eccles.sweeps.plan import plan
        from eccles.sweeps.study import read_study

        self._path = Path("given.yaml").absolute()
        self._dump = yaml.safe_dump
        self._goods = [path.read_bytes() for path in sorted(home.glob("yaml/*"))]
        self._calls = (
            (
                "TrainConfig.model_validate(read_yaml(FILE))",
                lambda path, _: TrainConfig.model_validate(read_yaml(path)),
            ),
            ("TrainConfig.from_yaml(FILE)", lambda path, _: TrainConfig.from_yaml(path)),
            ("Framing.from_yaml(FILE)", lambda path, _: Framing.from_yaml(path)),
            ("plan(read_study(FILE))", lambda path, _: plan(read_study(path))),
            (
                "plan(read_study(FILE, overrides=SET))",
                lambda path, sets: plan(read_study(path, overrides=sets)),
            ),
        )

    def draw(self, rng: Random) -> Input:
        content = self._content(rng)
        sets = [edited(rng, rng.choice(_SETS)) for _ in range(rng.randrange(3))]
        name, call = rng.choice(self._calls)

        def tried() -> None:
            self._path.write_bytes(content)
            call(self._path, sets)

        return Input(f"{name}; FILE = {content[:3000]!r}; SET = {sets!r}", tried)

    def _content(self, rng: Random) -> bytes:
        kind = rng.random()
        if kind < 0.3:
            content = rng.choice(self._goods)
            # The heads of large files are what differs.
            return bytes_(rng, content[: rng.choice((300, 1000, len(content)))])
        if kind < 0.55:
            made = settings(rng) if rng.random() < 0.5 else study(rng)
            return _spelt(rng, made, self._dump).encode(errors="surrogatepass")
        if kind < 0.95:
            return _block(rng, 0).encode(errors="surrogatepass")
        return _bomb(rng).encode()


_SETS = ("epochs=5", "grid.ei=[50:50, 80:20]", "repeat=2", "base.seed=3", "measure.weights=2")
_NAMES = ("epochs", "ei", "base", "grid", "zip", "repeat", "measure", "name", "scales", "hidden",
          "tau_mem", "data", "model", "seed", "n_frames", "size", "x")  # fmt: skip


def _spelt(rng: Random, content: Any, dump: Any) -> str:
    try:
        with deep():
            text: str = dump(content, sort_keys=False) if rng.random() < 0.7 else dumped(content)
    except Exception:  # It can't say everything in YAML.
        text = said(content)
    return edited(rng, text) if rng.random() < 0.5 else text


def _block(rng: Random, depth: int) -> str:
    lines = []
    for _ in range(rng.randrange(1, 6)):
        name = rng.choice(_NAMES) if rng.random() < 0.85 else word(rng)
        lines.append(f"{'  ' * depth}{name}:{_scalar(rng, depth)}")
    return "\n".join(lines) + "\n"


def _scalar(rng: Random, depth: int) -> str:
    kind = rng.random()
    if kind < 0.35:
        return f" {word(rng)}"
    if kind < 0.5 and depth < 3:
        return "\n" + _block(rng, depth + 1).rstrip("\n")
    if kind < 0.62:
        return f" [{', '.join(word(rng) for _ in range(rng.randrange(4)))}]"
    if kind < 0.7:
        return f" {{{word(rng)}: {word(rng)}}}"
    if kind < 0.78:
        return (
            f" {rng.choice(('!!int', '!!float', '!!set', '!x', '!!binary', '!!omap'))} {word(rng)}"
        )
    if kind < 0.86:
        return f" {rng.choice(('&a', '*a', '<<: *a', '|', '>', '? ', '- -'))} {word(rng)}"
    if kind < 0.9:
        return f" {rng.choice(('2001-12-14', '2001-99-99', '12:30:45', '0b11', '.nan', '.inf'))}"
    return f" {dumped(value(rng))[:4000]}"


def _bomb(rng: Random) -> str:
    """Return a file of some lines that stands for very much."""
    wide, deep = rng.choice((2, 8)), rng.choice((4, 8, 20))
    lines = ["a0: &a0 [x]"]
    for k in range(1, deep):
        lines.append(f"a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * wide)}]")
    if rng.random() < 0.5:
        lines.append(f"grid: {{ei: *a{deep - 1}}}")
    return "\n".join(lines) + "\n"
