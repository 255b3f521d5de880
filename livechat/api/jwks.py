"""Public keys of the Supabase project, fetched seldom, by one thread, and never because a stranger asks.

Source: cloud-api.md section 13. Supabase caches the document for 10 minutes at its edge and asks nobody to
keep it longer. PyJWT's own PyJWKClient retries a dead endpoint for every request, one after another under a
lock; here a failure is remembered for as long as a success would be.
"""

import threading
import time
from collections.abc import Callable

import requests
import structlog
from jwt import PyJWK
from jwt.exceptions import InvalidKeyError, PyJWKError

log = structlog.get_logger(__name__)

MAX_AGE_S = 600.0
REFRESH_AFTER_S = 480.0
MIN_INTERVAL_S = 10.0
TIMEOUT_S = (2.0, 3.0)
# The algorithm follows from the key's type, never from the token.
ALGORITHM_OF = {("EC", "P-256"): "ES256", ("RSA", None): "RS256"}


class JwksUnavailableError(Exception):
    """The key document cannot be had, so it cannot be told whether a token is good."""


class Jwks:
    """The signing keys at ``url`` by ``kid``; safe to share between threads."""

    def __init__(self, url: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[str, PyJWK] = {}
        self._fetched_at = float("-inf")
        self._tried_at = float("-inf")
        self._failed = False

    def key(self, kid: str) -> PyJWK | None:
        """The key named ``kid``, None where the project has none such; raises JwksUnavailableError."""
        age = self._clock() - self._fetched_at
        if age >= MAX_AGE_S or kid not in self._keys:
            with self._lock:
                self._refresh_unless_recent(kid)
        elif age >= REFRESH_AFTER_S and self._lock.acquire(blocking=False):
            # Ahead of time, so that an outage of a minute or two refuses nobody.
            try:
                self._refresh_unless_recent(None)
            finally:
                self._lock.release()
        if self._clock() - self._fetched_at >= MAX_AGE_S:
            raise JwksUnavailableError
        found = self._keys.get(kid)
        if found is None and self._failed:
            raise JwksUnavailableError
        return found

    def _refresh_unless_recent(self, kid: str | None) -> None:
        now = self._clock()
        if kid is not None and kid in self._keys and now - self._fetched_at < MAX_AGE_S:
            return
        if now - self._tried_at < MIN_INTERVAL_S:
            return
        self._tried_at = now
        try:
            # A redirect would let a misconfigured host choose our keys.
            answer = requests.get(self._url, timeout=TIMEOUT_S, allow_redirects=False)
            if answer.status_code != requests.codes.ok:
                raise requests.HTTPError(f"status {answer.status_code}")
            document = answer.json()
            listed = document["keys"]
            self._keys = _usable_keys(listed)
        except (requests.RequestException, KeyError, TypeError, AttributeError) as error:
            self._failed = True
            log.warning("jwks_unavailable", error=type(error).__name__)
            return
        self._failed = False
        self._fetched_at = self._clock()


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
            keys[kid] = PyJWK.from_dict(item, algorithm=algorithm)
        except (PyJWKError, InvalidKeyError, ValueError) as error:
            log.warning("jwks_key_unusable", kid=kid, error=type(error).__name__)
    return keys
