"""Files of data, damaged, through their readers."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from mutate import bytes_, said

from inputs.kind import Input


class DataFiles:
    """Damaged HDF5, gzip, zip, npz of event cameras, IDX, WAV, FLAC, OGG, through their readers."""

    name = "data files"

    def __init__(self, home: Path) -> None:
        from eccles.data.audio.own_files import read_audio
        from eccles.data.cameras.frames import Framing, to_frames
        from eccles.data.cameras.own_files import read_events
        from eccles.data.spikes.hdf5 import read

        framing = Framing(n_frames=4)
        camera = home / "camera" / "train" / "yes" / "0.npz"
        self._readers: list[tuple[str, bytes, str, Callable[[Path], Any]]] = [
            ("spike_hdf5.read", (home / "tiny" / "test.h5").read_bytes(), "a.h5", read),
            ("spike_hdf5.read", (home / "packed.h5.gz").read_bytes(), "b.h5.gz", read),
            ("spike_hdf5.read", (home / "files" / "words.h5.zip").read_bytes(), "c.zip", read),
            (
                "to_frames(read_events(FILE))",
                camera.read_bytes(),
                "d.npz",
                lambda path: to_frames(read_events(path), framing),
            ),
            ("read_idx", (home / "files" / "images.idx").read_bytes(), "e.idx", _read_idx),
            ("read_idx", (home / "files" / "images.idx.gz").read_bytes(), "f.gz", _read_idx),
            *(
                ("read_audio", path.read_bytes(), f"g{path.suffix}", read_audio)
                for path in sorted((home / "audio" / "yes").iterdir())
            ),
        ]

    def draw(self, rng: Random) -> Input:
        name, good, file, read = rng.choice(self._readers)
        content = bytes_(rng, good)
        path = Path(file).absolute()

        def call() -> None:
            path.write_bytes(content)
            read(path)

        return Input(f"{name} of a damaged {file[1:]}: {_difference(good, content)}", call)


def _read_idx(path: Path) -> None:
    from eccles.data.files.verified import contents
    from eccles.data.images.idx import read_idx

    # With its own checksum, so that what comes before the comparison is tried.
    read_idx(path, hashlib.sha256(contents(path)).hexdigest())


def _difference(good: bytes, bad: bytes) -> str:
    """Return where two files part, and how."""
    at = next((k for k, (a, b) in enumerate(zip(good, bad, strict=False)) if a != b), len(good))
    return f"{len(good):,} bytes became {len(bad):,}, byte {at} on: {bad[at : at + 24]!r}"


class DataSets:
    """Whole data sets of one's own, a file of which is damaged, through `load`."""

    name = "data sets"

    def __init__(self, home: Path) -> None:
        import shutil

        from eccles import data

        self._home = home
        self._load = data
        self._words, self._camera = Path("words").absolute(), Path("camera").absolute()
        shutil.copytree(home / "tiny", self._words)
        shutil.copytree(home / "camera", self._camera)

    def draw(self, rng: Random) -> Input:
        data = self._load
        words = rng.random() < 0.6
        home, place = (self._home / "tiny", self._words) if words else (
            self._home / "camera", self._camera)  # fmt: skip
        good = rng.choice(sorted(path for path in home.rglob("*") if path.is_file()))
        name = good.relative_to(home)
        content = bytes_(rng, good.read_bytes()) if rng.random() < 0.95 else None

        def call() -> None:
            target = place / name
            try:
                if content is None:
                    target.unlink()
                else:
                    target.write_bytes(content)
                if words:
                    train, _ = data.load("own-recordings", place, data.Binning(20, 0.5))
                    train.events.check()
                else:
                    framing = data.Framing(n_frames=2, size=(4, 4))
                    train, _ = data.load_frames(place, framing=framing)
                    train.frames[0]
            finally:
                target.write_bytes(good.read_bytes())

        how = "deleted" if content is None else _difference(good.read_bytes(), content)
        return Input(f"data.load{'' if words else '_frames'} with {name} damaged: {how}", call)


class Arrays:
    """npz files whose arrays are whole, and aren't what they must be."""

    name = "arrays"

    def __init__(self, home: Path) -> None:
        from eccles.data.cameras.frames import Framing, to_frames
        from eccles.data.cameras.own_files import read_events

        self._read, self._frames = read_events, to_frames
        self._framing = Framing(n_frames=4)

    def draw(self, rng: Random) -> Input:
        import numpy as np

        from inputs.events import array

        n = rng.choice((0, 1, 4))
        given: dict[str, Any] = {
            "x": np.array([rng.randrange(128) for _ in range(n)]),
            "y": np.array([rng.randrange(128) for _ in range(n)]),
            "t": np.arange(n) * 1000,
            "p": np.array([rng.randrange(2) for _ in range(n)]),
        }
        for _ in range(rng.choice((1, 1, 2))):
            name = rng.choice("xytp")
            given[name] = array(rng, given[name])

        def call() -> None:
            path, whole = Path("h.npz").absolute(), io.BytesIO()
            try:
                np.savez(whole, **given)
            except (ValueError, TypeError):
                return
            path.write_bytes(whole.getvalue())
            self._frames(self._read(path), self._framing)

        return Input(f"to_frames(read_events(npz of {said(given)}))", call)
