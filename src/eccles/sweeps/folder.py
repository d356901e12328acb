"""A study's folder: what lies where, and who may write it.

study.json            the study, as it was last asked for
runs.parquet          a row a run; other tables beside it
records/RUN.json      a run that has ended; the tables are made of these
underway/RUN/         the run folder of a run that hasn't, with its checkpoint
weights/RUN.safetensors  final weights, where the study keeps them
SHA256SUMS            checksums of study.json and the tables; all else holds its own
"""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from eccles import checksums
from eccles.checksums import Checksums
from eccles.errors import InputError, RunError
from eccles.locks import locked
from eccles.storage import (
    Write,
    check_files,
    flush_folder,
    is_aside,
    make_folder,
    unwritable,
    write_whole,
    writes_text,
)
from eccles.sweeps.study import Study

FORMAT = 1


class StudyFolder:
    """The files of one study."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.description = path / "study.json"
        self.records = path / "records"
        self.sums = Checksums(path, "delete it and let the same eccles sweep make it anew")
        self._wanted = path / ".wanted"
        self._own: Path | None = None

    def scratch(self, identity: str) -> Path:
        """Return the run folder of a run that is under way."""
        return self.path / "underway" / identity

    def table(self, name: str) -> Path:
        """Return where a table lies."""
        return self.path / f"{name}.parquet"

    def weights(self, identity: str) -> Path:
        """Return where the weights of a run lie that were kept."""
        return self.path / "weights" / f"{identity}.safetensors"

    def check(self, study: Study) -> None:
        """Raise InputError, before anything is written, unless this can be the study's folder."""
        try:
            if self.path.exists() and not self.path.is_dir():
                raise InputError(f"sweep: --out must be a folder, got the file {self.path}")
            if not self.description.exists():
                shown = {f.name for f in self.path.iterdir()} if self.path.exists() else set()
                shown.discard(checksums.NAME)
                # What a sweep left is taken up again, even if its description is gone.
                ours = {"records", "runs.parquet"} & shown
                if not ours and any(name[0] != "." for name in shown):
                    raise InputError(
                        f"sweep: --out must be empty or hold this study, got {self.path} with "
                        "other files; choose another --out"
                    )
                return
        except OSError as error:
            raise unwritable(self.path, error) from None
        theirs = self.read()
        names = (theirs.name, theirs.scale)
        if names != (study.name, study.scale):
            raise InputError(
                f"sweep: --out must be empty or hold study {study.name} at scale {study.scale}, "
                f"got {self.path} with {names[0]} at scale {names[1]}; choose another --out"
            )

    def check_data(self, data: dict[str, str]) -> None:
        """Raise InputError unless the folder's runs are on the same files of the user's own.

        `data` tells such files from others of one name, for each data set that isn't published.
        """
        if not self.description.exists():
            return
        known = json.loads(self.sums.read(self.description.name)).get("data", {})
        for name, digest in data.items():
            if known.get(name, digest) != digest:
                raise InputError(
                    f"sweep: --out must hold runs on the same files of {name} ({digest}), got "
                    f"{self.path} with runs on others ({known[name]}); name the folder of those "
                    "with --data-dir, or choose another --out"
                )

    def read(self) -> Study:
        """Return the study that the folder holds, or raise RunError where it can't be read."""
        for each in (self.path, self.records):
            check_files(each, "study: its folder")
        for each in (self.records, self.path / "underway", self.path / "weights"):
            if os.path.lexists(each) and not each.is_dir():
                raise RunError(
                    f"study: {each} must be a folder, got something else; remove it, and give the "
                    "same command again"
                )
        try:
            content = json.loads(self.sums.read(self.description.name))
            if content["format"] != FORMAT:
                raise ValueError(f"format {content['format']}")
            return Study.model_validate(content["study"])
        except FileNotFoundError:
            raise InputError(
                f"study: {self.path} must be a folder that eccles sweep wrote, got {self.instead()}"
            ) from None
        except (OSError, ValueError, LookupError, TypeError, InputError) as error:
            raise RunError(
                f"study: {self.description} must be readable and of format {FORMAT}, got "
                f"{error}; delete that file, and the same eccles sweep writes it anew"
            ) from None

    def instead(self) -> str:
        """Return in words what the folder holds, where it isn't that of a study."""
        if not self.path.exists():
            return "no such folder"
        if (self.path / "config.json").is_file():
            return f"the folder of one run, which eccles figures {self.path} draws"
        name = self.description.name
        inside = [str(path.parent) for path in sorted(self.path.glob(f"*/{name}"))]
        if inside:
            return f"one of several studies; name one of them: {', '.join(inside)}"
        return f"none with a {name}"

    def write(self, study: Study, data: dict[str, str] | None = None) -> None:
        """Say which study this is, and on which files, as `check_data` takes them."""
        content: dict[str, Any] = {"format": FORMAT, "study": study.model_dump(mode="json")}
        if data:
            content["data"] = data
        self.put({self.description.name: writes_text(json.dumps(content, indent=2) + "\n")})

    def put(self, writes: Mapping[str, Write]) -> None:
        """Write files of the folder whole, with their checksums; shares of a study may do so."""
        with locked(self.path / ".checksums.lock", f"study: {self.path}", wait=True):
            self.sums.write(writes)
            self.sums.settle()

    @contextmanager
    def coordinated(self, shard: str | None) -> Iterator[Path]:
        """Be the only coordinator, or the only one of a share; give the file that says so.

        Workers look at that file: they do a run while it is there. Raises RunError where another
        coordinator is at work.
        """
        name = "all" if shard is None else shard.replace("/", "-of-")
        what = f"sweep: --out {self.path}"
        with ExitStack() as held:
            lock = self.path / ".coordinator.lock"
            held.enter_context(locked(lock, what, shared=shard is not None))
            if shard is not None:
                held.enter_context(locked(self.path / f".shard-{name}.lock", what))
            wanted = self._wanted / f"{name}-{uuid.uuid4().hex}"
            try:
                self._wanted.mkdir(exist_ok=True)
                make_folder(self.records)
                if shard is None:
                    self._tidy()
                # Whoever was killed here left one; its workers may stop.
                for left in self._wanted.glob("*" if shard is None else f"{name}-*"):
                    left.unlink(missing_ok=True)
                wanted.touch()
                self._own = wanted
            except OSError as error:
                raise unwritable(self._wanted, error) from None
            try:
                yield wanted
            finally:
                wanted.unlink(missing_ok=True)

    def _tidy(self) -> None:
        """Remove what processes that were killed were about to put in a file's place."""
        for folder in (self.path, self.records, self.path / "weights"):
            for file in folder.glob(".*") if folder.exists() else ():
                if is_aside(file):
                    file.unlink(missing_ok=True)

    def unwanted(self) -> None:
        """Tell the workers of this coordinator to stop."""
        if self._own is not None:
            self._own.unlink(missing_ok=True)

    def keep_weights(self, identity: str, checkpoint: Path) -> None:
        """Keep a finished run's last checkpoint."""
        target = self.weights(identity)
        try:
            target.parent.mkdir(exist_ok=True)
            flush_folder(self.path)
        except OSError as error:
            raise unwritable(target, error) from None
        write_whole(target, lambda aside: shutil.copyfile(checkpoint, aside), parents=False)

    def clear(self, identity: str) -> None:
        """Remove the run folder of a run that has ended."""
        with suppress(OSError):
            shutil.rmtree(self.scratch(identity))
