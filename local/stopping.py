"""Requests to stop, by a signal to us or to the `make` above us. Every wait notices them."""

import ctypes
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from local import child

POLL_S = 0.05
ONE_WISH_S = 1.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(Exception):
    """Raised in a wait after the launcher was asked to stop."""


class Stopper:
    """Counts requests to stop. The first asks for an orderly end, the second for an immediate one."""

    def __init__(self) -> None:
        self.requests = 0
        self._last_at = 0.0
        self._parent = 0

    def listen(self) -> None:
        """Handle the signals. Only the main thread may call this."""
        for number in SIGNALS:
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._request()

    def _request(self) -> None:
        # A signal to the whole group reaches us twice, the second time through make. That is one request.
        if time.monotonic() - self._last_at > ONE_WISH_S:
            self.requests += 1
            self._last_at = time.monotonic()

    def follow_parent(self) -> None:
        """Stop also when our parent ends, or when it is make and is interrupted.

        make passes SIGTERM on, and cannot pass on SIGKILL. It does not pass on SIGINT, which a terminal sends
        to everybody, but waits for us without end.
        """
        self._parent = os.getppid()
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(child.PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
        if os.getppid() != self._parent:
            self._request()
        if not _catches(self._parent, signal.SIGINT):
            self._parent = 0

    def wait_until(self, condition: Callable[[], bool], timeout_s: float, poll_s: float = POLL_S) -> bool:
        """Whether the condition came true in time. Raises StopRequested on a request to stop meanwhile."""
        deadline = time.monotonic() + timeout_s
        while not condition():
            self.check()
            if time.monotonic() > deadline:
                return False
            time.sleep(poll_s)
        self.check()
        return True

    def check(self) -> None:
        """Raise StopRequested where we were asked to stop."""
        # While make handles a signal it does not catch it, which is all that others can see of it.
        if not self.requests and self._parent and not _catches(self._parent, signal.SIGINT):
            self._request()
        if self.requests:
            raise StopRequested


def _catches(pid: int, number: signal.Signals) -> bool:
    """Whether the process has a handler for the signal. False where the kernel does not tell."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return bool(int(fields.get("SigCgt", "0"), 16) >> (number - 1) & 1)
