"""Public keys of the Supabase project, fetched seldom and by one thread, whatever clients send.

Source: docs/meta/cloud-api.md section 13. Supabase caches the document for 10 minutes at its edge and asks
nobody to keep it longer. PyJWT's own PyJWKClient retries a dead endpoint for every request, one after another
under a lock. Here at least MIN_INTERVAL_S lie between two fetches, failed or not. A request that names an
unknown key starts a fetch and waits for it; others that name one meanwhile are refused at once.
"""

import threading
import time
from collections.abc import Callable

import structlog
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK
from jwt.exceptions import InvalidKeyError, PyJWKError

from livechat.web.guards.key_document import FetchFailedError, fetch_document

log = structlog.get_logger(__name__)

MAX_AGE_S = 600.0
REFRESH_AFTER_S = 480.0
MIN_INTERVAL_S = 10.0
# For a whole fetch.
DEADLINE_S = 4.0
# While there are no keys, as in the first moments of a process, every request waits this long for them.
FIRST_WAIT_S = 0.5
# The algorithm follows from the key's type, never from the token.
ALGORITHM_OF = {("EC", "P-256"): "ES256", ("RSA", None): "RS256"}
# RFC 7518 section 3.3 asks for 2,048 bits; checking a signature by a very large key is slow.
RSA_BITS = range(2048, 8192 + 1)


class JwksUnavailableError(Exception):
    """The key document cannot be fetched, so no token can be checked."""


class Jwks:
    """The signing keys at ``url`` by ``kid``; safe to share between threads."""

    def __init__(self, url: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[str, PyJWK] = {}
        self._fetched_at = float("-inf")
        self._tried_at = float("-inf")
        # Set when the fetch that is under way ends.
        self._fetching: threading.Event | None = None

    def key(self, kid: str) -> PyJWK | None:
        """The key named ``kid``, None if the project has no such key; raises JwksUnavailableError."""
        age = self._clock() - self._fetched_at
        if age < MAX_AGE_S and kid in self._keys:
            if age >= REFRESH_AFTER_S:
                # Ahead of time, so that an outage of a minute or two refuses nobody.
                self._begin_fetch()
            return self._keys.get(kid)
        ended, is_mine = self._begin_fetch()
        if ended is not None and (is_mine or age >= MAX_AGE_S):
            ended.wait(DEADLINE_S if is_mine else FIRST_WAIT_S)
        if self._clock() - self._fetched_at >= MAX_AGE_S:
            raise JwksUnavailableError
        return self._keys.get(kid)

    def _begin_fetch(self) -> tuple[threading.Event | None, bool]:
        """The event that ends the fetch under way, None if there is none, and whether this call began it."""
        with self._lock:
            if self._fetching is not None:
                return self._fetching, False
            now = self._clock()
            if now - self._tried_at < MIN_INTERVAL_S:
                return None, False
            self._tried_at = now
            ended = self._fetching = threading.Event()
        threading.Thread(target=self._fetch, args=(ended,), name="jwks", daemon=True).start()
        return ended, True

    def _fetch(self, ended: threading.Event) -> None:
        try:
            document = fetch_document(self._url, DEADLINE_S)
            keys = _usable_keys(document["keys"])
        except (FetchFailedError, KeyError, TypeError, AttributeError) as error:
            log.warning("jwks_unavailable", error=type(error).__name__, reason=str(error)[:100])
        else:
            self._keys = keys
            self._fetched_at = self._clock()
        finally:
            with self._lock:
                self._fetching = None
            ended.set()


def _usable_keys(listed: list[object]) -> dict[str, PyJWK]:
    keys: dict[str, PyJWK] = {}
    for item in listed:
        if not isinstance(item, dict):
            continue
        kid, kind = item.get("kid"), item.get("kty")
        algorithm = ALGORITHM_OF.get((str(kind), str(item["crv"]) if "crv" in item else None))
        if not isinstance(kid, str) or algorithm is None or item.get("use", "sig") != "sig":
            continue
        if item.get("alg", algorithm) != algorithm:
            continue
        try:
            key = PyJWK.from_dict(item, algorithm=algorithm)
        except (PyJWKError, InvalidKeyError, ValueError, TypeError) as error:
            log.warning("jwks_key_unusable", kid=kid, error=type(error).__name__)
            continue
        if _is_strong(key.key):
            keys[kid] = key
        else:
            log.warning("jwks_key_too_weak", kid=kid)
    return keys


def _is_strong(key: object) -> bool:
    """Whether the key is strong enough to trust its signatures, whatever the document says of it."""
    if isinstance(key, RSAPublicKey):
        # An even modulus is factored at once: by two.
        return key.key_size in RSA_BITS and key.public_numbers().n % 2 == 1
    return isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1)
