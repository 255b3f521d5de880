"""Meta's limits on sending: throughput of a number, and messages to one person."""

from __future__ import annotations

import threading
import time
from typing import TypeVar

Key = TypeVar("Key")

# Meta, "About the platform": one message in 6 s to the same person. A burst of 45 is allowed, and uses up the
# time that follows.
PAIR_INTERVAL_S = 6.0
PAIR_BURST = 45


class RateLimits:
    """Leaky buckets by virtual scheduling (GCRA): one float for each number and each pair."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers: dict[str, float] = {}
        self._pairs: dict[tuple[str, str], float] = {}

    def clear(self) -> None:
        """Empty every bucket."""
        with self._lock:
            self._numbers.clear()
            self._pairs.clear()

    def take_throughput(self, phone_number_id: str, per_second: float) -> bool:
        """Count one message of the number. False means that it exceeds the rate and a burst of a second."""
        with self._lock:
            return _take(self._numbers, phone_number_id, 1.0 / per_second, max(per_second, 1.0))

    def take_pair(
        self, pair: tuple[str, str], interval_s: float = PAIR_INTERVAL_S, burst: float = PAIR_BURST
    ) -> bool:
        """Count one message to one person. False means that it exceeds the pair limit."""
        with self._lock:
            return _take(self._pairs, pair, interval_s, burst)


def _take(due: dict[Key, float], key: Key, interval_s: float, burst: float) -> bool:
    now = time.monotonic()
    start = max(due.get(key, now), now)
    if start - now > interval_s * (burst - 1):
        return False
    due[key] = start + interval_s
    return True
