"""Files of data, damaged, through their readers."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

from mutate import bytes_, said

from inputs.kind import Input


class DataFiles:
    """Damaged HDF5, gzip, zip, npz of event cameras, IDX, WAV, FLAC, OGG, through their readers."""

    name = "data files"

    def __init__(self, home: Path) -> None:
        from eccles.data.audio.sound_files import read_audio
        from eccles.data.cameras.event_files import read_events
        from eccles.data.cameras.frames import Framing, to_frames
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
        from eccles.data.cameras.event_files import read_events
        from eccles.data.cameras.frames import Framing, to_frames

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


class OwnPaths:
    """Data of one's own by its path: npz of arrays that aren't what they must be, damaged files."""

    name = "own paths"

    def __init__(self, home: Path) -> None:
        import numpy as np

        from eccles import data

        self._data, rng = data, np.random.default_rng(3)
        labels = np.arange(8) % 2
        images = {"images": rng.integers(0, 256, (8, 3, 4)), "labels": labels}
        rows = np.array(["up", "down"])[labels]
        self._goods: list[dict[str, Any]] = [
            images,
            {"x_train": images["images"] / 255, "y_train": rows, "x_test": images["images"] / 255,
             "y_test": rows},
            {"spikes": rng.integers(0, 3, (8, 5, 4)), "labels": rows, "dt": np.array(2e-3)},
            {"times": rng.random(24), "units": rng.integers(0, 5, 24), "labels": labels,
             "offsets": np.arange(9) * 3, "n_units": np.array(5), "classes": np.array(["a", "b"])},
        ]  # fmt: skip
        self._files = [home / "tiny" / "test.h5"]
        self._folder = Path("photos").absolute()
        for k, image in enumerate(images["images"].astype(np.uint8)):
            from PIL import Image

            place = self._folder / str(rows[k])
            place.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image).save(place / f"{k}.{('png', 'gif', 'bmp', 'jpg')[k % 4]}")

    def draw(self, rng: Random) -> Input:
        kind = rng.random()
        if kind < 0.15:
            return self._damaged(rng, rng.choice(self._files).read_bytes(), Path("p.h5").absolute())
        if kind < 0.4:
            path = rng.choice(sorted(self._folder.rglob("*.*")))
            return self._damaged(rng, path.read_bytes(), path, self._folder)
        return self._arrays(rng, damaged=kind < 0.55)

    def _damaged(self, rng: Random, good: bytes, path: Path, load: Path | None = None) -> Input:
        content = bytes_(rng, good)

        def call() -> None:
            try:
                path.write_bytes(content)
                self._check(load or path)
            finally:
                path.write_bytes(good)

        return Input(f"data.load with {path.name} damaged: {_difference(good, content)}", call)

    def _arrays(self, rng: Random, *, damaged: bool) -> Input:
        import numpy as np

        from inputs.events import array

        given = dict(rng.choice(self._goods))
        for _ in range(rng.choice((0, 1, 1, 2))):
            name = rng.choice(sorted(given))
            if rng.random() < 0.15:
                del given[name]
                if not given:
                    break
            else:
                given[name] = array(rng, given[name])
        share = rng.choice((None, 0.5, 1e-9, 0.999))
        path, whole = Path("own.npz").absolute(), io.BytesIO()
        with suppress(ValueError, TypeError):
            np.savez(whole, **given)
        content = (
            bytes_(rng, whole.getvalue()) if damaged and whole.getvalue() else whole.getvalue()
        )

        def call() -> None:
            path.write_bytes(content)
            self._check(path, share)

        how = " damaged" if damaged else ""
        return Input(f"data.load of an npz{how} of {said(given)}, test_share={share}", call)

    def _check(self, path: Path, share: float | None = None) -> None:
        for part in self._data.load(path, test_share=share):
            part.events.check()
            part.take([0])
