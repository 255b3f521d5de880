"""2,000 slow and idle connections from one address, and how long everybody else's webhooks take meanwhile."""

import multiprocessing
import selectors
import socket
import time
from multiprocessing.connection import Connection

from benchmarks.figures import Figure
from benchmarks.sizes import Sizes
from benchmarks.stack import Stack
from benchmarks.webhooks import signed_requests

TARGET_S = 1.0
STRANGER = "127.0.0.3"
OTHERS = ("127.0.0.2", STRANGER)
_HEAD = b"POST /webhook HTTP/1.1\r\nHost: 127.0.0.1\r\n"
# What each kind of slow client says before it falls silent, and what it adds every second.
_KINDS = (
    (b"", b""),
    (_HEAD, b"X"),
    (_HEAD + b"Content-Length: 5000\r\n\r\n", b""),
    (_HEAD + b"Content-Length: 5000\r\n\r\n", b"x"),
    (b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b""),
)


def measure(stack: Stack, sizes: Sizes) -> list[Figure]:
    """One webhook at a time, each over a connection of its own, from two addresses: the crowd's is one."""
    requests = iter(signed_requests(stack.app_secret, 2 * sizes.crowd_webhooks))
    figures = []
    with stack.web() as port:
        ours, theirs = multiprocessing.Pipe()
        crowd = multiprocessing.Process(target=_crowd, args=(port, sizes.crowd, theirs), daemon=True)
        crowd.start()
        ours.recv()
        try:
            for address, who in zip(OTHERS, ("another address", "the same address"), strict=True):
                took = sorted(_ask(port, address, next(requests)) for _ in range(sizes.crowd_webhooks))
                figures.append(
                    Figure(
                        f"webhooks beside {sizes.crowd:,} slow connections, from {who}",
                        f"median {took[len(took) // 2] * 1000:.1f}, worst {took[-1] * 1000:.0f} ms",
                        target=f"<= {TARGET_S:.0f} s",
                        reached=took[-1] <= TARGET_S,
                    )
                )
        finally:
            crowd.terminate()
            crowd.join()
    return figures


def _ask(port: int, address: str, request: bytes) -> float:
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), timeout=60, source_address=(address, 0)) as connection:
        connection.sendall(request)
        if not connection.recv(4096).startswith(b"HTTP/1.1 200 "):
            raise RuntimeError("a webhook was not acknowledged")
    return time.perf_counter() - began


def _crowd(port: int, size: int, told: Connection) -> None:
    """Keep ``size`` connections open, whatever becomes of each."""
    with selectors.DefaultSelector() as selector:
        for number in range(size):
            _come(selector, port, number)
        told.send(size)
        while True:
            until = time.monotonic() + 1
            while (left := until - time.monotonic()) > 0:
                for key, _ in selector.select(left):
                    if _is_closed(key.fileobj):
                        selector.unregister(key.fileobj)
                        _come(selector, port, key.data)
            for key in list(selector.get_map().values()):
                _trickle(key.fileobj, _KINDS[key.data % len(_KINDS)][1])


def _come(selector: selectors.BaseSelector, port: int, number: int) -> None:
    connection = socket.create_connection(("127.0.0.1", port), timeout=60, source_address=(STRANGER, 0))
    connection.sendall(_KINDS[number % len(_KINDS)][0])
    connection.setblocking(False)
    selector.register(connection, selectors.EVENT_READ, number)


def _is_closed(connection: object) -> bool:
    assert isinstance(connection, socket.socket)
    try:
        if connection.recv(65_536):
            return False
    except BlockingIOError:
        return False
    except OSError:
        pass
    connection.close()
    return True


def _trickle(connection: object, piece: bytes) -> None:
    assert isinstance(connection, socket.socket)
    try:
        connection.send(piece)
    except OSError:
        return
