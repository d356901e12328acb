"""Where a data set comes from: what it consists of, and the folders that may hold it."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from eccles.errors import RunError, must

Kind = Literal["real", "synthetic", "own"]
"""Data is real or synthetic as its publisher says, or one's own; results never mix them."""


@dataclass(frozen=True)
class File:
    """One file of a data set.

    Attributes:
        name: as its publisher names it; the name without .gz or .zip, unpacked, is as good.
        sha256: of its bytes, decompressed where they are packed. Copies differ in gzip headers.
            Empty where nobody published it, or the file is made on this machine.
        md5: of the publisher's own archive.
        gzip_md5: of the publisher's other archive, in gzip, where there is one of known checksum.
        unpacked_md5: of its bytes once unpacked, where it is known and sha256 isn't.
        members: the files of a tar archive that are used; unpacked, they are as good.
        inside: the archive's folder that holds them.
    """

    name: str
    sha256: str = ""
    md5: str = ""
    gzip_md5: str = ""
    unpacked_md5: str = ""
    members: tuple[str, ...] = ()
    inside: str = ""

    @property
    def plain(self) -> str:
        """Its name once unpacked."""
        return self.name.removesuffix(".gz").removesuffix(".zip")


@dataclass(frozen=True)
class Source:
    """A data set as published.

    Attributes:
        name: what the user calls it, and the name of its folder.
        kind: whether it is real.
        samples: how many to train on, and how many to test on; None where whoever makes it says.
        files: what it consists of.
        licence: under which it is published.
        copyright: whose it is, as the licence asks to be said.
        citation: the article that describes it.
        urls: folders on the network that hold the files, best first; each ends in a slash.
        system: folders of this machine that may hold them, put there by a package.
        package: the name of the Debian package that does so, if any.
        form: "images", or "recordings" of spikes at times in files of `spike_hdf5`.
        maker: the command that makes it on this machine, if one does.
    """

    name: str
    kind: Kind
    samples: tuple[int, int] | None
    files: tuple[File, ...]
    licence: str
    copyright: str
    citation: str
    urls: tuple[str, ...] = ()
    system: tuple[Path, ...] = ()
    package: str = ""
    form: Literal["images", "recordings"] = "images"
    maker: str = ""

    @property
    def remedy(self) -> str:
        """What a user may do where it isn't on this machine."""
        if self.kind == "own":
            return "name the folder that holds yours with --data-dir (docs/data.md)"
        command = self.maker or (f"eccles data fetch {self.name}" if self.urls else "")
        return f"run `{command}`" if command else "install Eccles again"


def expanded(folder: Path) -> Path:
    """Return a folder with ~ spelt out, or raise InputError for a user whom nobody knows."""
    try:
        return folder.expanduser()
    except RuntimeError:
        raise must("data", "a folder", "one that exists", str(folder)) from None


_NOWHERE = Path(os.devnull) / "eccles"
"""A folder that can't be: nothing is found there, and nothing can be written."""


def cache_folder() -> Path:
    """Return the folder for downloads and encoded events: $ECCLES_CACHE or the system's choice.

    Without a home there is none, and what is returned can't be written.
    """
    if chosen := os.environ.get("ECCLES_CACHE"):
        return expanded(Path(chosen))
    import pooch

    try:
        theirs = Path(pooch.os_cache("eccles"))
        # A relative $XDG_CACHE_HOME says nothing, as that standard has it.
        return theirs if theirs.is_absolute() else Path("~/.cache/eccles").expanduser()
    except RuntimeError:  # Of a user without a home.
        return _NOWHERE


def offline() -> bool:
    """Return whether $ECCLES_OFFLINE forbids the network."""
    return os.environ.get("ECCLES_OFFLINE", "") not in {"", "0"}


def locate(file: File, folder: Path) -> Path | None:
    """Return the path of a file in a folder, packed or unpacked, or None.

    Of an archive that was unpacked, it is that of the folder in which its members lie.
    """
    names = (file.name, file.plain, f"{file.plain}.gz", f"{file.plain}.zip")
    # A folder that may not be entered holds nothing for us.
    with suppress(PermissionError):
        for name in names[:1] if file.members else dict.fromkeys(names):
            if (folder / name).is_file():
                return folder / name
        for place in (folder / file.inside, folder) if file.members else ():
            if all((place / member).is_file() for member in file.members):
                return place
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
