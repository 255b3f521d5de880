"""A key document that comes slowly or not at all, strangers who name keys that nobody has, and weak keys."""

import gzip
import json
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from livechat.web.guards import jwks
from livechat.web.guards.jwks import MAX_AGE_S, MIN_INTERVAL_S, REFRESH_AFTER_S, Jwks, JwksUnavailableError
from livechat.web.guards.key_document import MAX_BYTES, FetchFailedError, fetch_document
from tests.api.conftest import KeyServer
from tests.api.test_jwks import EC_JWK, EC_KEY, RSA_JWK, Clock
from tests.conftest import wait_until

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
DOCUMENT = json.dumps({"keys": [EC_JWK]}).encode()
BOMB = gzip.compress(b" " * (MAX_BYTES * 40))


class SlowServer:
    """Says ``beginning`` to everybody and then ``drip`` over and over, until it is told to stop."""

    def __init__(self, beginning: bytes, drip: bytes) -> None:
        self._beginning, self._drip = beginning, drip
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/keys"
        self.stopped = threading.Event()
        self.came = self.left = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.came += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(0.02)
            connection.sendall(self._beginning)
            while not self.stopped.is_set():
                if self._drip:
                    connection.sendall(self._drip)
                with suppress(TimeoutError):
                    if not connection.recv(4096):
                        break
        self.left += 1

    def stop(self) -> None:
        self.stopped.set()
        self._listener.close()


@pytest.fixture
def slow() -> Iterator[Callable[[bytes, bytes], SlowServer]]:
    servers: list[SlowServer] = []

    def make(beginning: bytes, drip: bytes) -> SlowServer:
        servers.append(SlowServer(beginning, drip))
        return servers[-1]

    yield make
    for server in servers:
        server.stop()


@pytest.mark.parametrize(
    ("beginning", "drip"),
    [
        (b"", b""),
        (b"", b"H"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (HEAD, b"X-More: 1\r\n"),
        (HEAD + b"X-Long: ", b"x"),
        (HEAD + b"Content-Length: 500\r\n\r\n", b""),
        (HEAD + b"Content-Length: 500\r\n\r\n{", b" "),
        (HEAD + b"\r\n{", b" "),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1", b"0"),
        (HEAD + b"\r\n", b" " * 65_536),
        (HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB) + BOMB, b""),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n", b""),
        (HEAD + b"Content-Length: 2\r\n\r\n[[", b""),
        (b"\x16\x03\x01\x00\x00", b"\x00"),
    ],
)
def test_a_fetch_ends_whatever_comes(
    slow: Callable[[bytes, bytes], SlowServer], beginning: bytes, drip: bytes
) -> None:
    server = slow(beginning, drip)
    with pytest.raises(FetchFailedError):
        fetch_document(server.url, 0.5)
    # The connection ended too.
    wait_until(lambda: server.left == server.came)


def test_a_fetch_gives_what_came_in_time(slow: Callable[[bytes, bytes], SlowServer]) -> None:
    server = slow(HEAD + b"Content-Length: %d\r\n\r\n" % len(DOCUMENT) + DOCUMENT, b"")
    assert fetch_document(server.url, 30) == {"keys": [EC_JWK]}


@pytest.mark.parametrize("is_zipped", [False, True])
def test_a_document_that_is_too_large_is_none_though_it_comes_in_time(
    slow: Callable[[bytes, bytes], SlowServer], is_zipped: bool
) -> None:
    body = b'{"keys": []' + b" " * MAX_BYTES + b"}"
    head = HEAD
    if is_zipped:
        body, head = gzip.compress(body), HEAD + b"Content-Encoding: gzip\r\n"
    server = slow(head + b"Content-Length: %d\r\n\r\n" % len(body) + body, b"")
    with pytest.raises(FetchFailedError, match="too large"):
        fetch_document(server.url, 30)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fetch lasts until the server stops it, so that what does not wait for it can be told."""
    monkeypatch.setattr(jwks, "DEADLINE_S", 100.0)


def test_while_a_fetch_drips_known_keys_serve_and_unknown_ones_are_refused_at_once(
    patient: None,
    slow: Callable[[bytes, bytes], SlowServer],
    key_server: KeyServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Whoever waited for the fetch would wait for longer than the test may take.
    monkeypatch.setattr(jwks, "FIRST_WAIT_S", 1000.0)
    clock = Clock()
    keys = Jwks(key_server.url, clock=clock)
    key_server.document = {"keys": [EC_JWK]}
    assert keys.key("ec") is not None
    dripping = slow(HEAD + b"\r\n{", b" ")
    keys._url = dripping.url
    clock.now += MIN_INTERVAL_S
    with ThreadPoolExecutor(17) as threads:
        first = threads.submit(keys.key, "unheard-of")
        wait_until(lambda: dripping.came == 1)
        answers = list(threads.map(keys.key, [f"unheard-of-{n}" for n in range(200)] + ["ec"] * 200))
        assert answers[:200] == [None] * 200
        assert all(answers[200:])
        # Nobody has waited for it, and one asks, however long it lasts.
        assert not first.done()
        clock.now += MIN_INTERVAL_S * 5
        assert keys.key("unheard-of") is None
        assert dripping.came == 1
        dripping.stop()
        assert first.result() is None


def test_without_any_keys_a_crowd_is_refused_while_one_asks(
    patient: None, slow: Callable[[bytes, bytes], SlowServer]
) -> None:
    dripping = slow(HEAD + b"\r\n{", b" ")
    keys = Jwks(dripping.url)

    def ask(kid: str) -> bool:
        try:
            keys.key(kid)
        except JwksUnavailableError:
            return False
        return True

    with ThreadPoolExecutor(33) as threads:
        first = threads.submit(ask, "ec")
        wait_until(lambda: dripping.came == 1)
        assert not any(threads.map(ask, ["ec"] * 64))
        assert not first.done()
        dripping.stop()
        assert first.result() is False
    # The failure is remembered: nobody asks again before the interval is over.
    assert not any(map(ask, ["ec"] * 20))
    assert dripping.came == 1


def test_a_flood_of_unknown_kids_makes_one_fetch_an_interval(key_server: KeyServer) -> None:
    clock = Clock()
    keys = Jwks(key_server.url, clock=clock)
    key_server.document = {"keys": [EC_JWK]}
    for interval in range(1, 6):
        with ThreadPoolExecutor(16) as threads:
            assert set(threads.map(keys.key, [f"unheard-of-{n}" for n in range(50)])) == {None}
        assert key_server.fetches == interval
        clock.now += MIN_INTERVAL_S


def test_keys_are_fetched_anew_before_they_are_too_old_and_nobody_waits_for_it(
    patient: None, slow: Callable[[bytes, bytes], SlowServer], key_server: KeyServer
) -> None:
    clock = Clock()
    keys = Jwks(key_server.url, clock=clock)
    key_server.document = {"keys": [EC_JWK]}
    assert keys.key("ec") is not None
    dripping = slow(b"", b"")
    keys._url = dripping.url
    clock.now += REFRESH_AFTER_S
    assert keys.key("ec") is not None
    wait_until(lambda: dripping.came == 1)
    assert keys.key("ec") is not None
    clock.now += MAX_AGE_S
    with pytest.raises(JwksUnavailableError):
        keys.key("ec")


def rsa_jwk(bits: int, **more: Any) -> dict[str, Any]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    return RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": "it"} | more


WEAK = {
    "RSA of 1,024 bits": rsa_jwk(1024),
    "RSA of 2,047 bits": rsa_jwk(2047),
    "RSA that calls itself strong": rsa_jwk(1024, alg="RS256", use="sig"),
    "RSA whose exponent is 1": RSA_JWK | {"kid": "it", "e": "AQ"},
    "RSA whose modulus is even": RSA_JWK | {"kid": "it", "n": RSA_JWK["n"][:-1] + "A"},
    "P-384": ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP384R1()).public_key(), as_dict=True)
    | {"kid": "it"},
    "P-521": ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP521R1()).public_key(), as_dict=True)
    | {"kid": "it"},
    "secp256k1": ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256K1()).public_key(), as_dict=True)
    | {"kid": "it"},
    "P-384 that calls itself P-256": ECAlgorithm.to_jwk(
        ec.generate_private_key(ec.SECP384R1()).public_key(), as_dict=True
    )
    | {"kid": "it", "crv": "P-256"},
    "a point that is not on the curve": EC_JWK | {"kid": "it", "x": EC_JWK["y"]},
    "a secret": {"kty": "oct", "kid": "it", "k": "c2VjcmV0" * 8},
    "for encryption": EC_JWK | {"kid": "it", "use": "enc"},
    "of another algorithm": RSA_JWK | {"kid": "it", "alg": "RS512"},
}


@pytest.mark.parametrize("weak", WEAK.values(), ids=WEAK)
def test_a_weak_key_verifies_nothing_and_takes_no_strong_one_along(
    key_server: KeyServer, weak: dict[str, Any]
) -> None:
    strong = [EC_JWK | {"kid": "strong"}, RSA_JWK]
    key_server.document = {"keys": [weak, *strong]}
    keys = Jwks(key_server.url)
    assert keys.key("it") is None
    assert keys.key("strong") is not None
    assert keys.key("rsa") is not None


def test_keys_from_2048_bits_on_verify(key_server: KeyServer) -> None:
    key_server.document = {"keys": [rsa_jwk(2048), rsa_jwk(3072) | {"kid": "larger"}]}
    keys = Jwks(key_server.url)
    assert keys.key("it") is not None
    assert keys.key("larger") is not None
    assert EC_KEY.key_size == 256
