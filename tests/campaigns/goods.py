"""Good files and folders, small ones, which campaigns damage."""

from __future__ import annotations

import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

CLASSES = ("no", "yes")
MEASURE = {"weights": 2, "activity": 1}
CONFIG: dict[str, Any] = {
    "data": "own-recordings", "hidden": 10, "epochs": 4, "batch_size": 4, "steps": 20,
    "max_time": 0.5, "w1_std": 0.05,
}  # fmt: skip
DEEP: dict[str, Any] = {
    "model": "mlp8", "data": "camera", "width": 0.04, "epochs": 3, "batch_size": 2, "steps": 3,
    "init_samples": 4,
}  # fmt: skip
STUDY: dict[str, Any] = {
    "name": "small", "base": CONFIG, "grid": {"ei": ["50:50", "80:20"]}, "repeat": 2,
    "measure": {"weights": 2}, "keep_weights": True,
}  # fmt: skip


def make(home: Path) -> None:
    """Fill a folder with all that kinds of input need; the working directory must be `home`."""
    from eccles.data import Recordings
    from eccles.data.spikes.hdf5 import write

    _words(home / "tiny", Recordings, write)
    _camera(home / "camera")
    _audio(home / "audio")
    _images(home / "files")
    _yaml(home / "yaml")
    rows = [f"{k},{'up' if k < 9 else 'down'},{9 - abs(k - 9)}" for k in range(19)]
    (home / "pulses.csv").write_text("\n".join(["pulse,direction,conductance", *rows]), "utf-8")
    _runs(home)
    _study(home)


def _words(folder: Path, recordings: Any, write: Any) -> None:
    folder.mkdir()
    chance = np.random.default_rng(0)
    for name, n in (("train", 12), ("test", 6)):
        lengths = chance.integers(20, 60, n)
        labels = np.arange(n) % 2
        times = [np.sort(chance.uniform(0, 0.5, k)) for k in lengths]
        # Two words that differ in which channels they reach.
        units = [
            chance.integers(0, 350, k) + 350 * (chance.random(k) < 0.2 + 0.6 * label)
            for k, label in zip(lengths, labels, strict=True)
        ]
        made = recordings(
            np.concatenate(times).astype(np.float32),
            np.concatenate(units).astype(np.uint16),
            np.concatenate([[0], np.cumsum(lengths)]),
            labels.astype(np.int64),
            CLASSES,
            (np.arange(n) % 3).astype(np.int64),
            {"age": np.array([20, 30, 40]), "gender": np.array(["f", "m", "f"])},
            700,
        )
        write(folder / f"{name}.h5", made)
        if name == "train":
            write(folder / "packed.h5.gz", made)
    (folder / "packed.h5.gz").rename(folder.parent / "packed.h5.gz")


def _camera(folder: Path) -> None:
    chance = np.random.default_rng(1)
    for part, n in (("train", 3), ("test", 1)):
        for label, name in enumerate(CLASSES):
            (folder / part / name).mkdir(parents=True)
            for k in range(n):
                size = 200
                np.savez(
                    folder / part / name / f"{k}.npz",
                    x=chance.integers(64 * label, 64 + 64 * label, size),
                    y=chance.integers(0, 128, size),
                    t=np.sort(chance.integers(0, 100_000, size)),
                    p=chance.integers(0, 2, size),
                )


def _audio(folder: Path) -> None:
    import soundfile

    chance = np.random.default_rng(2)
    for name in CLASSES:
        (folder / name).mkdir(parents=True)
        noise = (chance.normal(size=800) * 3000).astype(np.int16)
        with wave.open(str(folder / name / "one.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8_000)
            file.writeframes(noise.tobytes())
        for kind in ("flac", "ogg"):
            soundfile.write(folder / name / f"two.{kind}", noise, 8_000)


def _images(folder: Path) -> None:
    import gzip
    import io
    import zipfile

    folder.mkdir()
    chance = Random(3)
    pixels = bytes([0, 0, 8, 3]) + b"".join(k.to_bytes(4, "big") for k in (5, 4, 4))
    pixels += chance.randbytes(80)
    (folder / "images.idx").write_bytes(pixels)
    (folder / "images.idx.gz").write_bytes(gzip.compress(pixels, mtime=0))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("words.h5", (folder.parent / "tiny" / "test.h5").read_bytes())
    (folder / "words.h5.zip").write_bytes(packed.getvalue())


def _yaml(folder: Path) -> None:
    import json

    import yaml

    from eccles.studies import find, names

    folder.mkdir()
    for name in names():
        (folder / name.replace("/", "-")).write_bytes(find(name).read_bytes())
    (folder / "small.yaml").write_text(yaml.safe_dump(STUDY, sort_keys=False), encoding="utf-8")
    (folder / "run.yaml").write_text(yaml.safe_dump(CONFIG, sort_keys=False), encoding="utf-8")
    (folder / "deep.json").write_text(json.dumps(DEEP, indent=2), encoding="utf-8")
    (folder / "frames.yaml").write_text("n_frames: 4\nby: number\nsize: [8, 8]\n", encoding="utf-8")


RUNS: dict[str, tuple[dict[str, Any], dict[str, int]]] = {
    "shallow": (CONFIG, MEASURE),
    "momentum": ({**CONFIG, "optimizer": "sgd", "momentum": 0.9, "validation": 0.25}, {}),
    "deep": (DEEP, {"layers": 1}),
}
"""Runs, whose folders there are finished and not: their settings and measures."""


class Stop(Exception):  # noqa: N818
    """A run that is stopped after an epoch."""


def stop_after(epoch: int) -> Any:
    """Return a watcher that ends a run after an epoch, whose row has been stored."""
    from eccles.training.watch import Unwatched

    class StopAfter(Unwatched):
        def measured(self, row: dict[str, Any]) -> None:
            if row["epoch"] == epoch:
                raise Stop

    return StopAfter()


def train(home: Path, name: str, out: Path, watch: Any = None, **options: Any) -> Any:
    """Train one of `RUNS`, or go on with it."""
    import eccles
    from eccles import TrainConfig

    settings, measure = RUNS[name]
    data_dir = None if "model" in settings else home / "tiny"
    if "model" in settings:
        settings = {**settings, "data": str(home / "camera")}
    return eccles.train(
        TrainConfig.model_validate(settings),
        data_dir=data_dir,
        out=out,
        measure=measure,
        watch=watch,
        **options,
    )


def _runs(home: Path) -> None:
    for name in RUNS:
        train(home, name, home / "runs" / name)
        try:
            train(home, name, home / "runs" / f"{name}-half", stop_after(1))
        except Stop:
            continue
        raise AssertionError


def sweep(home: Path, out: Path, **options: Any) -> Any:
    """Do the small study, or go on with it, in this process."""
    from eccles.sweeps.study import Study
    from eccles.sweeps.sweep import sweep as do

    with ThreadPoolExecutor(1) as executor:
        return do(
            Study.model_validate(STUDY), out, executor=executor, jobs=1, data_dir=home / "tiny",
            **options,
        )  # fmt: skip


def _study(home: Path) -> None:
    import eccles.training.loop as loop
    from eccles.sweeps.folder import StudyFolder
    from eccles.sweeps.plan import plan
    from eccles.sweeps.study import Study
    from eccles.training.prepare import open_data
    from eccles.training.run.folder import RunFolder
    from eccles.training.samples import files_digest

    sweep(home, home / "studies" / "whole")
    half = home / "studies" / "half"
    sweep(home, half, shard="1/2")
    # A run that was under way when its worker was killed.
    planned = plan(Study.model_validate(STUDY))
    run = planned.runs[1]
    config = planned.config(run)
    data = open_data(config, home / "tiny")
    assert files_digest(data)
    try:
        loop.train_on(
            data,
            config,
            run.identity,
            RunFolder(StudyFolder(half).scratch(run.identity), run.identity),
            measure=STUDY["measure"],
            watch=stop_after(1),
        )
    except Stop:
        return
    raise AssertionError
