"""How many requests one user may make: counted in Redis, so for all web processes together.

While Redis is away each process counts by itself: the inbox stays readable, and a flood stays bounded.
docs/decisions/rate-limits.md says why this uses the library beneath Flask-Limiter and not Flask-Limiter.
"""

import math
import threading
import time
from http import HTTPStatus
from typing import Any, cast

import structlog
from flask import Flask, current_app, request
from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter
from redis import Redis
from redis.exceptions import RedisError

from livechat.core.config import Settings
from livechat.core.errors import AppError
from livechat.core.extensions import redis
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost, DeclaredRule

log = structlog.get_logger(__name__)

_EXTENSION = "livechat_limits"
# How long a process counts by itself before it tries Redis again: each try may cost a time-out.
REDIS_PAUSE_S = 5.0
# Redis writes every count to disk, which takes longer than most reads do. So a process counts one ADVANCE-th
# of the limit at once, and the user's next requests within ADVANCE_S are free until it is used up.
ADVANCE = 200
ADVANCE_S = 10.0
# How many users' advances a process remembers; beyond it all are forgotten, and their next requests counted.
MOST_ADVANCES = 10_000


class RateLimitedError(AppError):
    """The user has made as many requests of this kind as the settings allow in this window."""

    code, status, title = "rate_limited", HTTPStatus.TOO_MANY_REQUESTS, "Too many requests"


class Limits:
    """Counts requests by kind (``reads``, ``sends``, …) and user; safe between threads."""

    def __init__(self, settings: Settings, client: Redis) -> None:
        # The library types its options as text and numbers, but takes a pool too.
        options = cast(dict[str, Any], {"connection_pool": client.connection_pool})
        self._together = FixedWindowRateLimiter(RedisStorage("redis://", **options))
        self._alone = FixedWindowRateLimiter(MemoryStorage())
        self._alone_until = 0.0
        self._items: dict[str, list[RateLimitItem]] = {
            Cost.READS: parse_many(settings.rate_limit_reads),
            Cost.SENDS: parse_many(settings.rate_limit_sends),
            Cost.CONNECTS: parse_many(settings.rate_limit_connects),
            Cost.INVITES: parse_many(settings.rate_limit_invites),
            Cost.SEARCHES: parse_many(settings.rate_limit_searches),
            Cost.PRESENCE: parse_many(settings.rate_limit_presence),
        }
        self._costs = {
            kind: max(1, min(item.amount for item in items) // ADVANCE) for kind, items in self._items.items()
        }
        # By kind and user: how much of the last advance is left, and until when.
        self._advances: dict[tuple[str, str], tuple[int, float]] = {}
        self._lock = threading.Lock()

    def spend(self, kind: str, user: str) -> None:
        """Count one request; raises RateLimitedError, with the seconds to wait, if it is one too many."""
        if self._has_advance(kind, user):
            return
        if time.monotonic() >= self._alone_until:
            try:
                self._spend(self._together, kind, user, self._costs[kind])
            except RedisError as error:
                self._alone_until = time.monotonic() + REDIS_PAUSE_S
                log.warning("limits_counted_alone", error=type(error).__name__)
            else:
                self._advance(kind, user)
                return
        self._spend(self._alone, kind, user, 1)

    def _has_advance(self, kind: str, user: str) -> bool:
        with self._lock:
            left, until = self._advances.get((kind, user), (0, 0.0))
            if left and time.monotonic() < until:
                self._advances[kind, user] = left - 1, until
                return True
        return False

    def _advance(self, kind: str, user: str) -> None:
        """Remember how many requests were counted beyond the present one."""
        left = self._costs[kind] - 1
        if left:
            with self._lock:
                if len(self._advances) >= MOST_ADVANCES:
                    self._advances.clear()
                self._advances[kind, user] = left, time.monotonic() + ADVANCE_S

    def _spend(self, limiter: FixedWindowRateLimiter, kind: str, user: str, cost: int) -> None:
        for item in self._items[kind]:
            if not limiter.hit(item, "livechat", kind, user, cost=cost):
                ends_at = limiter.get_window_stats(item, "livechat", kind, user).reset_time
                raise RateLimitedError(
                    "Wait before the next request.", retry_after_s=max(1, math.ceil(ends_at - time.time()))
                )


def init_limits(app: Flask, settings: Settings) -> None:
    """Count every request of a signed-in user; goes after ``init_auth``, which finds that user."""
    with app.app_context():
        app.extensions[_EXTENSION] = Limits(settings, redis.client)
    app.before_request(_spend_one)


def _spend_one() -> None:
    rule = request.url_rule
    if rule is None:
        return
    cost = cast(DeclaredRule, rule).costs
    if cost is Cost.NOTHING:
        return
    # OPTIONS only asks which methods a route takes, so it costs a read.
    kind = Cost.READS if request.method == "OPTIONS" else cost
    limits = cast(Limits, current_app.extensions[_EXTENSION])
    limits.spend(kind, str(current_user_id()))
