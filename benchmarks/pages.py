"""Open pages, as far as the server sees them: streams of events, and a page that reads what comes."""

import http.client
import json
import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

from benchmarks.load import HOST

PATIENCE_S = 60.0
EVENTS = "/api/live-chat/events"
_CREATED = b"event: message.created\n"


class Streams:
    """Open streams, read by one thread of this process."""

    def __init__(self, port: int, headers: list[dict[str, str]]) -> None:
        self._port, self._headers = port, headers
        self._exits = ExitStack()
        self._selector = self._exits.enter_context(selectors.DefaultSelector())

    def __enter__(self) -> Self:
        for headers in self._headers:
            page = self._exits.enter_context(socket.create_connection((HOST, self._port), PATIENCE_S))
            lines = [f"GET {EVENTS} HTTP/1.1", f"Host: {HOST}"]
            lines += [f"{name}: {value}" for name, value in headers.items()]
            page.sendall("\r\n".join([*lines, "", ""]).encode())
            answer = b""
            while b": connected" not in answer:
                answer += page.recv(4096)
                if not answer.startswith(b"HTTP/1.1 200 ") and len(answer) > 12:
                    raise RuntimeError(f"no stream: {answer[:200]!r}")
            self._selector.register(page, selectors.EVENT_READ)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exits.close()

    def wait_for_message(self) -> None:
        """Return when each stream has shown one message more."""
        missing = set(self._selector.get_map())
        last: dict[int, bytes] = {}
        ends_at = time.monotonic() + PATIENCE_S
        while missing:
            for key, _ in self._selector.select(1):
                assert isinstance(key.fileobj, socket.socket)
                told = last.pop(key.fd, b"") + key.fileobj.recv(1 << 16)
                if _CREATED in told:
                    missing.discard(key.fd)
                else:
                    last[key.fd] = told[-len(_CREATED) :]
            if time.monotonic() > ends_at:
                raise RuntimeError(f"{len(missing)} streams did not show a message")


class Page:
    """A page with one conversation open: it reads each message as it comes, and asks for what it must ask."""

    def __init__(self, port: int, headers: dict[str, str], *, asks_for_numbers: bool) -> None:
        self._headers, self._asks_for_numbers = headers, asks_for_numbers
        self._stream = http.client.HTTPConnection(HOST, port, timeout=PATIENCE_S)
        self._line = http.client.HTTPConnection(HOST, port, timeout=PATIENCE_S)

    def __enter__(self) -> Self:
        self._stream.request("GET", EVENTS, headers=self._headers)
        response = self._stream.getresponse()
        while not response.readline().startswith(b": connected"):
            if response.status != 200 or response.isclosed():
                raise RuntimeError(f"no stream: {response.status}")
        self._events = _events(response)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()
        self._line.close()

    def read_next(self) -> None:
        """Wait for a message, tell that it is read, and wait until that has come back by the stream."""
        message = self._next("message.created")["message"]
        path = f"/conversations/{message['conversation_id']}/read"
        self._ask("POST", path, {"up_to": message["id"]})
        self._next("read.updated")
        # It asks half a second after an event, so that one question follows all that a message brings.
        if self._asks_for_numbers:
            self._ask("GET", "/phone-numbers")

    def _next(self, name: str) -> dict[str, Any]:
        for told, data in self._events:
            if told == name:
                found: dict[str, Any] = json.loads(data)
                return found
        raise RuntimeError(f"the stream ended before {name} came")

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> None:
        headers = {**self._headers, **({"Content-Type": "application/json"} if body else {})}
        sent = json.dumps(body) if body else None
        self._line.request(method, f"/api/live-chat{path}", body=sent, headers=headers)
        answer = self._line.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status}")


def _events(response: http.client.HTTPResponse) -> Iterator[tuple[str, str]]:
    """(name, data) of each event as it comes."""
    name = ""
    while line := response.readline():
        kind, _, value = line.decode().rstrip("\n").partition(": ")
        if kind == "event":
            name = value
        elif kind == "data":
            yield name, value
