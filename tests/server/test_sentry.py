"""What the kernel tells of this process's connections, and which of them are closed."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from ipaddress import ip_network

import pytest

from livechat.web.server.addresses import Addresses
from livechat.web.server.sentry import Sentry
from tests.server.slow_clients import is_open

MOST = 5


class Listener:
    """A server's socket, with clients from addresses of choice; both ends are this process's."""

    def __init__(self, exits: ExitStack) -> None:
        self._exits = exits
        self._socket = exits.enter_context(closing(socket.create_server(("127.0.0.1", 0), backlog=100)))
        self.accepted: list[socket.socket] = []

    def client(self, address: str) -> socket.socket:
        port = self._socket.getsockname()[1]
        made = socket.create_connection(("127.0.0.1", port), timeout=30, source_address=(address, 0))
        self._exits.enter_context(closing(made))
        self.accepted.append(self._exits.enter_context(closing(self._socket.accept()[0])))
        return made


@pytest.fixture
def listener() -> Iterator[Listener]:
    with ExitStack() as exits:
        yield Listener(exits)


def test_what_an_address_has_too_many_of_is_closed_the_longest_silent_first(listener: Listener) -> None:
    sentry = Sentry(set(), Addresses(()), MOST, 30.0)
    crowd = [listener.client("127.0.0.3") for _ in range(MOST + 3)]
    others = [listener.client("127.0.0.4") for _ in range(MOST)]
    for each, at in zip(crowd[3:], listener.accepted[3:], strict=False):
        each.sendall(b"x")
        assert at.recv(1) == b"x"
    assert sentry.look() == 3
    assert [is_open(each) for each in crowd].count(True) == MOST
    assert all(map(is_open, others))


def test_a_connection_whose_request_is_in_work_is_not_counted(listener: Listener) -> None:
    busy: set[tuple[str, str]] = set()
    sentry = Sentry(busy, Addresses(()), MOST, 30.0)
    clients = [listener.client("127.0.0.3") for _ in range(MOST + 3)]
    for each in clients[:3]:
        address, port = each.getsockname()
        busy.add((address, str(port)))
    assert sentry.look() == 0
    busy.clear()
    assert sentry.look() == 3


def test_proxies_are_not_counted(listener: Listener) -> None:
    sentry = Sentry(set(), Addresses([ip_network("127.0.0.3/32")]), MOST, 30.0)
    clients = [listener.client("127.0.0.3") for _ in range(MOST + 3)]
    assert sentry.look() == 0
    assert all(map(is_open, clients))


def test_connections_to_elsewhere_are_nobodys_business(listener: Listener) -> None:
    """A pool of connections to a database on this machine comes from one address too."""
    clients = [listener.client("127.0.0.3") for _ in range(MOST + 3)]
    listener._socket.close()
    assert Sentry(set(), Addresses(()), MOST, 30.0).look() == 0
    assert all(map(is_open, clients))


def test_who_takes_nothing_of_an_answer_is_cut_off_by_the_kernel(listener: Listener) -> None:
    Sentry(set(), Addresses(()), MOST, 30.0).look()
    listener.client("127.0.0.3")
    [accepted] = listener.accepted
    assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 30_000
    assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
