"""CIFAR-10 and CIFAR-100 from their binary files: bytes alone, no pickle.

An image is a record of its label (in CIFAR-100 the label of its group, then its own) and 3,072
bytes: 32 rows of 32 pixels in red, then in green, then in blue.
"""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eccles.data.bars import reading
from eccles.data.catalogue import CIFAR10, CIFAR100
from eccles.data.files.download import resolve
from eccles.data.files.sources import File, Source, locate
from eccles.data.files.verified import contents, damaged, digests
from eccles.data.images.dataset import ImageDataset, ImageSplits

_TEN = "airplane automobile bird cat deer dog frog horse ship truck"
_HUNDRED = """
apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly
camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile
cup dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo keyboard lamp
lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain mouse mushroom oak_tree
orange orchid otter palm_tree pear pickup_truck pine_tree plain plate poppy porcupine possum
rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper snail snake spider
squirrel streetcar sunflower sweet_pepper table tank telephone television tiger tractor train
trout tulip turtle wardrobe whale willow_tree wolf woman worm
"""
CLASSES = {"cifar10": tuple(_TEN.split()), "cifar100": tuple(_HUNDRED.split())}
"""The names of the classes, as the files number them."""

_LABELS = {"cifar10": (10,), "cifar100": (20, 100)}
"""How many values each label of a record may have; the last is the class."""
_SHAPE = (3, 32, 32)


def load_cifar10(data_dir: Path | None = None) -> ImageSplits:
    """Return 50,000 images to train on and 10,000 to test on; raises what `load` raises."""
    return load(CIFAR10, data_dir)


def load_cifar100(data_dir: Path | None = None) -> ImageSplits:
    """Return the images of CIFAR-100 with their 100 classes; raises what `load` raises."""
    return load(CIFAR100, data_dir)


def load(source: Source, data_dir: Path | None = None) -> ImageSplits:
    """Return the images [B, 3, 32, 32] of a data set in this format.

    The archive is held to its published checksum. Files that were unpacked have none, and are held
    to their sizes and the range of their labels.

    Raises InputError where `data_dir` lacks them; RunError where they are nowhere or damaged.
    """
    folder = resolve(source, data_dir)
    (file,) = source.files
    return read(source, locate(file, folder) or folder / file.name)


def read(source: Source, path: Path) -> ImageSplits:
    """Return the images of an archive, or of the folder of its files; raises what `load` raises."""
    (file,) = source.files
    n_train, n_test = source.samples or (0, 0)
    sizes = dict.fromkeys(file.members, n_train // (len(file.members) - 1))
    sizes[file.members[-1]] = n_test  # The test file is the last.
    parts = {
        name: decode(path / name, data, sizes[name], _LABELS[source.name])
        for name, data in _members(file, path)
    }
    *train, test = (parts[name] for name in file.members)
    images, labels = (np.concatenate(each) for each in zip(*train, strict=True))
    classes = CLASSES[source.name]
    return ImageSplits(
        ImageDataset(source.name, source.kind, images, labels, classes),
        ImageDataset(source.name, source.kind, *test, classes),
    )


def decode(
    path: Path, data: bytes, n_images: int, labels: tuple[int, ...]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the images [B, 3, 32, 32] of a file's bytes, and their classes [B].

    Args:
        path: the file, for the error.
        data: its bytes.
        n_images: how many images it must hold.
        labels: how many values each label of a record may have; the last label is the class.

    Raises RunError for another number of bytes, or a label out of range.
    """
    record = len(labels) + int(np.prod(_SHAPE))
    if len(data) != n_images * record:
        accepted = f"{n_images * record:,} bytes, {n_images:,} records of {record:,}"
        raise damaged(path, accepted, f"{len(data):,} bytes")
    records = np.frombuffer(data, np.uint8).reshape(n_images, record)
    marks = records[:, : len(labels)]
    wrong = np.argwhere(marks >= np.array(labels))
    if len(wrong):
        row, column = wrong[0]
        accepted = f"records whose labels are from 0 to {labels[column] - 1}"
        raise damaged(path, accepted, f"{marks[row, column]} in record {row}")
    images = records[:, len(labels) :].reshape(n_images, *_SHAPE)
    return images, marks[:, -1].astype(np.int64)


def _members(file: File, path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of each file that is used, of a folder or of the archive itself."""
    if path.is_dir():
        yield from ((name, contents(path / name)) for name in file.members)
        return
    with reading(f"checking {path.name}", path) as advance:
        md5 = digests(path, advance).md5
    if md5 != file.md5:
        raise damaged(path, f"of MD5 {file.md5[:12]}...", f"{md5[:12]}...")
    missing = {f"{file.inside}/{name}": name for name in file.members}
    size = path.stat().st_size
    try:
        # As a stream, and into memory: no file is extracted, so no path in it can lead astray.
        with (
            reading(f"reading {path.name}", path) as advance,
            path.open("rb") as packed,
            tarfile.open(fileobj=packed, mode="r|gz") as archive,
        ):
            for member in archive:
                stream = archive.extractfile(member) if member.name in missing else None
                if stream is not None:
                    yield missing.pop(member.name), stream.read()
                if advance is not None:
                    advance(packed.tell(), size)
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise damaged(path, "a sound tar.gz", str(error)) from None
    if missing:
        raise damaged(path, f"an archive with {', '.join(missing)}", "one without")
