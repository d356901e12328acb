"""What a training needs of torch, numpy and the processor, set while it computes and put back.

A notebook or another library may have set other defaults. Some would change the numbers of a run,
and its identity doesn't know of them; others, gradients switched off say, would end it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import Any

import numpy as np
import torch

from eccles.engines.memory import kept_memory

_Switch = tuple[Callable[[], Any], Callable[[Any], Any], Any]


def _switches() -> list[_Switch]:
    """Return how to read and set what the whole process shares, and what it must be."""
    found: list[_Switch] = [
        (torch.get_default_dtype, torch.set_default_dtype, torch.float32),
        (torch.get_deterministic_debug_mode, torch.set_deterministic_debug_mode, 0),
        (torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly, False),
        (torch.get_float32_matmul_precision, torch.set_float32_matmul_precision, "highest"),
        _attribute(torch.backends.mkldnn, "enabled", True),
    ]
    for kind in ("matmul", "conv"):
        # Of a torch that has it: products in fewer bits than float32's, where the processor can.
        backend = getattr(torch.backends.mkldnn, kind, None)
        if hasattr(backend, "fp32_precision"):
            found.append(_attribute(backend, "fp32_precision", "ieee"))
    return found


def _attribute(owner: Any, name: str, needed: Any) -> _Switch:
    return (lambda: getattr(owner, name)), (lambda value: setattr(owner, name, value)), needed


class _Process:
    """The switches of the process: the first who computes sets them, the last puts them back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._within = 0
        self._undo: list[Callable[[], Any]] = []

    def enter(self) -> None:
        """Set what isn't as it must be, unless somebody who computes has."""
        with self._lock:
            self._within += 1
            if self._within > 1:
                return
            for read, write, needed in _switches():
                # Torch refuses to read one that was set by its older and its newer name.
                with suppress(RuntimeError):
                    before = read()
                    if before not in {needed, "none"}:
                        write(needed)
                        self._undo.append(partial(write, before))

    def leave(self) -> None:
        """Put back what was set, unless somebody still computes."""
        with self._lock:
            self._within -= 1
            while not self._within and self._undo:
                self._undo.pop()()


class _Threads:
    """Torch's number of threads: the smallest that any of the runs computing at once asks for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: list[int] = []
        self._before = 0

    def enter(self, threads: int) -> None:
        """Take so many, or fewer where another needs that."""
        with self._lock:
            if not self._asked:
                self._before = torch.get_num_threads()
            self._asked.append(threads)
            torch.set_num_threads(min(self._asked))

    def leave(self, threads: int) -> None:
        """Give the process what it had, once nobody computes any more."""
        with self._lock:
            self._asked.remove(threads)
            torch.set_num_threads(min(self._asked, default=self._before))


_process, _threads = _Process(), _Threads()


@contextmanager
def settled() -> Iterator[None]:
    """Compute as Eccles does, whatever the caller has set: types, device, gradients, precision.

    Before a decorated function, it holds for each call. What is the calling thread's own is set
    for that thread; what the process has once (the default type and precisions) is put back by the
    last of all that compute at once.
    """
    with ExitStack() as held:
        _process.enter()
        held.callback(_process.leave)
        held.enter_context(torch.inference_mode(False))
        held.enter_context(torch.enable_grad())
        for device in ("cpu", "cuda"):
            if torch.is_autocast_enabled(device):
                held.enter_context(torch.autocast(device, enabled=False))
        if torch.get_default_device().type != "cpu":
            held.enter_context(torch.device("cpu"))
        # The loop looks itself whether numbers are finite.
        held.enter_context(np.errstate(all="ignore"))
        if _flushes():
            torch.set_flush_denormal(False)
            held.callback(torch.set_flush_denormal, True)
        yield


@contextmanager
def computing(threads: int) -> Iterator[None]:
    """Give steps the threads that they take of torch, and the memory; both as before when done.

    On some processors a matrix product's bits depend on torch's threads; and while they are idle
    they spin, which would take cores from the event engine's own.
    """
    _threads.enter(threads)
    try:
        with kept_memory():
            yield
    finally:
        _threads.leave(threads)


def _flushes() -> bool:
    """Return whether this thread's processor takes the smallest numbers for 0: nothing says so."""
    return not (np.full(1, 1e-40, np.float32) * np.float32(1)).any()
