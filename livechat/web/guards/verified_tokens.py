"""Tokens that were verified, remembered until they end: a signature is checked once and not each time.

What a token says never changes, and the settings by which it is judged stand as long as the process. What can
change is asked each time: the time of day, and whether the key that verified it is still the project's.
A token itself is not kept, only its digest: what lies in memory signs nobody in
(docs/decisions/verified-tokens.md).
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from jwt import PyJWK

# Each takes about a kilobyte. A person has one for each of their sign-ins, anew every hour.
MOST_TOKENS = 8192


@dataclass(frozen=True, slots=True)
class Caller:
    """What the token says of the person. Never a right: those come from our tables alone.

    Users write ``full_name`` themselves: it only fills in a name that nobody has given yet.
    """

    email: str | None
    full_name: str | None
    has_second_factor: bool
    # Which of the person's sign-ins this is, so that two devices are told apart.
    session: str


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """All that we take from a token. ``ends_at`` is its ``exp``, as it stands there."""

    user_id: UUID
    expires_at: datetime
    ends_at: float
    caller: Caller


@dataclass(frozen=True, slots=True)
class SignedBy:
    """The public key that verified a token, and its name; both None: our secret did."""

    kid: str | None = None
    key: PyJWK | None = None


class VerifiedTokens:
    """Of one application, whose settings do not change; safe to share between threads."""

    def __init__(self, most: int = MOST_TOKENS) -> None:
        self._most = most
        self._lock = threading.Lock()
        # By digest, the oldest first.
        self._known: dict[bytes, tuple[VerifiedToken, SignedBy]] = {}

    def find(self, token: str, now: float, key_of: Callable[[str], PyJWK | None]) -> VerifiedToken | None:
        """What was taken from this token, if it would be verified again at the time ``now``; None: ask anew.

        ``key_of`` gives the project's present key of a name, and may raise: it is asked as often as it is
        without this memory, so that a key that was withdrawn or replaced ends its tokens as soon.
        """
        digest = _digest(token)
        found = self._known.get(digest)
        if found is None:
            return None
        verified, signed_by = found
        is_over = not verified.ends_at > now
        if is_over or (signed_by.kid is not None and key_of(signed_by.kid) is not signed_by.key):
            with self._lock:
                self._known.pop(digest, None)
            return None
        return verified

    def keep(self, token: str, verified: VerifiedToken, signed_by: SignedBy) -> None:
        """Remember a token that was verified just now; the oldest makes room."""
        with self._lock:
            while len(self._known) >= self._most:
                del self._known[next(iter(self._known))]
            self._known[_digest(token)] = verified, signed_by

    def __len__(self) -> int:
        return len(self._known)


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
