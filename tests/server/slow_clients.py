"""Clients that take their time, in every way that one can, from an address of choice."""

import hashlib
import hmac
import http.client
import socket
from contextlib import ExitStack, closing
from types import TracebackType
from typing import Self

from tests.conftest import APP_SECRET

HEAD = b"POST /webhook HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
# What a client has sent when it stops.
BEGINNINGS = {
    "idle": b"",
    "half a line": b"POST /web",
    "half a head": HEAD,
    "no body": HEAD + b"Content-Length: 5000\r\n\r\n",
    "half a body": HEAD + b"Content-Length: 5000\r\n\r\n" + b"x" * 2500,
    "no chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
    "half a chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n1000\r\nxyz",
    "an upload": HEAD.replace(b"/webhook", b"/api/live-chat/media") + b"Content-Length: 100000000\r\n\r\nxyz",
    "nowhere": HEAD.replace(b"/webhook", b"/nothing/here") + b"Content-Length: 5000\r\n\r\n",
}


class Crowd:
    """Many connections at once; all of them end with it."""

    def __init__(self, port: int, address: str = "127.0.0.1") -> None:
        self._port, self._address = port, address
        self._exits = ExitStack()
        self.sockets: list[socket.socket] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exits.close()

    def come(self, beginning: bytes, count: int = 1) -> list[socket.socket]:
        """``count`` clients that send this and no more."""
        came = []
        for _ in range(count):
            each = socket.create_connection(
                ("127.0.0.1", self._port), timeout=30, source_address=(self._address, 0)
            )
            self._exits.enter_context(closing(each))
            each.sendall(beginning)
            came.append(each)
        self.sockets += came
        return came

    def open_ones(self) -> list[socket.socket]:
        """Those that the server has not closed."""
        return [each for each in self.sockets if is_open(each)]


def is_open(connection: socket.socket) -> bool:
    """Whether the server has neither closed nor reset it; what it said before is thrown away."""
    connection.setblocking(False)
    try:
        while connection.recv(65_536):
            pass
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def post_webhook(
    port: int, address: str, body: bytes = b'{"object": "nobody"}', timeout_s: float = 30
) -> int:
    """The status that a signed webhook from ``address`` gets over a connection of its own."""
    signature = hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
    with closing(
        http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s, source_address=(address, 0))
    ) as connection:
        connection.request("POST", "/webhook", body, {"X-Hub-Signature-256": f"sha256={signature}"})
        return connection.getresponse().status
