"""Where data sets come from: what each consists of, and the folders that may hold it."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from eccles.errors import InputError, RunError, must, nearest


@dataclass(frozen=True)
class File:
    """One file of a data set.

    Attributes:
        name: as its publisher names it; the name without .gz or .zip, unpacked, is as good.
        sha256: of its bytes, decompressed where they are packed. Copies differ in gzip headers.
            Empty where nobody published it, or the file is made on this machine.
        md5: of the publisher's own archive.
        unpacked_md5: of its bytes once unpacked, where it is known and sha256 isn't.
    """

    name: str
    sha256: str = ""
    md5: str = ""
    unpacked_md5: str = ""

    @property
    def plain(self) -> str:
        """Its name once unpacked."""
        return self.name.removesuffix(".gz").removesuffix(".zip")


@dataclass(frozen=True)
class Source:
    """A data set as published.

    Attributes:
        name: what the user calls it, and the name of its folder.
        kind: "real" or "synthetic"; results never mix the two.
        samples: how many to train on, and how many to test on; None where whoever makes it says.
        files: what it consists of.
        urls: folders on the network that hold the files, best first; each ends in a slash.
        system: folders of this machine that may hold them, put there by a package.
        package: the name of the Debian package that does so, if any.
        licence: under which it is published.
        copyright: whose it is, as the licence asks to be said.
        citation: the article that describes it.
        form: "images", or "recordings" of spikes at times in files of `spike_hdf5`.
        maker: the command that makes it on this machine, if one does.
    """

    name: str
    kind: Literal["real", "synthetic"]
    samples: tuple[int, int] | None
    files: tuple[File, ...]
    urls: tuple[str, ...]
    system: tuple[Path, ...]
    package: str
    licence: str
    copyright: str
    citation: str
    form: Literal["images", "recordings"] = "images"
    maker: str = ""

    @property
    def remedy(self) -> str:
        """What a user may do where it isn't on this machine."""
        command = self.maker or (f"eccles data fetch {self.name}" if self.urls else "")
        return f"run `{command}`" if command else "install Eccles again"


_SAMPLES = Path(__file__).parent / "samples"
_FASHION_COPYRIGHT = "2017 Zalando SE, https://tech.zalando.com"
_FASHION_ARTICLE = (
    "Xiao, Rasul, Vollgraf (2017). Fashion-MNIST: a novel image dataset for benchmarking "
    "machine learning algorithms. arXiv:1708.07747"
)

FASHION_MNIST = Source(
    name="fashion-mnist",
    kind="real",
    samples=(60_000, 10_000),
    files=(
        File(
            "train-images-idx3-ubyte.gz",
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        ),
        File(
            "train-labels-idx1-ubyte.gz",
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            "25c81989df183df01b3e8a0aad5dffbe",
        ),
        File(
            "t10k-images-idx3-ubyte.gz",
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            "bef4ecab320f06d8554ea6380940ec79",
        ),
        File(
            "t10k-labels-idx1-ubyte.gz",
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            "bb300cfdad3c16e7a12a480ee83cd310",
        ),
    ),
    urls=(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
    ),
    system=(Path("/usr/share/datasets/fashion-mnist"),),
    package="dataset-fashion-mnist",
    licence="MIT",
    copyright=_FASHION_COPYRIGHT,
    citation=_FASHION_ARTICLE,
)

FASHION_MNIST_SAMPLE = Source(
    name="fashion-mnist-sample",
    kind="real",
    samples=(4_000, 1_000),
    files=(
        File(
            "fashion-mnist-sample.npz",
            "97e87e70a842c363165a80980805502b0400823174a37e949db4c49dbd315f28",
        ),
    ),
    urls=(),
    system=(_SAMPLES,),
    package="",
    licence="MIT",
    copyright=_FASHION_COPYRIGHT,
    citation=_FASHION_ARTICLE,
)

_HEIDELBERG_URLS = ("https://zenkelab.org/datasets/", "https://compneuro.net/datasets/")
_HEIDELBERG_ARTICLE = (
    "Cramer, Stradmann, Schemmel, Zenke (2022). The Heidelberg spiking data sets for the "
    "systematic evaluation of spiking neural networks. IEEE Transactions on Neural Networks and "
    "Learning Systems 33:2744. doi:10.1109/TNNLS.2020.3044364"
)

SHD = Source(
    name="shd",
    kind="real",
    samples=(8_156, 2_264),
    files=(
        File(
            "shd_train.h5.zip",
            md5="f3252aeb598ac776c1b526422d90eecb",
            unpacked_md5="8e9877c85f29a28dd353ea6a54402667",
        ),
        File(
            "shd_test.h5.zip",
            md5="1503a5064faa34311c398fb0a1ed0a6f",
            unpacked_md5="207ad1295a0ab611e22d1734989c254e",
        ),
    ),
    urls=_HEIDELBERG_URLS,
    system=(),
    package="",
    licence="CC-BY-4.0",
    copyright="Benjamin Cramer, Yannik Stradmann, Johannes Schemmel, Friedemann Zenke",
    citation=_HEIDELBERG_ARTICLE,
    form="recordings",
)

SSC = Source(
    name="ssc",
    kind="real",
    samples=(75_466, 20_382),
    # Its third file, for validation, is neither trained nor tested on.
    files=(
        File("ssc_train.h5.zip", md5="d102be95e7144fcc0553d1f45ba94170"),
        File("ssc_test.h5.zip", md5="a35ff1e9cffdd02a20eb850c17c37748"),
    ),
    urls=_HEIDELBERG_URLS,
    system=(),
    package="",
    licence="CC-BY-4.0",
    copyright="Cramer, Stradmann, Schemmel, Zenke; speech of Google's Speech Commands",
    citation=_HEIDELBERG_ARTICLE,
    form="recordings",
)

_SPOKEN_DIGITS = (
    "Spoken by espeak-ng, heard by the cochlea of Eccles; a stand-in for the Spiking Heidelberg "
    "Digits, in their form, and not that data"
)

SPOKEN_DIGITS = Source(
    name="spoken-digits",
    kind="synthetic",
    samples=None,
    files=(File("spoken_digits_train.h5"), File("spoken_digits_test.h5")),
    urls=(),
    system=(),
    package="",
    licence="MIT",
    copyright="The Eccles developers",
    citation=_SPOKEN_DIGITS,
    form="recordings",
    maker="eccles data make-digits",
)

SPOKEN_DIGITS_SAMPLE = Source(
    name="spoken-digits-sample",
    kind="synthetic",
    samples=(200, 80),
    files=(
        File(
            "spoken-digits-sample-train.h5",
            "c19aab4b341871e9db945269fc1d977809e94e60f0fca11ae3b1afa6ebc0c82d",
        ),
        File(
            "spoken-digits-sample-test.h5",
            "1e3729d497c4d59eec4472d2257b434910b8f8963ca296819dbf7d548f83d9b8",
        ),
    ),
    urls=(),
    system=(_SAMPLES,),
    package="",
    licence="MIT",
    copyright="The Eccles developers",
    citation=_SPOKEN_DIGITS,
    form="recordings",
)

SOURCES = {
    source.name: source
    for source in (
        FASHION_MNIST,
        FASHION_MNIST_SAMPLE,
        SHD,
        SSC,
        SPOKEN_DIGITS,
        SPOKEN_DIGITS_SAMPLE,
    )
}


def named(name: str) -> Source:
    """Return the data set of this name; raise InputError where there is none."""
    if name not in SOURCES:
        known = ", ".join(SOURCES)
        raise InputError(
            f"data: the name must be one of {known}, got {name!r}{nearest(name, SOURCES)}"
        )
    return SOURCES[name]


def expanded(folder: Path) -> Path:
    """Return a folder with ~ spelt out, or raise InputError for a user whom nobody knows."""
    try:
        return folder.expanduser()
    except RuntimeError:
        raise must("data", "a folder", "one that exists", str(folder)) from None


def cache_folder() -> Path:
    """Return the folder for downloads and encoded events: $ECCLES_CACHE or the system's choice."""
    if chosen := os.environ.get("ECCLES_CACHE"):
        return expanded(Path(chosen))
    import pooch

    return Path(pooch.os_cache("eccles"))


def offline() -> bool:
    """Return whether $ECCLES_OFFLINE forbids the network."""
    return os.environ.get("ECCLES_OFFLINE", "") not in {"", "0"}


def locate(file: File, folder: Path) -> Path | None:
    """Return the path of a file in a folder, packed or unpacked, or None."""
    for name in dict.fromkeys((file.name, file.plain, f"{file.plain}.gz", f"{file.plain}.zip")):
        # A folder that may not be entered holds nothing for us.
        with suppress(PermissionError):
            if (folder / name).is_file():
                return folder / name
    return None


def find(source: Source, data_dir: Path | None = None) -> Path | None:
    """Return the first folder that holds every file of a data set, or None.

    With `data_dir`, only that folder and its subfolder of the data set's name count. Without,
    in turn: $ECCLES_DATA/<name>, the cache, the folders of the system.
    """
    return next(
        (
            folder
            for folder in places(source, data_dir)
            if all(locate(file, folder) for file in source.files)
        ),
        None,
    )


def absent(source: Source, reason: str, folder: Path) -> RunError:
    """Return the error for data that is nowhere, with all that a user needs to put it there."""
    packaged = f", or install Debian's package {source.package}" if source.package else ""
    return RunError(
        f"data: {source.name} must be on this machine or within reach, got {reason}; put "
        f"{', '.join(file.name for file in source.files)} from {' or '.join(source.urls)} "
        f"into {folder}{packaged}"
    )


def places(source: Source, data_dir: Path | None = None) -> list[Path]:
    """Return the folders where `find` looks, in turn; they need not exist."""
    if data_dir is not None:
        chosen = expanded(data_dir)
        return [chosen, chosen / source.name]
    shared = os.environ.get("ECCLES_DATA")
    first = [expanded(Path(shared)) / source.name] if shared else []
    return [*first, cache_folder() / source.name, *source.system]
