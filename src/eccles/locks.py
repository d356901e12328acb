"""Folders that one process writes at a time."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from io import TextIOBase
from pathlib import Path

from eccles.errors import RunError, StorageError
from eccles.storage import make_folder, unwritable


class Lock:
    """A lock that is held.

    Its file may be removed, with its folder or alone, and another process may then hold a new one:
    whoever holds it asks `check` before it writes.
    """

    def __init__(self, path: Path, file: TextIOBase | None, what: str) -> None:
        self._path, self._file, self._what = path, file, what

    def is_there(self) -> bool:
        """Return whether the lock's file is still the one that is held."""
        if self._file is None:
            return True
        try:
            return os.path.samestat(self._path.stat(), os.fstat(self._file.fileno()))
        except FileNotFoundError:
            return False
        except OSError as error:
            raise unwritable(self._path, error) from None

    def check(self) -> None:
        """Raise StorageError where the lock's file was removed."""
        if not self.is_there():
            got = "the folder" if not self._path.parent.exists() else f"its {self._path.name}"
            raise StorageError(
                f"{self._what} must be left to the process that writes it, got {got} removed; the "
                "same command goes on with what is there"
            )


@contextmanager
def locked(path: Path, what: str, *, wait: bool = False, shared: bool = False) -> Iterator[Lock]:
    """Hold the lock file at `path`; the system lets go of it however the process ends.

    Args:
        path: the lock file, made unless it is there; it says who holds it, where it can.
        what: what the lock guards, for the error.
        wait: wait until it is free.
        shared: hold it beside others who share it, but beside nobody who doesn't.

    Raises RunError where another process holds it. On a filesystem without locks nothing is held,
    and no error raised. Systems without `flock`, such as Windows, lock by filelock.
    """
    try:
        import fcntl
    except ImportError:
        with _locked_by_filelock(path, what, wait=wait, shared=shared):
            yield Lock(path, None, what)
        return
    while True:
        try:
            make_folder(path.parent)
            file = path.open("a+", encoding="utf-8")
        except OSError as error:
            raise unwritable(path, error) from None
        with file:
            kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
            try:
                fcntl.flock(file, kind | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                file.seek(0)
                holder = file.read().strip() or "another process"
                raise _in_use(what, holder) from None
            except OSError:
                pass
            lock = Lock(path, file, what)
            if not lock.is_there():
                continue  # Removed while we waited for it: another one guards now.
            with suppress(OSError):
                file.truncate(0)
                if not shared:
                    file.write(f"process {os.getpid()} on {platform.node()}")
                    file.flush()
            yield lock
            return


@contextmanager
def _locked_by_filelock(path: Path, what: str, *, wait: bool, shared: bool) -> Iterator[None]:
    """Hold the lock file as a database of SQLite that stays empty, so it can't say who does."""
    import sqlite3

    from filelock import ReadWriteLock, Timeout

    with ExitStack() as held:
        try:
            make_folder(path.parent)
            if path.exists() and path.stat().st_size:
                path.write_bytes(b"")  # The folder came from a system with flock.
            lock = ReadWriteLock(path, is_singleton=False)
            held.enter_context((lock.read_lock if shared else lock.write_lock)(blocking=wait))
        except Timeout:
            raise _in_use(what, "another process") from None
        except OSError as error:
            raise unwritable(path, error) from None
        except sqlite3.Error:  # The filesystem has no locks.
            pass
        yield


def _in_use(what: str, holder: str) -> RunError:
    return RunError(f"{what} must not be in use, got {holder} using it; wait until that has ended")
