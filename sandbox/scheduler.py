"""One thread that runs small jobs when they are due: statuses, replies, retries."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable

log = logging.getLogger(__name__)


class Scheduler:
    """Runs callables after a delay, in the order of their due times.

    Jobs must be short: they share one thread.
    """

    def __init__(self) -> None:
        self._jobs: list[tuple[float, int, Callable[[], None]]] = []
        self._changed = threading.Condition()
        self._sequence = itertools.count()
        self._stopping = False
        self._running = 0
        self._thread: threading.Thread | None = None

    def after(self, delay_s: float, job: Callable[[], None]) -> None:
        """Run `job` in `delay_s` seconds; jobs due at the same moment keep their order."""
        with self._changed:
            heapq.heappush(self._jobs, (time.monotonic() + max(delay_s, 0.0), next(self._sequence), job))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="scheduler", daemon=True)
                self._thread.start()
            self._changed.notify()

    @property
    def waiting(self) -> int:
        """How many jobs have not finished."""
        with self._changed:
            return len(self._jobs) + self._running

    def clear(self) -> None:
        """Forget every job that has not started."""
        with self._changed:
            self._jobs.clear()

    def stop(self) -> None:
        """Forget every job that has not started, and end the thread."""
        with self._changed:
            self._stopping = True
            self._jobs.clear()
            self._changed.notify()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(5)

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._stopping and (not self._jobs or self._jobs[0][0] > time.monotonic()):
                    self._changed.wait(self._jobs[0][0] - time.monotonic() if self._jobs else None)
                if self._stopping:
                    return
                job = heapq.heappop(self._jobs)[2]
                self._running = 1
            try:
                job()
            except Exception:  # one broken job must not stop all later statuses
                log.exception("scheduler.job_failed")
            finally:
                with self._changed:
                    self._running = 0
