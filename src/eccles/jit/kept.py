"""Compiled kernels, kept in files that are sound or not used.

A file holds one kernel for one set of types and one kind of processor. It begins with a checksum
of all that follows: what the kernel was compiled from, and numba's own form of it. So a file that
is cut, damaged, or of other sources is none, and the kernel is compiled anew; machine code that
isn't as it was written never runs. Whatever goes wrong with the folder costs time and nothing else.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import pickle
import re
import sys
import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import numba
from numba.core.caching import (
    CompileResultCacheImpl,
    FunctionCache,
    InTreeCacheLocator,
    UserProvidedCacheLocator,
    UserWideCacheLocator,
)
from numba.core.serialize import dumps
from numba.core.types import BaseTuple

from eccles.jit.turns import Turn
from eccles.reading import read_bytes
from eccles.storage import make_folder, put

_PACKAGE = Path(__file__).parents[1]
_JIT = Path(__file__).parent
"""What compiles. Nothing that it imports gets into a kernel."""
_IMPORT = re.compile(r"^from (eccles[\w.]*) import (?:\(([^)]*)\)|(.*))", re.MULTILINE)
_SIZE = 32
"""Bytes of a checksum."""


class _OfUser(UserWideCacheLocator):
    """A folder of the user's own, if there is one: without a home, numba makes one named "~"."""

    def ensure_cache_path(self) -> None:
        """Raise OSError where the folder can't be."""
        if not Path(self._cache_path).is_absolute():
            raise FileNotFoundError(self._cache_path)
        super().ensure_cache_path()  # type: ignore[no-untyped-call]


class _Place(CompileResultCacheImpl):
    """The folder of a function's kernels: $NUMBA_CACHE_DIR, beside the source, or the user's."""

    _locator_classes = [UserProvidedCacheLocator, InTreeCacheLocator, _OfUser]  # noqa: RUF012


class KeptKernels(FunctionCache):
    """The kernels of one function, in the place of numba's own cache.

    Nothing that it does raises an error: a kernel that can't be read is compiled, one that can't
    be written isn't kept, and one line on stderr says how to mend that.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._py_func = function
        self._enabled = True
        self._impl = None
        self._turn = Turn()
        try:
            self._impl = _Place(function)  # type: ignore[no-untyped-call]
            self._cache_path = self._impl.locator.get_cache_path()
        except Exception:  # No folder can be written, or numba's settings name none.
            self._impl, self._cache_path = None, None

    def flush(self) -> None:
        """Do nothing: a kernel of other sources is none."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the kernel for these types, or None, for which no other process compiles it."""
        target_context.refresh()
        if not self._enabled or self._impl is None:
            return None
        try:
            path, origin = self._file(sig, target_context.codegen())
        except Exception as error:
            return _complain(self._cache_path, _said(error))
        found = self._load(path, origin, target_context)
        if found is None and self._turn.take(path):
            found = self._load(path, origin, target_context)
            if found is not None:
                self._turn.end()
        return found

    def _load(self, path: Path, origin: bytes, target_context: Any) -> Any:
        """Return the kernel that a file holds, or None."""
        try:
            content = read_bytes(path)
        except FileNotFoundError:
            return None
        except Exception as error:
            return _complain(self._cache_path, _said(error))
        body = content[_SIZE:]
        if len(body) < _SIZE or hashlib.sha256(body).digest() != content[:_SIZE]:
            return _complain(self._cache_path, f"a damaged {path.name}")
        if body[:_SIZE] != origin:
            return None
        try:
            return self._impl.rebuild(target_context, pickle.loads(body[_SIZE:]))
        except Exception as error:
            return _complain(self._cache_path, f"{path.name} that gives {_said(error)}")

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep a kernel if that is possible, and let others have it."""
        try:
            self._save(sig, data)
        finally:
            self._turn.end()

    def _save(self, sig: Any, data: Any) -> None:
        if not self._enabled:
            return
        if self._impl is None:
            _complain(None, "none that can be written")
            return
        try:
            if self._impl.check_cachable(data):
                path, origin = self._file(sig, data.codegen)
                body = origin + dumps(self._impl.reduce(data))  # type: ignore[no-untyped-call]
                _write(path, hashlib.sha256(body).digest() + body)
        except Exception as error:
            _complain(self._cache_path, _said(error))

    def _file(self, sig: Any, codegen: Any) -> tuple[Path, bytes]:
        """Return where a kernel is kept, and the checksum of all that it is compiled from."""
        types, machine, code = self._index_key(sig, codegen)  # type: ignore[no-untyped-call]
        asked = repr(([_spelt(each) for each in types], machine))
        name = hashlib.sha256(asked.encode()).hexdigest()[:16]
        sources = _sources(Path(self._py_func.__code__.co_filename))
        origin = repr((numba.__version__, sys.version, asked, code)).encode() + sources
        path = Path(self._cache_path) / f"{self._impl.filename_base}.{name}.kernel"
        return path, hashlib.sha256(origin).digest()


def _spelt(kind: Any) -> str:
    """Return a type's name, and of tuples the names of fields, which numba's lacks."""
    if not isinstance(kind, BaseTuple):
        return str(kind)
    parts: Any = kind
    return f"{kind} {getattr(kind, 'fields', ())} {[_spelt(each) for each in parts]}"


@lru_cache
def _sources(file: Path) -> bytes:
    """Return a checksum of a file, of all that it imports of the package, and of `jit`."""
    found, left = set(_JIT.glob("*.py")), {file}
    while left:
        found |= left
        left = {each for path in left for each in imported(path)} - found
    checksum = hashlib.sha256()
    for path in sorted(found):
        checksum.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return checksum.digest()


def imported(path: Path) -> set[Path]:
    """Return the files of the package that a file imports as it is loaded.

    Imports within functions aren't among them: a compiled function has none.
    """
    found = set()
    for match in _IMPORT.finditer(path.read_text(encoding="utf-8")):
        place = _PACKAGE.joinpath(*match[1].split(".")[1:])
        names = re.findall(r"\w+", match[2] or match[3])
        modules = [place.with_suffix(".py"), place / "__init__.py"]
        modules += [(place / name).with_suffix(".py") for name in names]
        modules += [place / name / "__init__.py" for name in names]
        found |= {module for module in modules if module.exists()}
    return found


def _write(path: Path, content: bytes) -> None:
    make_folder(path.parent)
    # By a number of its own: machines that share the folder may have processes of one number.
    aside = path.with_name(f"{path.name}.{uuid.uuid4().hex[:16]}")
    try:
        aside.write_bytes(content)
        put(aside, path)
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)


def _said(error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) else None
    return repr(reason) if reason else type(error).__name__


_complained = False


def _complain(folder: str | None, got: str) -> None:
    """Say once what is wrong with the folder; of a pool's workers, the first one speaks."""
    global _complained
    worker = re.fullmatch(r"SpawnProcess-(\d+)", multiprocessing.current_process().name)
    if _complained or sys.stderr is None or (worker and worker[1] != "1"):
        return
    _complained = True
    place, way = "a folder", "name one with NUMBA_CACHE_DIR"
    if folder is not None:
        place, way = folder, "delete it, free space, or name another folder with NUMBA_CACHE_DIR"
    with suppress(OSError, ValueError):
        print(
            f"eccles: {place} must keep compiled kernels, got {got}; compiling anew, which takes "
            f"a while; {way}",
            file=sys.stderr,
        )
