"""Limits how many streams a user has open, over all web processes: each holds a place in Redis."""

import secrets
import time
from collections.abc import Callable
from uuid import UUID

from redis import Redis

from livechat.live.event_log import now_ms, touch

# The places of a dead process are free after this; a living stream renews its place with each heartbeat.
LEASE_S = 30
# How long a new stream waits for the places of browsers that are gone: a write to their streams shows it.
PATIENCE_S = 1.0
_LOOK_S = 0.05


class Place:
    """An open stream's place among those of its user; ``leave`` gives it back."""

    def __init__(self, redis: Redis, user_id: UUID) -> None:
        self._redis = redis
        self._key = f"livechat:events:open:{user_id}"
        self._name = secrets.token_hex(8)

    def renew(self) -> int:
        """Keep the place for LEASE_S; returns how many places the user has."""
        now = now_ms(self._redis)
        with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.zremrangebyscore(self._key, "-inf", now)
            pipeline.zadd(self._key, {self._name: now + LEASE_S * 1000})
            pipeline.zcard(self._key)
            pipeline.expire(self._key, LEASE_S)
            _, _, count, _ = pipeline.execute()
        return int(count)

    def leave(self) -> None:
        """Free the place at once; without this it is free after LEASE_S."""
        self._redis.zrem(self._key, self._name)


def take_place(
    redis: Redis, user_id: UUID, limit: int, *, sleep: Callable[[float], None] = time.sleep
) -> Place | None:
    """A place, or None if the user has ``limit`` living streams already.

    A reload leaves a stream behind that nobody reads, and only a write to it shows this. So before a new
    stream is refused, the user's streams in all processes write a heartbeat.
    """
    place = Place(redis, user_id)
    if place.renew() <= limit:
        return place
    place.leave()
    touch(redis, user_id)
    ends_at = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends_at:
        sleep(_LOOK_S)
        if place.renew() <= limit:
            return place
        place.leave()
    return None
