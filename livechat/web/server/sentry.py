"""Counts the connections that wait for their client, by address, and closes the oldest of too many.

The server accepts connections and reads request headers outside of Python, and closes connections that send
none in time. Until then only the kernel knows how many there are: a process may look at its own sockets.
"""

import os
import socket
import stat
import struct
from collections.abc import Container
from contextlib import suppress
from typing import Any, NamedTuple

import structlog

from livechat.core.metrics import REQUESTS_CUT
from livechat.web.server.addresses import Addresses

log = structlog.get_logger(__name__)

_FOLDER = "/proc/self/fd"
# In ``struct tcp_info`` (linux/tcp.h): milliseconds since the client last sent something.
_TCP_INFO_BYTES, _LAST_DATA_RECEIVED_AT = 192, 52


class _Waiting(NamedTuple):
    """A connection without a running request; ``peer`` tells it from a later one with the same descriptor."""

    silent_ms: int
    descriptor: int
    peer: tuple[Any, ...]


class Sentry:
    """Looks at this process's connections. Without /proc, as outside Linux, it sees none."""

    def __init__(
        self, busy: Container[tuple[str, str]], addresses: Addresses, per_address: int, stalled_s: float
    ) -> None:
        self._busy, self._addresses = busy, addresses
        self._per_address, self._stalled_s = per_address, stalled_s
        self._listeners: set[tuple[int, int]] = set()
        self._ports: set[int] = set()

    def look(self) -> int:
        """Close the longest silent connections of each address that has too many; returns how many."""
        try:
            names = os.listdir(_FOLDER)
        except OSError:
            return 0
        if self._ports and len(names) <= self._per_address:
            return 0
        waiting: dict[str, list[_Waiting]] = {}
        for name in names:
            self._see(int(name), waiting)
        closed = 0
        for mine in waiting.values():
            for each in sorted(mine, reverse=True)[: max(0, len(mine) - self._per_address)]:
                closed += _shut(each)
        if closed:
            REQUESTS_CUT.labels("crowded_connection").inc(closed)
            log.warning("connections_closed", count=closed)
        return closed

    def _see(self, descriptor: int, waiting: dict[str, list[_Waiting]]) -> None:
        with suppress(OSError):
            if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                return
            # A copy of the descriptor: another connection may get the number while we look.
            with socket.socket(fileno=os.dup(descriptor)) as each:
                if each.family not in (socket.AF_INET, socket.AF_INET6) or each.type != socket.SOCK_STREAM:
                    return
                port = each.getsockname()[1]
                if each.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    self._found_listener(each, port)
                    return
                if port not in self._ports:
                    return
                peer = each.getpeername()
                group = None if self._addresses.is_proxy(peer[0]) else self._addresses.group_of(peer[0])
                if group is not None and (peer[0], str(peer[1])) not in self._busy:
                    waiting.setdefault(group, []).append(_Waiting(_silent_ms(each), descriptor, peer))

    def _found_listener(self, listener: socket.socket, port: int) -> None:
        """Let the kernel cut off clients that take nothing of their answer; accepted sockets inherit this."""
        if port not in self._ports:
            self._ports.add(port)
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(self._stalled_s * 1000))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


def _silent_ms(connection: socket.socket) -> int:
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_BYTES)
    return int(struct.unpack_from("I", info, _LAST_DATA_RECEIVED_AT)[0])


def _shut(waiting: _Waiting) -> bool:
    with suppress(OSError), socket.socket(fileno=os.dup(waiting.descriptor)) as each:
        if each.getpeername() == waiting.peer:
            # The server reads the end of the connection and closes its own descriptor.
            each.shutdown(socket.SHUT_RDWR)
            return True
    return False
