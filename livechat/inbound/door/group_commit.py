"""Many threads' writes in one round trip: threads that come during a write share the next one.

Redis with ``appendfsync always`` writes to disk once for commands that arrive together, and a client's round
trip costs more than the command in it. So the first thread writes at once; threads that come meanwhile wait,
and one of them writes for all. Where several came together, more are likely on their way, so the next writer
waits for them briefly. A lone write takes no longer than it would alone, except the first one after a crowd.
No thread of its own is needed.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Work = TypeVar("Work")
Outcome = TypeVar("Outcome")
Write = Callable[[Sequence[Work]], Sequence[Outcome]]

# Limits what one write holds in memory, and how long the first thread in it waits for the last.
GROUP_SIZE = 64
# After a write for several the next writer waits so long. Then twice as many share its write, which saves
# Redis and us a tenth of the processor time for each (docs/performance.md).
LINGER_S = 0.001


class _Waiter(Generic[Work, Outcome]):
    """One thread's work. Its lock is released when the work has an outcome, or the thread is to write."""

    __slots__ = ("error", "lock", "outcome", "work")

    def __init__(self, work: Work) -> None:
        self.work = work
        self.lock = threading.Lock()
        self.lock.acquire()
        self.outcome: list[Outcome] = []
        self.error: BaseException | None = None


class GroupCommit(Generic[Work, Outcome]):
    """Hands the work of threads to ``write``, in the order in which it came, one write at a time."""

    def __init__(self, *, linger_s: float = LINGER_S) -> None:
        self._linger_s = linger_s
        self._lock = threading.Lock()
        self._waiting: list[_Waiter[Work, Outcome]] = []
        self._is_writing = False
        self._is_crowded = False

    def run(self, work: Work, write: Write[Work, Outcome]) -> Outcome:
        """The outcome of ``work``, after the ``write`` that it was part of.

        ``write`` returns an outcome for each work, in their order. What it raises is raised in each thread.
        """
        waiter: _Waiter[Work, Outcome] = _Waiter(work)
        with self._lock:
            self._waiting.append(waiter)
            is_leader = not self._is_writing
            self._is_writing = True
        if not is_leader:
            waiter.lock.acquire()  # until another thread wrote for this one, or this one is to write
        if not waiter.outcome and waiter.error is None:
            self._write_with(write)
        if waiter.error is not None:
            raise waiter.error
        return waiter.outcome[0]

    def _write_with(self, write: Write[Work, Outcome]) -> None:
        """Write for the first waiting threads, of which the caller is one, and let the next one write."""
        group: list[_Waiter[Work, Outcome]] = []
        try:
            try:
                if self._is_crowded:
                    time.sleep(self._linger_s)
            finally:
                group += self._take()
            outcomes = write([waiter.work for waiter in group])
            for waiter, outcome in zip(group, outcomes, strict=True):
                waiter.outcome.append(outcome)
        except BaseException as error:  # noqa: BLE001  # raised again by each thread of the group
            # Every thread of the group raises it, this one too. Even a thread that is told to end must not
            # leave the others waiting.
            for waiter in group:
                waiter.error = error
        finally:
            with self._lock:
                heir = self._waiting[0] if self._waiting else None
                self._is_writing = heir is not None
            if heir is not None:
                heir.lock.release()
            for waiter in group:
                # Nobody waits for the writer's own lock; releasing it does no harm.
                waiter.lock.release()

    def _take(self) -> list[_Waiter[Work, Outcome]]:
        """The threads whose work is written next, at most GROUP_SIZE."""
        with self._lock:
            group = self._waiting[:GROUP_SIZE]
            del self._waiting[:GROUP_SIZE]
            self._is_crowded = len(group) > 1
        return group
