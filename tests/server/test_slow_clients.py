"""Strangers who take their time, through the real server: they end, and hold up nobody else."""

import socket
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest

from tests.conftest import make_token, wait_until
from tests.events.conftest import Server
from tests.server.slow_clients import BEGINNINGS, HEAD, Crowd, is_open, post_webhook
from tests.services import EmbeddedServices

GRACE_S = 1
META, STRANGER, OTHER = "127.0.0.2", "127.0.0.3", "127.0.0.4"


@pytest.fixture(scope="module")
def server(
    services: EmbeddedServices, app: object, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """One process, with few threads and short patience."""
    running = Server(
        services,
        tmp_path_factory.mktemp("slow"),
        workers=1,
        options=("--http1-header-read-timeout", str(GRACE_S * 1000)),
        LIVECHAT_BODY_GRACE_S=str(GRACE_S),
        LIVECHAT_BODY_MIN_BYTES_PER_S="1000",
        LIVECHAT_BODIES_PER_ADDRESS="20",
        LIVECHAT_CONNECTIONS_PER_ADDRESS="40",
        LIVECHAT_WEB_THREADS="4",
    )
    yield running.wait()
    running.stop()


@pytest.mark.parametrize("beginning", BEGINNINGS.values(), ids=BEGINNINGS)
def test_whoever_stops_in_the_middle_is_ended(server: Server, beginning: bytes) -> None:
    with Crowd(server.port) as crowd:
        crowd.come(beginning, 3)
        wait_until(lambda: not crowd.open_ones(), timeout_s=30)


@pytest.mark.parametrize(
    "beginning", [BEGINNINGS["no body"], BEGINNINGS["no chunk"]], ids=["length", "chunks"]
)
def test_a_body_that_does_not_come_is_told_so(server: Server, beginning: bytes) -> None:
    with Crowd(server.port) as crowd:
        [each] = crowd.come(beginning)
        said = b"".join(iter(lambda: each.recv(65_536), b""))
    assert said.startswith(b"HTTP/1.1 408 ")
    assert b"application/problem+json" in said
    assert b'"code":"request_timeout"' in said


@pytest.mark.parametrize("piece", [b"x", b"1\r\nx\r\n"], ids=["length", "chunks"])
def test_a_body_that_trickles_is_ended_though_it_moves(server: Server, piece: bytes) -> None:
    beginning = BEGINNINGS["no body" if piece == b"x" else "no chunk"]
    with Crowd(server.port) as crowd:
        [each] = crowd.come(beginning)
        for _ in count():
            try:
                each.setblocking(True)
                each.sendall(piece)
            except OSError:
                break
            if not is_open(each):
                break
            time.sleep(0.05)


def test_a_slow_but_honest_body_arrives(server: Server) -> None:
    """At twice the lowest rate, for longer than the grace."""
    with Crowd(server.port) as crowd:
        [each] = crowd.come(HEAD + b"Connection: close\r\nContent-Length: 6000\r\n\r\n")
        for _ in range(60):
            each.sendall(b"x" * 100)
            time.sleep(0.05)
        each.settimeout(30)
        # All of it was read: it is refused for its signature, and for nothing else.
        assert each.recv(65_536).startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize("crowded_from", [STRANGER, META], ids=["another address", "Meta's own address"])
@pytest.mark.parametrize("beginning", BEGINNINGS.values(), ids=BEGINNINGS)
def test_any_number_of_them_holds_up_no_webhook(server: Server, beginning: bytes, crowded_from: str) -> None:
    ends = threading.Event()

    def keep_coming(crowd: Crowd) -> None:
        while not ends.is_set():
            crowd.come(beginning, 10)
            ends.wait(0.05)

    with Crowd(server.port, crowded_from) as crowd:
        crowd.come(beginning, 60)
        more = threading.Thread(target=keep_coming, args=(crowd,))
        more.start()
        try:
            # Six times the threads, three times the bodies of an address, and more than its connections.
            assert [post_webhook(server.port, META) for _ in range(20)] == [200] * 20
            assert server.call("GET", "/nothing", uuid4())[0] == 404
        finally:
            ends.set()
            more.join()


def test_idle_connections_of_one_address_are_bounded(
    services: EmbeddedServices, app: object, tmp_path: Path
) -> None:
    patient = Server(
        services,
        tmp_path,
        workers=1,
        options=("--http1-header-read-timeout", "60000"),
        LIVECHAT_CONNECTIONS_PER_ADDRESS="30",
    ).wait()
    try:
        with Crowd(patient.port, STRANGER) as crowd, Crowd(patient.port, OTHER) as other:
            quiet = other.come(b"", 20)
            crowd.come(b"", 100)
            wait_until(lambda: len(crowd.open_ones()) == 30, timeout_s=50)
            assert all(map(is_open, quiet))
            assert post_webhook(patient.port, STRANGER) == 200
    finally:
        patient.stop()


def test_a_trusted_proxy_is_not_counted_but_whom_it_names_is(
    services: EmbeddedServices, app: object, tmp_path: Path
) -> None:
    behind = Server(
        services,
        tmp_path,
        workers=1,
        LIVECHAT_TRUSTED_PROXIES="127.0.0.1",
        LIVECHAT_BODIES_PER_ADDRESS="5",
        LIVECHAT_CONNECTIONS_PER_ADDRESS="5",
    ).wait()
    try:
        with Crowd(behind.port) as proxy:
            named = HEAD + b"X-Forwarded-For: %s\r\nContent-Length: 50\r\n\r\n"
            meta = proxy.come(named % b"203.0.113.9", 5)
            unnamed = proxy.come(HEAD + b"Content-Length: 50\r\n\r\n", 10)
            idle = proxy.come(b"", 10)
            # The client writes what it likes before what the proxy adds.
            flood = proxy.come(named % b"203.0.113.9, 198.51.100.7", 9)
            wait_until(lambda: sum(map(is_open, flood)) == 5)
            assert all(map(is_open, [*meta, *unnamed, *idle]))
    finally:
        behind.stop()


def test_an_upload_of_nobody_is_refused_before_it_is_taken(server: Server) -> None:
    head = HEAD.replace(b"/webhook", b"/api/live-chat/media") + b"Content-Length: 3000000\r\n"
    with Crowd(server.port) as crowd:
        [each] = crowd.come(head + b"Authorization: Bearer no\r\nExpect: 100-continue\r\n\r\n")
        assert each.recv(65_536).startswith(b"HTTP/1.1 401 ")
        [each] = crowd.come(
            head + f"Authorization: Bearer {make_token()}\r\nExpect: 100-continue\r\n\r\n".encode()
        )
        assert each.recv(65_536).startswith(b"HTTP/1.1 100 ")


def test_a_client_that_leaves_in_the_middle_harms_nobody(server: Server) -> None:
    for beginning in BEGINNINGS.values():
        with Crowd(server.port) as crowd:
            for each in crowd.come(beginning, 5):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    assert post_webhook(server.port, META) == 200
