"""HTTP to the Graph API, with one question answered for every failure: can anything have been sent?

A message call must not be repeated unless the answer is a certain no, since Meta has no idempotency key.
"""

import ssl
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationValueError,
    MaxRetryError,
    NewConnectionError,
    URLSchemeUnknown,
)

# No connection in time, and faults of the address, which are found before one is opened.
_UNSENT = (
    NewConnectionError,
    ConnectTimeoutError,
    LocationValueError,
    URLSchemeUnknown,
    requests.exceptions.ConnectTimeout,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
)


class _PlainConnection(HTTPConnection):
    """A connection whose every failure to open says that nothing was sent."""

    def connect(self) -> None:
        try:
            super().connect()
        except OSError as error:
            raise NewConnectionError(self, type(error).__name__) from error


class _TlsConnection(HTTPSConnection):
    """The same over TLS, where urllib3 reports a broken handshake like a broken answer."""

    def connect(self) -> None:
        try:
            super().connect()
        except (OSError, ssl.CertificateError) as error:
            raise NewConnectionError(self, type(error).__name__) from error


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


def open_pool(pool_size: int, *, connect_timeout_s: float, read_timeout_s: float) -> PoolManager:
    """Kept-alive connections for calls of JSON, for many threads: no cookies, proxies, netrc or redirects.

    ``requests`` is not used for them: to prepare each POST anew took half of the processor time of a send.
    The pool never tries again by itself, and raises urllib3's errors as they are.
    """
    manager = PoolManager(
        num_pools=4,
        maxsize=pool_size,
        timeout=Timeout(connect=connect_timeout_s, read=read_timeout_s),
        retries=False,
        cert_reqs=ssl.CERT_REQUIRED,
        ca_certs=DEFAULT_CA_BUNDLE_PATH,
        headers={"User-Agent": "livechat-whatsapp", "Accept": "*/*"},
    )
    manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}
    return manager


class _Adapter(HTTPAdapter):
    """requests' adapter on the pools above; it never tries again by itself."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}


def open_session(pool_size: int) -> requests.Session:
    """A session of ``requests``, for files: many threads, a shared pool, no cookies, proxies or netrc."""
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = _Adapter(pool_connections=4, pool_maxsize=pool_size, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.headers["User-Agent"] = "livechat-whatsapp"
    return session


def is_unsent(error: requests.RequestException | HTTPError) -> bool:
    """Whether a failed call certainly sent nothing: refused, no name, no TLS, no connection in time."""
    if isinstance(error, _UNSENT):
        return True
    # requests wraps what urllib3 raises, sometimes twice.
    cause = error.args[0] if error.args else None
    return isinstance(cause.reason if isinstance(cause, MaxRetryError) else cause, _UNSENT)
