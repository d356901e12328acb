"""Threads that share each batch, and wait for the next one awake.

A batch takes about a millisecond; waking a sleeping thread, and having it take the interpreter's
lock, costs a tenth of that. A helper that has done its share therefore keeps looking for the next
order for a moment, in compiled code and without the lock, before it leaves and sleeps.

Each helper has a mailbox of three numbers, on cache lines of their own: the number of the last
order (-1 tells it to leave), of the last order done, and whether it has gone. What an order is
about lies in arrays that both sides know; the numbers are written last and read first.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic

from eccles.jit import compiled

_ORDERED, _DONE, _GONE = 0, 8, 16
_LEAVE = -1
_PATIENCE = 3_000_000
"""Looks at the mailbox before a helper leaves: a few milliseconds."""


class ThreadPool:
    """The calling thread and its helpers.

    Args:
        members: threads, the calling one included.
    """

    def __init__(self, members: int) -> None:
        self.members = members
        self._process = os.getpid()
        helpers = members - 1
        self._pool = ThreadPoolExecutor(helpers) if helpers else None
        self._mailboxes = [np.zeros(24, np.int64) for _ in range(helpers)]
        self._serving: list[Future[None] | None] = [None] * helpers
        self._work: tuple[Any, ...] = ()
        self._order = 0

    def share(self, do: Callable[..., None], serve: Callable[..., None], *work: Any) -> None:
        """Have every member do its share of the work, and return when all is done.

        Args:
            do: compiled function of (member, members, *work).
            serve: compiled function of (mailbox, member, members, *work) that calls `do` for each
                order, as `orders` below gives them.
            work: numbers and arrays; what changes from batch to batch lies inside the arrays.
        """
        if os.getpid() != self._process:
            # A fork copies the pool but not its threads.
            self.__init__(self.members)  # type: ignore[misc]
        if len(work) != len(self._work) or not all(map(same, self._work, work)):
            self.dismiss()
        self._work = work
        try:
            self._share(do, serve, work)
        except BaseException:
            # No helper may go on with arrays that the caller is about to change.
            self.dismiss()
            raise

    def _share(self, do: Any, serve: Any, work: tuple[Any, ...]) -> None:
        self._order += 1
        for k, mailbox in enumerate(self._mailboxes):
            serving = self._serving[k]
            if serving is None or serving.done() or mailbox[_GONE]:
                mailbox[[_ORDERED, _DONE]] = self._order - 1
                mailbox[_GONE] = 0
                assert self._pool is not None
                self._serving[k] = self._pool.submit(serve, mailbox, k + 1, self.members, *work)
            _write(mailbox, _ORDERED, self._order)
        do(0, self.members, *work)
        for k, mailbox in enumerate(self._mailboxes):
            serving = self._serving[k]
            assert serving is not None
            while not _has_answered(mailbox, self._order) and not serving.done():
                time.sleep(0)
            if mailbox[_DONE] != self._order:
                # It left just before the order came, or failed, which this raises.
                serving.result()
                if mailbox[_DONE] != self._order:
                    do(k + 1, self.members, *work)

    def map(self, task: Callable[[int, int], None], n: int) -> None:
        """Call task(first, last) so that 0 to n is covered, each member a stretch of it."""
        self.dismiss()
        edges = [n * k // self.members for k in range(self.members + 1)]
        futures = [
            self._pool.submit(task, *edges[k : k + 2])
            for k in range(1, self.members)
            if self._pool is not None
        ]
        task(*edges[:2])
        for future in futures:
            future.result()

    def dismiss(self) -> None:
        """Have every helper leave, and wait until it has."""
        for mailbox, serving in zip(self._mailboxes, self._serving, strict=True):
            if serving is not None:
                _write(mailbox, _ORDERED, _LEAVE)
                wait([serving])
        self._serving = [None] * len(self._serving)


@compiled
def orders(mailbox: Any, last: int) -> Any:
    """Report order `last` done, unless it is 0, and return the next one, or -1 to leave."""
    if last:
        _write_number(mailbox, _DONE, last)
    else:
        last = mailbox[_DONE]
    for _ in range(_PATIENCE):
        order = _read_number(mailbox, _ORDERED)
        if order != last:
            break
    else:
        order = _LEAVE
    if order == _LEAVE:
        _write_number(mailbox, _GONE, 1)
    return order


@compiled
def _has_answered(mailbox: Any, order: int) -> bool:
    """Look for the answer to an order for a moment: it is done, or the helper has gone."""
    for _ in range(_PATIENCE):
        if _read_number(mailbox, _DONE) == order or _read_number(mailbox, _GONE):
            return True
    return False


@compiled
def _write(mailbox: Any, place: int, number: int) -> None:
    _write_number(mailbox, place, number)


def same(a: Any, b: Any) -> bool:
    """Return whether two arrays are one, two numbers equal, or two tuples of them the same."""
    if a is b:
        return True
    if isinstance(a, tuple):
        return isinstance(b, tuple) and len(a) == len(b) and all(map(same, a, b))
    return not isinstance(a, np.ndarray) and not isinstance(b, np.ndarray) and bool(a == b)


def _operation(function: Callable[..., Any]) -> Any:
    return intrinsic(function)


def _place(context: Any, builder: Any, kind: Any, array: Any, offset: Any) -> Any:
    return builder.gep(context.make_array(kind)(context, builder, array).data, [offset])


@_operation
def _read_number(_typing: Any, array: Any, place: Any) -> Any:
    """Read a number, and see all that was written before it was."""

    def emit(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        place = _place(context, builder, array, *args)
        return builder.load_atomic(place, "acquire", 8)

    return types.int64(array, types.int64), emit


@_operation
def _write_number(_typing: Any, array: Any, place: Any, number: Any) -> Any:
    """Write a number, after all that was written before."""

    def emit(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        array_value, offset, value = args
        place = _place(context, builder, array, array_value, offset)
        builder.store_atomic(value, place, "release", 8)
        return context.get_dummy_value()

    return types.void(array, types.int64, types.int64), emit
