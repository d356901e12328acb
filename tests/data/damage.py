"""Files that are damaged at random, and readers that must take them or refuse them: a program.

It runs by itself, as `python damage.py FOLDER SEED COUNT`, with a bound on memory, because a
reader in C that stumbles ends its process. It prints what was neither taken nor refused.
"""

import gzip
import random
import resource
import sys
import zipfile
from collections import Counter
from pathlib import Path

import h5py
import numpy as np

from eccles.data.cameras import event_files
from eccles.data.files import archives
from eccles.data.images.idx import read_idx
from eccles.data.spikes import hdf5 as spike_hdf5
from eccles.data.spikes.recordings import Recordings
from eccles.errors import EcclesError
from eccles.settings import read_yaml

MEMORY = 3 * 2**30


def recordings():
    rng = np.random.default_rng(0)
    offsets = np.array([0, 3, 3, 9])
    return Recordings(
        rng.random(9).astype(np.float32), rng.integers(0, 700, 9).astype(np.uint16), offsets,
        np.array([0, 1, 1]), ("a", "ß"), np.array([0, 1, 0]), {"gender": np.array(["m", "f"])},
    )  # fmt: skip


def unzipped(path):
    with path.with_suffix(".out").open("wb") as into:
        archives.unzip(path, into)


def examples(folder):
    """Return what reads each kind of file, by a sound file of the kind."""
    events = {name: np.arange(40) for name in "xyt"} | {"p": np.arange(40) % 2}
    np.savez(folder / "a.npz", **events)
    np.savez_compressed(folder / "packed.npz", **events)
    spike_hdf5.write(folder / "a.h5", recordings())
    spike_hdf5.write(folder / "a.h5.gz", recordings())
    with h5py.File(folder / "chunks.h5", "w") as file:
        file.create_dataset("spikes/times", data=np.full((9, 4), 0.5), compression="gzip")
        file.create_dataset("spikes/units", data=np.full((9, 4), 7), chunks=(2, 2))
        file.create_dataset("labels", data=np.zeros(9, np.uint16), compression="gzip")
        file["extra/keys"] = ["a"]
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(folder / "a.h5", "a.h5")
    idx = b"\0\0\x08\x03" + b"".join(n.to_bytes(4, "big") for n in (3, 5, 5)) + bytes(75)
    (folder / "a.idx.gz").write_bytes(gzip.compress(idx))
    (folder / "a.yaml").write_text("a: &a {x: [1, 2.5e3], y: 'z'}\nb: {<<: *a, z: 80:20}\n# c\n")
    found = {
        "a.npz": event_files.read_events,
        "packed.npz": event_files.read_events,
        "a.h5": spike_hdf5.read,
        "a.h5.gz": spike_hdf5.read,
        "chunks.h5": spike_hdf5.read,
        "a.zip": unzipped,
        "a.idx.gz": lambda path: read_idx(path, "0" * 64),
        "a.yaml": read_yaml,
    }
    try:
        import soundfile
    except (ImportError, OSError):
        return found
    from eccles.data.audio.sound_files import read_audio

    sound = np.sin(np.arange(4000) / 9)
    for kind in ("wav", "flac", "ogg"):
        soundfile.write(folder / f"a.{kind}", sound, 16000)
        found[f"a.{kind}"] = read_audio
    return found


def damaged(data, rng):
    """Return bytes of which some have changed, are gone, or are there twice."""
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8))):
        place = rng.randrange(len(data))
        match rng.randrange(6):
            case 0 | 1:
                data[place] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
            case 2:
                n = rng.choice((1, 2, 4, 8))
                data[place : place + n] = rng.choice((b"\xff", b"\0", b"\x7f")) * n
            case 3:
                data[place] ^= 1 << rng.randrange(8)
            case 4:
                del data[place : place + rng.choice((1, 8, 10**6))]
            case 5:
                data[place:place] = data[place : place + rng.randrange(1, 64)]
        data = data or bytearray(1)
    return bytes(data)


def main(folder, seed, count):
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    outcomes = Counter()
    for name, read in examples(folder).items():
        sound, path = (folder / name).read_bytes(), folder / f"damaged-{name}"
        for k in range(count):
            path.write_bytes(damaged(sound, random.Random(f"{seed} {name} {k}")))
            try:
                read(path)
                outcomes["taken"] += 1
            except EcclesError as error:
                outcomes["refused"] += 1
                if "\n" in str(error):
                    print(f"{name} {k}: more than a line: {error}")
            except BaseException as error:
                print(f"{name} {k}: {type(error).__name__}: {error}")
    print(dict(outcomes), file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
