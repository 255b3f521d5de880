"""Identifiers that look like Meta's."""

from __future__ import annotations

import base64
import random
import threading

_TRACE_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


class Ids:
    """Makes identifiers. All threads share one source of randomness, which a seed makes repeatable."""

    def __init__(self, seed: int | None) -> None:
        self._lock = threading.Lock()
        self.random = random.Random(seed)  # noqa: S311  # identifiers of a fake need to be repeatable, not secret

    def reseed(self, seed: int | None) -> None:
        """Start the sequence again; the same seed gives the same identifiers."""
        with self._lock:
            self.random.seed(seed)

    def _hex(self, digits: int) -> str:
        with self._lock:
            return f"{self.random.getrandbits(digits * 4):0{digits}X}"

    def chance(self) -> float:
        """A number in [0, 1) from the shared source."""
        with self._lock:
            return self.random.random()

    def outbound_wamid(self, user: str) -> str:
        """The id of a message from the business to `user` (digits, or a BSUID)."""
        return _wamid(user, b"\x15\x02\x00\x11\x18", self._hex(18))

    def inbound_wamid(self, user: str) -> str:
        """The id of a message from `user` to the business."""
        return _wamid(user, b"\x15\x02\x00\x12\x18", "AC" + self._hex(30))

    @staticmethod
    def under(user: str, wamid: str) -> str:
        """The same message's id under another id of its customer. A foreign id is returned as it is."""
        try:
            raw = base64.b64decode(wamid.removeprefix("wamid."), validate=True)
        except ValueError:
            return wamid
        if not wamid.startswith("wamid.") or len(raw) < 4 or raw[:2] != b"\x1c\x18":
            return wamid
        digits = _user_part(user)
        rest = raw[3 + raw[2] :]
        return "wamid." + base64.b64encode(b"\x1c\x18" + bytes([len(digits)]) + digits + rest).decode()

    def call_id(self) -> str:
        """The id of a call: `wacid.…`."""
        raw = bytes.fromhex(self._hex(42))
        return "wacid." + base64.urlsafe_b64encode(raw).decode().rstrip("=")

    def object_id(self, digits: int = 16) -> str:
        """A decimal id of a Graph object (media, template, number)."""
        with self._lock:
            return str(self.random.randrange(10 ** (digits - 1), 10**digits))

    def trace_id(self) -> str:
        """`fbtrace_id` of an error."""
        with self._lock:
            return "A" + "".join(self.random.choices(_TRACE_ALPHABET, k=22))

    def user_id(self, country: str = "IN") -> str:
        """A business-scoped user id: country, dot, twenty digits."""
        return f"{country}.{self.object_id(20)}"


def _user_part(user: str) -> bytes:
    return "".join(c for c in user if c.isdigit())[:13].encode()


def _wamid(user: str, marker: bytes, tail: str) -> str:
    digits = _user_part(user)
    packed = (
        b"\x1c\x18" + bytes([len(digits)]) + digits + marker + bytes([len(tail)]) + tail.encode() + b"\x00"
    )
    return "wamid." + base64.b64encode(packed).decode()
