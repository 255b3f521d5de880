"""Programs of a benchmark: started in a group of their own, waited for, and ended with all their children."""

import os
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from local import child

# On a crowded machine the web takes more than a minute.
START_TIMEOUT_S = 240.0
STOP_TIMEOUT_S = 15.0


class Started(ABC):
    """What runs from entering to leaving it; where its start fails, what has been started is ended."""

    def __enter__(self) -> Self:
        with ExitStack() as exits:
            self._exits = exits
            self._start()
            self._exits = exits.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exits.close()

    @abstractmethod
    def _start(self) -> None:
        """Start it; what is to be ended goes into ``_exits``."""


@dataclass(frozen=True, slots=True)
class Running:
    """A program that was started. It leads a group of its own."""

    command: list[str]
    log: Path
    popen: "subprocess.Popen[bytes]"

    @property
    def pid(self) -> int:
        """Its process' id."""
        return self.popen.pid

    def check(self) -> None:
        """Raise RuntimeError with its last words where it has ended."""
        if self.popen.poll() is not None:
            words = self.log.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise RuntimeError(f"{self.command[:4]} ended: {words}")

    def wait(self, condition: Callable[[], Any], timeout_s: float = START_TIMEOUT_S) -> None:
        """Return once the condition holds; RuntimeError when it ends before, or does not in time."""

        def holds() -> bool:
            self.check()
            return bool(condition())

        wait_for(holds, timeout_s, 0.05)


@contextmanager
def spawn(command: list[str], folder: Path, environment: Mapping[str, str], logs: Path) -> Iterator[Running]:
    """A program in this folder, ended with its children on leaving, and with us."""
    log = logs / f"{time.monotonic_ns()}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            child.wrap(command, death_signal="SIGTERM", parent=os.getpid()),
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Running(command, log, process)
    finally:
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
        _kill_group(process.pid)
        process.wait()


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def answers(port: int) -> bool:
    """Whether a web server answers on this port of this machine."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            return connection.recv(8) == b"HTTP/1.1"
    except OSError:
        return False


def wait_for(condition: Callable[[], Any], timeout_s: float, interval_s: float = 0.005) -> None:
    """Return once the condition holds; RuntimeError when it does not in time."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"not so within {timeout_s} s")
        time.sleep(interval_s)
