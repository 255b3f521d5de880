"""Being asked to stop: Ctrl-C, SIGTERM and SIGHUP, noticed wherever the launcher waits."""

import ctypes
import os
import signal
import time
from collections.abc import Callable
from types import FrameType

from local import child

POLL_S = 0.05
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(Exception):
    """Raised inside a wait when somebody asked the launcher to stop."""


class Stopper:
    """Counts requests to stop. The first asks for an orderly end, the second for an immediate one."""

    def __init__(self) -> None:
        self.requests = 0

    def listen(self) -> None:
        """Take the signals over; only the main thread may call this."""
        for number in SIGNALS:
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.requests += 1

    def wait_until(self, condition: Callable[[], bool], timeout_s: float) -> bool:
        """Whether the condition came true in time. Raises StopRequested when asked to stop meanwhile."""
        deadline = time.monotonic() + timeout_s
        while not condition():
            self.check()
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_S)
        self.check()
        return True

    def check(self) -> None:
        """Raise StopRequested when asked to stop."""
        if self.requests:
            raise StopRequested


def stop_when_parent_dies() -> None:
    """Have the kernel send us SIGTERM when our parent ends, so that a killed `make` leaves nothing behind."""
    parent = os.getppid()
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(child.PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)
