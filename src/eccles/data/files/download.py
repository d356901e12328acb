"""Fetching files over the network: a mirror at a time, verified before they take their names."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from eccles.data.bars import drawn
from eccles.data.files.archives import unzip
from eccles.data.files.sources import (
    File,
    Source,
    absent,
    cache_folder,
    expanded,
    find,
    locate,
    offline,
    places,
)
from eccles.data.files.verified import damaged, digests, verified
from eccles.errors import InputError, RunError, must
from eccles.storage import put

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

TIMEOUT = 10.0
"""Seconds to wait for a server to answer, or to go on."""

MOST_BYTES = 2**33
"""Bytes of a file at most; the largest that is known has an eighth of them."""


def resolve(source: Source, data_dir: Path | None = None, *, download: bool = True) -> Path:
    """Return a folder that holds every file of a data set; download them where none does.

    The files are found, not yet verified. Raises InputError where `data_dir` lacks one: nothing
    else is tried then. Raises RunError where the data is nowhere and can't be had.
    """
    folder = find(source, data_dir)
    if folder is not None:
        return folder
    if data_dir is not None:
        raise _lacking(source, data_dir)
    if not source.urls:
        where = " or ".join(str(place) for place in places(source))
        raise RunError(
            f"data: {source.name} must be in {where}, got nothing there; {source.remedy}"
        )
    folder = cache_folder() / source.name
    if not download:
        reason = f"no copy (`eccles data fetch {source.name}` downloads one)"
        raise absent(source, reason, folder)
    fetch(source, folder)
    return folder


def fetch(source: Source, folder: Path) -> None:
    """Put every file of a data set that `folder` lacks into it, with a progress bar on stderr.

    Each file is written under another name and gets its own once its checksum is verified, so
    whatever goes wrong leaves no stub behind. Raises RunError where no mirror delivers the right
    bytes, the network is forbidden, or the folder can't be written.
    """
    if offline():
        raise absent(source, "ECCLES_OFFLINE that forbids the network", folder)
    try:
        existed = folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        # Fails here, with its own sentence, rather than as though a mirror were at fault.
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise RunError(
            f"data: {folder} must be a folder that can be written, got {error.strerror!r}; "
            "choose another with --data-dir or ECCLES_CACHE"
        ) from None
    try:
        _fetch_from_any(source, folder)
    finally:
        if not existed:
            # Goes only if nothing came; a folder with files in it stays.
            with suppress(OSError):
                folder.rmdir()


def _fetch_from_any(source: Source, folder: Path) -> None:
    failures = []
    with _progress() as progress:
        for url in source.urls:
            try:
                for file in source.files:
                    if locate(file, folder) is None:
                        _fetch_file(file, url, folder, progress)
                return
            except (OSError, RunError) as error:
                failures.append(f"{_reason(error)} from {urlsplit(url).netloc}")
    raise absent(source, " and ".join(failures), folder)


def _fetch_file(file: File, url: str, folder: Path, progress: Progress) -> None:
    import pooch

    # A plain file, so that umask rules its permissions; the name tells `doctor` what it was.
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder) as aside:
        part = Path(aside) / file.name
        bar = _Bar(progress, progress.add_task(file.name, total=None))
        pooch.HTTPDownloader(progressbar=bar, timeout=TIMEOUT)(url + file.name, str(part), None)
        if file.sha256:
            verified(part, file.sha256)
        elif digests(part).md5 != file.md5:
            raise damaged(part, f"of MD5 {file.md5[:12]}...", "other bytes")
        if part.suffix == ".zip":
            unpacked = part.with_suffix("")
            with unpacked.open("wb") as into:
                unzip(part, into)
            # If it were another than is known, the archive's checksum alone would vouch for it.
            if file.unpacked_md5 in {"", digests(unpacked).md5}:
                part = unpacked
        put(part, folder / part.name)


class _Bar:
    """One file's progress, with the four names that pooch asks of a bar."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    @property
    def total(self) -> float | None:
        return self._progress.tasks[self._task].total

    @total.setter
    def total(self, size: int) -> None:
        # A server that doesn't say how long the file is gives 0; rich then shows a moving bar.
        self._progress.update(self._task, total=size or None)

    def update(self, size: int) -> None:
        self._progress.advance(self._task, size)
        if self._progress.tasks[self._task].completed > MOST_BYTES:
            raise RunError(f"data: a file must have at most {MOST_BYTES:,} bytes, got more")

    def reset(self) -> None:
        self._progress.reset(self._task, total=self.total)

    def close(self) -> None:
        self._progress.stop_task(self._task)


@contextmanager
def _progress() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with drawn(Console(stderr=True), *columns, TransferSpeedColumn()) as progress:
        yield progress


def _reason(error: Exception) -> str:
    """Return what went wrong in a few words; the texts of network errors run to paragraphs."""
    if isinstance(error, RunError):
        return "other bytes than published"
    status = getattr(getattr(error, "response", None), "status_code", None)
    return f"HTTP status {status}" if status else type(error).__name__


def _lacking(source: Source, data_dir: Path) -> InputError:
    folder = expanded(data_dir)
    if not os.access(folder, os.R_OK | os.X_OK) or not folder.is_dir():
        accepted = "a folder that exists and can be read"
        return must("data", "data_dir", accepted, str(data_dir), "mend it, or leave it out")
    missing = [file.name for file in source.files if not locate(file, folder)]
    names = ", ".join(missing)
    way = f"eccles data fetch {source.name} --data-dir {data_dir}" if source.urls else ""
    if source.maker:
        out = data_dir / missing[0] if source.kind == "own" else data_dir
        way = f"{source.maker} --out {out}"
    return InputError(
        f"data: {data_dir} must hold the files of {source.name}, got a folder without {names}; "
        + (f"put them there with `{way}`, or " if way else "")
        + "leave data_dir out"
    )
