"""Checks Redis: it keeps acknowledged webhooks and queued tasks, so it may neither lose nor evict them."""

import time
from collections.abc import Iterator
from typing import Any

from redis import Redis
from redis.exceptions import RedisError, ResponseError

from livechat.core.config import Settings
from livechat.operations.doctor.findings import Finding, judged, ok, unknown, wrong
from livechat.operations.doctor.postgresql import CLOCK_TOLERANCE_S

# Over 28 kills ``everysec`` lost 2,616 of 1.09 million acknowledged writes, ``always`` none.
NEEDED = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"}
WHY = {
    "appendonly": "acknowledged webhooks must outlive a restart",
    "appendfsync": "acknowledged webhooks must outlive a crash",
    "maxmemory-policy": "a full Redis must refuse rather than throw webhooks and tasks away",
}
# Above this share of maxmemory a burst may be refused.
FULL = 0.9
_REDIS_SCHEMES = ("redis://", "rediss://", "unix://")


def check(redis: Redis, settings: Settings) -> Iterator[Finding]:
    """Findings on the Redis of REDIS_URL, and on the broker if that is another Redis."""
    try:
        redis.ping()
    except RedisError as error:
        yield wrong(
            "redis",
            f"does not answer ({type(error).__name__})",
            "See that the server of REDIS_URL runs, takes this password and is reachable from here.",
        )
        return
    yield ok("redis", "answers")
    yield from _durability(redis, "redis")
    yield from _health(redis, "redis")
    yield _clock(redis)
    broker_url = settings.celery_broker_url
    if broker_url != settings.redis_url and broker_url.startswith(_REDIS_SCHEMES):
        yield from _broker(broker_url)


def _broker(broker_url: str) -> Iterator[Finding]:
    client = Redis.from_url(broker_url, socket_connect_timeout=2, socket_timeout=5)
    try:
        yield from _durability(client, "broker")
        yield from _health(client, "broker")
    except RedisError as error:
        yield wrong(
            "broker",
            f"does not answer ({type(error).__name__})",
            "See that the server of CELERY_BROKER_URL runs, takes this password and is reachable from here.",
        )
    finally:
        client.close()


def _durability(client: Redis, name: str) -> Iterator[Finding]:
    try:
        found = {_text(key): _text(value) for key, value in client.config_get(*NEEDED).items()}
    except ResponseError:
        yield unknown(
            f"{name} durability",
            "cannot check: this Redis does not allow CONFIG GET, as managed ones often do not",
            "Ask the provider for " + ", ".join(f"{key} {value}" for key, value in NEEDED.items()) + ".",
        )
        return
    for key, needed in NEEDED.items():
        value = found.get(key)
        if value is None:
            yield unknown(f"{name} {key}", "cannot check: this Redis does not tell")
            continue
        yield judged(
            value == needed,
            f"{name} {key}",
            value,
            f"Set it to {needed}, in redis.conf and by “redis-cli CONFIG SET {key} {needed}”: {WHY[key]}.",
        )


def _health(client: Redis, name: str) -> Iterator[Finding]:
    """Findings on whether the append-only file can be written, and whether Redis has memory left."""
    try:
        info: Any = client.info()
    except ResponseError:
        yield unknown(f"{name} health", "cannot check: this Redis does not allow INFO")
        return
    status = info.get("aof_last_write_status")
    if info.get("aof_enabled") and status is not None:
        yield judged(
            status == "ok",
            f"{name} append-only file",
            "takes what is written" if status == "ok" else f"the last write failed ({status})",
            "See the disk of Redis: until it has room, webhooks go to PostgreSQL instead.",
        )
    used, limit = int(info.get("used_memory", 0)), int(info.get("maxmemory", 0))
    if limit:
        yield judged(
            used < limit * FULL,
            f"{name} memory",
            f"{used / 2**20:.0f} of {limit / 2**20:.0f} MiB are used",
            "Raise maxmemory, or find out what fills it: a full Redis refuses webhooks and tasks.",
        )


def _clock(client: Redis) -> Finding:
    """Whether Redis' clock agrees with ours: ages of waiting work and leases of streams use both."""
    before = time.time()
    seconds, microseconds = client.time()
    theirs, after = seconds + microseconds / 1e6, time.time()
    difference_s = max(0.0, before - theirs, theirs - after)
    return judged(
        difference_s <= CLOCK_TOLERANCE_S,
        "redis clock",
        f"{difference_s:.1f} s from ours" if difference_s >= 0.1 else "agrees with ours",
        "Let NTP set the clock of this machine and of Redis'.",
    )


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
