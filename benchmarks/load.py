"""A load generator: requests made before the clock starts, over kept-alive raw sockets, in its own process.

It shares the machine with what it measures; one process of it makes some 40 thousand requests a second of a
core, which every figure of this benchmark pays for.
"""

import multiprocessing
import select
import socket
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Self

HOST = "127.0.0.1"
ANSWER_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Result:
    """``seconds`` from the first request to the last answer; ``latencies`` are seconds, sorted."""

    seconds: float
    statuses: dict[int, int]
    latencies: list[float]

    @property
    def rate(self) -> float:
        """Answers per second."""
        return sum(self.statuses.values()) / self.seconds

    def only(self, status: int) -> Self:
        """Itself where every answer had this status; RuntimeError where one did not."""
        if set(self.statuses) != {status}:
            raise RuntimeError(f"answers by status: {self.statuses}")
        return self

    def quantile(self, part: float) -> float:
        """The latency below which this part of the answers came, in seconds."""
        return self.latencies[min(len(self.latencies) - 1, int(part * len(self.latencies)))]


def request(method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"") -> bytes:
    """The bytes of an HTTP/1.1 request."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def drive(port: int, requests: Sequence[bytes], connections: int, seconds: float | None = None) -> Result:
    """Send each request once, or all of them over and over for ``seconds``, always one on each connection."""
    sockets = [socket.create_connection((HOST, port), timeout=ANSWER_TIMEOUT_S) for _ in range(connections)]
    poll = select.epoll()
    by_descriptor = {}
    for each in sockets:
        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        poll.register(each, select.EPOLLIN)
        by_descriptor[each.fileno()] = each
    statuses: Counter[int] = Counter()
    latencies: list[float] = []
    received: dict[int, bytes] = {}
    began: dict[int, float] = {}
    next_one, total = 0, len(requests)
    start = time.perf_counter()
    for descriptor, connection in by_descriptor.items():
        if seconds is None and next_one >= total:
            break
        began[descriptor] = time.perf_counter()
        connection.sendall(requests[next_one % total])
        next_one += 1
    while began:
        events = poll.poll(ANSWER_TIMEOUT_S)
        if not events:
            raise RuntimeError(f"{len(began)} requests had no answer within {ANSWER_TIMEOUT_S} s")
        for descriptor, _ in events:
            connection = by_descriptor[descriptor]
            data = connection.recv(262144)
            if not data:
                raise RuntimeError("the server closed a connection")
            data = received.pop(descriptor, b"") + data
            status = _status_of(data)
            if status is None:
                received[descriptor] = data
                continue
            now = time.perf_counter()
            statuses[status] += 1
            latencies.append(now - began.pop(descriptor))
            if next_one < total if seconds is None else now - start < seconds:
                began[descriptor] = now
                connection.sendall(requests[next_one % total])
                next_one += 1
    elapsed = time.perf_counter() - start
    poll.close()
    for each in sockets:
        each.close()
    return Result(elapsed, dict(statuses), sorted(latencies))


def _status_of(data: bytes) -> int | None:
    """The status of a whole answer; None while a part of it is missing."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    at = data.lower().find(b"content-length:", 0, end)
    length = int(data[at + 15 : data.find(b"\r\n", at)]) if at >= 0 else 0
    return int(data[9:12]) if len(data) >= end + 4 + length else None


class Generator:
    """``drive`` in a process of its own, on requests that it makes itself before the first run."""

    def __init__(self, make: Callable[..., list[bytes]], *arguments: Any) -> None:
        context = multiprocessing.get_context("spawn")
        self._here, there = context.Pipe()
        self._process = context.Process(target=_serve, args=(there, make, arguments), daemon=True)

    def run(self, port: int, connections: int, seconds: float | None = None) -> Result:
        """See ``drive``. RuntimeError with what went wrong over there."""
        self._here.send((port, connections, seconds))
        answer: Result | str = self._here.recv()
        if isinstance(answer, str):
            raise RuntimeError(answer)
        return answer

    def __enter__(self) -> Self:
        self._process.start()
        self._here.recv()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.join()


def _serve(pipe: Connection, make: Callable[..., list[bytes]], arguments: tuple[Any, ...]) -> None:
    requests = make(*arguments)
    pipe.send("ready")
    while True:
        port, connections, seconds = pipe.recv()
        try:
            pipe.send(drive(port, requests, connections, seconds))
        except (OSError, RuntimeError) as error:
            pipe.send(f"{type(error).__name__}: {error}")
