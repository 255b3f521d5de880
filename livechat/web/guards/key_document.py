"""Fetches a small JSON document and ends at its deadline, whatever the other side does."""

import socket
import threading
from contextlib import suppress
from typing import Any, cast

import orjson
import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

# A key set with a dozen keys has some 5 kB.
MAX_BYTES = 256 * 1024
_PIECE_BYTES = 16 * 1024


class FetchFailedError(Exception):
    """The document cannot be fetched now; the message names the kind of fault."""


def fetch_document(url: str, deadline_s: float) -> Any:
    """The parsed JSON at ``url``, within ``deadline_s`` seconds in all; raises FetchFailedError.

    A socket's time-out begins anew with every byte, and with every header line. So a timer closes the
    connection at the deadline, however much of the answer has come by then.
    """
    adapter = _Adapter()
    watchman = threading.Timer(deadline_s, adapter.abort)
    watchman.daemon = True
    watchman.start()
    try:
        with requests.Session() as session:
            session.mount("http://", adapter)
            session.mount("https://", adapter)
            # A redirect would let a misconfigured host choose our keys.
            with session.get(url, timeout=deadline_s, allow_redirects=False, stream=True) as answer:
                if answer.status_code != requests.codes.ok:
                    raise FetchFailedError(f"status {answer.status_code}")
                return orjson.loads(_body(answer, adapter))
    except (requests.RequestException, HTTPError, OSError, ValueError) as error:
        raise FetchFailedError(type(error).__name__) from error
    finally:
        watchman.cancel()


def _body(answer: requests.Response, adapter: "_Adapter") -> bytes:
    body = b""
    while piece := answer.raw.read1(_PIECE_BYTES, decode_content=True):
        body += piece
        if len(body) > MAX_BYTES:
            raise FetchFailedError("too large")
    # A connection that the timer closed looks like the end of a body without a length.
    if adapter.is_over:
        raise FetchFailedError("too slow")
    return body


class _Adapter(HTTPAdapter):
    """Knows the sockets of its connections from the moment they are open."""

    def __init__(self) -> None:
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self.is_over = False
        super().__init__(max_retries=0)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """As in the library, with connections that report when they are open."""
        super().init_poolmanager(*arguments, **options)
        opened = self._opened

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return opened(super()._new_conn())

        class Secure(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return opened(super()._new_conn())

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = cast(Any, Plain)

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = cast(Any, Secure)

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}

    def abort(self) -> None:
        """Close the connections that are open, and each one that opens later."""
        with self._lock:
            self.is_over = True
            sockets = list(self._sockets)
        for each in sockets:
            _shut(each)

    def _opened(self, connection: socket.socket) -> socket.socket:
        # A copy of the socket: TLS takes the first object over.
        with self._lock:
            self._sockets.append(connection.dup())
            is_over = self.is_over
        if is_over:
            _shut(self._sockets[-1])
        return connection

    def close(self) -> None:
        """As in the library."""
        super().close()
        with self._lock:
            sockets, self._sockets = self._sockets, []
        for each in sockets:
            each.close()


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
