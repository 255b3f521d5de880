from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.httpd import DROP_KEY, HttpServer
from sandbox.testing import SandboxServer


def _app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    path = environ["PATH_INFO"]
    if path in {"/reset", "/close"}:
        environ[DROP_KEY] = path[1:]
        start_response("200 OK", [])
        return []
    body = environ["wsgi.input"].read()
    answer = f"{environ['REQUEST_METHOD']} {path}?{environ['QUERY_STRING']} {body!r}".encode()
    headers = [] if path == "/stream" else [("Content-Length", str(len(answer)))]
    start_response("200 OK", headers)
    return [answer]


@pytest.fixture
def address() -> Iterator[tuple[str, int]]:
    with HttpServer(_app, "127.0.0.1", 0) as server:
        yield ("127.0.0.1", server.port)


def _exchange(address: tuple[str, int], *requests: bytes) -> bytes:
    with socket.create_connection(address, 5) as connection:
        connection.sendall(b"".join(requests))
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
        return received


def test_several_requests_on_one_connection(address: tuple[str, int]) -> None:
    post = b"POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
    received = _exchange(address, post, b"GET /%C3%A9 HTTP/1.1\r\nHost: x\r\n\r\n")
    assert received.count(b"HTTP/1.1 200 OK") == 2
    assert b"POST /a?b=c b'abc'" in received
    assert received.count(b"Connection: keep-alive") == 2


def test_chunks_both_ways(address: tuple[str, int]) -> None:
    head = b"POST /stream HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    received = _exchange(address, head + b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n")
    assert b"b'abcde'" in received
    assert received.endswith(b"0\r\n\r\n")


def test_expect_continue_head_and_close(address: tuple[str, int]) -> None:
    expecting = b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx"
    assert _exchange(address, expecting).startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")
    head = _exchange(address, b"HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert head.endswith(b"Connection: close\r\n\r\n")
    old = _exchange(address, b"GET /stream HTTP/1.0\r\n\r\n")
    assert b"Connection: close" in old
    assert b"chunked" not in old


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/2\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 300 + b"\r\n",
    ],
)
def test_what_is_no_http_is_refused(address: tuple[str, int], request_bytes: bytes) -> None:
    assert _exchange(address, request_bytes).startswith(b"HTTP/1.1 400 ")


def test_hanging_up(address: tuple[str, int]) -> None:
    with socket.create_connection(address, 5) as connection:
        connection.sendall(b"GET /close HTTP/1.1\r\n\r\n")
        assert connection.recv(100) == b""
    with socket.create_connection(address, 5) as connection:
        connection.sendall(b"GET /reset HTTP/1.1\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            connection.recv(100)


def test_the_process_stops_on_sigterm_and_names_what_it_lacks() -> None:
    with SandboxServer(subprocess=True) as server:
        assert server.client.call("GET", "/health") == {"status": "ok"}
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", server.config.port), 1).close()
    failed = subprocess.run(
        [sys.executable, "-m", "sandbox"],
        env={"SANDBOX_PORT": "x"},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert failed.returncode == 2
    assert failed.stderr.count("is not set") == 4
    assert "SANDBOX_PORT is not a whole number" in failed.stderr
