"""Wakes what stands on an event loop, from threads: many at once with one call."""

import asyncio
import threading
from collections.abc import Callable, Iterable

Resume = Callable[[], None]


class Wakes:
    """Of one event loop. What is woken runs there, soon, in the order in which it was woken."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._lock = threading.Lock()
        self._woken: list[Resume] = []

    def wake(self, resumes: Iterable[Resume]) -> None:
        """Call each of them on the loop. From any thread; it does not wait for them."""
        with self._lock:
            is_first = not self._woken
            self._woken.extend(resumes)
            if not (is_first and self._woken):
                return
        try:
            self._loop.call_soon_threadsafe(self._run)
        except RuntimeError:
            # The loop has ended, and the process is about to end.
            return

    def _run(self) -> None:
        with self._lock:
            woken, self._woken = self._woken, []
        for resume in woken:
            resume()
