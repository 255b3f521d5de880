"""Threads that run the application: as many as are needed at once, up to a bound."""

import asyncio
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

Result = TypeVar("Result")
# A thread without work ends after this time.
IDLE_S = 30.0
_Item = tuple[asyncio.Future[Any], Callable[..., Any], tuple[Any, ...]]


class OverloadedError(Exception):
    """More work waits than can be done before its clients give up."""


class Threads:
    """Runs functions for one event loop. Its threads are daemons: a stream must not keep a process alive.

    Python's own ThreadPoolExecutor costs twice as much for each call, and its threads never end.
    """

    def __init__(self, name: str, most: int, most_waiting: int) -> None:
        self._name, self._most, self._most_waiting = name, most, most_waiting
        self._work: SimpleQueue[_Item] = SimpleQueue()
        self._lock = threading.Lock()
        self._count = 0
        # How many threads wait for work, less how many calls wait for a thread.
        self._free = 0

    def run(
        self, loop: asyncio.AbstractEventLoop, function: Callable[..., Result], *arguments: Any
    ) -> "asyncio.Future[Result]":
        """The future of what ``function`` returns or raises in a thread; to be called on ``loop``.

        Raises OverloadedError if too much work waits already.
        """
        future: asyncio.Future[Result] = loop.create_future()
        with self._lock:
            if self._free <= -self._most_waiting:
                raise OverloadedError
            self._free -= 1
            needs_thread = self._free < 0 and self._count < self._most
            if needs_thread:
                self._count += 1
                self._free += 1
        self._work.put((future, function, arguments))
        if needs_thread:
            threading.Thread(target=self._live, args=(loop,), name=self._name, daemon=True).start()
        return future

    def _live(self, loop: asyncio.AbstractEventLoop) -> None:
        while (item := self._next()) is not None:
            future, function, arguments = item
            result, error = None, None
            try:
                result = function(*arguments)
            except BaseException as raised:  # noqa: BLE001  # it is the caller's
                error = raised
            with self._lock:
                self._free += 1
            try:
                loop.call_soon_threadsafe(_settle, future, result, error)
            except RuntimeError:
                # The loop has ended, and the process is about to end.
                return
            # An idle thread must not keep its last answer in memory.
            del item, future, function, arguments, result, error

    def _next(self) -> "_Item | None":
        while True:
            try:
                return self._work.get(timeout=IDLE_S)
            except Empty:
                with self._lock:
                    # If it is not above zero, a call counts on this thread and will be queued in a moment.
                    if self._free > 0:
                        self._free -= 1
                        self._count -= 1
                        return None


def _settle(future: "asyncio.Future[Any]", result: Any, error: BaseException | None) -> None:
    if future.done():
        # The request was cancelled: its client is gone.
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)
