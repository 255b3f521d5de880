"""Being asked to stop, by a signal to us or to the `make` above us, noticed wherever we wait."""

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
    """Raised inside a wait when somebody asked the launcher to stop."""


class Stopper:
    """Counts requests to stop. The first asks for an orderly end, the second for an immediate one."""

    def __init__(self) -> None:
        self.requests = 0
        self._last_at = 0.0
        self._parent = 0

    def listen(self) -> None:
        """Take the signals over; only the main thread may call this."""
        for number in SIGNALS:
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._request()

    def _request(self) -> None:
        # A signal to the whole group reaches us twice, the second time by way of make: that is one wish.
        if time.monotonic() - self._last_at > ONE_WISH_S:
            self.requests += 1
            self._last_at = time.monotonic()

    def follow_parent(self) -> None:
        """Stop as well when our parent ends, or when it is make and is interrupted.

        make hands SIGTERM on. It does not hand SIGINT on, since a terminal sends that to everybody, and then
        waits for us without end; and it cannot hand SIGKILL on.
        """
        self._parent = os.getppid()
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(child.PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
        if os.getppid() != self._parent:
            self._request()
        if not _catches(self._parent, signal.SIGINT):
            self._parent = 0

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
        # While make handles a signal it no longer catches it: the one trace of it that others can see.
        if not self.requests and self._parent and not _catches(self._parent, signal.SIGINT):
            self._request()
        if self.requests:
            raise StopRequested


def _catches(pid: int, number: signal.Signals) -> bool:
    """Whether the process has a handler for the signal; False when the kernel does not tell."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return bool(int(fields.get("SigCgt", "0"), 16) >> (number - 1) & 1)
