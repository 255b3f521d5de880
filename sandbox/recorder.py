"""A bounded log of the calls to Graph, without their tokens."""

from __future__ import annotations

import hashlib
import itertools
import threading
from collections import deque
from typing import Any

from sandbox.model import Json

MAX_LOGGED = 20_000


class Recorder:
    """The newest calls to Graph, with their outcomes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: deque[Json] = deque(maxlen=MAX_LOGGED)
        self._ids = itertools.count(1)

    def add(self, **entry: Any) -> None:
        """Add one call."""
        with self._lock:
            self._entries.append({"id": next(self._ids), **entry})

    def listed(self, *, after: int = 0, limit: int = 100, endpoint: str | None = None) -> list[Json]:
        """The newest `limit` calls with an id above `after`, oldest first."""
        with self._lock:
            chosen = [
                e
                for e in self._entries
                if e["id"] > after and (endpoint is None or e["endpoint"] == endpoint)
            ]
        return chosen[-limit:] if limit else []

    def clear(self) -> None:
        """Forget all calls."""
        with self._lock:
            self._entries.clear()


def token_label(token: str | None) -> str | None:
    """A digest by which tokens can be told apart, but not used."""
    if not token:
        return None
    return "sha256:" + hashlib.sha256(token.encode()).hexdigest()[:12]
