"""Many threads' writes in one round trip: whoever comes while one is under way travels with the next.

Redis with ``appendfsync always`` writes to disk once for whatever arrived together, and a client's round trip
costs more than the command in it. So the first thread to come writes at once; those that come meanwhile wait,
and one of them writes for all of them. Where several came meanwhile, more are on their way: the next to write
lingers for them first. A lone write takes no longer than without, but for the first after a crowd; no thread
is kept.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Work = TypeVar("Work")
Outcome = TypeVar("Outcome")
Write = Callable[[Sequence[Work]], Sequence[Outcome]]

# A limit to what one write may hold in memory, and to how long the first of it waits for the last.
GROUP_SIZE = 64
# After a write for several. Twice as many share the next one then, which saves the server and us a tenth of
# the processor time of each (docs/performance.md).
LINGER_S = 0.001


class _Waiter(Generic[Work, Outcome]):
    """One thread's work. Its lock is held until the work has an outcome, or the thread is to write itself."""

    __slots__ = ("error", "lock", "outcome", "work")

    def __init__(self, work: Work) -> None:
        self.work = work
        self.lock = threading.Lock()
        self.lock.acquire()
        self.outcome: list[Outcome] = []
        self.error: BaseException | None = None


class GroupCommit(Generic[Work, Outcome]):
    """Hands the work of threads to ``write``, in the order in which they came, never two writes at once."""

    def __init__(self, *, linger_s: float = LINGER_S) -> None:
        self._linger_s = linger_s
        self._lock = threading.Lock()
        self._waiting: list[_Waiter[Work, Outcome]] = []
        self._is_writing = False
        self._is_crowded = False

    def run(self, work: Work, write: Write[Work, Outcome]) -> Outcome:
        """The outcome of ``work``, once the ``write`` that it was part of has returned.

        ``write`` gives an outcome for each of its works, in their order; what it raises, each of them gets.
        """
        waiter: _Waiter[Work, Outcome] = _Waiter(work)
        with self._lock:
            self._waiting.append(waiter)
            is_leader = not self._is_writing
            self._is_writing = True
        if not is_leader:
            waiter.lock.acquire()  # until somebody wrote for us, or we are the next to write
        if not waiter.outcome and waiter.error is None:
            self._write_with(write)
        if waiter.error is not None:
            raise waiter.error
        return waiter.outcome[0]

    def _write_with(self, write: Write[Work, Outcome]) -> None:
        """Write for the first of those that wait, of whom the caller is one, and name who writes next."""
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
            # Not swallowed: every thread of the group raises it, this one too. Even a thread that is being
            # ended must not leave the others waiting.
            for waiter in group:
                waiter.error = error
        finally:
            with self._lock:
                heir = self._waiting[0] if self._waiting else None
                self._is_writing = heir is not None
            if heir is not None:
                heir.lock.release()
            for waiter in group:
                # The leader's own is held by nobody who waits; to release it does no harm.
                waiter.lock.release()

    def _take(self) -> list[_Waiter[Work, Outcome]]:
        """Those whose turn it is."""
        with self._lock:
            group = self._waiting[:GROUP_SIZE]
            del self._waiting[:GROUP_SIZE]
            self._is_crowded = len(group) > 1
        return group
