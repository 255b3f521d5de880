"""A Graph API of one test: a real HTTP server in a thread that answers as it is told."""

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[["Handler"], None]


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: Any


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "GraphServer"

    def _take(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.requests.append(
            Request(self.command, self.path, dict(self.headers), json.loads(raw) if raw else None)
        )
        self.server.answers.pop(0)(self)

    do_GET = do_POST = _take

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: the requests are kept instead."""


class GraphServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[Request] = []
        self.answers: list[Answer] = []
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone away is what some tests are about."""


@dataclass
class Reply:
    """An answer with a status, a body and headers."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    def __call__(self, handler: Handler) -> None:
        content = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        handler.send_response(self.status)
        for name, value in ({"Content-Length": str(len(content))} | self.headers).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)


def reset(handler: Handler) -> None:
    """Close with RST, as a crashed gateway does."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def hang_up(handler: Handler) -> None:
    """Close without a word."""
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def silence(handler: Handler) -> None:
    """Say nothing until the test is over."""
    handler.server.released.wait(20)
    handler.close_connection = True


@contextmanager
def graph_server() -> Iterator[GraphServer]:
    server = GraphServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
