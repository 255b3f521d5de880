"""A small threaded WSGI server with keep-alive, whose application may also hang up without an answer.

Servers for production never let an application drop the connection, and werkzeug's closes it after
every answer. Playing Meta's failures needs the first, and hundreds of sends a second need the second.
Why it does not stand on the standard library's: docs/decisions/sandbox-server.md.
"""

from __future__ import annotations

import io
import logging
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable
from email.utils import formatdate
from types import TracebackType
from typing import Any
from urllib.parse import unquote_to_bytes

log = logging.getLogger(__name__)

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

# An application that sets this key of its environ to "reset" or "close" hangs up instead of answering.
DROP_KEY = "sandbox.drop"

# One that sets this key to a number hangs up after that many bytes of the body.
CUT_KEY = "sandbox.cut"

MAX_HEADER_LINE = 32 * 1024
MAX_HEADERS = 200
SMALL_BODY = 64 * 1024
SLOW_S = 0.05
MAX_BODY = 110 * 1024 * 1024
IDLE_TIMEOUT_S = 75.0


class BadRequest(Exception):
    """The peer does not speak HTTP/1.0 or 1.1."""


class HttpServer:
    """Serves one WSGI application on one address, a thread per connection."""

    def __init__(self, app: WsgiApp, host: str, port: int) -> None:
        self._app = app
        self._stopping = threading.Event()
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.socket(family, socket.SOCK_STREAM)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind((host, port))
        self._listener.listen(1024)
        self.host = host
        self.port: int = self._listener.getsockname()[1]
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Serve in a background thread."""
        self._thread = threading.Thread(target=self.serve_forever, name="http-accept", daemon=True)
        self._thread.start()

    def serve_forever(self) -> None:
        """Accept connections until `stop` is called."""
        while not self._stopping.is_set():
            try:
                connection, address = self._listener.accept()
            except OSError:
                if self._stopping.is_set():
                    return
                # The process has no file descriptor left, or the peer is gone. The next accept may work.
                self._stopping.wait(0.05)
                continue
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._connections.add(connection)
            threading.Thread(target=self._serve, args=(connection, address), name="http", daemon=True).start()

    def stop(self) -> None:
        """Close the listener and every connection."""
        self._stopping.set()
        # A thread that waits in accept is woken by shutdown, but not by close alone.
        _shut(self._listener)
        self._listener.close()
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            _shut(connection)
        if self._thread is not None:
            self._thread.join(5)

    def __enter__(self) -> HttpServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _serve(self, connection: socket.socket, address: Any) -> None:
        try:
            connection.settimeout(IDLE_TIMEOUT_S)
            with connection.makefile("rb", 64 * 1024) as reader:
                while not self._stopping.is_set() and self._serve_one(connection, reader, address):
                    pass
        except BadRequest:
            _send_quietly(
                connection, b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
        except OSError:
            # The peer went away, or was silent for too long.
            log.debug("httpd.connection_lost")
        finally:
            with self._lock:
                self._connections.discard(connection)
            connection.close()

    def _serve_one(self, connection: socket.socket, reader: Any, address: Any) -> bool:
        """Answer one request. Returns False when the connection ends with it."""
        environ = _read_request(connection, reader, address, (self.host, self.port))
        if environ is None:
            return False
        exchange = _Exchange(connection, environ)
        result = self._app(environ, exchange.start_response)
        try:
            drop = environ.get(DROP_KEY)
            if drop:
                _hang_up(connection, reset=drop == "reset")
                return False
            exchange.write_all(result)
        finally:
            close = getattr(result, "close", None)
            if close is not None:
                close()
        return exchange.keep_alive


class _Exchange:
    """One answer on its way out."""

    def __init__(self, connection: socket.socket, environ: dict[str, Any]) -> None:
        self._connection = connection
        self._is_head = environ["REQUEST_METHOD"] == "HEAD"
        asked = environ.get("HTTP_CONNECTION", "").lower()
        self._cut_after: int | None = None
        self._environ = environ
        self._is_http_11 = environ["SERVER_PROTOCOL"] == "HTTP/1.1"
        self.keep_alive: bool = asked != "close" if self._is_http_11 else asked == "keep-alive"
        self._status = ""
        self._headers: list[tuple[str, str]] = []

    def start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], object]:
        self._status, self._headers = status, headers
        return self._connection.sendall

    def write_all(self, result: Iterable[bytes]) -> None:
        self._cut_after = self._environ.get(CUT_KEY)
        names = {name.lower() for name, _ in self._headers}
        lines = [f"HTTP/1.1 {self._status}", *(f"{name}: {value}" for name, value in self._headers)]
        if "date" not in names:
            lines.append(f"Date: {_http_date()}")
        if "content-length" in names or self._is_head or self._status[:3] in {"204", "304"}:
            self._send_sized(lines, result)
        elif self._is_http_11:
            self._send_chunked(lines, result)
        else:
            self.keep_alive = False
            self._send_sized(lines, result)

    def _head(self, lines: list[str]) -> bytes:
        lines.append(f"Connection: {'keep-alive' if self.keep_alive else 'close'}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _send_sized(self, lines: list[str], result: Iterable[bytes]) -> None:
        """Send the head and a small body in one packet, and a large or slow body piece by piece."""
        waiting, left = self._head(lines), self._cut_after
        began = time.monotonic()
        for chunk in () if self._is_head else result:
            piece = chunk if left is None else chunk[:left]
            if left is not None:
                left -= len(piece)
            waiting += piece
            if len(waiting) > SMALL_BODY or time.monotonic() - began > SLOW_S:
                self._connection.sendall(waiting)
                waiting = b""
            if left == 0:
                self.keep_alive = False
                break
        self._connection.sendall(waiting)

    def _send_chunked(self, lines: list[str], result: Iterable[bytes]) -> None:
        lines.append("Transfer-Encoding: chunked")
        self._connection.sendall(self._head(lines))
        for chunk in result:
            if chunk:
                self._connection.sendall(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
        self._connection.sendall(b"0\r\n\r\n")


def _read_request(
    connection: socket.socket, reader: Any, address: Any, server: tuple[str, int]
) -> dict[str, Any] | None:
    line = reader.readline(MAX_HEADER_LINE)
    if not line.strip():
        return None
    parts = line.decode("latin-1").split()
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise BadRequest
    method, target, protocol = parts
    headers = _read_headers(reader)
    path, _, query = target.partition("?")
    if path.startswith(("http://", "https://")):
        path = "/" + path.split("/", 3)[3] if path.count("/") > 2 else "/"
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        # WSGI wants the bytes of the path as latin-1 (PEP 3333).
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "REQUEST_URI": target,
        "QUERY_STRING": query,
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": protocol,
        "REMOTE_ADDR": address[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    for name, value in headers:
        key = name.upper().replace("-", "_")
        key = key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    if environ.get("HTTP_EXPECT", "").lower() == "100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = _read_body(reader, environ)
    environ["CONTENT_LENGTH"] = str(len(body))
    environ["wsgi.input"] = io.BytesIO(body)
    return environ


def _read_headers(reader: Any) -> list[tuple[str, str]]:
    headers: list[tuple[str, str]] = []
    while True:
        line = reader.readline(MAX_HEADER_LINE)
        if line in (b"\r\n", b"\n"):
            return headers
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon or not line.endswith(b"\n") or len(headers) >= MAX_HEADERS:
            raise BadRequest
        headers.append((name.strip(), value.strip()))


def _read_body(reader: Any, environ: dict[str, Any]) -> bytes:
    """The whole body. It must be read to its end, or the next request could not be found."""
    if "chunked" in environ.pop("HTTP_TRANSFER_ENCODING", "").lower():
        return _read_chunks(reader)
    length = environ.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > MAX_BODY:
        raise BadRequest
    body: bytes = reader.read(int(length))
    if len(body) < int(length):
        raise BadRequest
    return body


def _read_chunks(reader: Any) -> bytes:
    body = bytearray()
    while True:
        try:
            size = int(reader.readline(MAX_HEADER_LINE).split(b";")[0], 16)
        except ValueError:
            raise BadRequest from None
        if size == 0:
            while reader.readline(MAX_HEADER_LINE) not in (b"\r\n", b"\n", b""):
                pass
            return bytes(body)
        if size < 0 or len(body) + size > MAX_BODY:
            raise BadRequest
        body += reader.read(size)
        reader.readline(MAX_HEADER_LINE)


_date: tuple[int, str] = (0, "")


def _http_date() -> str:
    """The Date header, formatted once a second."""
    global _date  # the tuple is replaced as a whole, so threads see the old one or the new one
    now = int(time.time())
    cached = _date
    if cached[0] != now:
        cached = _date = (now, formatdate(now, usegmt=True))
    return cached[1]


def _hang_up(connection: socket.socket, *, reset: bool) -> None:
    """End the connection without an answer: by RST, or by an orderly FIN."""
    if reset:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return
    _shut(connection)


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        log.debug("httpd.connection_already_closed")


def _send_quietly(connection: socket.socket, data: bytes) -> None:
    try:
        connection.sendall(data)
    except OSError:
        log.debug("httpd.connection_lost")
