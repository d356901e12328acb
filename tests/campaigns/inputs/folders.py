"""Folders of runs and studies, a file of which is damaged: the same numbers, or one sentence."""

from __future__ import annotations

import hashlib
import json
import shutil
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import goods
from judge import Wrong, command
from mutate import bytes_, dumped, json_, json_text, said, value

from inputs.kind import Input, fresh


def outcome(result: Any) -> dict[str, Any]:
    """Return all that a run gives which its settings decide, to the last digit."""
    weights = hashlib.sha256()
    for name, tensor in sorted(result.network.state_dict().items()):
        weights.update(name.encode() + tensor.numpy().tobytes())
    return {
        "history": [{k: row[k] for k in row if "seconds" not in k} for row in result.history],
        "classes": result.classes,
        "measures": result.measures,
        "settings": result.config.model_dump(mode="json"),
        "identity": result.identity,
        "weights": weights.hexdigest(),
    }


def compare(got: dict[str, Any], right: dict[str, Any]) -> None:
    """Raise Wrong unless two outcomes agree to the last digit."""
    for part, expected in right.items():
        # By their text: what isn't defined is NaN somewhere.
        if repr(got[part]) != repr(expected):
            shown = f"{part}: {repr(got[part])[:800]} for {repr(expected)[:800]}"
            raise Wrong(f"damage in silence changes {part} ({shown})")


def damage(rng: Random, folder: Path) -> tuple[str, Path, bytes | None]:
    """Choose a file of a folder and what becomes of it; None where it is deleted."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    # Large folders of many alike: one of each kind as often as of any other.
    chosen = rng.choice(sorted({(path.name.split(".")[-1], path.parent.name) for path in files}))
    path = rng.choice([p for p in files if (p.name.split(".")[-1], p.parent.name) == chosen])
    name, good, kind = path.relative_to(folder), path.read_bytes(), rng.random()
    if kind < 0.06:
        return f"{name} deleted", name, None
    if kind < 0.11:
        return f"{name} emptied", name, b""
    if kind < 0.5 and path.suffix in (".json", ".jsonl") and path.parent.name != "records":
        bad = json_text(rng, good.decode()).encode(errors="surrogatepass")
        return f"{name} edited: {difference(good, bad)}", name, bad
    if kind < 0.65 and path.suffix == ".safetensors":
        bad = edited_header(rng, good)
        return f"{name} with another header: {difference(good, bad)}", name, bad
    bad = bytes_(rng, good)
    return f"{name}: {difference(good, bad)}", name, bad


def difference(good: bytes, bad: bytes) -> str:
    """Return where two files part, and how."""
    at = next(
        (k for k, (a, b) in enumerate(zip(good, bad, strict=False)) if a != b),
        min(len(good), len(bad)),
    )
    begin = max(0, at - 16)
    return (
        f"{len(good):,} bytes became {len(bad):,}; from byte {begin} "
        f"{good[begin : at + 24]!r} became {bad[begin : at + 24]!r}"
    )


def edited_header(rng: Random, data: bytes) -> bytes:
    """Return a safetensors file with one change in its header of JSON, or in the JSON in that."""
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    inner = header.get("__metadata__", {})
    if inner and rng.random() < 0.7:
        name = rng.choice(sorted(inner))
        try:
            content = json.loads(inner[name])
            changed = json_(rng, content) if isinstance(content, dict | list) else value(rng)
            inner[name] = dumped(changed)
        except ValueError:
            inner[name] = said(value(rng))
    else:
        header = json_(rng, header)
    text = dumped(header).encode(errors="surrogatepass")
    return len(text).to_bytes(8, "little") + text + data[8 + size :]


def _copied(source: Path, target: Path, name: Path, content: bytes | None) -> Path:
    shutil.copytree(source, fresh(target))
    if content is None:
        (target / name).unlink()
    else:
        (target / name).write_bytes(content)
    return target


class RunFolders:
    """A run's folder with a damaged file, gone on with: the undisturbed run, or a sentence."""

    name = "run folders"

    def __init__(self, home: Path) -> None:
        self._home = home
        self._out = Path("run").absolute()
        self._right = {}
        for name in goods.RUNS:
            # A copy: other workers of the campaign do the same.
            shutil.copytree(home / "runs" / name, fresh(self._out))
            self._right[name] = outcome(goods.train(home, name, self._out))

    def draw(self, rng: Random) -> Input:
        # Deep networks take longer to build.
        name = rng.choices(list(goods.RUNS), (6, 5, 1))[0]
        half = rng.random() < 0.6
        source = self._home / "runs" / (f"{name}-half" if half else name)
        shown, file, content = damage(rng, source)

        def call() -> None:
            out = _copied(source, self._out, file, content)
            compare(outcome(goods.train(self._home, name, out)), self._right[name])
            self._check_files(source.with_name(name), out)

        return Input(f"train in runs/{source.name} with {shown}"[:3000], call)

    def _check_files(self, right: Path, out: Path) -> None:
        """Check that what lies there in the end is what the undisturbed run left."""
        names = {p.name for p in out.iterdir()} ^ {p.name for p in right.iterdir()}
        # Nobody can say any more where a finished run came from, and it has nothing to go on with.
        if names - {"provenance.json"}:
            raise Wrong(f"other files in the end ({', '.join(sorted(names))})")
        for path in sorted(right.glob("*.jsonl")):
            if _rows(out / path.name) != _rows(path):
                raise Wrong(f"damage in silence stays in {path.name}")
        summaries = [json.loads((f / "result.json").read_text()) for f in (out, right)]
        for summary in summaries:
            _forget(summary, "seconds", "out")
        if summaries[0] != summaries[1]:
            raise Wrong("damage in silence stays in result.json")


def _rows(path: Path) -> list[Any]:
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    for row in rows:
        _forget(row, "seconds")
    return rows


def _forget(row: dict[str, Any], *parts: str) -> None:
    for name in [name for name in row if any(part in name for part in parts)]:
        del row[name]


class Checkpoints:
    """A damaged checkpoint, read: what was written, or a sentence."""

    name = "checkpoints"

    def __init__(self, home: Path) -> None:
        import torch

        from eccles import TrainConfig
        from eccles.training.prepare import open_data, prepare
        from eccles.training.run import checkpoint

        self._module, self._home = checkpoint, home
        self._good = (home / "runs" / "momentum-half" / "checkpoint.safetensors").read_bytes()
        config = TrainConfig.model_validate(goods.RUNS["momentum"][0])
        self._task = prepare(config, open_data(config, home / "tiny"))
        self._begun = {k: v.clone() for k, v in self._task.network.state_dict().items()}
        size = int.from_bytes(self._good[:8], "little")
        header = json.loads(self._good[8 : 8 + size])["__metadata__"]["eccles"]
        self._identity = json.loads(header)["identity"]
        self._path = Path("checkpoint.safetensors").absolute()
        self._right: Any = None
        self._torch = torch
        self._path.write_bytes(self._good)
        self._right = self._load()

    def draw(self, rng: Random) -> Input:
        good = self._good
        content = edited_header(rng, good) if rng.random() < 0.6 else bytes_(rng, good)

        def call() -> None:
            self._path.write_bytes(content)
            if self._load() != self._right:
                raise Wrong("damage in silence gives another checkpoint")

        return Input(f"checkpoint.load with {difference(good, content)}"[:3000], call)

    def _load(self) -> Any:
        network, optimizer = self._task.network, self._task.optimizer
        network.load_state_dict(self._begun)
        next_epoch = self._module.load(
            self._path, network, optimizer, identity=self._identity, epochs=4
        )
        tensors = [t.numpy().tobytes() for t in network.state_dict().values()]
        return type(next_epoch), next_epoch, tensors, repr(optimizer.state_dict())


class StudyFolders:
    """A study's folder with a damaged file, read or gone on with."""

    name = "study folders"

    def __init__(self, home: Path) -> None:
        self._home, self._out = home, Path("study").absolute()
        whole = self._loaded(home / "studies" / "whole")
        self._right = _tables(whole)
        self._weights = {run: _bytes(whole.weights(run)) for run in whole.plan}
        self._half = _tables(self._loaded(home / "studies" / "half"))

    def _loaded(self, folder: Path) -> Any:
        from eccles import load

        return load(folder)

    def _check_weights(self, out: Path) -> None:
        """Check that a study gives the weights that it kept, or says that it can't."""
        from eccles.errors import EcclesError

        tables = self._loaded(out)
        for run, right in self._weights.items():
            with suppress(EcclesError):
                if _bytes(tables.weights(run)) != right:
                    raise Wrong("damage in silence stays in weights")

    def draw(self, rng: Random) -> Input:
        half = rng.random() < 0.4
        source = self._home / "studies" / ("half" if half else "whole")
        shown, file, content = damage(rng, source)
        uses = {"sweep": 4, "load": 5, "results": 5, "report": 0.05, "figures": 0.05}
        use = rng.choices(list(uses), list(uses.values()))[0]

        def call() -> None:
            out = _copied(source, self._out, file, content)
            if use == "sweep":
                compare(_tables(goods.sweep(self._home, out)), self._right)
                self._check_weights(out)
            elif use == "load":
                compare(_tables(self._loaded(out)), self._half if half else self._right)
            elif use == "results":
                text = command("results", str(out), "--table", "epochs", "--json")
                if half:
                    return
                if [json.loads(text)] != [self._right["json"]]:
                    raise Wrong("damage in silence is printed by results")
            else:
                command(use, str(out), "--out", str(fresh(Path("drawn").absolute())))

        return Input(f"{use} in studies/{source.name} with {shown}"[:3000], call)


def _bytes(weights: Any) -> dict[str, bytes]:
    return {name: tensor.numpy().tobytes() for name, tensor in weights.items()}


def _tables(tables: Any) -> dict[str, Any]:
    from eccles.sweeps.schema import PROVENANCE

    found: dict[str, Any] = {}
    for name in tables.names:
        frame = tables.table(name)
        frame = frame.drop(columns=[c for c in PROVENANCE if c in frame])
        found[name] = frame.to_csv(index=False, float_format="%.17g")
        if name == "epochs":
            plain = frame.astype(object).where(frame.notna(), None)
            found["json"] = json.loads(json.dumps(plain.to_dict("records")))
    found["name"] = tables.study.name
    return found
