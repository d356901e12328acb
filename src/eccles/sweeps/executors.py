"""Where runs are done: processes of this machine, or the workers of a Dask cluster.

Each is a `concurrent.futures.Executor`, and nothing beyond this file knows which.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import logging
import multiprocessing
import os
import signal
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import connection
from pathlib import Path
from typing import Any, NamedTuple

from eccles.errors import InputError, RunError
from eccles.memory import collect_seldom
from eccles.processes import Pool
from eccles.sweeps.schema import versions

_PATIENCE = 8.0
"""Seconds that a cluster has to answer."""
_TALKATIVE = (
    "distributed",
    "distributed.client",
    "tornado",
    "tornado.application",
    "asyncio",
    "concurrent.futures",
)


class Workers(NamedTuple):
    """An executor, how many runs it does at once, which may change, and whether any has started."""

    executor: Executor
    slots: Callable[[], int]
    started: Callable[[], bool] = lambda: True


@contextmanager
def local(jobs: int) -> Iterator[Workers]:
    """Give so many processes of this machine; they end with this one, however it ends."""
    before = set(multiprocessing.active_children())
    context = multiprocessing.get_context("spawn")
    try:
        executor = Pool(jobs, mp_context=context, initializer=_begin)
        first = executor.submit(int)
    except OSError as error:
        raise RunError(
            f"sweep: worker processes must start, got {error.strerror!r}; allow more processes "
            "and open files (ulimit -a), or take fewer --jobs"
        ) from None
    try:
        yield Workers(executor, lambda: jobs, lambda: first.done() and not first.exception())
    except BaseException:
        executor.shutdown(wait=False, cancel_futures=True)
        # Whoever is still here had its time: what it did is stored up to its last epoch.
        for child in set(multiprocessing.active_children()) - before:
            child.kill()
        raise
    executor.shutdown()


@contextmanager
def given(executor: Executor, jobs: int) -> Iterator[Workers]:
    """Give an executor of the caller's own, who says how many runs it does at once."""
    yield Workers(executor, lambda: jobs)


@contextmanager
def dask(address: str, folder: Path) -> Iterator[Workers]:
    """Give the workers of the Dask cluster whose scheduler answers at an address.

    Raises InputError without the extra, where the workers' versions differ from ours or where
    they don't see `folder`; RunError where nobody answers.
    """
    try:
        import distributed
    except ImportError:
        raise InputError(
            "sweep: --dask needs the package distributed; pip install 'eccles[dask]'"
        ) from None
    # They tell of every message that a lost cluster doesn't take; one sentence of ours is enough.
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        # In a thread of its own: a notebook has an event loop in this one.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(lambda: asyncio.run(_greet(address))).result()
        client: Any = distributed.Client(address, timeout=_PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TimeoutError) as error:
        said = str(error).splitlines()[0] if str(error) else "no answer"
        raise RunError(
            f"sweep: --dask must be the address of a Dask scheduler, got {address!r}: {said}; "
            "start one with dask scheduler, and see that it can be reached from here"
        ) from None
    try:
        yield _checked(client, address, folder)
    finally:
        with contextlib.suppress(Exception):
            client.close(timeout=2)


async def _greet(address: str) -> None:
    """Wait for a scheduler's first words; a client would wait for them for ever."""
    from distributed import Security
    from distributed.comm.core import connect

    given = Security().get_connection_args("client")  # type: ignore[no-untyped-call]
    connecting = connect(address, timeout=_PATIENCE, **given)  # type: ignore[no-untyped-call]
    comm = await asyncio.wait_for(connecting, _PATIENCE)
    await comm.close()


def _checked(client: Any, address: str, folder: Path) -> Workers:
    """Return a cluster's workers if they can do our runs."""
    probe = folder / f".probe-{os.getpid()}"
    probe.touch()
    try:
        answers = client.run(look, str(probe.absolute()), on_error="return")
    except OSError as error:
        raise RunError(
            f"sweep: the Dask cluster at {address} must stay reachable, got "
            f"{type(error).__name__}; see that its scheduler goes on"
        ) from None
    finally:
        probe.unlink(missing_ok=True)
    if not answers:
        raise RunError(
            f"sweep: the Dask cluster at {address} must have workers, got none; start some with "
            "dask worker"
        )
    for worker, answer in answers.items():
        if isinstance(answer, BaseException):
            raise InputError(
                f"sweep: Dask worker {worker} must have Eccles installed, as here, got {answer!r}"
            )
        theirs, sees = answer
        other = [f"{k} {theirs.get(k)} for {v}" for k, v in versions().items() if theirs[k] != v]
        if other:
            raise InputError(
                f"sweep: Dask worker {worker} must have the versions that are here, got "
                f"{', '.join(other)}; install the same set there, with the same constraints.txt"
            )
        if not sees:
            raise InputError(
                f"sweep: --out must be a folder that all workers share, got {folder}, which Dask "
                f"worker {worker} doesn't see"
            )
    executor = client.get_executor(pure=False, retries=0)
    return Workers(executor, lambda: sum(client.nthreads().values()))


def look(path: str) -> tuple[dict[str, str], bool]:
    """Return a worker's versions, and whether it sees a file."""
    return versions(), Path(path).exists()


def _begin() -> None:
    """Begin a local worker: it leaves Ctrl-C to the coordinator, and ends when that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    collect_seldom()
    # Taking torch apart takes a second, which whoever waits for the tables would wait too.
    atexit.register(os._exit, 0)
    # Switched to errors, another package's warnings would end runs.
    warnings.simplefilter("ignore")
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent.sentinel,), daemon=True).start()


def _follow(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)
