"""The checksums of a folder's files, beside them: what is read back is what was written.

SHA256SUMS has a line a file, as `sha256sum --check` takes them. While a file is replaced, both its
old and its new checksum are listed: the new one is added before the file is replaced, the old one
is removed afterwards. So a process that is killed in between leaves a file that matches one of the
two.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from eccles.errors import RunError
from eccles.reading import opened, read_bytes
from eccles.storage import Write, unwritable, write_together, write_whole, writes_text

NAME = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64})  (\w[\w .-]*)", re.ASCII)
"""A line of SHA256SUMS. Eccles writes no names with other letters; a damaged line may have any."""
_KINDS = {".json", ".jsonl", ".parquet"}
"""Files that are listed where a folder gets its first checksums."""
_TRIES = 3

_Listed = dict[str, set[str]]


class Checksums:
    """The files of a folder that have a checksum.

    A folder without SHA256SUMS was written by a version that had none, and its files are read
    without a check. As soon as a file is written there, all files get a checksum.
    """

    def __init__(self, folder: Path, remedy: str) -> None:
        """Take a folder, and what to try, for the error, where one of its files was altered."""
        self.folder = folder
        self.remedy = remedy
        self.path = folder / NAME

    def read(self, name: str) -> bytes:
        """Return a file's content.

        Raises RunError unless it is what was written there, and OSError where it can't be read.
        """
        content = b""
        # A file's next content may come between the two looks, and be the one after it then.
        for _ in range(_TRIES):
            content = read_bytes(self.folder / name)
            if self._is_listed(name, hashlib.sha256(content).hexdigest()):
                return content
        raise self._altered(name)

    def check(self, name: str) -> None:
        """Raise as `read` does, for a file that may be larger than memory."""
        for _ in range(_TRIES):
            if self._is_listed(name, _digest(self.folder / name)):
                return
        raise self._altered(name)

    def knows(self, name: str) -> bool:
        """Return whether a file has a checksum; raises OSError where they can't be read."""
        return name in (self._listed() or {})

    def write(self, writes: Mapping[str, Write], *, flushed: bool = True) -> None:
        """Write files whole, and put them in place in their order, as `write_together` does.

        Raises StorageError where the folder can't be written, or isn't there.
        """

        def announce(asides: dict[Path, Path]) -> None:
            known = self._known()
            for path, aside in asides.items():
                name = path.name
                known[name] = self._current(name, known.get(name, set())) | {_digest(aside)}
            self._list(known, flushed)

        files = {self.folder / name: write for name, write in writes.items()}
        write_together(files, announce, parents=False, flushed=flushed)

    def settle(self, *, flushed: bool = True) -> None:
        """Keep for each file only the checksum that fits it, once all are written; reads them."""
        try:
            known = self._known()
            self._list({name: self._current(name, known[name]) for name in known}, flushed)
        except OSError as error:
            raise unwritable(self.path, error) from None

    def _known(self) -> _Listed:
        listed = self._listed()
        return self._found() if listed is None else listed

    def _list(self, known: _Listed, flushed: bool) -> None:
        lines = [f"{each}  {name}\n" for name in sorted(known) for each in sorted(known[name])]
        write_whole(self.path, writes_text("".join(lines)), parents=False, flushed=flushed)

    def _is_listed(self, name: str, digest: str) -> bool:
        listed = self._listed()
        return listed is None or digest in listed.get(name, ())

    def _listed(self) -> _Listed | None:
        """Return the checksums that each file may have, or None in a folder without any."""
        try:
            lines = read_bytes(self.path).decode("utf-8", "replace").splitlines()
        except FileNotFoundError:
            return None
        listed: _Listed = {}
        for line in lines:
            # A line that isn't whole vouches for nothing, so its file is the one that is named.
            if found := _LINE.fullmatch(line):
                listed.setdefault(found[2], set()).add(found[1])
        return listed

    def _found(self) -> _Listed:
        paths = (path for path in self.folder.iterdir() if path.suffix in _KINDS)
        return {path.name: {_digest(path)} for path in paths if path.is_file()}

    def _current(self, name: str, accepted: set[str]) -> set[str]:
        """Return the listed checksum that a file's content has, or all where it has none."""
        try:
            digest = _digest(self.folder / name)
        except FileNotFoundError:
            return set()
        return {digest} if digest in accepted else accepted

    def _altered(self, name: str) -> RunError:
        return RunError(
            f"storage: {self.folder / name} must be as it was written, got content that {NAME} "
            f"beside it has no checksum of; {self.remedy}, put back a copy, or delete {NAME} to "
            "have the files taken as they are"
        )


def _digest(path: Path) -> str:
    with opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
